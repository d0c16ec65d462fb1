"""The due chip says how near a day is."""

import datetime

import pytest
from django.utils import translation

from krat.ui.due import due_of

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
