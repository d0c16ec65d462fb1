"""What waits of plans and tasks."""

import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.access.together import Rows
from krat.committee.models import Institution
from krat.people.models import Seat, where_somebody_sits
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import State
from krat.reference import calendar
from krat.ui.waiting import MOST, Lines, Moments, Waiting

_NAMED = 4  # institutions that one line still names
_TASK = {"lead": ("short_name",)}


def open_tasks(seat: Seat, _at: Moments) -> Rows:
    """The open tasks that the seat's institution leads."""
    rows = Task.objects.permitted(seat, "tasks.report").filter(lead=seat.institution_id)
    return Rows(rows.open().for_list()[:MOST], _TASK)


def _own_tasks(_seat: Seat, tasks: list[Task]) -> list[Waiting]:
    return [
        Waiting(
            title=task.title,
            why=_("Task of your institution · %(source)s · %(state)s")
            % {"source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
            clock=task.due_on - task.given_on if task.due_on else None,
        )
        for task in tasks
    ]


def supported_tasks(seat: Seat, _at: Moments) -> Rows:
    """The open tasks that the seat's institution supports."""
    rows = Task.objects.visible_to(seat).of(seat.institution_id).exclude(lead=seat.institution_id)
    return Rows(rows.open().for_list()[:MOST], _TASK)


def _supported_tasks(_seat: Seat, tasks: list[Task]) -> list[Waiting]:
    return [
        Waiting(
            title=task.title,
            why=_("Your institution supports %(lead)s · %(source)s · %(state)s")
            % {"lead": task.lead.short_name, "source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
            clock=task.due_on - task.given_on if task.due_on else None,
        )
        for task in tasks
    ]


def done_tasks(seat: Seat, _at: Moments) -> Rows:
    """The tasks that were reported done by others than the seat's person, and that the seat verifies."""
    rows = Task.objects.permitted(seat, "tasks.verify").filter(state=State.DONE).exclude(done_by__user=seat.user_id)
    if not rights.may(seat, "meetings.file"):
        # The Prefect verifies what the prefecture itself reported; the rest is the coordinator's.
        rows = rows.filter(lead=seat.institution_id)
    return Rows(rows.for_list()[:MOST], _TASK)


def _to_verify(_seat: Seat, tasks: list[Task]) -> list[Waiting]:
    until = calendar.after_working_days([task.done_on for task in tasks if task.done_on], 5)
    return [
        Waiting(
            title=_("Verify the task reported done: %(task)s") % {"task": task.title},
            why=f"{task.lead} · {task.comes_from}",
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=until[task.done_on] if task.done_on else None,
        )
        for task in tasks
    ]


def measures_to_report(seat: Seat, _at: Moments) -> Rows:
    """The open measures that the seat's institution leads and that end within a month."""
    soon = timezone.localdate() + datetime.timedelta(days=30)
    rows = Measure.objects.permitted(seat, "measures.report").filter(
        lead=seat.institution_id,
        state__in=[Measure.State.PLANNED, Measure.State.IN_PROGRESS],
        objective__plan__state=Plan.State.ADOPTED,
        due_on__lte=soon,
    )
    return Rows(rows.order_by("due_on", "pk")[:MOST])


def _measures(_seat: Seat, measures: list[Measure]) -> list[Waiting]:
    return [
        Waiting(
            title=_("Report on measure %(number)s: %(measure)s") % {"number": one.number, "measure": one.title},
            why=_("Your institution leads this measure of the plan"),
            url=reverse("plan:measure", kwargs={"code": one.code}),
            day=one.due_on,
            clock=one.due_on - datetime.date(one.due_on.year, 1, 1) if one.due_on else None,  # plans run by years
        )
        for one in measures
    ]


def plans_to_adopt(seat: Seat, _at: Moments) -> Rows:
    """The plans that the seat may adopt."""
    rows = Plan.objects.permitted(seat, "plan.adopt").filter(state__in=[Plan.State.DRAFT, Plan.State.CONSULTED])
    return Rows(rows.order_by("-year")[:5])


def _plans(_seat: Seat, plans: list[Plan]) -> list[Waiting]:
    return [
        Waiting(
            title=_("Adopt the action plan %(year)s") % {"year": one.year},
            why=_("The plan waits for the committee"),
            url=reverse("plan:detail", kwargs={"code": one.code}),
            day=datetime.date(one.year, 3, 31),
            clock=datetime.timedelta(days=90),
        )
        for one in plans
    ]


def idle_places(seat: Seat, _at: Moments) -> Rows | None:
    """The institutions of the county at which nobody sits, and that have open tasks or measures."""
    if not rights.may(seat, "tasks.give") or seat.county_id is None:
        return None
    empty = _empty(seat)
    measures = Measure.objects.permitted(seat, "plan.manage").filter(
        lead__in=empty, state__in=Measure.OPEN, objective__plan__state=Plan.State.ADOPTED
    )
    idle = empty.filter(Q(pk__in=_of_nobody(seat).values("lead")) | Q(pk__in=measures.values("lead")))
    return Rows(idle.order_by("sort_key"))


def first_idle_task(seat: Seat, _at: Moments) -> Rows | None:
    """The first of their open tasks, by its day."""
    if not rights.may(seat, "tasks.give") or seat.county_id is None:
        return None
    return Rows(_of_nobody(seat).exclude(due_on=None).order_by("due_on")[:1])


def _empty(seat: Seat) -> QuerySet[Institution]:
    here = Institution.objects.visible_to(seat).filter(county=seat.county_id)
    return here.exclude(pk__in=where_somebody_sits()).order_by()


def _of_nobody(seat: Seat) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.permitted(seat, "tasks.give").open().filter(lead__in=_empty(seat)).order_by()
    return tasks


def _where_nobody_sits(_seat: Seat, places: list[Institution], tasks: list[Task]) -> list[Waiting]:
    """Open tasks and measures of institutions at which nobody sits: nobody else is told of them. One line, however many
    institutions."""
    if not places:
        return []
    only = f"&institution={places[0].pk}" if len(places) == 1 else ""
    return [
        Waiting(
            title=ngettext(
                "Nobody sits at %(n)s institution that has open work",
                "Nobody sits at %(n)s institutions that have open work",
                len(places),
            )
            % {"n": len(places)},
            why=_("%(names)s · ask for a seat there, or charge another institution")
            % {"names": ", ".join(one.short_name for one in places[:_NAMED]) + (" …" if len(places) > _NAMED else "")},
            url=reverse("plan:tasks") + f"?whose=all&state=open{only}",
            day=tasks[0].due_on if tasks else None,
        )
    ]


LINES: list[Lines] = [
    (10, _own_tasks, (open_tasks,)),
    (15, _supported_tasks, (supported_tasks,)),
    (20, _to_verify, (done_tasks,)),
    (30, _where_nobody_sits, (idle_places, first_idle_task)),
    (50, _measures, (measures_to_report,)),
    (60, _plans, (plans_to_adopt,)),
]
