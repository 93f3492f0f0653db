"""The app."""

from django.apps import AppConfig


class Operation(AppConfig):
    """What the operator looks after."""

    name = "mizzle_web.operation"
    label = "operation"
