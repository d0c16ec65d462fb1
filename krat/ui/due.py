"""The due chip: how near a day is, in words and in tone."""

import datetime
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON_DAYS = 7


@dataclass(frozen=True)
class Due:
    """What the chip says."""

    text: str
    tone: str  # late, soon or calm


def due_of(day: datetime.date | None, today: datetime.date | None = None) -> Due | None:
    """The chip of something that is still expected until a day; None where there is no day."""
    if day is None:
        return None
    left = (day - (today or timezone.localdate())).days
    if left < 0:
        return Due(ngettext("%(days)s day late", "%(days)s days late", -left) % {"days": -left}, "late")
    if left == 0:
        return Due(_("today"), "soon")
    if left == 1:
        return Due(_("tomorrow"), "soon")
    until = _("until %(day)s") % {"day": formats.date_format(day, "SHORT_DATE_FORMAT")}
    return Due(until, "soon" if left <= SOON_DAYS else "calm")
