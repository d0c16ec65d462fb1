"""What is counted, for whom, and how much of it is told."""

import datetime
from itertools import pairwise

import pytest
from django.utils import timezone

from krat.demo import make
from krat.home.waiting import FirstPage
from krat.reports import queries

pytestmark = pytest.mark.django_db


def told(figures) -> dict[str, int | None]:
    """What a table tells, by the words of its rows."""
    return {str(row.label): row.told.value for row in figures.rows}


def own(figures) -> dict[str, int]:
    """The seat's own rows, where there are any."""
    return {str(row.label): row.own for row in figures.rows if row.own}


def at(hour: int, *, days: int = 0) -> datetime.datetime:
    """An hour of a day so many days ago."""
    return timezone.now().replace(hour=hour, minute=0) - datetime.timedelta(days=days)


# --- cases ---


@pytest.mark.usefixtures("english")
def test_the_coordinator_reads_rounded_numbers_and_no_small_ones(steers, cases, empty):
    cases(7, stage="conference", risk="high")
    cases(3, stage="follow_up", risk="low", place=1)
    cases(6, stage="closed")

    found = queries.open_cases(steers, empty)

    assert found.total.told.value == 10
    assert told(found.table("stage"))["cross-sector group"] == 5
    assert told(found.table("stage"))["follow-up"] is None
    assert told(found.table("stage"))["protection plan"] is None  # none at all looks like a few
    assert sorted(told(found.table("municipality_id")).values(), key=str) == [5, None, None, None, None]


def test_another_county_is_not_counted(steers, cases, empty):
    cases(7)
    before = queries.open_cases(steers, empty)

    for _once in range(20):
        make.case(municipality="AL-05-PERMET")

    assert queries.open_cases(steers, empty) == before


def test_a_seat_of_another_county_counts_nothing_here(cases, empty, seat):
    cases(20)

    found = queries.open_cases(seat("koordinator.durres"), empty)

    assert found.total.told.is_few


def test_one_case_more_changes_no_number_by_one(steers, cases, empty):
    """What yesterday's page and today's subtract to."""

    def page():
        found = queries.open_cases(steers, empty)
        return [found.total.told.value or 0] + [row.told.value or 0 for figures in found.tables for row in figures.rows]

    pages = [page()]
    for _once in range(11):
        cases(1, stage="conference", risk="high")
        pages.append(page())

    steps = {abs(b - a) for one, other in pairwise(pages) for a, b in zip(one, other, strict=True)}
    assert steps - {0}
    assert min(steps - {0}) >= 5


@pytest.mark.usefixtures("english")
def test_the_head_of_a_unit_reads_her_own_cases_exactly_and_the_others_apart(cases, empty):
    first, second = cases(2, stage="conference")[0].holder, cases(6, stage="conference", place=1)[0].holder
    head = make.seat("unit_head", first)

    found = queries.open_cases(head, empty)

    assert first != second
    assert (found.total.own, found.total.told.value) == (2, 5)
    assert own(found.table("stage")) == {"cross-sector group": 2}
    assert told(found.table("stage"))["cross-sector group"] == 5


@pytest.mark.usefixtures("english")
def test_the_regional_social_service_cannot_subtract_the_victims_it_knows(cases, empty):
    cases(3, victim_status="possible_victim")
    cases(9, victim_status="at_risk")

    found = queries.open_cases(make.seat("social_service", county=empty), empty)

    assert own(found.table("victim_status")) == {"possible victim of trafficking": 3}
    assert found.total.told.value == 10


@pytest.mark.usefixtures("english")
def test_parts_are_counted_by_their_state_and_never_summed_up(steers, cases, empty):
    for one in cases(8):
        make.school_part(one, state="dropped_out")
    make.aid_part(cases(1)[0], state="approved")

    found = queries.open_cases(steers, empty)

    assert told(found.table("school"))["dropped out"] == 10
    assert found.table("school").total is None
    assert set(told(found.table("economic_aid")).values()) == {None}


