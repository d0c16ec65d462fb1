"""The due chip says how near a day is."""

import datetime

import pytest
from django.utils import timezone, translation

from krat.ui.due import due_by, due_of

TODAY = datetime.date(2026, 11, 10)


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (-400, "400 days late", "late"),
        (-2, "2 days late", "late"),
        (-1, "1 day late", "late"),
        (0, "today", "soon"),
        (1, "tomorrow", "soon"),
        (2, "until 12.11.2026", "soon"),
        (7, "until 17.11.2026", "soon"),
        (8, "until 18.11.2026", "calm"),
    ],
)
def test_the_chip_says_how_near_the_day_is(days, text, tone):
    with translation.override("en"):
        due = due_of(TODAY + datetime.timedelta(days=days), TODAY)

    assert due is not None
    assert (due.text, due.tone) == (text, tone)


def test_where_there_is_no_day_there_is_no_chip():
    assert due_of(None) is None


@pytest.mark.parametrize(
    ("moment", "text", "tone"),
    [
        ("2026-11-08 09:00", "2 days late", "late"),
        ("2026-11-10 09:00", "3 hours late", "late"),
        ("2026-11-10 11:59", "its hour has passed", "late"),
        ("2026-11-10 14:30", "until 14:30 today", "soon"),
        ("2026-11-10 23:59", "today", "soon"),  # a clock that runs by days
        ("2026-11-11 09:00", "tomorrow", "soon"),
        ("2026-12-24 23:59", "until 24.12.2026", "calm"),
    ],
)
def test_a_clock_that_runs_by_the_hour_tells_the_hour_on_its_last_day(moment, text, tone):
    now = timezone.make_aware(datetime.datetime.fromisoformat("2026-11-10 12:00"))

    with translation.override("en"):
        due = due_by(timezone.make_aware(datetime.datetime.fromisoformat(moment)), now)

    assert due is not None
    assert (due.text, due.tone) == (text, tone)


def test_where_no_clock_runs_there_is_no_chip():
    assert due_by(None) is None
