"""What the verbs of meetings share: rows that are held before they are tested, and the words of frozen minutes.

Locks are taken in one order (decision 32): the meeting, then the item, the body whose numbers run, the decision, the
card, the tasks. Whoever changes anything of a meeting holds the meeting: that keeps approved minutes frozen.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Max
from django.utils.translation import gettext as _

from krat.access.scoping import hold, hold_by_id
from krat.committee.models import Body
from meetings.models import AgendaItem, Decision, Meeting

FILE, APPROVE = "meetings.file", "minutes.approve"


def hold_meeting(meeting: Meeting, *, based_on: int | None = None) -> Meeting:
    """Hold a meeting whose minutes are not approved; refuses one whose minutes are (one row lock)."""
    meeting = hold(meeting, based_on=based_on)
    _refuse_frozen(meeting)
    return meeting


def hold_item(item: AgendaItem, *, based_on: int | None = None) -> AgendaItem:
    """Hold an item, its meeting before it; ``item.meeting`` is the one that is held (two row locks)."""
    meeting = hold_by_id(Meeting, item.meeting_id)
    _refuse_frozen(meeting)
    item = hold(item, based_on=based_on)
    item.meeting = meeting
    return item


def next_number(model: type[Meeting] | type[Decision], body: Body, year: int) -> int:
    """The next number of a year, whichever body of the same kind and county stands in it (decision 36).

    Holds these bodies, so that two who number at once do not take the same (one query, a lock on each body).
    """
    bodies = Body.objects.unscoped("the bodies whose numbers run on").filter(kind=body.kind, county=body.county_id)
    held = list(bodies.select_for_update().order_by("pk"))
    rows: Any = model.objects
    numbered = rows.unscoped("the numbers already given").filter(body__in=[one.pk for one in held], year=year)
    return (numbered.aggregate(last=Max("number"))["last"] or 0) + 1


def rewritten(meeting: Meeting) -> None:
    """The minutes read differently now: whoever has an older page before them must not approve on it."""
    Meeting.objects.unscoped("a meeting already held").filter(pk=meeting.pk).update(rewritten=F("rewritten") + 1)


def _refuse_frozen(meeting: Meeting) -> None:
    if meeting.is_frozen:
        raise ValidationError(_("These minutes are approved; their text does not change any more."))
