"""Forms of messages."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter

from krat.notify.models import Mailbox, Notice
from krat.ui.filters import Filters
from krat.ui.forms import BaseForm


class NoticeFilter(Filters):
    """Which notices are shown: all of them unless said."""

    state = ChoiceFilter(
        label=_("State"),
        choices=[("unread", pgettext_lazy("notices", "unread"))],
        method="narrow",
    )

    def narrow(self, rows: QuerySet[Notice], _name: str, _state: str) -> QuerySet[Notice]:
        """Those that were not marked as read: there is no other state to ask for."""
        return rows.filter(read_at=None)


class CadenceForm(BaseForm):
    """How often mails come."""

    cadence = forms.ChoiceField(
        label=_("How often mails come"),
        choices=Mailbox.Cadence.choices,
        help_text=_("What is urgent is sent at once in any case. Nothing is sent when nothing waits for you."),
    )


class ConfirmAddress(BaseForm):
    """The one button that confirms an address."""
