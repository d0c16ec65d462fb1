"""What stands around every page of one case: why the seat can see it, who else looked, and its parts at the side."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.access_reason import UNREAD, Unread, access_reason
from cases.identity_facts import people_of, shown_of
from cases.models import Assignment, Case, Identity, SentChange
from krat.access import rights
from krat.access.views import door, note_shown
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.ui.drawing import address_of
from krat.ui.due import Due, due_by

# A part of the file: its name here, its words, the right it asks for, its page, and the place on that page.
_PARTS = (
    ("overview", _("Overview"), "cases.view", "cases:case", ""),
    ("identity", _("Identity"), "identity.view", "cases:case", "#identity"),
    ("identification", _("Identification"), "cases.view", "cases:identification", ""),
    ("school", _("School"), "parts.view", "cases:school", ""),
    ("aid", _("Economic aid"), "parts.view", "cases:aid", ""),
    ("counselling", _("Counselling"), "parts.view", "cases:counselling", ""),
    ("referrals", _("Referrals"), "referrals.view", "cases:case", "#referrals"),
    ("obstacles", _("Obstacles"), "obstacles.view", "cases:case", "#obstacles"),
    ("notes", _("Notes"), "notes.view", "cases:notes", ""),
    ("inbox", _("Sent changes"), "cases.inbox", "cases:inbox", ""),
    ("team", _("Team"), "cases.view", "cases:team", ""),
    ("viewers", _("Who looked"), "cases.viewers", "cases:viewers", ""),
)


def may_here(seat: Seat, right: str) -> bool:
    """Whether the seat has a right on a case that came through the door by ``cases.view``.

    It has where the right reaches by the same act: what lies within that reach for one lies within it for the other.
    """
    return rights.may(seat, right) and rights.reach(seat, right) is rights.reach(seat, "cases.view")


def layout(
    request: SignedIn,
    case: Case,
    *,
    here: str = "overview",
    identity: Identity | None = None,
    place: Assignment | Unread | None = UNREAD,
    inbox_waits: bool | None = None,
) -> dict[str, Any]:
    """What the layout of a case shows on each of its pages; whom it is about is noted for the trail.

    Three queries at most; each is spared where the page has read that already: the identity, the seat's own ``place``
    in the team, whether something ``inbox_waits``.
    """
    seat = request.seat
    if identity is None:
        identity = people_of(seat, [case]).get(case.pk)
    if identity is not None:
        note_shown(request, [shown_of(identity)])
    if inbox_waits is None:
        inbox_waits = may_here(seat, "cases.inbox") and _waiting(seat, case).exists()
    parts = [
        {
            "label": words,
            "url": address_of(page, case.code) + spot,
            "is_current": name == here,
        }
        for name, words, right, page, spot in _PARTS
        if may_here(seat, right) and (name != "inbox" or inbox_waits or here == "inbox")
    ]
    return {
        "case": case,
        "person": identity,
        "access_reason": access_reason(seat, case, place),
        "opened_at": timezone.localtime(),
        "parts": parts,
        "may_see_viewers": may_here(seat, "cases.viewers"),
    }


def case_at(request: SignedIn, code: uuid.UUID, *, right: str = "") -> Case:
    """The case at this address, through the door, with what its pages show of its head."""
    return door(request, Case.objects.for_list().select_related("closing"), code, right=right)


def code_of(request: SignedIn, case_id: int) -> uuid.UUID:
    """The code by which the page of a case is found that a verb was about (one query)."""
    found: uuid.UUID = Case.objects.visible_to(request.seat).values_list("code", flat=True).get(pk=case_id)
    return found


def due_of_case(case: Case) -> Due | None:
    """The chip of what is expected next; none where the case is over."""
    return due_by(case.expected_by) if case.is_open else None


def _waiting(seat: Seat, case: Case) -> Any:
    return SentChange.objects.visible_to(seat).filter(case=case, state=SentChange.State.WAITS)
