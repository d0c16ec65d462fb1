"""Django app of counts that are kept by the writes themselves (decision 41)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CountsConfig(AppConfig):
    """How many rows there are of each kind, kept instead of counted."""

    name = "krat.counts"
    verbose_name = _("kept counts")

    def ready(self) -> None:
        from krat.counts import triggers

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="krat.counts.before")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="krat.counts.after")
