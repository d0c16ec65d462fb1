"""What waits of meetings, and the cards that wait for one."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Count, Max, Q, QuerySet, Value
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models import Card
from krat.access import rights
from krat.access.together import Numbers, Rows
from krat.committee.models import Body
from krat.people.models import Seat
from krat.plan.models import Task
from krat.plan.waiting import open_tasks
from krat.reference import calendar
from krat.services.models import Missing
from krat.ui.waiting import MOST, Lines, Moments, Waiting
from meetings.models import AgendaItem, Decision, Meeting, MeetingQuerySet

_MEETING = {"body": ("kind", "county")}


def forgotten(seat: Seat, _at: Moments) -> Rows:
    """Planned meetings of which the day has passed."""
    return Rows(_filed(seat).forgotten().for_list()[:MOST], _MEETING)


def unfinished(seat: Seat, _at: Moments) -> Rows:
    """Meetings in progress, and those that were held and of which the minutes were not sent out yet."""
    rows = _filed(seat).filter(
        Q(state=Meeting.State.OPEN)
        | Q(state__in=[Meeting.State.HELD, Meeting.State.NO_QUORUM], minutes=Meeting.Minutes.DRAFT)
    )
    return Rows(rows.for_list()[:MOST], _MEETING)


def _filed(seat: Seat) -> MeetingQuerySet:
    rows: MeetingQuerySet = Meeting.objects.permitted(seat, "meetings.file").filter(predates_registry=False)
    return rows


def to_approve(seat: Seat, _at: Moments) -> Rows:
    """Meetings of which the seat approves the minutes."""
    rows = Meeting.objects.permitted(seat, "minutes.approve").filter(minutes=Meeting.Minutes.CIRCULATED)
    return Rows(rows.for_list()[:MOST], _MEETING)


def _minutes(_seat: Seat, planned: list[Meeting], circulated: list[Meeting], drafted: list[Meeting]) -> list[Waiting]:
    return [
        *_forgotten(planned),
        *_minutes_lines(circulated, _("Approve the minutes: %(meeting)s"), "minutes_remarks"),
        *_minutes_lines(drafted, _("Finish the minutes: %(meeting)s"), "minutes_draft"),
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


def to_remark(seat: Seat, _at: Moments) -> Rows | None:
    """Meetings of which the minutes were sent out, and on which the seat has made no remark yet. Members read them;
    those who file or approve them have their own lines."""
    if rights.may(seat, "minutes.approve") or rights.may(seat, "meetings.file") or seat.county_id is None:
        return None
    rows = Meeting.objects.visible_to(seat).filter(minutes=Meeting.Minutes.CIRCULATED).exclude(remarks__seat=seat.pk)
    return Rows(rows.for_list()[:5], _MEETING)


def _remarks(_seat: Seat, meetings: list[Meeting]) -> list[Waiting]:
    title = _("Read the minutes and make your remarks: %(meeting)s")
    return _minutes_lines(meetings, title, "minutes_remarks")


def waiting_cards(seat: Seat, _at: Moments) -> Rows | None:
    """Cards that wait for the table, for whoever sees cards and makes agendas."""
    if not rights.may(seat, "cards.table") or not rights.may(seat, "cards.view"):
        return None
    rows = Card.objects.permitted(seat, "cards.table").waiting().for_list()[:MOST]
    return Rows(rows, {"kind": ("name_sq", "name_en"), "waits_for": ("short_name",)})


def _cards(_seat: Seat, cards: list[Card], meetings: list[Meeting]) -> list[Waiting]:
    """They are put on an agenda in the next meeting's own page."""
    meeting = next(iter(meetings), None)
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
        for one in cards
    ]


