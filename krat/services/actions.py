"""Verbs of the service catalogue: kept, told of free places, withdrawn; and of services that are missing."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access import areas
from krat.access.scoping import hold, look_again, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.people.models import Seat
from krat.plan.models import Task
from krat.reference.models import County, Municipality, Term
from krat.services.models import Missing, MissingState, Opening, Places, Service, Territory

SAVED = trail.event("service.saved", gettext_lazy("entered or changed a service of the catalogue"))
TOLD = trail.event("service.places", gettext_lazy("told how many places of a service are free"))
WITHDRAWN = trail.event("service.withdrawn", gettext_lazy("withdrew a service from the catalogue"))
RESTORED = trail.event("service.restored", gettext_lazy("put a service back into the catalogue"))

NOTED = trail.event("missing.noted", gettext_lazy("noted that a service is missing"))
SETTLED = trail.event("missing.settled", gettext_lazy("said what is done about a missing service"))

MANAGE, TELL = "services.manage", "services.tell"
NOTE, SETTLE = "missing.note", "missing.settle"
_TEXTS = ("name", "hours", "how_to_refer", "partners", "founded_by", "licence")


@transaction.atomic
def save(
    service: Service | None,
    *,
    by: Seat,
    county: County,
    based_on: int | None = None,
    kinds: Sequence[Term],
    needs: Sequence[Term],
    municipalities: Sequence[Municipality],
    **words: Any,
) -> Service:
    """Enter a service into the catalogue of a county, or change one; names of persons and addresses are refused.

    A shelter bears the code of its institution as its name, and its territory tells no place.
    """
    refuse_personal({name: words[name] for name in _TEXTS})
    service = hold(service, based_on=based_on or 0) if service is not None else Service(county=county)
    is_there = service.pk is not None
    if not kinds:
        raise ValidationError({"kinds": _("Say what it offers.")})
    if words["provider"].kind.code == "shelter":
        words["name"] = words["provider"].code
        if words["territory"] == Territory.MUNICIPALITIES:
            raise ValidationError({"territory": _("Where a shelter is, is told nowhere: the county, or the country.")})
    if not words["name"].strip():
        raise ValidationError({"name": _("Say what it is called.")})
    if words["territory"] == Territory.MUNICIPALITIES and not municipalities:
        raise ValidationError({"municipalities": _("Tick the municipalities that it serves.")})
    if words["opening"] == Opening.HOURS and not words["hours"].strip():
        raise ValidationError({"hours": _("Say on which days and at which hours.")})
    if service.free is not None and words["capacity"] is not None and words["capacity"] < service.free:
        sentence = _("%(free)s places were told as free: tell first how many are free now.")
        raise ValidationError({"capacity": sentence % {"free": service.free}})
    several: dict[str, list[Any]] = {
        "kinds": list(kinds),
        "needs": list(needs),
        "municipalities": list(municipalities) if words["territory"] == Territory.MUNICIPALITIES else [],
    }
    changes: dict[str, tuple[object, object]] = {}
    for name, value in words.items():
        before = getattr(service, name) if is_there else None
        if before != value:
            changes[name] = (_told(before), _told(value))
        setattr(service, name, value)
    before_several: dict[str, list[Any]] = {
        name: list(getattr(service, name).all()) if is_there else [] for name in several
    }
    settle(service, by=by, right=MANAGE)
    for name, rows in several.items():
        if set(before_several[name]) != set(rows):
            changes[name] = (_codes(before_several[name]), _codes(rows))
            getattr(service, name).set(rows)
    trail.record(by, SAVED, service, changes=changes)
    return service


def _told(value: object) -> object:
    """A value as the trail keeps it: an institution by its code."""
    return getattr(value, "code", value)


def _codes(rows: Sequence[Any]) -> str:
    return ", ".join(sorted(row.code for row in rows))


@transaction.atomic
def tell_places(service: Service, *, by: Seat, free: int) -> Places:
    """Tell how many places are free now. The day counts from this moment, also where the number stays the same.

    Locks the service, whose version stays: whoever edits the catalogue meanwhile is not in its way.
    """
    service = hold(service)
    if not service.is_offered:
        raise ValidationError(_("This service was withdrawn; it has no places any more."), code="state")
    if service.capacity is not None and free > service.capacity:
        sentence = _("It has %(places)s places in all. If there are more now, its places are to be changed first.")
        raise ValidationError({"free": sentence % {"places": service.capacity}})
    before, now = service.free, timezone.now()
    told = Places(service=service, free=free, capacity=service.capacity, told_at=now, told_by=by)
    settle(told, by=by, right=TELL)
    Service.objects.permitted(by, TELL).filter(pk=service.pk).update(free=free, told_at=now)
    look_again(service, by=by, right=TELL)
    trail.record(by, TOLD, service, changes={"free": (before, free)})
    return told


@transaction.atomic
def withdraw(service: Service, *, by: Seat, why: str, sure: bool = False, based_on: int | None = None) -> Service:
    """Take a service out of the catalogue, with the reason. It stays readable, and what was referred to it stays.

    Where referrals wait there, it asks back: ``sure``.
    """
    refuse_personal({"why": why})
    service = hold(service, based_on=based_on)
    if not service.is_offered:
        raise ValidationError(_("This service was withdrawn already."), code="state")
    if not why.strip():
        raise ValidationError({"why": _("Say in a sentence why.")})
    others = Service.objects.permitted(by, MANAGE).offered().filter(provider=service.provider_id).exclude(pk=service.pk)
    is_last = not others.exists()
    if not sure and any(area.waits_at(service, is_last=is_last) for area in areas.modules("service_use")):
        sentence = _("Referrals wait at this provider. They stay with it, and whoever sent them sees the withdrawal.")
        raise ValidationError({"sure": sentence})
    service.withdrawn_on, service.why_withdrawn = timezone.localdate(), why
    settle(service, by=by, right=MANAGE)
    trail.record(by, WITHDRAWN, service, changes={"why_withdrawn": (None, why)})
    return service


@transaction.atomic
def restore(service: Service, *, by: Seat) -> Service:
    """Put a withdrawn service back. What it once told of free places is old: nobody is to rely on it."""
    service = hold(service)
    if service.is_offered:
        raise ValidationError(_("This service is in the catalogue."), code="state")
    service.withdrawn_on, service.why_withdrawn = None, ""
    settle(service, by=by, right=MANAGE)
    trail.record(by, RESTORED, service)
    return service


# --- what is missing ---


@transaction.atomic
def note_missing(
    *, by: Seat, county: County, kind: Term, municipality: Municipality, since: datetime.date, what: str = ""
) -> Missing:
    """Note that a kind of service is missing in a municipality; what is noted there already is joined, not doubled.

    Of one that stands the earlier day is kept, and words where it had none. Locks the one that stands.
    """
    refuse_personal({"what": what})
    if municipality.county_id != county.pk:
        raise ValidationError({"municipality": _("Choose a municipality of the county.")})
    if since > timezone.localdate():
        raise ValidationError({"since": _("It cannot be missing from a day to come.")})
    there = Missing.objects.permitted(by, NOTE).missed().filter(kind=kind, municipality=municipality).first()
    if there is None:
        missing = Missing(
            county=county,
            kind=kind,
            municipality=municipality,
            since=since,
            what=what,
            noted_by=by,
            noted_on=timezone.localdate(),
        )
        changes: dict[str, tuple[object, object]] = {"since": (None, since), "what": (None, what)}
    else:
        missing = hold(there)
        told = {"since": min(since, missing.since), "what": missing.what or what}
        changes = {name: (getattr(missing, name), new) for name, new in told.items() if getattr(missing, name) != new}
        if not changes:
            return missing
        missing.since, missing.what = min(since, missing.since), missing.what or what
    settle(missing, by=by, right=NOTE)
    trail.record(by, NOTED, missing, changes=changes)
    return missing


@transaction.atomic
def give_missing(missing: Missing, *, by: Seat, tasks: Sequence[Task], decision: str = "") -> Missing:
    """Say which tasks, and which decision, are to fill what is missing."""
    missing = _held(missing, MissingState.GIVEN, also=(MissingState.GIVEN,))
    if not tasks:
        raise ValidationError({"task": _("Choose the task that is to fill it.")})
    before = missing.state
    missing.state = MissingState.GIVEN
    missing.decision = decision or missing.decision
    settle(missing, by=by, right=SETTLE)
    missing.tasks.add(*tasks)
    changes = {"state": (before, missing.state), "decision": (None, missing.decision)}
    trail.record(by, SETTLED, missing, changes=changes)
    return missing


@transaction.atomic
def fill_missing(missing: Missing, *, by: Seat, service: Service | None, how: str = "") -> Missing:
    """Say that what was missing is there now: by a service of the catalogue, or in words."""
    refuse_personal({"how": how})
    missing = _held(missing, MissingState.FILLED)
    if service is None and not how.strip():
        raise ValidationError({"how": _("Choose the service that fills it, or say in a sentence how it is filled.")})
    return _end(missing, MissingState.FILLED, by=by, how=how, service=service)


@transaction.atomic
def drop_missing(missing: Missing, *, by: Seat, how: str) -> Missing:
    """Say that it is not needed any more, and why."""
    refuse_personal({"how": how})
    missing = _held(missing, MissingState.DROPPED)
    if not how.strip():
        raise ValidationError({"how": _("Say in a sentence why.")})
    return _end(missing, MissingState.DROPPED, by=by, how=how)


def _held(missing: Missing, to: MissingState, also: Sequence[MissingState] = ()) -> Missing:
    missing = hold(missing)
    if not missing.may_become(to) and missing.state not in also:
        sentence = _("This is “%(state)s” already.") % {"state": missing.get_state_display()}
        raise ValidationError(sentence, code="state")
    return missing


def _end(missing: Missing, to: MissingState, *, by: Seat, how: str, service: Service | None = None) -> Missing:
    before = missing.state
    missing.state, missing.over_on, missing.how, missing.filled_by = to, timezone.localdate(), how, service
    settle(missing, by=by, right=SETTLE)
    trail.record(by, SETTLED, missing, changes={"state": (before, missing.state), "how": (None, how)})
    return missing
