"""What waits of plans and tasks."""

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.people.models import Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import State
from krat.reference import calendar
from krat.ui.waiting import MOST, Lines, Waiting


def _own_tasks(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.report").filter(lead=seat.institution_id).open().for_list()[:MOST]
    return [
        Waiting(
            title=task.title,
            why=_("Task of your institution · %(source)s · %(state)s")
            % {"source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
            clock=task.due_on - task.given_on if task.due_on else None,
        )
        for task in rows
    ]


def _supported_tasks(seat: Seat) -> list[Waiting]:
    rows = Task.objects.visible_to(seat).of(seat.institution_id).exclude(lead=seat.institution_id)
    return [
        Waiting(
            title=task.title,
            why=_("Your institution supports %(lead)s · %(source)s · %(state)s")
            % {"lead": task.lead.short_name, "source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
            clock=task.due_on - task.given_on if task.due_on else None,
        )
        for task in rows.open().for_list()[:MOST]
    ]


def _to_verify(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.verify").filter(state=State.DONE).exclude(done_by__user=seat.user_id)
    if not rights.may(seat, "meetings.file"):
        # The Prefect verifies what the prefecture itself reported; the rest is the coordinator's.
        rows = rows.filter(lead=seat.institution_id)
    found = list(rows.for_list()[:MOST])
    until = calendar.after_working_days([task.done_on for task in found if task.done_on], 5)
    return [
        Waiting(
            title=_("Verify the task reported done: %(task)s") % {"task": task.title},
            why=f"{task.lead} · {task.comes_from}",
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=until[task.done_on] if task.done_on else None,
        )
        for task in found
    ]


def _measures(seat: Seat) -> list[Waiting]:
    soon = timezone.localdate() + datetime.timedelta(days=30)
    rows = Measure.objects.permitted(seat, "measures.report").filter(
        lead=seat.institution_id,
        state__in=[Measure.State.PLANNED, Measure.State.IN_PROGRESS],
        objective__plan__state=Plan.State.ADOPTED,
        due_on__lte=soon,
    )
    return [
        Waiting(
            title=_("Report on measure %(number)s: %(measure)s") % {"number": one.number, "measure": one.title},
            why=_("Your institution leads this measure of the plan"),
            url=reverse("plan:measure", kwargs={"code": one.code}),
            day=one.due_on,
            clock=one.due_on - datetime.date(one.due_on.year, 1, 1) if one.due_on else None,  # plans run by years
        )
        for one in rows.for_list().order_by("due_on")[:MOST]
    ]


def _plans(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "plan.adopt"):
        return []
    rows = Plan.objects.permitted(seat, "plan.adopt").filter(state__in=[Plan.State.DRAFT, Plan.State.CONSULTED])
    return [
        Waiting(
            title=_("Adopt the action plan %(year)s") % {"year": one.year},
            why=_("The plan waits for the committee"),
            url=reverse("plan:detail", kwargs={"code": one.code}),
            day=datetime.date(one.year, 3, 31),
            clock=datetime.timedelta(days=90),
        )
        for one in rows.select_related("county")[:5]
    ]


LINES: list[Lines] = [
    (10, _own_tasks),
    (15, _supported_tasks),
    (20, _to_verify),
    (50, _measures),
    (60, _plans),
]
