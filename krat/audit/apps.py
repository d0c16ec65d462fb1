"""Django app of the audit trail, which registers itself as the access logger."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """What was done and seen."""

    name = "krat.audit"
    verbose_name = _("trail")

    def ready(self) -> None:
        from krat.access import access_logger
        from krat.audit import trail, triggers

        access_logger.register(trail.TrailAccessLogger())
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="krat.audit.triggers")
