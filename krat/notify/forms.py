"""Forms of messages."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from krat.notify.models import Mailbox
from krat.ui.filters import Filters, StandingFilter
from krat.ui.forms import BaseForm


def _standing(rows: models.QuerySet[models.Model], _state: str) -> models.QuerySet[models.Model]:
    return rows.filter(read_at=None)


class NoticeFilter(Filters):
    """Which notices are shown: all of them unless said."""

    state = StandingFilter(
        narrow=_standing,
        choices=[("unread", pgettext_lazy("notices", "unread"))],
        open_as="unread",
        shows_all=True,
    )


class CadenceForm(BaseForm):
    """How often mails come."""

    cadence = forms.ChoiceField(
        label=_("How often mails come"),
        choices=Mailbox.Cadence.choices,
        help_text=_("What is urgent is sent at once in any case. Nothing is sent when nothing waits for you."),
    )


class ConfirmAddress(BaseForm):
    """The one button that confirms an address."""
