"""Pret nga ju: what waits for a seat, as sentences, the most urgent first."""

import datetime
from functools import cache

from krat.access import areas
from krat.people.models import Seat
from krat.ui.waiting import Lines, Waiting

_LATER = datetime.date.max


@cache
def _lines() -> list[Lines]:
    """What every area brings, in order."""
    brought: list[Lines] = [one for area in areas.modules("waiting") for one in getattr(area, "LINES", [])]
    return sorted(brought, key=lambda lines: lines[0])


def waiting_for(seat: Seat) -> list[Waiting]:
    """What waits for this seat (a query or two for each kind of line whose right it has, whatever there is).

    Danger first; then what is late, by how late it is for the length of its clock; then by day, as lists of cases are.
    """
    found = [line for _position, lines in _lines() for line in lines(seat)]
    return sorted(found, key=lambda line: (not line.is_first, -line.lateness, line.day or line.since or _LATER))
