"""Rights: what may be done, by which role, and how far. One table per area, in its ``access.py``.

From these tables come lists, pages, choice lists, buttons, the printed page of rights and the test matrix; nothing else
may decide who sees or does something.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from krat.access.roles import Role


class Reach(TextChoices):
    """How far a right goes. Each model says by which path each reach is found."""

    NONE = "none", _("nothing")
    OWN = "own", _("own")
    INSTITUTION = "institution", _("own institution")
    BODY = "body", _("own institution, and the bodies in which it sits")
    TEAM = "team", _("cases in whose team one is")
    SENT = "sent", _("what one's own institution sent")
    RECEIVED = "received", _("what was sent to one's own institution")
    VICTIMS = "victims", _("possible and identified victims of one's own county")
    COUNTY = "county", _("own county")
    SERVED = "served", _("own county, and what serves it from elsewhere")
    COUNTRY = "country", _("whole country")


class Subject(Protocol):
    """Who asks: a seat. The door needs no more of it than this; a model's paths may ask the seat for more."""

    @property
    def pk(self) -> int: ...
    @property
    def code(self) -> uuid.UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def institution_id(self) -> int: ...
    @property
    def county_id(self) -> int | None: ...


class UnknownRight(LookupError):
    """A right was asked that no table declares: a slip of the pen that must not pass as 'no'."""


@dataclass(frozen=True)
class Right:
    """One right: its name (``meetings.file``), what it lets one do in words, and each role's reach."""

    name: str
    label: str | Promise
    reaches: Mapping[Role, Reach]

    @property
    def area(self) -> str:
        """The part of the house it belongs to."""
        return self.name.partition(".")[0]

    @property
    def is_confidential(self) -> bool:
        """Whether its pages may show nothing without saying what (`confidential`)."""
        return self.area in _confidential


_register: dict[str, Right] = {}
_confidential: set[str] = set()

Row = Mapping[frozenset[Role] | Role, Reach]


def declare(name: str, label: str | Promise, row: Row) -> Right:
    """Enter a right into the table; a role that is not named has no reach."""
    if name in _register:
        raise ValueError(f"The right {name} is declared twice.")
    reaches: dict[Role, Reach] = {}
    for roles, reach in row.items():
        for role in [roles] if isinstance(roles, Role) else sorted(roles):
            if role in reaches:
                raise ValueError(f"The right {name} names {role} twice.")
            reaches[role] = reach
    _register[name] = Right(name, label, reaches)
    return _register[name]


def confidential(*areas: str) -> None:
    """Pages that ask for a right of these areas must say what they show, each time: see `krat.access.views.note_shown`.

    Else a forgotten word would show somebody's file without an entry in the trail.
    """
    _confidential.update(areas)


def right(name: str) -> Right:
    """The right of this name; raises `UnknownRight` when no table declares it."""
    try:
        return _register[name]
    except KeyError:
        raise UnknownRight(f"No access.py declares the right {name!r}.") from None


def all_rights() -> list[Right]:
    """Every declared right, by name."""
    return sorted(_register.values(), key=lambda one: one.name)


def reach(seat: Subject, name: str) -> Reach:
    """How far this seat's role goes with this right."""
    return right(name).reaches.get(Role(seat.role), Reach.NONE)


def may(seat: Subject | None, name: str) -> bool:
    """Whether the seat has the right at all, somewhere. For buttons; a row is always asked through the door."""
    return seat is not None and reach(seat, name) is not Reach.NONE
