"""Who owes figures for a period, and how far each has come."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from krat.access import rights
from krat.access.rights import Reach
from krat.committee.models import Institution
from krat.indicators.models import FigureSheet, Indicator
from krat.indicators.periods import Period
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import County, Municipality

VIEW = "indicators.view"
DUE, CLOSES = "figures_due", "figures_close"


@dataclass(frozen=True)
class Owed:
    """What one institution reports for one municipality: the sheet, or none yet."""

    institution: Institution
    municipality: Municipality
    sheet: FigureSheet | None

    @property
    def is_reported(self) -> bool:
        """Whether its figures were sent."""
        return self.sheet is not None and self.sheet.is_reported

    @property
    def is_accepted(self) -> bool:
        """Whether its figures were accepted."""
        return self.sheet is not None and self.sheet.state == FigureSheet.State.ACCEPTED


@dataclass(frozen=True)
class Standing:
    """How many sheets a county owes, and how far they are."""

    owed: int
    reported: int
    accepted: int

    @classmethod
    def of(cls, lines: Iterable[Owed]) -> Standing:
        """Counted from the lines of a county."""
        lines = list(lines)
        return cls(len(lines), sum(one.is_reported for one in lines), sum(one.is_accepted for one in lines))

    @property
    def missing(self) -> int:
        """How many were not sent yet, or were returned."""
        return self.owed - self.reported


@dataclass(frozen=True)
class Clock:
    """Until when figures of a period are expected, and the last day on which they can be entered."""

    due_on: datetime.date
    closes_on: datetime.date

    @classmethod
    def of(cls, period: Period) -> Clock:
        """By the deadlines of the settings, counted from the day after the period (four queries at most)."""
        first = period.ends_on + datetime.timedelta(days=1)
        return cls(calendar.due(DUE, first), calendar.due(CLOSES, first))

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be entered any more."""
        return self.closes_on < timezone.localdate()


def owed(seat: Seat, period: Period, county: County | None = None) -> list[Owed]:
    """What the institutions that the seat sees report for a period, in one county or all: those that have not reported
    first, then by institution and municipality (four queries, however many)."""
    kinds = Indicator.objects.typed(period.length).values("suppliers")
    places = Institution.objects.visible_to(seat).working().filter(kind__in=kinds)
    sheets = FigureSheet.objects.visible_to(seat).of(period).for_list()
    if rights.reach(seat, VIEW) is Reach.OWN:
        places = places.filter(pk=seat.institution_id)
    if county is not None:
        places, sheets = places.filter(county=county), sheets.filter(county=county)
    there = {(one.institution_id, one.municipality_id): one for one in sheets}
    found = []
    for place in places.select_related("county").prefetch_related("territories"):
        for municipality in place.territories.all():
            found.append(Owed(place, municipality, there.pop((place.pk, municipality.pk), None)))
    # What was reported by an institution that owes nothing any more stays where it was.
    found += [Owed(one.institution, one.municipality, one) for one in there.values()]
    return sorted(found, key=_by_standing)


def _by_standing(one: Owed) -> tuple[bool, bool, str, str]:
    return one.is_reported, one.is_accepted, one.institution.sort_key, one.municipality.sort_key
