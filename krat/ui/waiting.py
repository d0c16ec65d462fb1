"""Lines of what waits for a seat, as areas bring them: ``LINES`` in an area's ``waiting.py``.

    def asked(seat: Any, at: Moments) -> Rows | None:                   # what is read, through its door
        rows = Referral.objects.permitted(seat, "referrals.answer").unanswered()
        return Rows(rows.for_list()[:MOST], {"sender": ("short_name",)})

    def _to_answer(seat: Seat, referrals: list[Referral]) -> list[Waiting]:     # how it is told, without a query
        ...

    LINES: list[Lines] = [(140, _to_answer, (asked,))]

What all lines of all areas are made of is read by one statement (`krat.access.together`); two kinds of lines that name
the same function are told of the same rows. Lines that are reckoned otherwise name nothing, and ask for themselves.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone

from krat.access.requests import Shown
from krat.access.scoping import ScopedModel
from krat.access.together import Numbers, Rows
from krat.ui.due import SOON_DAYS, Due, due_by, due_of, waits_since

MOST = 50  # of one kind
_USUAL_CLOCK = datetime.timedelta(days=14)  # of what does not say how long it had


@dataclass(frozen=True)
class Waiting:
    """One line: what to do, why it came, until when, and where to do it.

    A person of a case is named only to whoever accepted a referral about them, and ``shown`` says so to the trail.
    """

    title: str
    why: str
    url: str
    day: datetime.date | None
    at: datetime.datetime | None = None  # where the clock runs by the hour
    is_first: bool = False  # somebody reminded of it, or there is danger
    thing: ScopedModel | None = None  # what belongs to a case: that its line was shown stands in the trail
    since: datetime.date | None = None  # what waits without a day by which it is expected
    shown: tuple[Shown, ...] = ()  # what the line tells besides
    clock: datetime.timedelta | None = None  # how long there was for it

    @property
    def lateness(self) -> float:
        """How late it is for the length of its clock, as lists of cases are sorted; 0 where it is not late."""
        if self.at is not None:
            over = timezone.now() - self.at
        elif self.day is not None:
            over = timezone.localdate() - self.day
        else:
            return 0.0
        return max(0.0, over / max(self.clock or _USUAL_CLOCK, datetime.timedelta(minutes=1)))

    @property
    def due(self) -> Due | None:
        """The chip of the line."""
        if self.at is None and self.day is None and self.since is not None:
            return waits_since(self.since)
        return due_by(self.at) if self.at else due_of(self.day)


class Moments(NamedTuple):
    """What a clock is compared with. The statement is kept, so nothing may be reckoned from them, and nobody may ask
    for the time; today's day may be asked for."""

    now: datetime.datetime
    soon: datetime.datetime

    @classmethod
    def of_now(cls) -> Moments:
        """As of now."""
        now = timezone.now()
        return cls(now, now + datetime.timedelta(days=SOON_DAYS))


# What is read for a seat; None where it has no right to it. As for `krat.access.together.Together`.
Read = Callable[[Any, Moments], Rows | Numbers | None]
# Where lines of the same day stand, what tells them for a seat (each only where its right is), and of what: the
# function is given the rows of each after the seat.
Lines = tuple[int, Callable[..., list[Waiting]]] | tuple[int, Callable[..., list[Waiting]], tuple[Read, ...]]
