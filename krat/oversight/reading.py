"""Unusual reading (lexim i pazakontë): who opened far more files than usual, at odd hours, or outside their own team.

Reckoned from the trail alone, by thresholds that are rows of the settings. It says what stands out and no more: a
night on duty or a handover looks the same, so it is a reason to ask, not a finding.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractWeekDay, TruncDate
from django.utils import timezone

from cases.models import Assignment
from krat.access import census
from krat.access.rights import Subject
from krat.access.roles import Role
from krat.audit import finding, trail
from krat.audit.models import Entry
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import Threshold

_BEFORE = datetime.timedelta(days=56)  # what one usually does is learnt from eight weeks
_KNOWN_FROM = 5  # days of reading before somebody has a usual
_SUNDAY, _SATURDAY = 1, 7  # as databases count
_FILES = {"cases.case": "cases/<uuid:code>/", "cases.referral": "referrals/<uuid:code>/"}


@dataclass(frozen=True)
class Day:
    """A day on which somebody opened far more files than usual; None where nothing is known to compare with."""

    on: datetime.date
    files: int
    own: float | None  # usual files on a day of reading, of this seat before
    peers: float | None  # and of the others in the same role


@dataclass
class Reader:
    """What stands out of one seat: the days of much reading, and how many files at odd hours and outside its team."""

    seat: Seat
    files: int = 0  # opened in the whole span
    days: list[Day] = field(default_factory=list)
    at_night: int = 0
    outside: int = 0
    outside_peers: float | None = None

    @property
    def stands_out(self) -> bool:
        """Whether any of it is unusual."""
        return bool(self.days or self.at_night or self.outside)


@dataclass(frozen=True)
class Limits:
    """The thresholds, as the settings have them today."""

    days: int
    files: int
    times: int
    night_files: int
    night_from: int
    night_until: int
    outside_files: int


def limits() -> Limits:
    """The thresholds of the settings (one query)."""
    return Limits(**Threshold.amounts("reading_"))


@cache
def _openings() -> Q:
    """Entries of a file that was opened: on a page of that file, not as a row of a list."""
    found = Q()
    for kind, beginning in _FILES.items():
        pages = [one.name for one in census.routes() if one.pattern.startswith(beginning)]
        found |= Q(thing_type=kind, route__in=pages)
    return found & Q(event=trail.SEEN)


def since(limit: Limits, today: datetime.date) -> datetime.date:
    """The first day that is looked at."""
    return today - datetime.timedelta(days=limit.days - 1)


def unusual(by: Subject, limit: Limits) -> list[Reader]:
    """Who read unusually in the last days, the most striking first; machines are left out (seven queries).

    The trail is grouped by the database: a row comes back for each seat and day, and for each file and seat in the span
    that is looked at.
    """
    today = timezone.localdate()
    first = since(limit, today)
    opened = Entry.objects.permitted(by, "trail.view").filter(_openings(), actor__isnull=False)
    by_day = _by_day(opened, first - _BEFORE)
    inside = opened.filter(at__gte=_midnight(first))
    at_night = _at_odd_hours(inside, limit, first, today)
    read = _cases_read(inside)
    actors = {one for one, days in by_day.items() if max(days) >= first}
    seats = {one.code: one for one in finding.seats().filter(code__in=set(by_day)) if one.role != Role.SYSTEM}
    outside = _outside_team(read, first)
    found = []
    for code in actors & set(seats):
        reader = Reader(seat=seats[code])
        peers = [one for one in seats.values() if one.role == reader.seat.role and one.code != code]
        days = by_day[code]
        reader.files = sum(count for day, count in days.items() if day >= first)
        reader.days = _days_of_much(days, [by_day[one.code] for one in peers], first, limit)
        reader.at_night = at_night[code] if at_night[code] >= limit.night_files else 0
        of_peers = [outside[one.code] for one in peers if one.code in actors]
        reader.outside_peers = median(of_peers) if of_peers else None
        if outside[code] >= limit.outside_files and outside[code] > limit.times * (reader.outside_peers or 0):
            reader.outside = outside[code]
        if reader.stands_out:
            found.append(reader)
    return sorted(found, key=lambda one: (-len(one.days), -one.outside - one.at_night, -one.files, one.seat.pk))


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _by_day(opened: QuerySet[Entry], first: datetime.date) -> dict[UUID, dict[datetime.date, int]]:
    """How many files each seat opened on each day on which it opened any (one query)."""
    rows = opened.filter(at__gte=_midnight(first)).annotate(day=TruncDate("at")).order_by()
    found: dict[UUID, dict[datetime.date, int]] = defaultdict(dict)
    for actor, day, files in rows.values_list("actor", "day").annotate(files=Count("thing_code", distinct=True)):
        found[actor][day] = files
    return found


def _at_odd_hours(inside: QuerySet[Entry], limit: Limits, first: datetime.date, last: datetime.date) -> dict[UUID, int]:
    """How many files each seat opened at night, on Saturdays, Sundays and public holidays (two queries)."""
    rows = inside.annotate(hour=ExtractHour("at"), weekday=ExtractWeekDay("at"), day=TruncDate("at")).order_by()
    before, after = Q(hour__lt=limit.night_until), Q(hour__gte=limit.night_from)
    night = before | after if limit.night_until <= limit.night_from else before & after
    rest = Q(weekday__in=(_SATURDAY, _SUNDAY)) | Q(day__in=calendar.holidays_between(first, last))
    counted = rows.filter(night | rest).values_list("actor").annotate(files=Count("thing_code", distinct=True))
    return defaultdict(int, dict(counted))


def _cases_read(inside: QuerySet[Entry]) -> set[tuple[UUID, str]]:
    """Which cases each seat opened (one query)."""
    rows = inside.filter(thing_type="cases.case").order_by()
    return {(actor, case) for actor, case in rows.values_list("actor", "thing_code").distinct() if actor is not None}


def _outside_team(read: set[tuple[UUID, str]], first: datetime.date) -> dict[UUID, int]:
    """How many of the cases that each seat read it had no place in, at any time of the span (one query)."""
    teams = Assignment.objects.unscoped("whether whoever opened a file was in its team; numbers alone are told")
    teams = teams.filter(Q(ended_at=None) | Q(ended_at__gte=_midnight(first)))
    teams = teams.filter(seat__code__in={actor for actor, _case in read}).order_by()
    own = {(seat, str(case)) for seat, case in teams.values_list("seat__code", "case__code")}
    found: dict[UUID, int] = defaultdict(int)
    for actor, case in read:
        found[actor] += (actor, case) not in own
    return found


def _days_of_much(
    days: dict[datetime.date, int],
    peers: Iterable[dict[datetime.date, int]],
    first: datetime.date,
    limit: Limits,
) -> list[Day]:
    """The days of the span on which far more was opened than this seat, or others in its role, usually open."""
    own = _usual([count for day, count in days.items() if day < first])
    others = _usual([count for one in peers for count in one.values()])
    found = []
    for day, count in sorted(days.items()):
        usual = [one for one in (own, others) if one is not None]
        if day >= first and count >= limit.files and any(count > limit.times * one for one in usual):
            found.append(Day(day, count, own, others))
    return found


def _usual(counts: Sequence[int]) -> float | None:
    return float(median(counts)) if len(counts) >= _KNOWN_FROM else None


def thresholds() -> QuerySet[Any]:
    """The rows of the settings by which this is reckoned, to be shown beside it."""
    return Threshold.objects.filter(code__startswith="reading_")
