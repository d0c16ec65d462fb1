"""What waits of people: seats that were given."""

import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.roles import Role
from krat.access.together import Rows
from krat.committee.models import Institution
from krat.people.models import Invitation, Seat, last_days_of, where_somebody_sits
from krat.ui.waiting import MOST, Lines, Moments, Waiting

_FORTNIGHT = datetime.timedelta(days=14)


def new_seats(seat: Seat, _at: Moments) -> Rows | None:
    """The seats that were given since the day a fortnight ago."""
    if not rights.may(seat, "trail.view"):
        return None
    first = timezone.localdate() - _FORTNIGHT
    since = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    rows = Invitation.objects.visible_to(seat).filter(accepted_at__gte=since)
    return Rows(rows.order_by("-accepted_at", "-pk")[:MOST], {"institution": ("short_name",)})


def _new_seats(_seat: Seat, invitations: list[Invitation]) -> list[Waiting]:
    """The data protection officer looks at every seat that an administrator has given in the last fortnight."""
    since = timezone.now() - _FORTNIGHT
    return [
        Waiting(
            title=_("Look at the seat that was given: %(role)s") % {"role": one.get_role_display()},
            why=f"{one.institution} · {formats.date_format(timezone.localtime(one.accepted_at), 'SHORT_DATE_FORMAT')}",
            url=reverse("people:list") + f"?role={one.role}",
            day=None,
        )
        for one in invitations
        if one.accepted_at is not None and one.accepted_at >= since
    ]


def units_without_head(seat: Seat, _at: Moments) -> Rows | None:
    """Units in which people sit or sat, and nobody heads them."""
    if not rights.may(seat, "units.heads"):
        return None
    units = Institution.objects.permitted(seat, "units.heads").working().filter(kind__code="child_protection_unit")
    known = units.filter(pk__in=where_somebody_sits(ever=True))
    without = known.exclude(pk__in=where_somebody_sits(Role.UNIT_HEAD))
    return Rows(without.order_by("sort_key")[:MOST])


def _units_without_head(_seat: Seat, units: list[Institution]) -> list[Waiting]:
    """Nobody names there who leads a case (one query, where there is such a unit)."""
    left_on = last_days_of(Role.UNIT_HEAD, [one.pk for one in units])
    return [
        Waiting(
            title=_("%(unit)s has no head") % {"unit": one.short_name},
            why=_("Nobody there names who leads a case. Ask the municipality to name a head"),
            url=reverse("committee:institution", kwargs={"code": one.code}),
            day=None,
            since=left_on.get(one.pk),
        )
        for one in units
    ]


LINES: list[Lines] = [
    (40, _units_without_head, (units_without_head,)),
    (70, _new_seats, (new_seats,)),
]
