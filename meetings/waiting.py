"""What waits of meetings, and the cards that wait for one."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from cases.models import Card
from krat.access import rights
from krat.people.models import Seat
from krat.reference import calendar
from krat.ui.waiting import MOST, Lines, Waiting
from meetings.models import Meeting


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
            thing=one,
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


def next_meeting(seat: Seat) -> Meeting | None:
    """The meeting this seat reads of that is in progress, or comes next (one query)."""
    return Meeting.objects.visible_to(seat).select_related("body__county", "kind").coming().first()


LINES: list[Lines] = [
    (30, _minutes),
    (40, _remarks),
    (160, _cards),
]
