"""Working days know weekends and feasts, forwards and backwards."""

import datetime

import pytest

from krat.reference import calendar

pytestmark = pytest.mark.django_db

FRIDAY_BEFORE_THE_FLAG = datetime.date(2026, 11, 27)


def test_five_working_days_pass_over_the_feasts_of_november():
    assert calendar.add_working_days(FRIDAY_BEFORE_THE_FLAG, 5) == datetime.date(2026, 12, 9)


def test_working_days_before_a_meeting_pass_over_the_same_feasts():
    assert calendar.add_working_days(datetime.date(2026, 12, 9), -5) == FRIDAY_BEFORE_THE_FLAG


def test_no_working_day_is_the_day_itself():
    assert calendar.add_working_days(FRIDAY_BEFORE_THE_FLAG, 0) == FRIDAY_BEFORE_THE_FLAG


def test_a_month_later_is_the_last_day_where_the_month_is_shorter():
    assert calendar.add_months(datetime.date(2026, 11, 30), 3) == datetime.date(2027, 2, 28)
    assert calendar.add_months(datetime.date(2026, 1, 31), 1) == datetime.date(2026, 2, 28)
