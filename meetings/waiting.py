"""What waits of meetings, and the cards that wait for one."""

import datetime
from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models import Card
from krat.access import rights
from krat.committee.models import Body
from krat.people.models import Seat
from krat.plan.models import Task
from krat.reference import calendar
from krat.services.models import Missing
from krat.ui.waiting import MOST, Lines, Waiting
from meetings.models import AgendaItem, Meeting


def _minutes(seat: Seat) -> list[Waiting]:
    approve = Meeting.objects.permitted(seat, "minutes.approve").filter(minutes=Meeting.Minutes.CIRCULATED)
    file = Meeting.objects.permitted(seat, "meetings.file").filter(predates_registry=False)
    unfinished = Q(state=Meeting.State.OPEN) | Q(
        state__in=[Meeting.State.HELD, Meeting.State.NO_QUORUM], minutes=Meeting.Minutes.DRAFT
    )
    return [
        *_forgotten(file.forgotten().for_list()[:MOST]),
        *_minutes_lines(approve.for_list()[:MOST], _("Approve the minutes: %(meeting)s"), "minutes_remarks"),
        *_minutes_lines(
            file.filter(unfinished).for_list()[:MOST], _("Finish the minutes: %(meeting)s"), "minutes_draft"
        ),
    ]


def _forgotten(meetings: Iterable[Meeting]) -> list[Waiting]:
    return [
        Waiting(
            title=_("Was it held? %(meeting)s") % {"meeting": meeting},
            why=_("It was planned for %(day)s. Open, postpone or cancel it.")
            % {"day": formats.date_format(meeting.held_on, "SHORT_DATE_FORMAT")},
            url=reverse("meetings:detail", kwargs={"code": meeting.code}),
            day=meeting.held_on,
        )
        for meeting in meetings
    ]


def _remarks(seat: Seat) -> list[Waiting]:
    """Members read circulated minutes; those who file or approve them have their own lines."""
    if rights.may(seat, "minutes.approve") or rights.may(seat, "meetings.file") or seat.county_id is None:
        return []
    rows = Meeting.objects.visible_to(seat).filter(minutes=Meeting.Minutes.CIRCULATED).exclude(remarks__seat=seat.pk)
    title = _("Read the minutes and make your remarks: %(meeting)s")
    return _minutes_lines(rows.for_list()[:5], title, "minutes_remarks")


def _cards(seat: Seat) -> list[Waiting]:
    """Cards that wait for the table, for whoever sees cards and makes agendas: in the next meeting's own page."""
    if not rights.may(seat, "cards.table") or not rights.may(seat, "cards.view"):
        return []
    rows = list(Card.objects.permitted(seat, "cards.table").waiting().for_list()[:MOST])
    meeting = next_meeting(seat) if rows else None
    return [
        Waiting(
            title=_("Put card %(alias)s on an agenda") % {"alias": one.alias},
            why=_("%(obstacle)s · waits for %(institution)s since %(days)s days")
            % {"obstacle": one.kind, "institution": one.waits_for, "days": one.days},
            url=reverse("meetings:cards", kwargs={"code": meeting.code})
            if meeting
            else reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            since=one.since,
            thing=one,
        )
        for one in rows
    ]


def _missing(seat: Seat) -> list[Waiting]:
    """Missing services that nobody is to fill yet and that stand on no coming agenda: in the next meeting's page."""
    if not rights.may(seat, "missing.settle"):
        return []
    coming = AgendaItem.objects.permitted(seat, "meetings.file").filter(
        withdrawn_at=None, meeting__state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], missing__isnull=False
    )
    needed = Missing.objects.permitted(seat, "missing.settle").waiting()
    rows = list(needed.exclude(pk__in=coming.order_by().values("missing")).for_list()[:MOST])
    meeting = next_meeting(seat) if rows else None
    return [
        Waiting(
            title=_("Put the missing service on an agenda: %(service)s") % {"service": one},
            why=_("Missing since %(day)s; no task is to fill it") % {"day": _day(one.since)},
            url=reverse("meetings:cards", kwargs={"code": meeting.code})
            if meeting
            else reverse("services:missing", kwargs={"code": one.code}),
            day=None,
            since=one.noted_on,
        )
        for one in rows
    ]


