"""Sums of what institutions reported for a county, told so that nobody is found behind them (promise 14).

A figure of persons is rounded and hidden by the same layer as counts of cases (`krat.reports.protection`): by
municipality, and the county's total with them. Whoever reported or received a sheet reads its exact figures there.
Figures of no persons (calls, trainings) are told as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from krat.access import rights
from krat.access.rights import Reach
from krat.indicators.models import Figure, FigureSheet, Indicator
from krat.indicators.periods import Period
from krat.people.models import Seat
from krat.reference.models import County, Municipality
from krat.reports.protection import Counts, Told, tell

VIEW = "indicators.view"


@dataclass(frozen=True)
class Place:
    """One municipality's sum of one indicator."""

    municipality: Municipality
    told: Told


@dataclass(frozen=True)
class Line:
    """One indicator of a county: this period, the one before, a year before; None where nobody reported it."""

    indicator: Indicator
    now: Told | None
    before: Told | None
    year_before: Told | None
    places: list[Place] = field(default_factory=list)


def exactly(count: int) -> Told:
    """A number that may be told as it is."""
    return Told(count, count, count)


def sums(seat: Seat, county: County, period: Period) -> list[Line]:
    """The typed indicators of a county for a period, in the order of the catalogue (three queries)."""
    if not _may_sum(seat, county):
        return []
    spans = [period, period.before(), period.a_year_before()]
    asked = Q()
    for span in spans:
        asked |= Q(sheet__year=span.year, sheet__part=span.part)
    rows = Figure.objects.unscoped("summed for a county, and told only with the small numbers hidden")
    read = (
        rows.filter(asked, sheet__county=county, sheet__state__in=FigureSheet.REPORTED, value__isnull=False)
        .order_by()
        .values_list("indicator_id", "sheet__year", "sheet__part", "sheet__municipality_id")
        .annotate(total=Coalesce(Sum("value"), 0))
    )
    found: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for indicator_id, year, part, municipality_id, total in read:
        found[indicator_id, f"{year}-{part}"][municipality_id] = total
    places = {one.pk: one for one in Municipality.objects.all()}
    return [
        _line(one, [found.get((one.pk, span.code), {}) for span in spans], places)
        for one in Indicator.objects.typed(period.length)
    ]


def _may_sum(seat: Seat, county: County) -> bool:
    reach = rights.reach(seat, VIEW)
    return reach is Reach.COUNTRY or (reach is Reach.COUNTY and seat.county_id == county.pk)


def _line(indicator: Indicator, counts: Sequence[dict[int, int]], places: dict[int, Municipality]) -> Line:
    now, before, year_before = (_told(indicator, one.values()) for one in counts)
    order = sorted(counts[0], key=lambda pk: places[pk].sort_key)
    cells = _told_with_cells(indicator, [counts[0][pk] for pk in order])[1] if order else []
    shown = [Place(places[pk], cell) for pk, cell in zip(order, cells, strict=True)]
    return Line(indicator, now, before, year_before, shown)


def _told(indicator: Indicator, counts: Iterable[int]) -> Told | None:
    cells = list(counts)
    return _told_with_cells(indicator, cells)[0] if cells else None


def _told_with_cells(indicator: Indicator, counts: Sequence[int]) -> tuple[Told, list[Told]]:
    if not indicator.is_of_persons:
        return exactly(sum(counts)), [exactly(one) for one in counts]
    total, tables = tell(sum(counts), [Counts(tuple(counts))], settings.KRAT_SMALL_CELL)
    return total, tables[0]
