"""Pret nga ju: what waits for a seat, as sentences, the most urgent first."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.people.models import Invitation, Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import State
from krat.reference import calendar
from krat.ui.due import Due, due_of
from meetings.models import Meeting

_MOST = 50
_LATER = datetime.date.max


@dataclass(frozen=True)
class Waiting:
    """One line: what to do, why it came, until when, and where to do it."""

    title: str
    why: str
    url: str
    day: datetime.date | None

    @property
    def due(self) -> Due | None:
        """The chip of the line."""
        return due_of(self.day)


def waiting_for(seat: Seat) -> list[Waiting]:
    """What waits for this seat (at most a dozen queries, whatever there is)."""
    lines = [
        *_own_tasks(seat),
        *_to_verify(seat),
        *_minutes(seat),
        *_remarks(seat),
        *_measures(seat),
        *_plans(seat),
        *_new_seats(seat),
    ]
    return sorted(lines, key=lambda line: line.day or _LATER)


def _own_tasks(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.report").filter(lead=seat.institution_id).open().for_list()[:_MOST]
    return [
        Waiting(
            title=task.title,
            why=_("Task of your institution · %(source)s · %(state)s")
            % {"source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
        )
        for task in rows
    ]


def _to_verify(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.verify").filter(state=State.DONE).exclude(done_by=seat.pk)
    if not rights.may(seat, "meetings.file"):
        # The Prefect verifies what the prefecture itself reported; the rest is the coordinator's.
        rows = rows.filter(lead=seat.institution_id)
    found = list(rows.for_list()[:_MOST])
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


def _minutes(seat: Seat) -> list[Waiting]:
    approve = Meeting.objects.permitted(seat, "minutes.approve").filter(minutes=Meeting.Minutes.CIRCULATED)
    file = Meeting.objects.permitted(seat, "meetings.file").filter(predates_registry=False)
    unfinished = Q(state=Meeting.State.OPEN) | Q(
        state__in=[Meeting.State.HELD, Meeting.State.NO_QUORUM], minutes=Meeting.Minutes.DRAFT
    )
    return [
        *_minutes_lines(approve.for_list()[:_MOST], _("Approve the minutes: %(meeting)s"), "minutes_remarks"),
        *_minutes_lines(
            file.filter(unfinished).for_list()[:_MOST], _("Finish the minutes: %(meeting)s"), "minutes_draft"
        ),
    ]


def _minutes_lines(meetings: Iterable[Meeting], title: str, deadline: str) -> list[Waiting]:
    found = list(meetings)
    until = calendar.dues(deadline, [meeting.held_on for meeting in found])
    return [
        Waiting(
            title=title % {"meeting": meeting},
            why=_("Meeting of %(day)s · minutes: %(state)s")
            % {
                "day": formats.date_format(meeting.held_on, "SHORT_DATE_FORMAT"),
                "state": meeting.get_minutes_display(),
            },
            url=reverse("meetings:detail", kwargs={"code": meeting.code}),
            day=until[meeting.held_on],
        )
        for meeting in found
    ]


def _remarks(seat: Seat) -> list[Waiting]:
    """Members read circulated minutes; those who file or approve them have their own lines."""
    if rights.may(seat, "minutes.approve") or rights.may(seat, "meetings.file") or seat.county_id is None:
        return []
    rows = Meeting.objects.visible_to(seat).filter(minutes=Meeting.Minutes.CIRCULATED).exclude(remarks__seat=seat.pk)
    title = _("Read the minutes and make your remarks: %(meeting)s")
    return _minutes_lines(rows.for_list()[:5], title, "minutes_remarks")


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
        )
        for one in rows.for_list().order_by("due_on")[:_MOST]
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
        )
        for one in rows.select_related("county")[:5]
    ]


def _new_seats(seat: Seat) -> list[Waiting]:
    """The data protection officer looks at every seat that an administrator has given in the last fortnight."""
    if not rights.may(seat, "trail.view"):
        return []
    since = timezone.now() - datetime.timedelta(days=14)
    rows = Invitation.objects.visible_to(seat).filter(accepted_at__gte=since).select_related("institution")
    return [
        Waiting(
            title=_("Look at the seat that was given: %(role)s") % {"role": one.get_role_display()},
            why=f"{one.institution} · {formats.date_format(timezone.localtime(one.accepted_at), 'SHORT_DATE_FORMAT')}",
            url=reverse("people:list") + f"?role={one.role}",
            day=None,
        )
        for one in rows.order_by("-accepted_at")[:_MOST]
    ]


def next_meeting(seat: Seat) -> Meeting | None:
    """The next meeting this seat reads of (one query)."""
    rows = Meeting.objects.visible_to(seat).filter(
        state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], held_on__gte=timezone.localdate()
    )
    return rows.for_list().order_by("held_on", "pk").first()
