"""The app."""

from django.apps import AppConfig


class Journal(AppConfig):
    """Who did what."""

    name = "mizzle_web.journal"
    label = "journal"
