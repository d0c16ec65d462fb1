"""Verbs of signals: sent, taken as a case, or not taken."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import notices
from cases.models import DataKey, Signal, SignalWords
from cases.models.keys import give_key
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.models import Institution
from krat.notify.telling import at, tell
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import Municipality, Term

SENT = trail.event("signal.sent", gettext_lazy("sent a signal"))
REJECTED = trail.event("signal.rejected", gettext_lazy("did not take a signal as a case"))

UNIT = "child_protection_unit"  # the kind of institution that answers signals and leads cases
SEND, TAKE = "signals.send", "signals.take"


def unit_of(municipality: Municipality) -> Institution | None:
    """The child protection unit that serves a municipality, or the successor of one that has ended (two queries)."""
    rows = Institution.objects.unscoped("to whom a signal goes, whoever sends it")
    serving = rows.filter(kind__code=UNIT, territories=municipality).order_by("pk")
    found = serving.working().first()
    if found is None:
        # The unit has ended: whoever took its work over answers its signals, too.
        followed = serving.filter(successor__retired_on=None, successor__kind__code=UNIT).values("successor")
        found = rows.filter(pk__in=followed).order_by("pk").first()
    return found


@transaction.atomic
def send(
    *,
    by: Seat,
    municipality: Municipality,
    kind: str,
    source: Term,
    what: str,
    who: str = "",
    where: str = "",
    is_urgent: bool = False,
) -> Signal:
    """Tell the unit of a municipality about a child or a possible victim; the clock of its answer starts."""
    receiver = unit_of(municipality)
    if receiver is None:
        sentence = _("No child protection unit of this municipality is in the registry yet. Call 116 006 or 129.")
        raise ValidationError({"municipality": sentence})
    now = timezone.now()
    signal = Signal(
        kind=kind,
        municipality=municipality,
        sender=by.institution,
        sent_by=by,
        receiver=receiver,
        source=source,
        is_urgent=is_urgent,
        sent_at=now,
        due_at=now if is_urgent else calendar.due_at("referral", now),
    )
    settle(signal, by=by, right=SEND)
    _seal(signal, {"what": what, "who": who, "where": where})
    trail.record(by, SENT, signal)
    day = timezone.localdate(signal.due_at)
    tell(notices.SIGNAL, signal, to=at(receiver.pk), by=by, day=day, is_urgent=is_urgent)
    return signal


def _seal(signal: Signal, words: dict[str, str]) -> None:
    key, opened = DataKey.make(signal=signal)
    key.full_clean()
    key.save()
    row = SignalWords(signal=signal)
    give_key(opened, row)
    row.data = words
    row.full_clean()
    row.save()


def _waiting(signal: Signal) -> Signal:
    signal = hold(signal)
    if not signal.is_open:
        raise ValidationError(_("Somebody has already answered this signal."), code="state")
    return signal


def answer(signal: Signal, *, by: Seat, state: str) -> Signal:
    """Give a signal its answer; raises `ValidationError` when it has one (one row lock)."""
    signal = _waiting(signal)
    signal.state, signal.answered_at, signal.answered_by = state, timezone.now(), by
    signal = settle(signal, by=by, right=TAKE)
    tell(notices.SIGNAL_ANSWERED, signal, to=at(signal.sender_id), by=by)
    return signal


def take(signal: Signal, *, by: Seat, is_another: bool) -> Signal:
    """Take a signal as a case: the first answers it; one more of it, of another child, is said to be so.

    Who takes one more must be able to read what the signal tells. Raises `ValidationError` (one row lock).
    """
    held = hold(signal)
    if held.state != Signal.State.TAKEN:
        return answer(held, by=by, state=Signal.State.TAKEN)
    if not may_take_again(held, by):
        raise ValidationError(_("Somebody has already answered this signal."), code="state")
    if not is_another:
        sentence = _("This signal is a case already. Open another one only for another child or person of it.")
        raise ValidationError({"is_another": sentence})
    return held


def may_take_again(signal: Signal, seat: Seat) -> bool:
    """Whether this seat may open one more case of a signal that is one already (two queries)."""
    if signal.state != Signal.State.TAKEN:
        return False
    reads = SignalWords.objects.permitted(seat, "signals.read").filter(signal=signal)
    return Signal.objects.permitted(seat, TAKE).filter(pk=signal.pk).exists() and reads.exists()


@transaction.atomic
def reject(signal: Signal, *, by: Seat, why: str) -> Signal:
    """Do not take a signal as a case, with a reason that the sender does not see."""
    if not why.strip():
        raise ValidationError({"why": _("Say in a sentence why it does not become a case.")})
    signal = _waiting(signal)  # who comes second is told so, though they may read it no more
    # Read before it is answered: then it is nobody's but the head's of the unit.
    row = SignalWords.objects.permitted(by, "signals.read").filter(signal=signal).first()
    if row is None:
        raise PermissionDenied(_("This lies outside your seat's reach."))
    signal = answer(signal, by=by, state=Signal.State.REJECTED)
    row.data = row.data | {"answer": why}
    row.save()
    trail.record(by, REJECTED, signal)
    return signal
