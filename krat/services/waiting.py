"""What waits of services: free places that nobody has told for too long."""

import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.rights import Reach, Subject
from krat.access.together import Rows
from krat.people.models import Seat
from krat.reference.models import Threshold
from krat.services.models import TOLD_DAYS, Service
from krat.ui.waiting import MOST, Lines, Moments, Waiting


def own_services(seat: Seat, _at: Moments) -> Rows | None:
    """Services of one's own institution that have places to tell of, the longest untold first."""
    if rights.reach(seat, "services.tell") is not Reach.OWN:
        return None
    rows = Service.objects.permitted(seat, "services.tell").offered().exclude(capacity=None)
    return Rows(rows.order_by(F("told_at").asc(nulls_first=True), "pk")[:MOST])


def thresholds(_seat: Subject, _at: Moments) -> Rows:
    """After how many days free places must be told anew."""
    return Rows(Threshold.objects.filter(code=TOLD_DAYS))


def _to_tell(_seat: Seat, services: list[Service], known: list[Threshold]) -> list[Waiting]:
    days = datetime.timedelta(days=sum(one.amount for one in known))
    old = timezone.now() - days
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
        for one in services
        if one.told_at is None or one.told_at < old
    ]


LINES: list[Lines] = [(70, _to_tell, (own_services, thresholds))]
