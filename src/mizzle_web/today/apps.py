"""The app."""

from django.apps import AppConfig


class Today(AppConfig):
    """The first page."""

    name = "mizzle_web.today"
    label = "today"
