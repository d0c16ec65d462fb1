"""Verbs of meetings: convened, changed, opened, closed, called off."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Body
from krat.notify.kinds import Kind
from krat.notify.telling import of_body, tell
from krat.people.models import Seat
from krat.plan.models import Task
from krat.plan.models.task import State as TaskState
from krat.reference import calendar
from krat.reference.models import Term
from meetings import notices
from meetings.actions.agenda import add_item, return_cards, take_cards_again
from meetings.actions.attendance import recount
from meetings.actions.held import FILE, hold_meeting, next_number, rewritten
from meetings.models import AgendaItem, Attendance, Decision, Meeting, Remark, Review

CONVENED = trail.event("meeting.convened", gettext_lazy("convened a meeting"))
CHANGED = trail.event("meeting.changed", gettext_lazy("changed the date or place of a meeting"))
OPENED = trail.event("meeting.opened", gettext_lazy("opened a meeting"))
CLOSED = trail.event("meeting.closed", gettext_lazy("closed a meeting"))
STEPPED_BACK = trail.event("meeting.stepped_back", gettext_lazy("took back the last step of a meeting"))
CALLED_OFF = trail.event("meeting.called_off", gettext_lazy("postponed or cancelled a meeting"))


@transaction.atomic
def convene(
    *,
    by: Seat,
    body: Body,
    kind: Term,
    held_on: datetime.date,
    starts_at: datetime.time | None,
    place: str,
    agenda: Sequence[str],
    predates_registry: bool = False,
    sure: bool = False,
) -> Meeting:
    """Enter a meeting with its agenda; the follow-up of open decisions stands on it by itself.

    It is numbered in the year of its own day. A second one for the same day and hour is asked back: ``sure`` answers.
    """
    refuse_personal({"place": place, "agenda": ".\n".join(agenda)})
    number = next_number(Meeting, body, held_on.year)
    body = hold(body)
    if not body.starts_on <= held_on <= body.ends_on:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    newest = _body_of(body, held_on, by)
    if newest is not None and newest.year > body.year:
        raise ValidationError({"body": _("On that day %(body)s stands already. Choose it.") % {"body": newest}})
    _ask_if_twice(body, held_on, starts_at, by=by, sure=sure)
    meeting = Meeting(
        body=body,
        kind=kind,
        year=held_on.year,
        number=number,
        held_on=held_on,
        starts_at=starts_at,
        place=place,
        predates_registry=predates_registry,
    )
    settle(meeting, by=by, right=FILE)
    trail.record(by, CONVENED, meeting)
    titles = [title.strip() for title in agenda if title.strip()]
    for title in titles[:1]:
        add_item(meeting, by=by, title=title, rapporteur=None)
    if not predates_registry:
        add_item(meeting, by=by, title="", rapporteur=None, kind=AgendaItem.Kind.FOLLOW_UP)
    for title in titles[1:]:
        add_item(meeting, by=by, title=title, rapporteur=None)
    if not predates_registry:
        _tell(notices.CONVENED, meeting, by=by)
    return meeting


def _tell(kind: Kind, meeting: Meeting, *, by: Seat) -> None:
    """Tell whoever sits in the body of a meeting to come; at once where there is no working day left before it."""
    if meeting.held_on >= timezone.localdate():
        is_urgent = meeting.held_on <= calendar.add_working_days(timezone.localdate(), 1)
        to = of_body(meeting.body, meeting.held_on)
        tell(kind, meeting, to=to, by=by, day=meeting.held_on, is_urgent=is_urgent)


def _body_of(body: Body, day: datetime.date, by: Seat) -> Body | None:
    """The body of the same kind and county that stands on a day; of two the one made last."""
    rows = Body.objects.visible_to(by).select_related("county")
    standing = rows.filter(kind=body.kind, county=body.county_id, starts_on__lte=day, ends_on__gte=day)
    return standing.order_by("-year").first()


def _ask_if_twice(
    body: Body,
    held_on: datetime.date,
    starts_at: datetime.time | None,
    *,
    by: Seat,
    sure: bool,
    but: Meeting | None = None,
) -> None:
    if sure:
        return
    rows = Meeting.objects.permitted(by, FILE).filter(body__kind=body.kind, body__county=body.county_id)
    same = rows.filter(held_on=held_on, starts_at=starts_at)
    if but is not None:
        same = same.exclude(pk=but.pk)
    there = same.exclude(state__in=[Meeting.State.POSTPONED, Meeting.State.CANCELLED]).select_related("body").first()
    if there is not None:
        words = _("%(meeting)s is filed for the same day and hour. Is this another one?") % {"meeting": there}
        raise ValidationError({"sure": words})


@transaction.atomic
def change(
    meeting: Meeting,
    *,
    by: Seat,
    based_on: int,
    kind: Term,
    held_on: datetime.date,
    starts_at: datetime.time | None,
    ends_at: datetime.time | None,
    place: str,
    sure: bool = False,
) -> Meeting:
    """Change the kind, day, hours or place of a meeting whose minutes are not approved yet.

    With its day it may come to another body, and to a number of another year; not once something was decided.
    """
    refuse_personal({"place": place})
    meeting = hold_meeting(meeting, based_on=based_on)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": _("It cannot end before it begins.")})
    if (held_on, starts_at) != (meeting.held_on, meeting.starts_at):
        _ask_if_twice(meeting.body, held_on, starts_at, by=by, sure=sure, but=meeting)
    changes = {
        "held_on": (meeting.held_on, held_on),
        "starts_at": (meeting.starts_at, starts_at),
        "ends_at": (meeting.ends_at, ends_at),
        "place": (meeting.place, place),
    }
    if held_on != meeting.held_on:
        _move_to_day(meeting, held_on, by)
    meeting.kind, meeting.place = kind, place
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    settle(meeting, by=by, right=FILE)
    recount(meeting, by=by)  # on another day others may vote
    rewritten(meeting)
    trail.record(by, CHANGED, meeting, changes=changes)
    if meeting.state == Meeting.State.PLANNED and any(before != after for before, after in changes.values()):
        _tell(notices.CHANGED, meeting, by=by)
    return meeting


def _move_to_day(meeting: Meeting, day: datetime.date, by: Seat) -> None:
    """Give a held meeting another day, with the body and the year that belong to it; refuses what cannot be."""
    if meeting.was_held and day > timezone.localdate():
        raise ValidationError({"held_on": _("The meeting has begun; it cannot lie in the future.")})
    body = _body_of(meeting.body, day, by)
    if body is None:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    decisions = Decision.objects.permitted(by, FILE).filter(item__meeting=meeting)
    if (body.pk, day.year) != (meeting.body_id, meeting.year):
        if decisions.exists():
            raise ValidationError({"held_on": _("Its decisions carry the number of their body and year.")})
        meeting.number = next_number(Meeting, body, day.year)
        meeting.body, meeting.year = body, day.year
    tasks = Task.objects.visible_to(by).filter(decisions__in=decisions)
    if tasks.exclude(state=TaskState.CANCELLED).filter(due_on__lt=day).exists():
        raise ValidationError({"held_on": _("A task that was given on it is due before that day.")})
    meeting.held_on = day


@transaction.atomic
def call_off(meeting: Meeting, *, by: Seat, to: str) -> Meeting:
    """Postpone or cancel a meeting that has not begun."""
    meeting = hold(meeting)
    if meeting.state != Meeting.State.PLANNED or to not in (Meeting.State.POSTPONED, Meeting.State.CANCELLED):
        raise ValidationError(_("Only a planned meeting can be postponed or cancelled."))
    meeting.state = to
    settle(meeting, by=by, right=FILE)
    return_cards(meeting, by)
    trail.record(by, CALLED_OFF, meeting, changes={"state": (Meeting.State.PLANNED.value, to)})
    _tell(notices.CALLED_OFF, meeting, by=by)
    return meeting


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Seat, based_on: int | None = None, early: bool = False) -> Meeting:
    """Open the meeting: from now on it is minuted.

    Before its day it is asked back; ``early`` answers, and the meeting's day becomes today.
    """
    meeting = hold(meeting, based_on=based_on)
    if meeting.state != Meeting.State.PLANNED:
        raise ValidationError(_("Only a planned meeting can be opened."))
    today, planned_for = timezone.localdate(), meeting.held_on
    if planned_for > today:
        if not early:
            day = formats.date_format(planned_for, "SHORT_DATE_FORMAT")
            raise ValidationError(
                _("It is planned for %(day)s. If it is held today, today becomes its day."), params={"day": day}
            )
        _move_to_day(meeting, today, by)
        meeting.planned_for = planned_for
    meeting.state = Meeting.State.OPEN
    settle(meeting, by=by, right=FILE)
    recount(meeting, by=by)
    trail.record(by, OPENED, meeting, changes={"held_on": (planned_for, meeting.held_on)})
    return meeting


@transaction.atomic
def step_back(meeting: Meeting, *, by: Seat, based_on: int | None = None) -> Meeting:
    """Take back the last step of a meeting, as long as nobody has built on it.

    Sent minutes without a remark are a draft again; a closed meeting is open again; one opened while nothing stands on
    it yet is planned again; one that was called off is planned again. Locks the meeting, then its cards.
    """
    meeting = hold_meeting(meeting, based_on=based_on)
    before = (meeting.state, meeting.minutes)
    if meeting.minutes == Meeting.Minutes.CIRCULATED:
        if Remark.objects.visible_to(by).filter(meeting=meeting).exists():
            raise ValidationError(_("A remark was made on these minutes; they stay out."), code="state")
        meeting.minutes, meeting.circulated_on = Meeting.Minutes.DRAFT, None
    elif meeting.state in (Meeting.State.HELD, Meeting.State.NO_QUORUM):
        meeting.state = Meeting.State.OPEN
        if meeting.held_on == timezone.localdate():
            meeting.ends_at = None  # it goes on; closing writes the hour anew
    elif meeting.state == Meeting.State.OPEN:
        if not is_empty(meeting, by):
            raise ValidationError(_("Something stands in its minutes already; it stays open."), code="state")
        meeting.state = Meeting.State.PLANNED
        if meeting.planned_for is not None:
            _move_to_day(meeting, meeting.planned_for, by)
            meeting.planned_for = None
    elif meeting.state in (Meeting.State.POSTPONED, Meeting.State.CANCELLED):
        meeting.state = Meeting.State.PLANNED
    else:
        raise ValidationError(_("There is no step to take back."), code="state")
    settle(meeting, by=by, right=FILE)
    if not meeting.is_over:
        take_cards_again(meeting, by)
    rewritten(meeting)
    changes = {"state": (before[0], meeting.state), "minutes": (before[1], meeting.minutes)}
    trail.record(by, STEPPED_BACK, meeting, changes=changes)
    return meeting


def is_empty(meeting: Meeting, seat: Seat) -> bool:
    """Whether nothing was recorded at a meeting yet: nobody at the table, nothing said, decided, found (4 queries)."""
    items = AgendaItem.objects.visible_to(seat).filter(meeting=meeting)
    return not (
        items.exclude(discussion="", is_done=False).exists()
        or Attendance.objects.visible_to(seat).filter(meeting=meeting).exists()
        or Decision.objects.visible_to(seat).filter(item__meeting=meeting).exists()
        or Review.objects.visible_to(seat).filter(meeting=meeting).exists()
    )


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: Seat, based_on: int | None = None) -> Meeting:
    """Close the meeting; whether it had its quorum is written down with it, and the hour, if it ends on its day."""
    meeting = hold(meeting, based_on=based_on)
    if meeting.state != Meeting.State.OPEN:
        raise ValidationError(_("Only a meeting in progress can be closed."))
    quorum = recount(meeting, by=by)
    if quorum.is_counted and not quorum.recorded:
        raise ValidationError(_("Record first who was at the table."))
    meeting.state = Meeting.State.NO_QUORUM if quorum.makes_recommendations else Meeting.State.HELD
    now = timezone.localtime().replace(second=0, microsecond=0)
    if meeting.ends_at is None and now.date() == meeting.held_on and now.time() > (meeting.starts_at or now.time().min):
        meeting.ends_at = now.time()
    settle(meeting, by=by, right=FILE)
    return_cards(meeting, by)
    trail.record(by, CLOSED, meeting, changes={"state": (Meeting.State.OPEN.value, meeting.state)})
    return meeting
