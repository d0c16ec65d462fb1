"""Django app of the demonstration data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """People, institutions and papers for development and tests, plainly invented."""

    name = "krat.demo"
    verbose_name = _("invented world")
