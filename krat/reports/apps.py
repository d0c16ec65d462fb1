"""Django app of figures: the one place that counts, and the page that shows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """How many, and never who."""

    name = "krat.reports"
    verbose_name = _("reports")
