"""Django app of the REST interface."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """Machines and how they are answered."""

    name = "krat.api"
    verbose_name = _("machines")

    def ready(self) -> None:
        from krat.api import checks, schema  # noqa: F401  # the checks and the schema's parts register themselves
