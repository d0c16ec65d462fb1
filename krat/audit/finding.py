"""How the trail is asked in people's words: by person, by a case's own number. Those above tell how."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

Numbered = Callable[[str], Iterable[UUID]]

_numbered: list[Numbered] = []
_seats: list[Callable[[], QuerySet[Any]]] = []


def numbers_lead_to(codes: Numbered) -> None:
    """Register what a number leads to: the codes of the thing that has it and of all that belongs to it."""
    _numbered.append(codes)


def seats_are(rows: Callable[[], QuerySet[Any]]) -> None:
    """Register where seats are found, each with its person and institution."""
    _seats[:] = [rows]


def codes_behind(said: str) -> list[str]:
    """What somebody means who types a code or a number (some queries for a number, none for a code)."""
    return [said, *(str(code) for numbered in _numbered for code in numbered(said))]


def seats() -> QuerySet[Any]:
    """Every seat there was, to choose one from."""
    return _seats[0]()
