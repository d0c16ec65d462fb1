"""What waits of people: seats that were given."""

import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.roles import Role
from krat.committee.models import Institution
from krat.people.models import Invitation, Seat, last_days_of, where_somebody_sits
from krat.ui.waiting import MOST, Lines, Waiting


def _new_seats(seat: Seat) -> list[Waiting]:
    """The data protection officer looks at every seat that an administrator has given in the last fortnight."""
    if not rights.may(seat, "trail.view"):
        return []
    since = timezone.now() - datetime.timedelta(days=14)
    rows = Invitation.objects.visible_to(seat).filter(accepted_at__gte=since).select_related("institution")
    return [
        Waiting(
            title=_("Look at the seat that was given: %(role)s") % {"role": one.get_role_display()},
            why=f"{one.institution} · {formats.date_format(timezone.localtime(one.accepted_at), 'SHORT_DATE_FORMAT')}",
            url=reverse("people:list") + f"?role={one.role}",
            day=None,
        )
        for one in rows.order_by("-accepted_at")[:MOST]
    ]


def _units_without_head(seat: Seat) -> list[Waiting]:
    """Units in which people sit or sat, and nobody heads them: nobody names there who leads a case."""
    if not rights.may(seat, "units.heads"):
        return []
    units = Institution.objects.permitted(seat, "units.heads").working().filter(kind__code="child_protection_unit")
    known = units.filter(pk__in=where_somebody_sits(ever=True))
    without = list(known.exclude(pk__in=where_somebody_sits(Role.UNIT_HEAD))[:MOST])
    left_on = last_days_of(Role.UNIT_HEAD, [one.pk for one in without])
    return [
        Waiting(
            title=_("%(unit)s has no head") % {"unit": one.short_name},
            why=_("Nobody there names who leads a case. Ask the municipality to name a head"),
            url=reverse("committee:institution", kwargs={"code": one.code}),
            day=None,
            since=left_on.get(one.pk),
        )
        for one in without
    ]


LINES: list[Lines] = [
    (40, _units_without_head),
    (70, _new_seats),
]