@pytest.mark.usefixtures("english")
def test_late_is_what_the_clock_says(steers, cases, empty):
    cases(6, due_at=at(8, days=2))
    cases(7)

    late = told(queries.open_cases(steers, empty).table("late"))

    assert late == {"in time": 5, "late: the clock has run out": 5}


def test_quarters_are_those_of_the_signal_and_of_closing(steers, cases, empty):
    this = timezone.localdate().year
    cases(6, signalled_on=datetime.date(this - 1, 2, 1))
    cases(8, signalled_on=datetime.date(this - 1, 11, 30), stage="closed", closed_on=datetime.date(this - 1, 12, 31))
    cases(9, signalled_on=datetime.date(this - 2, 12, 31))

    signalled, signalled_before, closed, closed_before = queries.by_quarter(steers, empty)

    assert [row.told.value for row in signalled_before.tables[0].rows] == [5, None, None, 10]
    assert signalled_before.total.told.value == 15
    assert [row.told.value for row in closed_before.tables[0].rows] == [None, None, None, 10]
    assert len(signalled.tables[0].rows) == (timezone.localdate().month + 2) // 3
    assert closed.total.told.is_few


def test_a_year_is_told_the_same_way_wherever_it_stands(steers, cases, empty):
    """The year before, on this year's page, is what its own page tells: nothing is left to subtract."""
    this = timezone.localdate().year
    cases(6, signalled_on=datetime.date(this - 1, 2, 1))
    cases(8, signalled_on=datetime.date(this - 1, 11, 30))
    cases(9, signalled_on=datetime.date(this - 2, 12, 31))

    _this, before, *_closed = queries.by_quarter(steers, empty, this)
    its_own, two_before, *_closed = queries.by_quarter(steers, empty, this - 1)

    assert before == its_own
    assert two_before.total.told.value == 10


def test_years_do_not_overlap(steers, cases, empty):
    this = timezone.localdate().year
    place = empty.municipalities.first().code
    for year, times in ((this - 1, 8), (this - 2, 6)):
        for _once in range(times):
            make.signal(municipality=place, sent_at=datetime.datetime(year, 12, 31, 12, tzinfo=datetime.UTC))

    told = {year: queries.signals(steers, empty, year).total.told.value for year in queries.years()}

    assert told == {this: None, this - 1: 10, this - 2: 5, this - 3: None, this - 4: None}


# --- signals and referrals ---


@pytest.mark.usefixtures("english")
def test_the_police_reads_its_own_signals_exactly(empty):
    police, place = make.seat("police", county=empty), empty.municipalities.first().code
    for _once in range(2):
        make.signal(police, municipality=place)
    for _once in range(6):
        make.signal(municipality=place, state="taken")
    make.signal(municipality=place, sent_at=at(8, days=400))

    found = queries.signals(police, empty)

    assert (found.total.own, found.total.told.value) == (2, 5)
    assert own(found.tables[0]) == {"sent": 2}


@pytest.mark.usefixtures("english")
def test_the_median_of_days_until_an_answer_stands_by_institution(steers, cases, empty):
    school = make.institution(county=empty, kind="education", name="Arsimi")
    shelter = make.institution(county=empty, kind="shelter", name="Strehëza")
    for days, case in zip((1, 2, 3, 9, 20), cases(5), strict=True):
        make.referral(case, school, state="accepted", sent_at=at(12, days=30), accepted_at=at(12, days=30 - days))
    for case in cases(3):
        make.referral(case, shelter, purpose="shelter", sent_at=at(12, days=30))

    found, until_answer = queries.referrals(steers, empty, at(12, days=30).year)

    assert found.total.told.value == 10
    assert [(str(one.label), one.told.value, one.median) for one in until_answer] == [
        ("Arsimi", 5, 3),
        ("other institutions", None, None),
    ]


