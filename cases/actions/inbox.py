"""The human inbox: a change that a system sent on top of somebody else's waits until a person decides (decision 23)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import cases
from cases.models import Case, SentChange
from cases.models.stages import MOVES, Stage
from krat.access import rights
from krat.access.scoping import hold, hold_by_id, look_again
from krat.audit import trail
from krat.people.models import Seat
from krat.reference.models import Municipality, Term

HELD_BACK = trail.event("case.held_back", gettext_lazy("sent a change that waits for a person's decision"))
TAKEN_OVER = trail.event("case.taken_over", gettext_lazy("took over a change that a system sent"))
DROPPED = trail.event("case.dropped", gettext_lazy("did not take over a change that a system sent"))

DECIDE = "cases.inbox"


@dataclass(frozen=True)
class Wanted:
    """What a sent change would make of a case; only what was in it."""

    head: dict[str, Any]
    identity: dict[str, str]
    stage: str = ""


@transaction.atomic
def send_change(
    case: Case,
    *,
    by: Seat,
    head: Mapping[str, Any] | None = None,
    identity: Mapping[str, str] | None = None,
    stage: str = "",
) -> SentChange:
    """Keep a change until a person decides; the same sent again is kept once. One row lock on the case."""
    case = hold(case)
    look_again(case, by=by, right=cases.CHANGE)
    if stage and not rights.may(by, MOVES.get((Stage(case.stage), Stage(stage)), cases.CHANGE)):
        raise PermissionDenied(_("Your seat does not have the right to do this."))
    plain = {name: _plain(value) for name, value in (head or {}).items()}
    words = json.dumps({"head": plain, "identity": dict(identity or {}), "stage": stage}, sort_keys=True)
    rows = SentChange.objects.unscoped("what this very client sent before and nobody has decided about yet")
    for one in rows.filter(case=case, seat=by, state=SentChange.State.WAITS):
        if one.data["sent"] == words:
            return one
    sent = SentChange(case=case, seat=by)
    sent.data = {"sent": words}
    sent.full_clean()
    sent.save()
    trail.record(by, HELD_BACK, sent, fields=[*plain, *(identity or {}), *(["stage"] if stage else [])])
    return sent


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return getattr(value, "code", value)


def wanted(sent: SentChange) -> Wanted:
    """What a sent change would make of the case, with rows instead of codes (two queries at most)."""
    said = json.loads(sent.data["sent"])
    head = said["head"]
    head.pop("victim_status", None)  # sent before identification became an act (decision 34)
    if "municipality" in head:
        head["municipality"] = Municipality.objects.select_related("county").get(code=head["municipality"])
    if "source" in head:
        head["source"] = Term.objects.get(list=Term.List.SOURCE, code=head["source"])
    if "signalled_on" in head:
        head["signalled_on"] = datetime.date.fromisoformat(head["signalled_on"])
    return Wanted(head, said["identity"], said["stage"])


@transaction.atomic
def take_over(sent: SentChange, *, by: Seat, based_on: int | None = None) -> SentChange:
    """Apply a sent change to the case, in the name of whoever decides; ``based_on`` is the case's version."""
    hold_by_id(Case, sent.case_id)
    sent = _decided(sent, by, SentChange.State.APPLIED)
    case = Case.objects.permitted(by, cases.CHANGE).filter(pk=sent.case_id).first()
    if case is None:
        raise ValidationError(_("This case lies outside your seat's reach."))
    change = wanted(sent)
    if change.head or change.identity:
        case = cases.change(
            case, by=by, based_on=based_on, head=change.head, identity=change.identity or None, despite_doubt=True
        )
    if change.stage and change.stage != case.stage:
        cases.move(case, change.stage, by=by)
    trail.record(by, TAKEN_OVER, sent)
    return sent


@transaction.atomic
def drop(sent: SentChange, *, by: Seat) -> SentChange:
    """Leave the case as it stands; what was sent stays in the file."""
    sent = _decided(sent, by, SentChange.State.DROPPED)
    trail.record(by, DROPPED, sent)
    return sent


def _decided(sent: SentChange, by: Seat, state: str) -> SentChange:
    sent = hold(sent)
    if sent.state != SentChange.State.WAITS:
        raise ValidationError(_("Somebody has already decided about this change."), code="state")
    sent.state, sent.decided_at, sent.decided_by = state, timezone.now(), by
    sent.full_clean()
    sent.save()
    look_again(sent, by=by, right=DECIDE)
    return sent
