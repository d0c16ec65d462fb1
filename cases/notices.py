"""What is told of cases: to units, to offices that are referred to, to the table. Codes alone leave this module; what a
thing is called is read through its own door when the notice is shown."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Card, Case, Referral, Signal
from krat.notify.kinds import Kind


def _signal(one: Signal) -> str:
    day = formats.date_format(timezone.localtime(one.sent_at), "SHORT_DATE_FORMAT")
    return _("of %(day)s from %(sender)s") % {"day": day, "sender": one.sender}


def _own_signal(one: Signal) -> str:
    day = formats.date_format(timezone.localtime(one.sent_at), "SHORT_DATE_FORMAT")
    return _("of %(day)s to %(receiver)s: %(state)s") % {"day": day, "receiver": one.receiver, "state": one}


def _outcome(one: Referral) -> str:
    return f"{one.alias}: {one.get_state_display()}"


def _number(one: Case) -> str:
    return str(one.number)


SIGNAL = Kind(
    "signal.sent",
    gettext_lazy("A signal waits for an answer"),
    Signal,
    "signals.take",
    "cases:signal",
    waits=lambda rows: rows.filter(state=Signal.State.SENT),
    label=_signal,
    with_rows=("sender",),
    is_mailed=True,  # its clock runs by hours
)
REFERRAL = Kind(
    "referral.sent",
    gettext_lazy("A referral came to your institution"),
    Referral,
    "referrals.answer",
    "cases:referral",
    waits=lambda rows: rows.unanswered(),
    is_mailed=True,  # never by the risk: whoever is referred to must not learn it by when a mail comes (decision 12)
)
REMINDED = Kind(
    "referral.reminded",
    gettext_lazy("You were reminded of a referral"),
    Referral,
    "referrals.answer",
    "cases:referral",
    waits=lambda rows: rows.unanswered(),
    is_mailed=True,
)
CARD = Kind(
    "card.waits",
    gettext_lazy("A card waits for the table"),
    Card,
    "cards.view",
    "cases:card",
    waits=lambda rows: rows.open(),
    is_mailed=True,
)
# What is told and asks for nothing: no mail comes of it.
SIGNAL_ANSWERED = Kind(
    "signal.answered",
    gettext_lazy("A signal that your institution sent was answered"),
    Signal,
    "signals.view",
    "cases:signal",
    waits=lambda rows: rows.none(),
    label=_own_signal,
    with_rows=("receiver",),
)
ANSWERED = Kind(
    "referral.answered",
    gettext_lazy("A referral of your unit has news"),
    Referral,
    "referrals.send",
    "cases:referral",
    waits=lambda rows: rows.none(),
    label=_outcome,
)
ASSIGNED = Kind(
    "case.assigned",
    gettext_lazy("You were named to the team of a case"),
    Case,
    "cases.view",
    "cases:case",
    waits=lambda rows: rows.open(),
    label=_number,
    is_mailed=True,
)
LATE = Kind(
    "case.late",
    gettext_lazy("A case of your unit is late"),
    Case,
    "cases.assign",
    "cases:case",
    waits=lambda rows: rows.late(),
    label=_number,
    is_mailed=True,
)
RISEN = Kind(
    "card.risen",
    gettext_lazy("The task of a card is past its day"),
    Card,
    "cards.view",
    "cases:card",
    waits=lambda rows: rows.risen(),
    is_mailed=True,
)

KINDS = [SIGNAL, SIGNAL_ANSWERED, REFERRAL, REMINDED, ANSWERED, ASSIGNED, CARD, LATE, RISEN]
