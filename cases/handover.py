"""What a seat, unit or office leaves behind when it ends: its places in teams, and the work that waited for it.

`krat.people` and `krat.committee` stand below and know no case: they ask every area that has a ``handover`` module.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from cases.actions.cases import RELEASED
from cases.actions.referrals import MOVED
from cases.actions.signals import UNIT
from cases.models import Assignment, Card, Case, Obstacle, Referral, Signal
from cases.models.card import CardState
from cases.models.case import folded
from cases.models.referral import ReferralState
from cases.sharing import PURPOSES
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference import calendar

HANDED_OVER = trail.event("case.handed_over", gettext_lazy("handed open work of a case over to a successor"))


# --- a seat ends ---


def seat_ends(seat: Seat, *, by: Seat) -> None:
    """Its places in teams end with it, so that the head of the unit is told of cases without a manager.

    What an officer of the police has accepted in person waits for an answer again. Row locks on these cases, by number.
    """
    places = list(
        Assignment.objects.unscoped("what is open where a seat or an institution ends").filter(
            seat=seat.pk, ended_at=None
        )
    )
    accepted = Referral.objects.unscoped("what is open where a seat or an institution ends").filter(
        accepted_by=seat.pk, state=ReferralState.ACCEPTED, purpose="police"
    )
    mine = list(accepted)
    touched = {one.case_id for one in (*places, *mine)}
    list(
        Case.objects.unscoped("what is open where a seat or an institution ends")
        .filter(pk__in=touched)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    for place in Assignment.objects.unscoped("what is open where a seat or an institution ends").filter(
        pk__in=[one.pk for one in places], ended_at=None
    ):
        place.ended_at = timezone.now()
        place.save(update_fields=["ended_at"])
        trail.record(by, RELEASED, place)
    for referral in (
        Referral.objects.unscoped("what is open where a seat or an institution ends")
        .filter(pk__in=[one.pk for one in mine])
        .select_for_update()
    ):
        _ask_anew(referral, by=by)


def _ask_anew(referral: Referral, *, by: Seat) -> None:
    """An accepted referral waits for an answer again; what it shared is shut until then."""
    before = referral.state
    referral.state, referral.accepted_at, referral.accepted_by = ReferralState.SENT, None, None
    referral.due_at = calendar.due_at("referral_answer", timezone.now())
    referral.version += 1
    referral.save(update_fields=["state", "accepted_at", "accepted_by", "due_at", "version"])
    trail.record(by, MOVED, referral, changes={"state": (before, ReferralState.SENT.value)})


# --- an institution ends ---


def _cases(institution: Institution) -> Any:
    return (
        Case.objects.unscoped("what is open where a seat or an institution ends").filter(holder=institution.pk).open()
    )


def _referrals(institution: Institution) -> Any:
    return (
        Referral.objects.unscoped("what is open where a seat or an institution ends")
        .filter(receiver=institution.pk)
        .open()
    )


def _signals(institution: Institution) -> Any:
    return Signal.objects.unscoped("what is open where a seat or an institution ends").filter(
        receiver=institution.pk, state=Signal.State.SENT
    )


def _obstacles(institution: Institution) -> Any:
    return Obstacle.objects.unscoped("what is open where a seat or an institution ends").filter(
        waits_for=institution.pk, state=Obstacle.State.STANDS
    )


def open_work(institution: Institution) -> list[str]:
    """What is open there, as numbers (four queries): whoever ends an institution sees no case."""
    cases, referrals = _cases(institution).count(), _referrals(institution).count()
    signals, obstacles = _signals(institution).count(), _obstacles(institution).count()
    return [
        *([ngettext("%(n)s open case", "%(n)s open cases", cases) % {"n": cases}] if cases else []),
        *([ngettext("%(n)s open referral", "%(n)s open referrals", referrals) % {"n": referrals}] if referrals else []),
        *([ngettext("%(n)s signal to answer", "%(n)s signals to answer", signals) % {"n": signals}] if signals else []),
        *(
            [ngettext("%(n)s obstacle waits for it", "%(n)s obstacles wait for it", obstacles) % {"n": obstacles}]
            if obstacles
            else []
        ),
    ]


def fits(institution: Institution, successor: Institution) -> bool:
    """Whether a successor can take this work over: cases are led by child protection units alone."""
    leads = _cases(institution).exists() or _signals(institution).exists()
    return not leads or successor.kind.code == UNIT


def hand_over(institution: Institution, successor: Institution, *, by: Seat) -> None:
    """Give everything open to a successor: its head names who leads each case, its offices answer each referral.

    What an office had accepted is not shown to its successor unasked: it waits for an answer again. Row locks on what
    is handed over, cases first.
    """
    # With its own cases those of which it answers a referral: what a referral counts for is told by its case.
    ours = Case.objects.unscoped("what is open where a seat or an institution ends").filter(
        Q(pk__in=_cases(institution).order_by().values("pk"))
        | Q(pk__in=_referrals(institution).order_by().values("case_id"))
    )
    locked = list(ours.order_by("pk").select_for_update(of=("self",)))
    held = [case for case in locked if case.holder_id == institution.pk and case.is_open]
    for case in held:
        _hand_over_case(case, successor, by=by)
    told = Q(state=Signal.State.SENT) | Q(pk__in=[case.signal_id for case in held if case.signal_id])
    for signal in (
        Signal.objects.unscoped("what is open where a seat or an institution ends")
        .filter(told, receiver=institution.pk)
        .select_for_update(of=("self",))
    ):
        signal.receiver = successor
        signal.save(update_fields=["receiver"])
        trail.record(by, HANDED_OVER, signal)
    for referral in _referrals(institution).order_by("pk").select_for_update(of=("self",)):
        _hand_over_referral(referral, successor, by=by)
    for obstacle in _obstacles(institution).order_by("pk").select_for_update(of=("self",)):
        obstacle.waits_for = successor
        obstacle.version += 1
        obstacle.save(update_fields=["waits_for", "version"])
        trail.record(by, HANDED_OVER, obstacle)
    cards = (
        Card.objects.unscoped("what is open where a seat or an institution ends")
        .filter(waits_for=institution.pk)
        .exclude(state=CardState.CLOSED)
    )
    for card in cards.order_by("pk").select_for_update(of=("self",)):
        card.waits_for = successor
        card.version += 1
        card.save(update_fields=["waits_for", "version"])
        trail.record(by, HANDED_OVER, card)


def _hand_over_case(case: Case, successor: Institution, *, by: Seat) -> None:
    """The holder changes; the team ends, and the successor's head names another. A reference stays where it is free."""
    before = case.holder_id
    case.holder = successor
    there = Case.objects.unscoped("what is open where a seat or an institution ends").filter(holder=successor.pk)
    if case.reference and there.by_reference(folded(case.reference)).exists():
        case.reference = f"{case.reference[:55]}-{case.pk}"[:60]
    case.version += 1
    case.save(update_fields=["holder", "reference", "version", "changed_at"])
    for place in Assignment.objects.unscoped("what is open where a seat or an institution ends").filter(
        case=case.pk, ended_at=None
    ):
        place.ended_at = timezone.now()
        place.save(update_fields=["ended_at"])
        trail.record(by, RELEASED, place)
    for referral in (
        Referral.objects.unscoped("what is open where a seat or an institution ends")
        .filter(case=case.pk, sender=before)
        .open()
    ):
        referral.sender = successor
        referral.save(update_fields=["sender"])
    trail.record(by, HANDED_OVER, case)


def _hand_over_referral(referral: Referral, successor: Institution, *, by: Seat) -> None:
    same = Referral.objects.unscoped("what is open where a seat or an institution ends").filter(
        case=referral.case_id, purpose=referral.purpose, receiver=successor.pk
    )
    if successor.kind.code not in PURPOSES[referral.purpose].kinds or same.open().exists():
        return  # it stays with its sender, who is told that no answer came in time
    referral.receiver = successor
    referral.save(update_fields=["receiver"])
    if referral.state == ReferralState.ACCEPTED:
        _ask_anew(referral, by=by)
    trail.record(by, HANDED_OVER, referral)