def test_four_answers_are_too_few_for_a_median(steers, cases, empty):
    school = make.institution(county=empty, kind="education")
    for at_which, case in enumerate(cases(6)):
        make.referral(case, school, state="accepted" if at_which < 4 else "sent")

    [first, _others] = queries.referrals(steers, empty)[1]

    assert (first.told.value, first.median) == (5, None)


def test_the_education_office_reads_its_own_days_exactly(cases, empty):
    office = make.seat("education", county=empty)
    make.referral(cases(1)[0], office.institution, state="accepted", sent_at=at(12, days=9), accepted_at=at(12, days=5))

    found, until_answer = queries.referrals(office, empty, at(12, days=9).year)

    assert found.has_own
    assert [(one.own, one.own_median) for one in until_answer] == [(1, 4), (0, None)]


@pytest.mark.parametrize(
    ("days", "middle"),
    [([], None), ([7], 7), ([1, 9, 3], 3), ([1, 9, 3, 4], 3.5), ([2, 2, 2, 30], 2), ([0, 0], 0)],
)
def test_the_median_is_the_middle_one_or_between_the_two(days, middle):
    assert queries.median(queries.Counter(days)) == middle


# --- cards ---


@pytest.fixture
def two_institutions(empty):
    """Cards that wait for the municipality, and one that the health service freed."""
    town = make.institution(county=empty, kind="municipality", name="Bashkia")
    health = make.institution(county=empty, kind="health", name="Shëndetësia")
    for days in (10, 20):
        make.card(county=empty, waits_for=town, since=make.in_days(-days))
    make.card(county=empty, waits_for=health, state="closed", since=make.in_days(-40), closed_on=make.in_days(-4))
    make.card(county=empty, waits_for=health, state="closed", since=make.in_days(-900), closed_on=make.in_days(-500))


def test_the_coordinator_reads_the_median_days_of_cards_by_institution(steers, empty, two_institutions):
    by_institution, by_kind = queries.cards(steers, empty)

    assert [(one.label, one.open, one.told.value, one.median) for one in by_institution] == [
        ("Bashkia", 2, 2, 15),
        ("Shëndetësia", 0, 1, 36),
    ]
    assert [(one.open, one.told.value, one.median) for one in by_kind] == [(2, 3, 20)]


@pytest.mark.parametrize("role", ["secretariat", "unit_head", "education", "police", "child_worker"])
def test_who_does_not_see_every_card_reads_no_number_of_cards(role, empty, two_institutions):
    assert queries.cards(make.seat(role, county=empty), empty) == ([], [])


# --- the country ---


def test_the_national_office_reads_every_county(cases, empty, two_institutions, seat):
    cases(12)

    found = {
        county.code: (told.value, cards) for county, told, cards in queries.counties(seat("koordinatori.kombetar"))
    }

    assert len(found) == 12
    assert found[empty.code][0] == 10
    assert (found[empty.code][1].open, found[empty.code][1].median) == (2, 20)


def test_nobody_else_reads_every_county(seat):
    assert queries.counties(seat("koordinator.durres")) == []
    assert queries.counties(seat("admin")) == []


# --- first pages ---


def in_short(seat):
    return queries.in_short(seat, queries.open_cards(FirstPage(seat).of(queries.cards_of_county)))


def test_the_first_page_tells_the_same_as_the_page_of_figures(steers, cases, empty, two_institutions):
    cases(8, due_at=at(8, days=2))

    short = in_short(steers)

    found = queries.open_cases(steers, empty)
    assert short.open == found.total.told
    assert short.late == found.table("late").rows[1].told
    assert short.cards == sum(one.open for one in queries.cards(steers, empty)[0])


@pytest.mark.parametrize("username", ["sekretaria.durres", "njmf.durres", "zva.durres", "pmf.durres", "admin"])
def test_only_who_steers_has_cases_as_numbers_on_the_first_page(seat, username):
    assert in_short(seat(username)) is None
