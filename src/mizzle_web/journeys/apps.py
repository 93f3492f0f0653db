"""The map room as Django knows it."""

from django.apps import AppConfig


class Journeys(AppConfig):
    """Journeys, measured from event logs or drawn by hand."""

    name = "mizzle_web.journeys"
    label = "journeys"
