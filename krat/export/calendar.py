"""A meeting as a calendar file (RFC 5545): number, place, time, link, and nothing else (decision 35).

Its identity comes from the row: a program that gets the file a second time moves the one entry it has.
"""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone
from icalendar import Calendar, Event

PRODUCT = "-//KRAT//registry//SQ"


def event(
    *,
    code: uuid.UUID,
    sequence: int,
    written_at: datetime.datetime,
    title: str,
    place: str,
    link: str,
    day: datetime.date,
    starts_at: datetime.time | None,
    ends_at: datetime.time | None,
    is_cancelled: bool,
) -> bytes:
    """One event; without an hour it takes the whole day. ``sequence`` rises with each change."""
    calendar, entry = Calendar(), Event()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    entry.add("uid", f"{code}@krat")
    entry.add("dtstamp", written_at.astimezone(datetime.UTC))
    entry.add("sequence", sequence)
    entry.add("summary", title)
    entry.add("location", place)
    entry.add("url", link)
    entry.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    if starts_at is None:
        entry.add("dtstart", day)
        entry.add("dtend", day + datetime.timedelta(days=1))
    else:
        entry.add("dtstart", _at(day, starts_at))
        if ends_at is not None:
            entry.add("dtend", _at(day, ends_at))
    calendar.add_component(entry)
    if starts_at is not None:
        # Of this year and the next only: what no entry lies in is dead weight.
        calendar.add_missing_timezones(day - datetime.timedelta(days=366), day + datetime.timedelta(days=366))
    return bytes(calendar.to_ical())


def _at(day: datetime.date, hour: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())
