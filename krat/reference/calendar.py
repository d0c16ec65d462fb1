"""Working days and deadlines."""

import calendar as months
import datetime
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils import timezone

from krat.reference.models import Deadline, Holiday

_SATURDAY = 5


# --- what was read already ---


@dataclass(frozen=True)
class _Known:
    deadlines: Mapping[str, Deadline]
    holidays: frozenset[datetime.date]
    first: datetime.date
    last: datetime.date


_known: ContextVar[_Known | None] = ContextVar("known", default=None)


@contextmanager
def knowing(
    deadlines: Iterable[Deadline], holidays: frozenset[datetime.date], first: datetime.date, last: datetime.date
) -> Iterator[None]:
    """Within this block nothing of this is asked for again: deadlines, and all public holidays of a span of days. For
    who read them in this very transaction, together with other rows."""
    token = _known.set(_Known({one.code: one for one in deadlines}, holidays, first, last))
    try:
        yield
    finally:
        _known.reset(token)


def _deadline(code: str) -> Deadline:
    known = _known.get()
    if known is not None and code in known.deadlines:
        return known.deadlines[code]
    return Deadline.objects.get(code=code)


# --- reckoning ---


def is_working_day(day: datetime.date, holidays: frozenset[datetime.date]) -> bool:
    """Whether offices work on this day."""
    return day.weekday() < _SATURDAY and day not in holidays


def holidays_between(first: datetime.date, last: datetime.date) -> frozenset[datetime.date]:
    """The public holidays of a span (one query at most)."""
    known = _known.get()
    if known is not None and known.first <= first and last <= known.last:
        return frozenset(day for day in known.holidays if first <= day <= last)
    return frozenset(Holiday.objects.filter(day__range=(first, last)).values_list("day", flat=True))


def add_working_days(start: datetime.date, amount: int) -> datetime.date:
    """The working day that lies ``amount`` working days after ``start`` (one query)."""
    return after_working_days([start], amount)[start]


def after_working_days(starts: Iterable[datetime.date], amount: int) -> dict[datetime.date, datetime.date]:
    """The working day that lies ``amount`` working days after each of several days (one query, however many)."""
    starts = set(starts)
    if not starts:
        return {}
    span = datetime.timedelta(days=abs(amount) * 2 + 30)
    holidays = holidays_between(min(starts) - span, max(starts) + span)
    return {start: _count(start, amount, holidays) for start in starts}


def _count(start: datetime.date, amount: int, holidays: frozenset[datetime.date]) -> datetime.date:
    day, step = start, 1 if amount >= 0 else -1
    while amount:
        day += datetime.timedelta(days=step)
        if is_working_day(day, holidays):
            amount -= step
    return day


def add_months(start: datetime.date, amount: int) -> datetime.date:
    """The same day some months later, or that month's last day."""
    month = start.month - 1 + amount
    year, month = start.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(start.day, months.monthrange(year, month)[1]))


def due(code: str, start: datetime.date) -> datetime.date:
    """The last day of a deadline that starts on a day (two queries at most)."""
    return dues(code, [start])[start]


def due_before(code: str, day: datetime.date) -> datetime.date:
    """The last day for what is expected so long before a day (two queries at most)."""
    deadline = _deadline(code)
    if deadline.unit == Deadline.Unit.WORKING_DAYS:
        return add_working_days(day, -deadline.amount)
    if deadline.unit == Deadline.Unit.MONTHS:
        return add_months(day, -deadline.amount)
    days = deadline.amount if deadline.unit == Deadline.Unit.DAYS else -(-deadline.amount // 24)
    return day - datetime.timedelta(days=days)


def due_at(code: str, start: datetime.datetime, *, signal: datetime.datetime | None = None) -> datetime.datetime:
    """The last moment of a deadline: hours run by the clock, days end with the office day's midnight (two queries).

    ``signal`` is when the matter became known: where the deadline counts from it, it begins then.
    """
    deadline = _deadline(code)
    if signal is not None and deadline.starts_from == Deadline.Start.SIGNAL:
        start = min(start, signal)
    if deadline.unit == Deadline.Unit.HOURS:
        return start + datetime.timedelta(hours=deadline.amount)
    day = timezone.localdate(start)
    last = _dues(deadline, {day})[day]
    return timezone.make_aware(datetime.datetime.combine(last, datetime.time.max.replace(microsecond=0)))


def dues(code: str, starts: Iterable[datetime.date]) -> dict[datetime.date, datetime.date]:
    """The last day of a deadline for each of the days on which it starts (two queries at most, however many).

    A day of rest at its end stays, unless the deadline says that it moves.
    """
    starts = set(starts)
    if not starts:
        return {}
    return _dues(_deadline(code), starts)


def _dues(deadline: Deadline, starts: set[datetime.date]) -> dict[datetime.date, datetime.date]:
    if deadline.unit == Deadline.Unit.WORKING_DAYS:
        return after_working_days(starts, deadline.amount)
    if deadline.unit == Deadline.Unit.MONTHS:
        ends = {start: add_months(start, deadline.amount) for start in starts}
    else:
        days = deadline.amount if deadline.unit == Deadline.Unit.DAYS else -(-deadline.amount // 24)
        ends = {start: start + datetime.timedelta(days=days) for start in starts}
    moves = deadline.moves_off_rest_days and deadline.unit != Deadline.Unit.HOURS
    return _off_rest_days(ends) if moves else ends


def _off_rest_days(ends: dict[datetime.date, datetime.date]) -> dict[datetime.date, datetime.date]:
    holidays = holidays_between(min(ends.values()), max(ends.values()) + datetime.timedelta(days=30))
    return {start: end if is_working_day(end, holidays) else _count(end, 1, holidays) for start, end in ends.items()}


def is_day_of_rest(day: datetime.date) -> bool:
    """Whether a day is a Saturday, a Sunday or a public holiday (one query, none on a Saturday or Sunday)."""
    return day.weekday() >= _SATURDAY or not is_working_day(day, holidays_between(day, day))
