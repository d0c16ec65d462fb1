"""Django app of the conformance kit: by it a contractor's client is checked."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConformanceConfig(AppConfig):
    """A throw-away registry that misbehaves on purpose; one command, no page."""

    name = "krat.conformance"
    verbose_name = _("conformance kit")
