"""The act of identification: what was decided, by whom, when, under which number (decision 34)."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Identification
from cases.models.identification import FIRST, FORMAL, MOVES, SAYS_WHY
from cases.models.stages import VictimStatus
from krat.access import rights
from krat.access.scoping import hold, look_again
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat

IDENTIFIED = trail.event("case.identified", gettext_lazy("recorded an act of identification"))

# Kinds of institution, of the code list.
FIRST_CONTACT = (
    "child_protection_unit",
    "local_police",
    "border_police",
    "social_service",
    "education",
    "health",
    "ngo",
    "shelter",
)
POLICE = ("local_police", "border_police")


def results(case: Case, right: str) -> list[VictimStatus]:
    """What an act may find by a right, from where the case stands (no query)."""
    return [after for (before, after), needed in MOVES.items() if before == case.victim_status and needed == right]


def authorities(case: Case, seat: Seat) -> Any:
    """The bodies of first contact that serve the case's municipality (a queryset)."""
    rows = Institution.objects.visible_to(seat).working()
    return rows.filter(kind__code__in=FIRST_CONTACT, territories=case.municipality_id).distinct()


def police(case: Case, seat: Seat) -> Any:
    """The police that serves the case's municipality (a queryset)."""
    return authorities(case, seat).filter(kind__code__in=POLICE)


@transaction.atomic
def record(
    case: Case,
    *,
    by: Seat,
    result: str,
    decided_on: datetime.date,
    reference: str,
    authority: Institution | None = None,
    together_with: Institution | None = None,
    why: str = "",
    based_on: int | None = None,
) -> Identification:
    """Record what an authority decided; the case stands by its last act from then on. One row lock on the case.

    A first identification names its ``authority``. A formal one is the State Social Service's own, ``together_with``
    the police. Services never wait for it (docs/domain.md 10.3).
    """
    case = hold(case, based_on=based_on)
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you change it."), code="state")
    before = VictimStatus(case.victim_status)
    after = VictimStatus(result) if result in VictimStatus.values else None
    right = MOVES.get((before, after)) if after is not None else None
    if after is None or right is None:
        raise ValidationError({"result": _("From “%(before)s” no act leads there.") % {"before": before.label}})
    if not rights.may(by, right):
        raise PermissionDenied(_("Your seat does not have the right to do this."))
    look_again(case, by=by, right=right)  # before: who finds that somebody is no victim sees the case no more
    is_formal = right == FORMAL
    authority = by.institution if is_formal else authority
    _check(case, by, after, authority, together_with if is_formal else None, decided_on, reference, why, right)
    case.victim_status = after
    case.version += 1
    case.full_clean()
    case.save()
    act = Identification(
        case=case,
        kind=Identification.Kind.FORMAL if is_formal else Identification.Kind.FIRST,
        result=after,
        authority=authority,
        together_with=together_with if is_formal else None,
        decided_on=decided_on,
        seat=by,
    )
    act.data = {"reference": reference.strip(), "why": why.strip()}
    act.full_clean()
    act.save()
    trail.record(by, IDENTIFIED, case, changes={"victim_status": (before.value, after.value)})
    return act


def _check(
    case: Case,
    by: Seat,
    after: VictimStatus,
    authority: Institution | None,
    together_with: Institution | None,
    decided_on: datetime.date,
    reference: str,
    why: str,
    right: str,
) -> None:
    wrong: dict[str, str] = {}
    if right == FIRST and (authority is None or not authorities(case, by).filter(pk=authority.pk).exists()):
        wrong["authority"] = _("Choose who identified the person: a body that serves the case's municipality.")
    if right == FORMAL and (together_with is None or not police(case, by).filter(pk=together_with.pk).exists()):
        wrong["together_with"] = _("Choose the police with which the interview was held.")
    if decided_on > timezone.localdate():
        wrong["decided_on"] = _("The day lies in the future.")
    if not reference.strip():
        wrong["reference"] = _("Write the number of the act, as it stands on the paper.")
    if after in SAYS_WHY and not why.strip():
        wrong["why"] = _("Say in a sentence why.")
    if wrong:
        raise ValidationError(wrong)
