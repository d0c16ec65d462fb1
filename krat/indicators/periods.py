"""Periods for which figures are owed: quarters, half-years and years of the calendar (docs/domain.md 8)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

_MONTHS = 12
_FIRST_YEAR, _LAST_YEAR = 2006, 2100  # the first committees: Prime Minister's Order 139/2006


class Length(TextChoices):
    """How long a period lasts."""

    QUARTER = "quarter", _("quarter")
    HALF = "half", _("half-year")
    YEAR = "year", _("year")


class Part(TextChoices):
    """Which part of its year a period is."""

    Q1 = "q1", _("January–March")
    Q2 = "q2", _("April–June")
    Q3 = "q3", _("July–September")
    Q4 = "q4", _("October–December")
    H1 = "h1", _("January–June")
    H2 = "h2", _("July–December")
    YEAR = "y", _("whole year")


_OF_LENGTH = {
    Length.QUARTER: (Part.Q1, Part.Q2, Part.Q3, Part.Q4),
    Length.HALF: (Part.H1, Part.H2),
    Length.YEAR: (Part.YEAR,),
}
_CODE = re.compile(r"([0-9]{4})-(q[1-4]|h[12]|y)")


@dataclass(frozen=True)
class Period:
    """A quarter, half or whole of a year."""

    year: int
    part: Part

    @classmethod
    def read(cls, code: str) -> Period:
        """The period of a code as it stands in addresses (``2026-q3``); raises `ValueError` for anything else."""
        found = _CODE.fullmatch(code)
        if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            raise ValueError("A period is a year and its part, as in 2026-q3.")
        return cls(int(found[1]), Part(found[2]))

    @property
    def code(self) -> str:
        """As it stands in addresses."""
        return f"{self.year}-{self.part.value}"

    def __str__(self) -> str:
        return str(self.year) if self.part is Part.YEAR else f"{self.part.label} {self.year}"

    @cached_property
    def length(self) -> Length:
        """Quarter, half-year or year."""
        return next(length for length, parts in _OF_LENGTH.items() if self.part in parts)

    @property
    def _at(self) -> int:
        return _OF_LENGTH[self.length].index(self.part)

    @property
    def quarters(self) -> list[int]:
        """The quarters of its year that it holds, from 1 to 4."""
        each = 4 // len(_OF_LENGTH[self.length])
        return list(range(self._at * each + 1, self._at * each + each + 1))

    @property
    def starts_on(self) -> datetime.date:
        """Its first day."""
        return datetime.date(self.year, self.quarters[0] * 3 - 2, 1)

    @property
    def ends_on(self) -> datetime.date:
        """Its last day."""
        month = self.quarters[-1] * 3
        after = datetime.date(self.year + month // _MONTHS, month % _MONTHS + 1, 1)
        return after - datetime.timedelta(days=1)

    def before(self) -> Period:
        """The one right before it, of the same length."""
        parts = _OF_LENGTH[self.length]
        return Period(self.year if self._at else self.year - 1, parts[self._at - 1])

    def a_year_before(self) -> Period:
        """The same part of the year before."""
        return Period(self.year - 1, self.part)


def ended(length: Length, today: datetime.date, amount: int) -> list[Period]:
    """The last periods of a length that are over on a day, the latest first."""
    one = Period(today.year, _OF_LENGTH[length][-1])
    found: list[Period] = []
    while len(found) < amount:
        if one.ends_on < today:
            found.append(one)
        one = one.before()
    return found
