"""What waits of plans and tasks."""

import datetime

from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.committee.models import Institution
from krat.people.models import Seat, where_somebody_sits
from krat.plan.models import Measure, Plan, Task
from krat.reference import calendar
from krat.ui.waiting import MOST, Lines, Waiting

_NAMED = 4  # institutions that one line still names


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
    rows = Task.objects.waiting_for(seat)
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


def _where_nobody_sits(seat: Seat) -> list[Waiting]:
    """Open tasks and measures of institutions at which nobody sits: nobody else is told of them. One line, however many
    institutions."""
    if not rights.may(seat, "tasks.give") or seat.county_id is None:
        return []
    empty = Institution.objects.visible_to(seat).filter(county=seat.county_id).exclude(pk__in=where_somebody_sits())
    tasks = Task.objects.permitted(seat, "tasks.give").open().filter(lead__in=empty)
    measures = Measure.objects.permitted(seat, "plan.manage").filter(
        lead__in=empty, state__in=Measure.OPEN, objective__plan__state=Plan.State.ADOPTED
    )
    places = list(empty.filter(Q(pk__in=tasks.values("lead")) | Q(pk__in=measures.values("lead"))))
    if not places:
        return []
    first = tasks.aggregate(first=Min("due_on"))["first"]
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
            day=first,
        )
    ]


LINES: list[Lines] = [
    (10, _own_tasks),
    (15, _supported_tasks),
    (20, _to_verify),
    (30, _where_nobody_sits),
    (50, _measures),
    (60, _plans),
]
