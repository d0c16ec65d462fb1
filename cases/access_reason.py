"""Why a seat can see a case, and until when: the same acts as the paths of reach, in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models import Assignment, Case
from krat.access import rights
from krat.access.rights import Reach
from krat.people.models import Seat


@dataclass(frozen=True)
class AccessReason:
    """The act through which a seat sees a case."""

    act: str
    since: datetime.date | None
    until: str


class Unread(Enum):
    """That nobody has looked yet."""

    UNREAD = "unread"


UNREAD = Unread.UNREAD


def access_reason(seat: Seat, case: Case, place: Assignment | Unread | None = UNREAD) -> AccessReason:
    """The act through which this seat sees a case that came through the door (one query, none where its ``place`` in
    the team was read)."""
    reach = rights.reach(seat, "cases.view")
    if reach is Reach.VICTIMS:
        until = _("as long as the case is one of a possible or identified victim")
        return AccessReason(_("regional State Social Service"), None, _until(seat, until))
    if isinstance(place, Unread):
        place = Assignment.objects.visible_to(seat).filter(case=case, seat=seat, ended_at=None).first()
    if place is None:
        act = _("head of the unit that holds the case")
        return AccessReason(act, None, _until(seat, _("as long as the unit holds it")))
    act = _("manager of the case") if place.is_manager else _("member of the case's team")
    since = timezone.localdate(place.starts_at)
    return AccessReason(act, since, _until(seat, _("until the case is closed or you leave its team")))


def _until(seat: Seat, words: str) -> str:
    """A seat that ends on a day ends the reach with it."""
    if seat.ends_on is None:
        return words
    return _("%(until)s, and not after %(day)s") % {
        "until": words,
        "day": formats.date_format(seat.ends_on, "SHORT_DATE_FORMAT"),
    }
