"""What the bodies and the plan asked of one institution, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Step, Task
from krat.plan.models.task import OPEN, State
from meetings.models import Decision


@dataclass(frozen=True)
class Line:
    """One task of the ledger: who asked, until when, how it stands, and what shows it."""

    task: Task
    decisions: Sequence[Decision]
    days_late: int  # when it was reported done, after its day
    told: Step | None  # what its lead said last: what was done, or how the work goes
    given_back: Sequence[Step]  # each time, with the reason
    verified: Step | None


def asked_of(institution: Institution, seat: Seat) -> Any:
    """The tasks that an institution leads, as far as the seat sees them; the latest asked first."""
    rows = Task.objects.visible_to(seat).filter(lead=institution).select_related("lead", "county", "measure")
    return rows.order_by("-given_on", "-pk")


def with_their_course(rows: Any, seat: Seat) -> Any:
    """The same with what a line of the ledger tells (two queries more)."""
    steps = Step.objects.visible_to(seat).select_related("seat__institution").order_by("pk")
    decisions = Decision.objects.visible_to(seat).select_related("body").order_by("pk")
    return rows.prefetch_related(Prefetch("steps", queryset=steps), Prefetch("decisions", queryset=decisions))


def lines_of(tasks: Sequence[Task]) -> list[Line]:
    """The lines of tasks that came with their course (no query)."""
    return [_line(task) for task in tasks]


def _line(task: Task) -> Line:
    steps = list(task.steps.all())
    was_given_back = (State.DONE, State.IN_PROGRESS)
    given_back = [after for before, after in pairwise(steps) if (before.state, after.state) == was_given_back]
    verified = next((one for one in steps if one.state == State.VERIFIED), None)
    told = [one for one in steps if one.note and one not in given_back and one is not verified]
    is_late = bool(task.done_on and task.due_on and task.done_on > task.due_on)
    return Line(
        task=task,
        decisions=list(task.decisions.all()),
        days_late=(task.done_on - task.due_on).days if is_late and task.done_on and task.due_on else 0,
        told=told[-1] if told else None,
        given_back=given_back,
        verified=verified,
    )


@dataclass(frozen=True)
class Sums:
    """How many tasks were asked, and how they stand."""

    asked: int
    verified: int
    to_verify: int
    open: int
    late: int
    cancelled: int
    given_back: int


def sums_of(rows: Any) -> Sums:
    """Counted over all of them (two queries)."""
    late = Q(state__in=OPEN, due_on__lt=timezone.localdate())
    found = rows.order_by().aggregate(
        asked=Count("pk"),
        verified=Count("pk", filter=Q(state=State.VERIFIED)),
        to_verify=Count("pk", filter=Q(state=State.DONE)),
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=late),
        cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
    )
    return Sums(**found, given_back=rows.given_back().count())
