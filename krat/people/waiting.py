"""What waits of people: seats that were given."""

import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.people.models import Invitation, Seat
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


LINES: list[Lines] = [
    (70, _new_seats),
]
