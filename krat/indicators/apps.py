"""Django app of the indicators."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """What the committee reports in numbers."""

    name = "krat.indicators"
    verbose_name = _("indicators")

    def ready(self) -> None:
        from krat.indicators import first_rows

        post_migrate.connect(first_rows.after_migrate, sender=self, dispatch_uid="krat.indicators.first_rows")
