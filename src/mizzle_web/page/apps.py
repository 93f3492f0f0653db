"""The app."""

from django.apps import AppConfig


class Page(AppConfig):
    """Base template, components, static files."""

    name = "mizzle_web.page"
    label = "page"
