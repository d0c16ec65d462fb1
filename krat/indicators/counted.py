"""Figures that the registry itself knows: counted, never typed.

Cases come from the one counting layer (`krat.reports.queries`), with its small numbers hidden. Activities, meetings,
attendance and measures are the committee's own work, of which the reader may open each row: they are told exactly.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from krat.committee.models import Body
from krat.indicators.models import Indicator
from krat.indicators.periods import Length, Period
from krat.indicators.telling import exactly
from krat.people.models import Seat
from krat.plan.models import Activity, Measure
from krat.reference.models import County
from krat.reports import queries
from krat.reports.protection import Told
from meetings.models import Attendance, Meeting

_C = Indicator.Counted
_HELD = (Meeting.State.HELD, Meeting.State.NO_QUORUM)


@dataclass(frozen=True)
class CountedLine:
    """One indicator that the registry counts; None where it cannot yet, or where there is nothing to count."""

    indicator: Indicator
    now: Told | None
    before: Told | None
    year_before: Told | None


def counted(seat: Seat, county: County, period: Period) -> list[CountedLine]:
    """What the registry knows of a county and period, in the order of the catalogue. Only for seats that see the whole
    county (some sixteen queries, however many rows)."""
    lines = [one for one in Indicator.objects.in_use() if one.counted_as]
    spans = [period, period.before(), period.a_year_before()]
    known = [_work(seat, county, span) for span in spans]
    for at, cases in enumerate(_cases(seat, county, spans)):
        known[at] |= cases
    return [CountedLine(one, *(each.get(one.counted_as) for each in known)) for one in lines]


def _cases(seat: Seat, county: County, spans: list[Period]) -> list[dict[str, Told]]:
    """Cases by quarter, as the counting layer tells them: of a half-year or a year only the whole year is told, so that
    nothing can be subtracted from it."""
    found: list[dict[str, Told]] = [{} for _span in spans]
    offered = queries.years()
    for at, span in enumerate(spans):
        if span.year not in offered or span.length is Length.HALF:
            continue
        signalled, _signalled_before, closed, _closed_before = queries.by_quarter(seat, county, span.year)
        for name, population in ((_C.CASES_OPENED, signalled), (_C.CASES_CLOSED, closed)):
            if span.length is Length.YEAR:
                found[at][name] = population.total.told
            elif len(population.table("quarter").rows) >= span.quarters[0]:
                found[at][name] = population.table("quarter").rows[span.quarters[0] - 1].told
    found[0][_C.CASES_OPEN] = queries.open_cases(seat, county).total.told
    return found


def _work(seat: Seat, county: County, span: Period) -> dict[str, Told]:
    days = (span.starts_on, span.ends_on)
    return {
        name: exactly(count)
        for name, count in (
            *_activities(seat, county, days).items(),
            *_meetings(seat, county, days).items(),
            *_measures(seat, county, span).items(),
        )
    }


def _activities(seat: Seat, county: County, days: tuple[datetime.date, datetime.date]) -> dict[str, int]:
    held = Activity.objects.visible_to(seat).filter(county=county, state=Activity.State.HELD, held_on__range=days)
    found = held.order_by().aggregate(n=Count("pk"), women=Sum("women"), men=Sum("men"))
    return {
        _C.ACTIVITIES: found["n"],
        _C.WOMEN_REACHED: found["women"] or 0,
        _C.MEN_REACHED: found["men"] or 0,
    }


def _meetings(seat: Seat, county: County, days: tuple[datetime.date, datetime.date]) -> dict[str, int]:
    held = Meeting.objects.visible_to(seat).filter(body__county=county, state__in=_HELD, held_on__range=days)
    kinds = dict(held.order_by().values_list("body__kind").annotate(n=Count("pk")))
    there = Attendance.objects.visible_to(seat).filter(
        meeting__body__county=county, meeting__state__in=_HELD, meeting__held_on__range=days
    )
    sat = there.order_by().aggregate(n=Count("pk"), came=Count("pk", filter=Q(status__in=Attendance.AT_THE_TABLE)))
    found = {
        _C.COMMITTEE_MEETINGS: kinds.get(Body.Kind.COMMITTEE, 0),
        _C.TABLE_MEETINGS: kinds.get(Body.Kind.TABLE, 0),
    }
    return found | ({_C.ATTENDANCE: round(100 * sat["came"] / sat["n"])} if sat["n"] else {})


def _measures(seat: Seat, county: County, span: Period) -> dict[str, int]:
    rows = Measure.objects.visible_to(seat).filter(objective__plan__county=county, objective__plan__year=span.year)
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    if not states:
        return {}
    done = states.get(Measure.State.DONE, 0)
    still = sum(states.get(one, 0) for one in Measure.OPEN)
    return {
        _C.MEASURES_DONE: done,
        _C.MEASURES_OPEN: still,
        _C.MEASURES_NOT_DONE: states.get(Measure.State.NOT_DONE, 0) + states.get(Measure.State.PARTLY, 0),
    }
