"""Django app of reference data: code lists, deadlines, holidays, places."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    """What everybody chooses from."""

    name = "krat.reference"
    verbose_name = _("lists")

    def ready(self) -> None:
        from krat.reference import first_rows

        post_migrate.connect(first_rows.after_migrate, sender=self, dispatch_uid="krat.reference.first_rows")
