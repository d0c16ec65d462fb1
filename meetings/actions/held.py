"""What the verbs of meetings share: rows that are held before they are tested, and the words of frozen minutes.

Locks are taken in one order (decision 32): the meeting, then the item, the body whose numbers run, the decision, the
card, the tasks. Whoever changes anything of a meeting holds the meeting: that keeps approved minutes frozen.
"""

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from krat.access.scoping import hold, hold_by_id
from meetings.models import AgendaItem, Meeting

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


def rewritten(meeting: Meeting) -> None:
    """The minutes read differently now: whoever has an older page before them must not approve on it."""
    Meeting.objects.unscoped("a meeting already held").filter(pk=meeting.pk).update(rewritten=F("rewritten") + 1)


def _refuse_frozen(meeting: Meeting) -> None:
    if meeting.is_frozen:
        raise ValidationError(_("These minutes are approved; their text does not change any more."))
