"""Verbs of tasks: given, worked on, reported done, verified."""

import datetime
from collections.abc import Iterable, Sequence
from types import EllipsisType

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.roles import Role
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Body, Institution
from krat.notify.telling import at, in_county, tell
from krat.people.models import Seat
from krat.plan import notices
from krat.plan.models import Measure, Step, Task
from krat.plan.models.task import MOVES, State
from krat.plan.titles import tidy
from krat.reference.models import County

GIVEN = trail.event("task.given", gettext_lazy("gave a task"))
CHANGED = trail.event("task.changed", gettext_lazy("changed a task"))
PROGRESSED = trail.event("task.progressed", gettext_lazy("reported progress of a task"))
MOVED = trail.event("task.moved", gettext_lazy("moved a task to another state"))

GIVE, REPORT, VERIFY = "tasks.give", "tasks.report", "tasks.verify"


@transaction.atomic
def give(
    *,
    by: Seat,
    county: County,
    origin: str,
    source: str,
    title: str,
    lead: Institution,
    due_on: datetime.date | None,
    details: str = "",
    body: Body | None = None,
    supporting: Sequence[Institution] = (),
    measure: Measure | None = None,
    given_on: datetime.date | None = None,
    predates_registry: bool = False,
) -> Task:
    """Give a task to one responsible institution until a day; it is live at once (decision 13)."""
    title = tidy(title)
    refuse_personal({"title": title, "details": details})
    given_on = given_on or timezone.localdate()
    if due_on is not None and due_on < given_on:
        raise ValidationError({"due_on": _("The day lies before the day on which the task is given.")})
    if lead in supporting:
        raise ValidationError({"supporting": _("The responsible institution need not support itself.")})
    task = Task(
        county=county,
        origin=origin,
        body=body,
        source=source,
        title=title,
        details=details,
        lead=lead,
        measure=measure,
        given_on=given_on,
        due_on=due_on,
        predates_registry=predates_registry,
    )
    settle(task, by=by, right=GIVE)
    task.supporting.set(supporting, clear=True)
    _add_step(task, by, "")
    trail.record(by, GIVEN, task)
    if not predates_registry:
        tell(notices.GIVEN, task, to=at(lead.pk), by=by, day=due_on)
        if supporting:
            tell(notices.SUPPORTED, task, to=at(*(one.pk for one in supporting)), by=by, day=due_on)
    return task


@transaction.atomic
def change(
    task: Task,
    *,
    by: Seat,
    based_on: int,
    title: str,
    details: str,
    lead: Institution,
    due_on: datetime.date | None,
    supporting: Sequence[Institution],
    measure: Measure | EllipsisType | None = ...,
    note: str = "",
) -> Task:
    """Change the words, the lead, the supporters or the day of an open task; a ``note`` stands in its course.

    Its measure stays where none is given; None takes it away.
    """
    title = tidy(title)
    refuse_personal({"title": title, "details": details, "note": note})
    task = hold(task, based_on=based_on)
    if not task.is_open:
        raise ValidationError(_("Only an open task can be changed."), code="state")
    if due_on is not None and due_on < task.given_on:
        raise ValidationError({"due_on": _("The day lies before the day on which the task is given.")})
    if lead in supporting:
        raise ValidationError({"supporting": _("The responsible institution need not support itself.")})
    changes: dict[str, tuple[object, object]] = {
        "title": (task.title, title),
        "details": (task.details, details),
        "lead": (task.lead.code, lead.code),
        "due_on": (task.due_on, due_on),
        "supporting": (_codes(task.supporting.unscoped("who supported a task that is held")), _codes(supporting)),
    }
    is_new_to_lead = task.lead_id != lead.pk
    task.title, task.details, task.lead, task.due_on = title, details, lead, due_on
    if not isinstance(measure, EllipsisType):
        changes["measure"] = (task.measure_id, measure.pk if measure is not None else None)
        task.measure = measure
    settle(task, by=by, right=GIVE)
    task.supporting.set(supporting, clear=True)
    if note:
        _add_step(task, by, note)
    trail.record(by, CHANGED, task, changes=changes)
    if is_new_to_lead:
        tell(notices.GIVEN, task, to=at(lead.pk), by=by, day=due_on)
    return task


@transaction.atomic
def report_progress(task: Task, *, by: Seat, note: str) -> Step:
    """Say in words how the work goes; a new or accepted task is thereby in progress."""
    refuse_personal({"note": note})
    task = hold(task)
    if not task.is_open:
        raise ValidationError(_("This task is no longer open; progress is not reported on it."), code="state")
    task.state = State.IN_PROGRESS
    settle(task, by=by, right=REPORT)
    step = _add_step(task, by, note)
    trail.record(by, PROGRESSED, task)
    return step


@transaction.atomic
def move(task: Task, to: State, *, by: Seat, note: str = "", based_on: int | None = None) -> Task:
    """Move a task along its table of moves. Nobody verifies what they reported done themselves, in whatever seat."""
    refuse_personal({"note": note})
    task = hold(task, based_on=based_on)
    before = State(task.state)
    if (before, to) not in MOVES:
        raise ValidationError(
            _("The task is “%(before)s”; from there it cannot become “%(after)s”."),
            code="state",
            params={"before": before.label, "after": to.label},
        )
    if to in (State.IN_PROGRESS, State.CANCELLED, State.DONE) and not note.strip() and before is not State.NEW:
        raise ValidationError({"note": _("Say in a sentence why, or what was done.")})
    if to is State.DONE:
        task.done_on, task.done_by = timezone.localdate(), by
    elif before is State.DONE and to is State.IN_PROGRESS:
        task.done_on, task.done_by = None, None
    elif to is State.VERIFIED:
        if was_done_by(task, by):
            raise ValidationError(_("You reported this task done; somebody else verifies it."))
        task.verified_on, task.verified_by = timezone.localdate(), by
    task.state = to
    settle(task, by=by, right=MOVES[before, to])
    _add_step(task, by, note)
    trail.record(by, MOVED, task, changes={"state": (before.value, to.value)})
    if to is State.DONE:
        tell(notices.DONE, task, to=in_county(task.county_id, Role.COORDINATOR), by=by)
    elif before is State.DONE and to is State.IN_PROGRESS:
        tell(notices.RETURNED, task, to=at(task.lead_id), by=by, day=task.due_on)
    elif to in (State.VERIFIED, State.CANCELLED):
        tell(notices.ENDED, task, to=at(task.lead_id), by=by)
    return task


@transaction.atomic
def verify_several(several: Sequence[Task], *, by: Seat, note: str = "") -> None:
    """Verify tasks that were reported done: all of them, or none where one stands otherwise by now; it is named."""
    for task in sorted(several, key=lambda one: one.pk):
        try:
            move(task, State.VERIFIED, by=by, note=note)
        except ValidationError as refusal:
            if hasattr(refusal, "error_dict"):
                raise  # of the note
            raise ValidationError({"tasks": [f"{task.title}: {said}" for said in refusal.messages]}) from refusal


def was_done_by(task: Task, seat: Seat) -> bool:
    """Whether the person in this seat reported the task done, in whatever seat (one query)."""
    return Task.objects.unscoped("who reported a task that is held").filter(pk=task.pk).done_by_person(seat).exists()


def _codes(institutions: Iterable[Institution]) -> str:
    return ", ".join(sorted(one.code for one in institutions))


def _add_step(task: Task, by: Seat, note: str) -> Step:
    step = Step(task=task, seat=by, state=task.state, note=note)
    step.full_clean()
    step.save()
    return step
