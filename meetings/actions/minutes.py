"""Verbs of minutes: what was said is written, sent for remarks, approved."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access import drafts
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.notify.telling import of_body, tell
from krat.people.models import Seat
from krat.reference import calendar
from meetings import notices
from meetings.actions.decisions import decide
from meetings.actions.held import APPROVE, FILE, hold_item, rewritten
from meetings.models import AgendaItem, Decision, Meeting, Remark
from meetings.paper import freeze

MINUTED = trail.event("item.minuted", gettext_lazy("wrote the minutes of an item"))
CIRCULATED = trail.event("minutes.circulated", gettext_lazy("sent the minutes for remarks"))
REMARKED = trail.event("minutes.remarked", gettext_lazy("made a remark on the minutes"))
APPROVED = trail.event("minutes.approved", gettext_lazy("approved the minutes"))


@transaction.atomic
def minute(item: AgendaItem, *, by: Seat, based_on: int, discussion: str, is_done: bool) -> AgendaItem:
    """Write what was said on an item."""
    refuse_personal({"discussion": discussion})
    item = hold_item(item, based_on=based_on)
    if not item.meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    changes = {"discussion": (item.discussion, discussion), "is_done": (item.is_done, is_done)}
    item.discussion, item.is_done = discussion, is_done
    settle(item, by=by, right=FILE)
    rewritten(item.meeting)
    trail.record(by, MINUTED, item, changes=changes)
    return item


@transaction.atomic
def minute_and_decide(
    item: AgendaItem,
    *,
    by: Seat,
    based_on: int,
    discussion: str,
    is_done: bool,
    decision: Mapping[str, Any] | None,
) -> Decision | None:
    """Write what was said on an item and what was decided on it: both are done, or neither (locks as `decide`)."""
    refuse_personal({"discussion": discussion, "text": decision["text"] if decision is not None else ""})
    item = minute(item, by=by, based_on=based_on, discussion=discussion, is_done=is_done)
    return decide(item, by=by, **decision) if decision is not None else None


@transaction.atomic
def circulate(meeting: Meeting, *, by: Seat, based_on: int | None = None) -> Meeting:
    """Send the minutes to the members for remarks."""
    meeting = hold(meeting, based_on=based_on)
    if meeting.state not in (Meeting.State.HELD, Meeting.State.NO_QUORUM) or meeting.minutes != Meeting.Minutes.DRAFT:
        raise ValidationError(_("Close the meeting first; then its minutes go out for remarks."))
    meeting.minutes, meeting.circulated_on = Meeting.Minutes.CIRCULATED, timezone.localdate()
    settle(meeting, by=by, right=FILE)
    trail.record(by, CIRCULATED, meeting)
    tell(notices.CIRCULATED, meeting, to=of_body(meeting.body, meeting.held_on), by=by, day=remarks_until(meeting))
    return meeting


def remarks_until(meeting: Meeting) -> datetime.date:
    """The last day for remarks on minutes that are out, or would go out today (two queries).

    It runs from the day on which they went out (deadline ``minutes_remarks``).
    """
    return calendar.due("minutes_remarks", meeting.circulated_on or timezone.localdate())


@transaction.atomic
def remark(meeting: Meeting, *, by: Seat, text: str) -> Remark:
    """Make a remark on circulated minutes; whoever reads them may."""
    refuse_personal({"text": text})
    meeting = hold(meeting)
    if meeting.minutes != Meeting.Minutes.CIRCULATED:
        raise ValidationError(_("Remarks are made while the minutes are out for remarks."))
    row = Remark(meeting=meeting, seat=by, text=text)
    settle(row, by=by, right="minutes.remark")
    rewritten(meeting)
    trail.record(by, REMARKED, meeting)
    return row


@transaction.atomic
def approve(meeting: Meeting, *, by: Seat, based_on: int) -> Meeting:
    """Approve the minutes: this freezes the text and nothing else (decision 13). Only what was read is approved.

    The paper is stored as it reads now, with its fingerprint, and is not rendered again (decision 33).
    """
    meeting = hold(meeting)
    if meeting.rewritten != based_on:
        raise ValidationError(_("The minutes were changed after you opened them. Read them again, then approve."))
    if meeting.minutes != Meeting.Minutes.CIRCULATED:
        raise ValidationError(_("Minutes are approved after they were sent for remarks."))
    meeting.minutes = Meeting.Minutes.APPROVED
    meeting.approved_on, meeting.approved_by = timezone.localdate(), by
    settle(meeting, by=by, right=APPROVE)
    items = AgendaItem.objects.unscoped("approved minutes leave no draft behind, whoever wrote it")
    drafts.forget_about([meeting.code, *items.filter(meeting=meeting).values_list("code", flat=True)])
    paper = freeze(meeting, by)
    trail.record(by, APPROVED, meeting, changes={"fingerprint": (None, paper.fingerprint)})
    return meeting
