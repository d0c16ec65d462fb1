"""Verbs of meetings: convened, changed, opened, closed, called off."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Body
from krat.people.models import Seat
from krat.reference.models import Term
from meetings.actions.agenda import add_item, return_cards
from meetings.actions.attendance import recount
from meetings.actions.held import FILE, hold_meeting, rewritten
from meetings.models import AgendaItem, Meeting

CONVENED = trail.event("meeting.convened", gettext_lazy("convened a meeting"))
CHANGED = trail.event("meeting.changed", gettext_lazy("changed the date or place of a meeting"))
OPENED = trail.event("meeting.opened", gettext_lazy("opened a meeting"))
CLOSED = trail.event("meeting.closed", gettext_lazy("closed a meeting"))
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
) -> Meeting:
    """Enter a meeting with its agenda; the follow-up of open decisions stands on it by itself."""
    refuse_personal({"place": place, "agenda": ".\n".join(agenda)})
    body = hold(body)  # two meetings entered at once must not take the same number
    if not body.starts_on <= held_on <= body.ends_on:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    rows = Meeting.objects.permitted(by, FILE).filter(body=body)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    meeting = Meeting(
        body=body,
        kind=kind,
        year=body.year,
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
    return meeting


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
) -> Meeting:
    """Change the kind, day, hours or place of a meeting whose minutes are not approved yet."""
    refuse_personal({"place": place})
    meeting = hold_meeting(meeting, based_on=based_on)
    if not meeting.body.starts_on <= held_on <= meeting.body.ends_on:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": _("It cannot end before it begins.")})
    changes = {
        "held_on": (meeting.held_on, held_on),
        "starts_at": (meeting.starts_at, starts_at),
        "ends_at": (meeting.ends_at, ends_at),
        "place": (meeting.place, place),
    }
    meeting.kind, meeting.held_on, meeting.place = kind, held_on, place
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    settle(meeting, by=by, right=FILE)
    recount(meeting, by=by)  # on another day others may vote
    rewritten(meeting)
    trail.record(by, CHANGED, meeting, changes=changes)
    return meeting


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
    return meeting


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Seat) -> Meeting:
    """Open the meeting: from now on it is minuted."""
    meeting = hold(meeting)
    if meeting.state != Meeting.State.PLANNED:
        raise ValidationError(_("Only a planned meeting can be opened."))
    meeting.state = Meeting.State.OPEN
    settle(meeting, by=by, right=FILE)
    trail.record(by, OPENED, meeting)
    return meeting


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
