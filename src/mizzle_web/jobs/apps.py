"""The app."""

from django.apps import AppConfig


class Jobs(AppConfig):
    """Long work."""

    name = "mizzle_web.jobs"
    label = "jobs"
