"""What the verbs of meetings share: rows that are held before they are tested, and the words of frozen minutes."""

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from meetings.models import Meeting

FILE, APPROVE = "meetings.file", "minutes.approve"


def rewritten(meeting: Meeting) -> None:
    """The minutes read differently now: whoever has an older page before them must not approve on it."""
    Meeting.objects.unscoped("a meeting already held").filter(pk=meeting.pk).update(rewritten=F("rewritten") + 1)


def not_frozen(meeting: Meeting) -> None:
    """Refuse to touch minutes that are approved."""
    if meeting.is_frozen:
        raise ValidationError(_("These minutes are approved; their text does not change any more."))
