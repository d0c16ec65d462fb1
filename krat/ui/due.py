"""The due chip: how near a day is, in words and in tone."""

import datetime
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON_DAYS = 7
_END_OF_DAY = (23, 59)  # a clock that runs by days ends with its last one


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


def waits_since(day: datetime.date, today: datetime.date | None = None) -> Due:
    """The chip of something that waits without a day by which it is expected."""
    days = max(0, ((today or timezone.localdate()) - day).days)
    return Due(ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}, "soon")


def due_by(moment: datetime.datetime | None, now: datetime.datetime | None = None) -> Due | None:
    """The chip of a clock that may run by the hour: on its last day it tells the hour, else as of a day."""
    if moment is None:
        return None
    now = now or timezone.now()
    local, today = timezone.localtime(moment), timezone.localdate(now)
    if moment < now and local.date() == today:
        hours = int((now - moment).total_seconds() // 3600)
        if hours == 0:
            return Due(_("its hour has passed"), "late")
        return Due(ngettext("%(hours)s hour late", "%(hours)s hours late", hours) % {"hours": hours}, "late")
    if local.date() == today and (local.hour, local.minute) != _END_OF_DAY:
        return Due(_("until %(hour)s today") % {"hour": formats.time_format(local, "H:i")}, "soon")
    return due_of(local.date(), today)
