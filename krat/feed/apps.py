"""Django app of the change feed."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class FeedConfig(AppConfig):
    """What changed, for machines that stay in step."""

    name = "krat.feed"
    verbose_name = _("change feed")
    enum_names = {"ChangeAction": "krat.feed.kinds.ACTIONS", "ChangeType": "krat.feed.kinds.TYPES"}

    def ready(self) -> None:
        from krat.feed import triggers

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="krat.feed.triggers")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="krat.feed.triggers")
