"""Django app of running the registry: its copies, and bringing them back."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """What an operator needs; commands only, no page and no content of a case."""

    name = "krat.operations"
    verbose_name = _("operations")
