"""The app."""

from django.apps import AppConfig


class Jobs(AppConfig):
    """Background work."""

    name = "mizzle_web.jobs"
    label = "jobs"
