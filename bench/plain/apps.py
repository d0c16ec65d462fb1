"""The plain copy as a Django app."""

from django.apps import AppConfig


class PlainConfig(AppConfig):
    """The plain copy."""

    name = "bench.plain"
    label = "plain"
    default_auto_field = "django.db.models.BigAutoField"
