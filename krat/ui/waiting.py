"""Lines of what waits for a seat, as areas bring them: ``LINES`` in an area's ``waiting.py``."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from krat.access.requests import Shown
from krat.access.scoping import ScopedModel
from krat.ui.due import Due, due_by, due_of, waits_since

MOST = 50  # of one kind


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

    @property
    def due(self) -> Due | None:
        """The chip of the line."""
        if self.at is None and self.day is None and self.since is not None:
            return waits_since(self.since)
        return due_by(self.at) if self.at else due_of(self.day)


# Where lines of the same day stand, and what finds them for a seat (each only where its right is).
Lines = tuple[int, Callable[[Any], list[Waiting]]]
