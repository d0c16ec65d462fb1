"""Django app of the search over the committee's texts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """What the committee wrote, found by its words."""

    name = "krat.search"
    verbose_name = _("search")

    def ready(self) -> None:
        from krat.search import triggers

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="krat.search.before")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="krat.search.after")
