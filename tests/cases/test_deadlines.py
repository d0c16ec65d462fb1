"""Deadlines: every one that is told is read by code; from when it counts, and what a day of rest does, are settings."""

import ast
import datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from cases.actions import cases
from cases.models import Case, StageDeadline
from krat.demo import make
from krat.home.waiting import waiting_for
from krat.reference import calendar, first_rows
from krat.reference.models import Deadline
from meetings.models import Meeting
from tests.cases.core import TODAY, again, rows
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db


# --- every deadline is used ---


def texts_in(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def read_by_code() -> set[str]:
    """Every text in the code outside the first rows, the demo and the migrations."""
    root = Path(settings.BASE_DIR)
    files = [one for folder in ("cases", "krat", "meetings") for one in (root / folder).glob("**/*.py")]
    apart = ("migrations", "demo", "first_rows.py")
    return {text for one in files if not set(apart) & set(one.parts) for text in texts_in(one)}


def test_no_deadline_is_told_that_nothing_reads():
    codes = {row[0] for row in first_rows.DEADLINES}

    assert codes - read_by_code() == set()
    assert "breach_notice" not in codes  # until something counts it
    assert set(Deadline.objects.values_list("code", flat=True)) == codes


def test_one_that_nothing_reads_would_be_found():
    """The negative control."""
    assert "a_deadline_of_nobody" not in read_by_code()


# --- from when it counts ---


def late_entry(people, days=20):
    """A case of high risk that is entered long after its signal."""
    return people.open(signalled_on=TODAY() - datetime.timedelta(days=days), risk="high")


def count_from(start):
    Deadline.objects.filter(code__startswith="initial_assessment").update(starts_from=start)


def test_it_counts_from_the_entry_and_the_page_tells_both_days(person, people):
    case = late_entry(people)

    shown = person("pmf.durres").look(url("cases:case", case))

    assert not case.is_late
    assert f"{TODAY():%d.%m.%Y}, 20 days after the signal" in shown.text
    assert f"{case.signalled_on:%d.%m.%Y}" in shown.text


def test_where_the_act_says_so_it_counts_from_the_signal(person, people):
    count_from("signal")

    case = late_entry(people)

    assert case.is_late
    assert timezone.localdate(case.due_at) == case.signalled_on + datetime.timedelta(days=1)
    assert "after the signal" in person("pmf.durres").look(url("cases:case", case)).text


def test_from_a_signal_in_the_registry_it_counts_to_the_minute(people):
    count_from("signal")
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=10)):
        signal = people.tell()

    case = people.open(signal=signal, risk="high")

    assert abs(case.due_at - signal.sent_at - datetime.timedelta(hours=24)) < datetime.timedelta(seconds=1)


def test_assessing_the_risk_counts_from_the_same_moment(people):
    count_from("signal")
    case = late_entry(people)

    case = cases.assess(case, by=people.worker, risk="low")

    assert case.is_late


def test_a_signal_of_today_is_never_late_by_an_hour_nobody_knows(people):
    count_from("signal")

    assert late_entry(people, days=0).due_at > timezone.now() + datetime.timedelta(hours=23)


def test_a_case_that_is_opened_again_counts_from_then(people):
    count_from("signal")
    case = late_entry(people)
    case = cases.move(case, "closed", by=people.head, note="U mbyll.", closing=make.term("closing", "goals_reached"))

    case = cases.move(case, "initial_assessment", by=people.head, note="Sinjal i ri.")

    assert not again(case).is_late


def test_an_entry_on_the_day_of_the_signal_is_no_news(person, people):
    assert "after the signal" not in person("pmf.durres").look(url("cases:case", people.open())).text


# --- days of rest ---

SUNDAY = datetime.date(2026, 12, 6)


def test_a_last_day_of_rest_stays_unless_the_setting_says_that_it_moves():
    start = SUNDAY - datetime.timedelta(days=7)
    assert calendar.due("follow_up_high", start) == SUNDAY

    Deadline.objects.filter(code="follow_up_high").update(moves_off_rest_days=True)

    assert calendar.due("follow_up_high", start) == datetime.date(2026, 12, 7)
    assert calendar.due("follow_up_high", start + datetime.timedelta(days=2)) == datetime.date(2026, 12, 9)  # a feast
    assert calendar.due("follow_up_high", start + datetime.timedelta(days=1)) == datetime.date(2026, 12, 7)


def test_hours_run_through_days_of_rest():
    Deadline.objects.filter(code="referral").update(moves_off_rest_days=True)
    start = timezone.make_aware(datetime.datetime.combine(SUNDAY - datetime.timedelta(days=1), datetime.time(10)))

    assert calendar.due_at("referral", start) == start + datetime.timedelta(hours=24)


@pytest.mark.parametrize(("day", "is_told"), [(SUNDAY, True), (SUNDAY + datetime.timedelta(days=1), False)])
def test_the_page_says_that_it_is_a_day_of_rest(person, seat, day, is_told):
    case = make.case(manager=seat("pmf.durres"), stage="follow_up", risk="high")
    due = timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59, 59)))
    rows(Case).filter(pk=case.pk).update(due_at=due)
    rows(StageDeadline).filter(case=case).update(due_at=due)

    assert ("That is a day of rest." in person("pmf.durres").look(url("cases:case", case)).text) is is_told


def test_a_task_says_it_too(person, seat):
    office = person("zva.durres")
    sunday = make.task(seat("zva.durres").institution, due_on=SUNDAY)
    monday = make.task(seat("zva.durres").institution, due_on=SUNDAY + datetime.timedelta(days=1))

    assert "Its last day is a day of rest." in office.look(url("plan:task", sunday)).text
    assert "Its last day is a day of rest." not in office.look(url("plan:task", monday)).text


# --- what the committee's deadlines are for ---


def titles(who) -> list[str]:
    return [line.title for line in waiting_for(who)]


def test_a_body_that_met_too_long_ago_is_convened(seat, people):
    coordinator = seat("koordinator.durres")
    meetings = rows(Meeting).filter(body__county=coordinator.county_id)
    meetings.update(state="held", held_on=TODAY() - datetime.timedelta(days=20))
    assert not [one for one in titles(coordinator) if "Convene" in one]

    meetings.update(state="held", held_on=TODAY() - datetime.timedelta(days=120))

    assert [one for one in titles(coordinator) if "Convene" in one]
    assert not [one for one in titles(seat("zva.durres")) if "Convene" in one]


def test_before_a_meeting_the_leads_of_tasks_report(seat, people):
    office = seat("zva.durres")
    make.task(office.institution)
    meetings = rows(Meeting).filter(body__county=office.county_id)
    meetings.update(state="held", held_on=TODAY() - datetime.timedelta(days=20))
    assert not [one for one in titles(office) if "Report on your open tasks" in one]

    latest = meetings.order_by("-pk").first()
    rows(Meeting).filter(pk=latest.pk).update(state="planned", held_on=TODAY() + datetime.timedelta(days=8))

    assert [one for one in titles(office) if "Report on your open tasks" in one]


def test_nobody_is_late_with_a_report_for_a_meeting_that_was_convened_today(seat, people):
    office = seat("zva.durres")
    make.task(office.institution)
    meetings = rows(Meeting).filter(body__county=office.county_id)
    meetings.update(state="held", held_on=TODAY() - datetime.timedelta(days=20))
    latest = meetings.order_by("-pk").first()
    rows(Meeting).filter(pk=latest.pk).update(state="planned", held_on=TODAY())

    [line] = [one for one in waiting_for(office) if "Report on your open tasks" in str(one.title)]

    assert line.day == TODAY()