def missing_services(seat: Seat, _at: Moments) -> Rows | None:
    """Missing services that nobody is to fill yet and that stand on no coming agenda."""
    if not rights.may(seat, "missing.settle"):
        return None
    coming = AgendaItem.objects.permitted(seat, "meetings.file").filter(
        withdrawn_at=None, meeting__state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], missing__isnull=False
    )
    needed = Missing.objects.permitted(seat, "missing.settle").filter(state=Missing.State.NEEDED)
    rows = needed.exclude(pk__in=coming.order_by().values("missing")).for_list()[:MOST]
    return Rows(rows, {"kind": ("name_sq", "name_en"), "municipality": ("name",)})


def _missing(_seat: Seat, missing: list[Missing], meetings: list[Meeting]) -> list[Waiting]:
    """They are put on an agenda in the next meeting's own page."""
    meeting = next(iter(meetings), None)
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
        for one in missing
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


def bodies_today(seat: Seat, _at: Moments) -> Rows | None:
    """The bodies of the county that stand today, for who convenes them."""
    if not rights.may(seat, "meetings.file") or seat.county_id is None:
        return None
    today = timezone.localdate()
    rows = Body.objects.visible_to(seat).filter(starts_on__lte=today, ends_on__gte=today)
    return Rows(rows.order_by("-year", "kind"))


def last_meetings(seat: Seat, _at: Moments) -> Numbers | None:
    """When each kind of body met last, and how many meetings of it lie ahead: a body changes every year by order."""
    if not rights.may(seat, "meetings.file") or seat.county_id is None:
        return None
    ahead = Q(state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], held_on__gte=timezone.localdate())
    rows = Meeting.objects.permitted(seat, "meetings.file").filter(body__county=seat.county_id).order_by()
    return Numbers(
        rows.values("body__kind", "body__county").annotate(
            last=Max("held_on", filter=Q(state=Meeting.State.HELD)), ahead=Count("pk", filter=ahead)
        )
    )


def _convene(_seat: Seat, bodies: list[Body], meetings: list[dict[str, Any]]) -> list[Waiting]:
    """Bodies whose next meeting has to be convened, because the last one lies back as long as it may."""
    today = timezone.localdate()
    met = {(one["body__kind"], one["body__county"]): one for one in meetings}
    lines = []
    for body in bodies:
        of_kind = met.get((body.kind, body.county_id), {"last": None, "ahead": 0})
        until = calendar.due(_AT_LEAST_ONCE_IN[Body.Kind(body.kind)], of_kind["last"] or body.starts_on)
        invited_by = calendar.due_before("invitation", until)
        if of_kind["ahead"] or today < invited_by:
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


def _report(seat: Seat, tasks: list[Task], meetings: list[Meeting]) -> list[Waiting]:
    """Before the next meeting whoever leads open tasks reports on them."""
    meeting = next(iter(meetings), None)
    if rights.may(seat, "meetings.file") or not tasks or meeting is None:
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


def next_meetings(seat: Seat, _at: Moments) -> Rows:
    """The meeting this seat reads of that is in progress, or comes next; none or one."""
    return Rows(Meeting.objects.visible_to(seat).coming()[:1], _MEETING)


def agenda_of(meeting: Meeting, seat: Seat) -> tuple[int, int]:
    """How many items stand on the agenda of a meeting that the seat reads of, and how many decisions return to it (one
    query)."""
    items = AgendaItem.objects.visible_to(seat).filter(meeting=meeting, withdrawn_at=None)
    decisions = Decision.objects.visible_to(seat).returning_to(meeting)
    counted = _counted(items, "items").union(_counted(decisions, "decisions"), all=True)
    found = dict(counted)
    return found.get("items", 0), found.get("decisions", 0)


def _counted(rows: QuerySet[Any], of: str) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(of=Value(of, CharField())).values("of")
    counted: QuerySet[Any, Any] = named.annotate(n=Count("pk")).values_list("of", "n")
    return counted


LINES: list[Lines] = [
    (30, _minutes, (forgotten, to_approve, unfinished)),
    (40, _remarks, (to_remark,)),
    (45, _convene, (bodies_today, last_meetings)),
    (55, _report, (open_tasks, next_meetings)),
    (160, _cards, (waiting_cards, next_meetings)),
    (170, _missing, (missing_services, next_meetings)),
]
