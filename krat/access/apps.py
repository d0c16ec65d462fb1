"""Django app of access: reads every area's table of rights at start."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Who may do what."""

    name = "krat.access"
    verbose_name = _("access")

    def ready(self) -> None:
        from krat.access import checks as checks  # read for its registrations
        from krat.access import storage

        autodiscover_modules("access")
        storage.make_own_folder()
        connection_created.connect(storage.refuse_unsafe, dispatch_uid="krat.storage")
