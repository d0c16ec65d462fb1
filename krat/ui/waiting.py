"""Lines of what waits for a seat, as areas bring them: ``LINES`` in an area's ``waiting.py``."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from krat.access.requests import Shown
from krat.access.scoping import ScopedModel
from krat.ui.due import Due, due_by, due_of, waits_since

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


# Where lines of the same day stand, and what finds them for a seat (each only where its right is).
Lines = tuple[int, Callable[[Any], list[Waiting]]]
