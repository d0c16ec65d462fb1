"""Verbs of the action plan: begun, written, adopted, reported on, closed."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, hold_by_id, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Act, Institution
from krat.people.models import Seat
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.plan.models.plan import UNFINISHED
from krat.reference.models import County, Municipality, Term

BEGUN = trail.event("plan.begun", gettext_lazy("began an action plan"))
ADOPTED = trail.event("plan.adopted", gettext_lazy("adopted an action plan"))
ADOPTION_UNDONE = trail.event("plan.adoption_undone", gettext_lazy("took the adoption of an action plan back"))
CLOSED = trail.event("plan.closed", gettext_lazy("closed an action plan"))
OBJECTIVE_SAVED = trail.event("plan.objective_saved", gettext_lazy("wrote an objective of the plan"))
MEASURE_SAVED = trail.event("plan.measure_saved", gettext_lazy("wrote a measure of the plan"))
MEASURE_REPORTED = trail.event("plan.measure_reported", gettext_lazy("reported on a measure of the plan"))

MANAGE = "plan.manage"


@transaction.atomic
def begin(*, by: Seat, county: County, year: int, carry_over: bool) -> Plan:
    """Begin the plan of a year, on request with the unfinished measures of the year before."""
    plan = Plan(county=county, year=year)
    settle(plan, by=by, right=MANAGE)
    trail.record(by, BEGUN, plan)
    before = Plan.objects.permitted(by, MANAGE).filter(county=county, year=year - 1).first() if carry_over else None
    if before is not None:
        _carry_over(hold(before), plan, by)
    return plan


def _carry_over(before: Plan, plan: Plan, by: Seat) -> None:
    rows = Measure.objects.permitted(by, MANAGE).for_list().filter(objective__plan=before)
    unfinished = rows.filter(state__in=UNFINISHED)
    objectives: dict[int, Objective] = {}
    for old in unfinished.prefetch_related("municipalities").order_by("number"):
        if old.objective_id not in objectives:
            objectives[old.objective_id] = write_objective(
                None,
                plan=plan,
                by=by,
                pillar=old.objective.pillar,
                number=old.objective.number,
                title=old.objective.title,
            )
        lead = _working([old.lead])[0]
        write_measure(
            None,
            objective=objectives[old.objective_id],
            by=by,
            number=old.number,
            title=old.title,
            lead=lead,
            supporting=[one for one in _working(old.supporting.visible_to(by)) if one != lead],
            municipalities=list(old.municipalities.all()),
            due_on=None if old.is_ongoing or old.due_on is None else _a_year_later(old.due_on),
            is_ongoing=old.is_ongoing,
            indicator=old.indicator,
            baseline=old.actual or old.baseline,
            target=old.target,
            means=old.means,
            resource=old.resource,
            for_children=old.for_children,
        )


def _working(institutions: Iterable[Institution]) -> list[Institution]:
    """Each of these, or who took over from one that has ended (one query for each that has)."""
    found: dict[int, Institution] = {}
    for one in institutions:
        seen = {one.pk}
        while one.retired_on is not None and one.successor_id is not None and one.successor_id not in seen:
            rows = Institution.objects.unscoped("who took over from an institution that has ended")
            one = rows.get(pk=one.successor_id)
            seen.add(one.pk)
        found[one.pk] = one
    return list(found.values())


def _a_year_later(day: datetime.date) -> datetime.date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)


@transaction.atomic
def write_objective(
    objective: Objective | None,
    *,
    plan: Plan,
    by: Seat,
    pillar: Term,
    number: str,
    title: str,
    based_on: int | None = None,
) -> Objective:
    """Write an objective, new or changed."""
    refuse_personal({"title": title})
    _hold_to_write(plan)
    objective = hold(objective, based_on=based_on or 0) if objective is not None else Objective(plan=plan)
    old = objective.title
    objective.pillar, objective.number, objective.title = pillar, number, title
    settle(objective, by=by, right=MANAGE)
    trail.record(by, OBJECTIVE_SAVED, objective, changes={"title": (old, title)})
    return objective


@transaction.atomic
def write_measure(
    measure: Measure | None,
    *,
    objective: Objective,
    by: Seat,
    supporting: Sequence[Institution],
    municipalities: Sequence[Municipality] | None = None,
    based_on: int | None = None,
    reason: str = "",
    **words: Any,
) -> Measure:
    """Write a measure, new or changed: its number, words, lead, day, indicator, and where it is carried out.

    Its municipalities stay where none are given. Where the target of an adopted plan changes, ``reason`` says why; it
    is kept with who changed it and when.
    """
    refuse_personal({field: words[field] for field in ("title", "indicator", "means")} | {"reason": reason})
    if words["lead"] in supporting:
        raise ValidationError({"supporting": _("The lead institution need not support itself.")})
    if any(one.county_id != objective.plan.county_id for one in municipalities or ()):
        raise ValidationError({"municipalities": _("Choose municipalities of the county.")})
    plan = _hold_to_write(objective.plan)
    measure = hold(measure, based_on=based_on or 0) if measure is not None else Measure(objective=objective)
    has_new_target = measure.pk is not None and words.get("target", measure.target) != measure.target
    if has_new_target and plan.state == Plan.State.ADOPTED and not reason.strip():
        raise ValidationError({"reason": _("The plan is adopted. Say why its target changes.")})
    changes = {field: (getattr(measure, field, None) if measure.pk else None, value) for field, value in words.items()}
    for field, value in words.items():
        setattr(measure, field, value)
    if has_new_target:
        changes["reason"] = ("", reason.strip())
    settle(measure, by=by, right=MANAGE)
    measure.supporting.set(supporting, clear=True)
    if municipalities is not None:
        measure.municipalities.set(municipalities)
    trail.record(by, MEASURE_SAVED, measure, changes=changes)
    return measure


@transaction.atomic
def report_measure(measure: Measure, *, by: Seat, based_on: int, state: str, actual: int | None, note: str) -> Measure:
    """Report where a measure stands: the lead institution, or the secretariat."""
    refuse_personal({"note": note})
    plan = hold_by_id(Plan, measure.objective.plan_id)
    measure = hold(measure, based_on=based_on)
    if plan.state not in (Plan.State.ADOPTED, Plan.State.CONSULTED):
        raise ValidationError(_("Only the measures of an adopted plan are reported on."))
    changes = {
        "state": (measure.state, state),
        "actual": (measure.actual, actual),
        "note": (measure.note, note),
    }
    measure.state, measure.actual, measure.note = state, actual, note
    settle(measure, by=by, right="measures.report")
    trail.record(by, MEASURE_REPORTED, measure, changes=changes)
    return measure


@transaction.atomic
def adopt(plan: Plan, *, by: Seat, based_on: int, adopted_on: datetime.date, act: Act | None) -> Plan:
    """Adopt the plan: the chair's verb, at the yearly analysis."""
    plan = hold(plan, based_on=based_on)
    if plan.state not in (Plan.State.DRAFT, Plan.State.CONSULTED):
        raise ValidationError(_("This plan has already been adopted."))
    if not Measure.objects.permitted(by, "plan.adopt").filter(objective__plan=plan).exists():
        raise ValidationError(_("A plan without a single measure cannot be adopted."))
    plan.state, plan.adopted_on, plan.act = Plan.State.ADOPTED, adopted_on, act
    settle(plan, by=by, right="plan.adopt")
    trail.record(by, ADOPTED, plan)
    return plan


