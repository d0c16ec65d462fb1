"""Working days and deadlines."""

import calendar as months
import datetime

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
    span = datetime.timedelta(days=abs(amount) * 2 + 30)
    holidays = holidays_between(start - span, start + span)
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
    deadline = Deadline.objects.get(code=code)
    if deadline.unit == Deadline.Unit.WORKING_DAYS:
        return add_working_days(start, deadline.amount)
    if deadline.unit == Deadline.Unit.MONTHS:
        return add_months(start, deadline.amount)
    days = deadline.amount if deadline.unit == Deadline.Unit.DAYS else -(-deadline.amount // 24)
    return start + datetime.timedelta(days=days)
