"""Django app of the user interface: forms, lists, rendering, template tags."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Components, forms and lists; knows nothing of the domain."""

    name = "krat.ui"
    verbose_name = _("looks")
