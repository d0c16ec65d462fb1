"""Pret nga ju: what waits for a seat, as sentences, the most urgent first."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils import timezone

from krat.access import areas
from krat.access.rights import Subject
from krat.access.together import Numbers, Rows, Together
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import Deadline, Holiday
from krat.reports import queries
from krat.ui.waiting import Lines, Moments, Read, Waiting
from meetings.waiting import next_meetings

_LATER = datetime.date.max
_SPAN = datetime.timedelta(days=400)  # around today; whatever lies further away is asked for where it is needed


def deadlines(_seat: Subject, _at: Moments) -> Rows:
    """All deadlines."""
    return Rows(Deadline.objects.all())


def holidays(_seat: Subject, _at: Moments) -> Numbers:
    """The public holidays around today."""
    today = timezone.localdate()
    return Numbers(Holiday.objects.filter(day__range=(today - _SPAN, today + _SPAN)).values("day"))


# What the first page shows besides its lines.
_BESIDES: tuple[Read, ...] = (next_meetings, *queries.ON_FIRST_PAGES)


@cache
def _lines() -> list[Lines]:
    """What every area brings, in order."""
    brought: list[Lines] = [one for area in areas.modules("waiting") for one in getattr(area, "LINES", [])]
    return sorted(brought, key=lambda lines: lines[0])


@cache
def _reads() -> dict[str, Read]:
    """What is read for them, each once, by its name; raises `TypeError` where two are called alike, as lambdas are."""
    named: list[Read] = [deadlines, holidays, *_BESIDES, *(one for lines in _lines() for of in lines[2:] for one in of)]
    found: dict[str, Read] = {}
    for one in named:
        if found.setdefault(_name(one), one) is not one:
            raise TypeError(f"Two things that are read for first pages are called {_name(one)}.")
    return found


def _name(read: Read) -> str:
    return f"{read.__module__}.{read.__qualname__}"


def _build(seat: Subject, *, now: datetime.datetime, soon: datetime.datetime) -> dict[str, Rows | Numbers]:
    read = {name: one(seat, Moments(now, soon)) for name, one in _reads().items()}
    return {name: rows for name, rows in read.items() if rows is not None}


_ALL = Together(_build)


class FirstPage:
    """What a first page is made of, read by one statement, whatever there is."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._found: Mapping[str, list[Any]] = _ALL.read(seat, **Moments.of_now()._asdict())

    def of(self, read: Read) -> list[Any]:
        """The rows of one of those that were read."""
        return self._found[_name(read)]

    def waiting(self) -> list[Waiting]:
        """What waits for this seat (a query for each kind of line that is not told of what was read, if there is any).

        Danger first; then what is late, by how late it is for the length of its clock; then by day, as lists of cases
        are.
        """
        today = timezone.localdate()
        days = frozenset(one["day"] for one in self.of(holidays))
        with calendar.knowing(self.of(deadlines), days, today - _SPAN, today + _SPAN):
            found = [
                line
                for _position, lines, *of in _lines()
                for line in lines(self.seat, *(self.of(one) for reads in of for one in reads))
            ]
        return sorted(found, key=lambda line: (not line.is_first, -line.lateness, line.day or line.since or _LATER))


def waiting_for(seat: Seat) -> list[Waiting]:
    """What waits for this seat, as on its first page."""
    return FirstPage(seat).waiting()
