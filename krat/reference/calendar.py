"""Working days and deadlines."""

import calendar as months
import datetime
from collections.abc import Iterable

from django.utils import timezone

from krat.reference.models import Deadline, Holiday

_SATURDAY = 5


def is_working_day(day: datetime.date, holidays: frozenset[datetime.date]) -> bool:
    """Whether offices work on this day."""
    return day.weekday() < _SATURDAY and day not in holidays


def holidays_between(first: datetime.date, last: datetime.date) -> frozenset[datetime.date]:
    """The public holidays of a span (one query)."""
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


def due_at(code: str, start: datetime.datetime) -> datetime.datetime:
    """The last moment of a deadline: hours run by the clock, days end with the office day's midnight (two queries)."""
    deadline = Deadline.objects.get(code=code)
    if deadline.unit == Deadline.Unit.HOURS:
        return start + datetime.timedelta(hours=deadline.amount)
    last = due(code, timezone.localdate(start))
    return timezone.make_aware(datetime.datetime.combine(last, datetime.time.max.replace(microsecond=0)))


def dues(code: str, starts: Iterable[datetime.date]) -> dict[datetime.date, datetime.date]:
    """The last day of a deadline for each of the days on which it starts (two queries at most, however many)."""
    starts = set(starts)
    if not starts:
        return {}
    deadline = Deadline.objects.get(code=code)
    if deadline.unit == Deadline.Unit.WORKING_DAYS:
        return after_working_days(starts, deadline.amount)
    if deadline.unit == Deadline.Unit.MONTHS:
        return {start: add_months(start, deadline.amount) for start in starts}
    days = deadline.amount if deadline.unit == Deadline.Unit.DAYS else -(-deadline.amount // 24)
    return {start: start + datetime.timedelta(days=days) for start in starts}
