"""Django app of messages: what people are told, and the mails that say no more than that something waits."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    """Who is told what, and mails without content."""

    name = "krat.notify"
    verbose_name = _("messages")

    def ready(self) -> None:
        from krat.notify import checks  # noqa: F401  registers itself
        from krat.notify.unread import by_seat
        from krat.people.asking import comes_along

        comes_along("unread", by_seat)