@transaction.atomic
def undo_adoption(plan: Plan, *, by: Seat, based_on: int, reason: str) -> Plan:
    """Take the adoption back, as long as nobody has built on it: the plan is a draft again.

    The reason stands in the plan's history. Locks the plan, then its measures.
    """
    refuse_personal({"reason": reason})
    plan = hold(plan, based_on=based_on)
    if plan.state != Plan.State.ADOPTED:
        raise ValidationError(_("This plan is not adopted."), code="state")
    if not reason.strip():
        raise ValidationError({"reason": _("Say in a sentence why.")})
    rows = Measure.objects.permitted(by, "plan.adopt").filter(objective__plan=plan)
    list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
    if is_built_on(plan, by):
        raise ValidationError(_("Work on this plan has begun: its adoption stays."), code="state")
    before = {"adopted_on": plan.adopted_on, "act": plan.act.code if plan.act is not None else None}
    plan.state, plan.adopted_on, plan.act = Plan.State.DRAFT, None, None
    settle(plan, by=by, right="plan.adopt")
    changes = {"state": (Plan.State.ADOPTED.value, plan.state), "reason": (None, reason.strip())}
    trail.record(by, ADOPTION_UNDONE, plan, changes=changes | {name: (old, None) for name, old in before.items()})
    return plan


def is_built_on(plan: Plan, seat: Seat) -> bool:
    """Whether something stands on an adopted plan: a report, a task, an activity, or the plan of the next year (four
    queries)."""
    measures = Measure.objects.visible_to(seat).filter(objective__plan=plan)
    return (
        measures.exclude(state=Measure.State.PLANNED, actual=None, note="").exists()
        or Task.objects.visible_to(seat).filter(measure__in=measures).exists()
        or Activity.objects.visible_to(seat).filter(measure__in=measures).exists()
        or Plan.objects.visible_to(seat).filter(county=plan.county_id, year=plan.year + 1).exists()
    )


@transaction.atomic
def close(plan: Plan, *, by: Seat, based_on: int | None = None) -> Plan:
    """Close the plan of a year; a measure that is still open needs its reason first."""
    plan = hold(plan, based_on=based_on)
    if plan.state != Plan.State.ADOPTED:
        raise ValidationError(_("Only an adopted plan can be closed."))
    rows = Measure.objects.permitted(by, MANAGE).filter(objective__plan=plan, state__in=["planned", "in_progress"])
    left = rows.filter(note="", is_ongoing=False).count()
    if left:
        raise ValidationError(
            _("%(left)s measures are unfinished and say no reason. Report on them first."), params={"left": left}
        )
    plan.state = Plan.State.CLOSED
    settle(plan, by=by, right=MANAGE)
    trail.record(by, CLOSED, plan)
    return plan


def _hold_to_write(plan: Plan) -> Plan:
    """Hold a plan whose text still changes; it reads differently now: whoever adopts it must have read this."""
    held = hold(plan)
    if not held.may_still_change:
        raise ValidationError(_("This plan is closed; its text does not change any more."))
    Plan.objects.unscoped("a plan that is held").filter(pk=held.pk).update(version=F("version") + 1)
    return held
