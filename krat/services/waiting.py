"""What waits of services: free places that nobody has told for too long."""

import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.rights import Reach
from krat.people.models import Seat
from krat.services.models import Service, told_days
from krat.ui.waiting import MOST, Lines, Waiting


def _to_tell(seat: Seat) -> list[Waiting]:
    """Services of one's own institution whose free places were told too long ago, or never."""
    if rights.reach(seat, "services.tell") is not Reach.OWN:
        return []
    days = datetime.timedelta(days=told_days())
    old = timezone.now() - days
    rows = Service.objects.permitted(seat, "services.tell").offered().exclude(capacity=None)
    rows = rows.filter(Q(told_at=None) | Q(told_at__lt=old)).order_by(F("told_at").asc(nulls_first=True), "pk")
    return [
        Waiting(
            title=_("Tell how many places are free: %(service)s") % {"service": one.name},
            why=_("Last told on %(day)s")
            % {"day": formats.date_format(timezone.localtime(one.told_at), "SHORT_DATE_FORMAT")}
            if one.told_at
            else _("Nobody has told it yet"),
            url=reverse("services:places", kwargs={"code": one.code}),
            day=timezone.localdate(one.told_at + days) if one.told_at else None,
            clock=days,
        )
        for one in rows[:MOST]
    ]


LINES: list[Lines] = [(70, _to_tell)]
