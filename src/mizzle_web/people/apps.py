"""The app."""

from django.apps import AppConfig


class People(AppConfig):
    """The organisation and its members."""

    name = "mizzle_web.people"
    label = "people"
