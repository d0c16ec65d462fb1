"""Django app of each role's first page and of the layout around every page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """What waits for me."""

    name = "krat.home"
    verbose_name = _("home")
