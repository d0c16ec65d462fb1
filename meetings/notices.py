"""What is told of meetings: to whoever sits in the body, and to those who lead it."""

from django.utils.translation import gettext_lazy

from krat.notify.kinds import Kind
from meetings.models import Meeting

CONVENED = Kind(
    "meeting.convened",
    gettext_lazy("You are invited to a meeting"),
    Meeting,
    "meetings.view",
    "meetings:detail",
    waits=lambda rows: rows.coming(),
    is_mailed=True,
    with_rows=("body",),
)
CHANGED = Kind(
    "meeting.changed",
    gettext_lazy("Day, hour or place of a meeting changed"),
    Meeting,
    "meetings.view",
    "meetings:detail",
    waits=lambda rows: rows.coming(),
    is_mailed=True,
    with_rows=("body",),
)
CALLED_OFF = Kind(
    "meeting.called_off",
    gettext_lazy("A meeting does not take place"),
    Meeting,
    "meetings.view",
    "meetings:detail",
    waits=lambda rows: rows.filter(state__in=[Meeting.State.POSTPONED, Meeting.State.CANCELLED]),
    is_mailed=True,
    with_rows=("body",),
)
CIRCULATED = Kind(
    "minutes.circulated",
    gettext_lazy("Minutes wait for your remarks"),
    Meeting,
    "minutes.remark",
    "meetings:detail",
    waits=lambda rows: rows.filter(minutes=Meeting.Minutes.CIRCULATED),
    with_rows=("body",),
)

KINDS = [CONVENED, CHANGED, CALLED_OFF, CIRCULATED]
