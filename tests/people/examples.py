"""What the tests ask of people and their seats."""

from __future__ import annotations

import datetime
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from krat.access.roles import Role
from krat.committee.models import Institution
from krat.demo import make
from krat.people.models import Invitation, Seat
from tests.declaring import ADMIN, BORDER, COORDINATOR, WHY, FormPage, Shows, at, day, newest
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def more_seats(s: Examples) -> None:
    make.seat("ngo")
    Invitation.objects.create(
        token_hash=str(make.number()),
        username=f"i{make.number()}",
        name="Shembull Iftuar",
        email="i@example.org",
        institution=make.institution(),
        role=Role.NGO,
        starts_on=make.in_days(0),
        invited_by=s.seat_of(ADMIN),
        expires_at=datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC),
    )


def more_seats_of_one(s: Examples) -> None:
    make.seat("ngo", user=s.seat_of(BORDER).user)


def _invitation(code: str) -> Invitation:
    """The world invites nobody: one is made."""
    host = Seat.objects.unscoped(WHY).get(user__username="admin")
    return Invitation.objects.create(
        token_hash=uuid.uuid4().hex,
        username=f"i.ftuar.{code.lower()}",
        name="Shembull Iftuar",
        email="i.ftuar@example.org",
        institution=Institution.objects.unscoped(WHY).get(code=f"{code}-PREF"),
        role="secretariat",
        starts_on=timezone.localdate(),
        invited_by=host,
        expires_at=timezone.now() + timedelta(days=7),
    )


PICKERS = {
    ("people/", "code"): (Seat, newest(Seat, "institution__county__code", role="police")),
    ("people/invitations/", "code"): (Invitation, _invitation),
}

OPEN_ARGUMENTS = {
    ("account/sessions/", "session"): lambda: 0,  # nobody's
    ("people/welcome/", "token"): lambda: "nobody-was-sent-this-link",
    ("account/password/reset/", "uidb36"): lambda: "1",
    ("account/password/reset/", "key"): lambda: "nobody-was-sent-this-link",
}

FORMS = [
    FormPage(
        "people:invite",
        ADMIN,
        lambda s: url("people:invite"),
        lambda s: {
            "name": "Shembull Ereja",
            "username": "e.reja.durres",
            "email": "e.reja@example.org",
            "institution": s.place("ZVA").pk,
            "role": "education",
            "starts_on": day(0),
            "ends_on": day(300),
        },
        "people.invited",
    ),
]

PAGES = [
    Shows("people:list", ADMIN, at("people:list"), more_seats),
    Shows("people:list", COORDINATOR, at("people:list"), more_seats),
    Shows("people:seat", ADMIN, lambda s: url("people:seat", s.seat_of(BORDER)), more_seats_of_one),
]
