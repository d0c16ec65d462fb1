"""What an institution leaves behind in meetings when it ends: the items on which it is to report.

What was decided stays as it was decided; its tasks go to the successor with those of the plan (`krat.plan.handover`).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from krat.access.scoping import hold_by_id
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat
from meetings.actions.held import rewritten
from meetings.models import AgendaItem, Meeting

HANDED_OVER = trail.event("item.handed_over", gettext_lazy("handed the report on an agenda item over to a successor"))


def seat_ends(seat: Seat, *, by: Seat) -> None:
    """Nothing: institutions report, not persons."""


def open_work(institution: Institution) -> list[str]:
    """Nothing that holds an institution back: an item can stand without a rapporteur."""
    return []


def fits(institution: Institution, successor: Institution) -> bool:
    """Any institution can report."""
    return True


def hand_over(institution: Institution, successor: Institution, *, by: Seat) -> None:
    """The successor reports at the meetings that are still to be held. Row locks: these meetings, then their items."""
    items = AgendaItem.objects.unscoped("what an institution that ends was to report on")
    coming = items.filter(rapporteur=institution.pk, meeting__state=Meeting.State.PLANNED)
    for key in sorted(set(coming.values_list("meeting_id", flat=True))):
        meeting = hold_by_id(Meeting, key)
        if meeting.state != Meeting.State.PLANNED or meeting.is_frozen:
            continue
        for item in coming.filter(meeting=key).order_by("pk").select_for_update(of=("self",)):
            item.rapporteur = successor
            item.version += 1
            item.save(update_fields=["rapporteur", "version"])
            trail.record(by, HANDED_OVER, item, changes={"rapporteur": (institution.code, successor.code)})
        rewritten(meeting)