def _minutes_lines(meetings: Iterable[Meeting], title: str, deadline: str) -> list[Waiting]:
    found = list(meetings)
    # Remarks run from the day on which the minutes went out; minutes filed before that was kept, from the meeting's.
    starts = {meeting.pk: meeting.circulated_on or meeting.held_on for meeting in found}
    until = calendar.dues(deadline, starts.values())
    return [
        Waiting(
            title=title % {"meeting": meeting},
            why=_("Meeting of %(day)s · minutes: %(state)s")
            % {
                "day": formats.date_format(meeting.held_on, "SHORT_DATE_FORMAT"),
                "state": meeting.get_minutes_display(),
            },
            url=reverse("meetings:detail", kwargs={"code": meeting.code}),
            day=until[starts[meeting.pk]],
        )
        for meeting in found
    ]


def _convene(seat: Seat) -> list[Waiting]:
    """Bodies whose next meeting has to be convened, because the last one lies back as long as it may."""
    if not rights.may(seat, "meetings.file") or seat.county_id is None:
        return []
    today = timezone.localdate()
    lines = []
    for body in Body.objects.visible_to(seat).filter(starts_on__lte=today, ends_on__gte=today).for_list():
        meetings = Meeting.objects.permitted(seat, "meetings.file").filter(
            body__kind=body.kind, body__county=body.county_id
        )
        last = meetings.filter(state=Meeting.State.HELD).order_by("-held_on").values_list("held_on", flat=True).first()
        until = calendar.due(_AT_LEAST_ONCE_IN[Body.Kind(body.kind)], last or body.starts_on)
        planned = meetings.filter(state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], held_on__gte=today)
        invited_by = calendar.due_before("invitation", until)
        if planned.exists() or today < invited_by:
            continue
        lines.append(
            Waiting(
                title=_("Convene the next meeting: %(body)s") % {"body": body.get_kind_display()},
                why=_("It meets again by %(day)s at the latest; the invitation goes out by %(invited)s.")
                % {"day": _day(until), "invited": _day(invited_by)},
                url=reverse("meetings:add"),
                day=until,
            )
        )
    return lines


def _report(seat: Seat) -> list[Waiting]:
    """Before the next meeting whoever leads open tasks reports on them."""
    if not rights.may(seat, "tasks.report") or rights.may(seat, "meetings.file"):
        return []
    tasks = Task.objects.permitted(seat, "tasks.report").filter(lead=seat.institution_id).open()
    meeting = next_meeting(seat) if tasks.exists() else None
    if meeting is None:
        return []
    until, today = calendar.due_before("task_report", meeting.held_on), timezone.localdate()
    if today < until - _BEFORE:
        return []
    # A meeting may be convened after that day: then the meeting itself is what is left, and nobody is late.
    if today > until:
        until = max(meeting.held_on, today)
    return [
        Waiting(
            title=_("Report on your open tasks before the meeting of %(day)s") % {"day": _day(meeting.held_on)},
            why=_("Reports are expected by %(day)s.") % {"day": _day(until)},
            url=reverse("plan:tasks"),
            day=until,
        )
    ]


_AT_LEAST_ONCE_IN = {Body.Kind.COMMITTEE: "krat_meeting", Body.Kind.TABLE: "tt_meeting"}
_BEFORE = datetime.timedelta(days=7)


def _day(day: datetime.date) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT")


def next_meeting(seat: Seat) -> Meeting | None:
    """The meeting this seat reads of that is in progress, or comes next (one query)."""
    return Meeting.objects.visible_to(seat).select_related("body__county", "kind").coming().first()


LINES: list[Lines] = [
    (30, _minutes),
    (40, _remarks),
    (45, _convene),
    (55, _report),
    (160, _cards),
    (170, _missing),
]
