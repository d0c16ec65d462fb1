"""A fresh registry knows its places, lists, deadlines and holidays, and never takes back what people changed."""

import datetime

import pytest
from django.core.management.sql import emit_post_migrate_signal

from krat.reference import calendar, first_rows
from krat.reference.models import County, Deadline, Holiday, Municipality, Term

pytestmark = pytest.mark.django_db


def test_there_are_twelve_counties_and_sixty_one_municipalities():
    assert County.objects.count() == 12
    assert Municipality.objects.count() == 61
    assert [county.municipalities.count() for county in County.objects.order_by("code")] == [
        5, 3, 7, 6, 7, 6, 3, 3, 4, 5, 5, 7,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("AL-02-DURRES", "Durrës"),
        ("AL-10-VAU-I-DEJES", "Vau i Dejës"),
        ("AL-10-FUSHE-ARREZ", "Fushë-Arrëz"),
        ("AL-10-MALESI-E-MADHE", "Malësi e Madhe"),
        ("AL-01-KUCOVE", "Kuçovë"),
        ("AL-01-URA-VAJGURORE", "Ura Vajgurore"),
        ("AL-11-RROGOZHINE", "Rrogozhinë"),
    ],
)
def test_the_code_of_a_municipality_is_its_county_and_its_folded_name(code, name):
    assert Municipality.objects.get(code=code).name == name


def test_case_numbers_begin_with_two_letters_of_the_county():
    prefixes = dict(County.objects.values_list("code", "prefix"))

    assert (prefixes["AL-02"], prefixes["AL-05"], prefixes["AL-07"]) == ("DR", "GJ", "KU")
    assert County.objects.get(code="AL-09").seat == "Peshkopi"


@pytest.mark.parametrize("kind", Term.List.values)
def test_no_list_is_empty_and_every_row_has_words_in_both_languages(kind):
    rows = Term.objects.of(kind)

    assert rows.exists()
    assert [row.code for row in rows if not (row.name_sq and row.name_en)] == []


def test_the_code_of_a_helpline_is_its_number():
    assert set(Term.objects.of(Term.List.HELPLINE).values_list("code", flat=True)) == {
        "116006",
        "116111",
        "116000",
        "129",
        "112",
    }


def test_only_what_a_source_confirms_counts_as_verified():
    assert list(Deadline.objects.filter(is_verified=True).values_list("code", flat=True)) == []
    assert not Deadline.objects.filter(legal_reference="").exists()


@pytest.mark.parametrize("code", [row[0] for row in first_rows.DEADLINES])
def test_every_deadline_can_be_reckoned(code):
    start = datetime.date(2026, 3, 2)

    assert calendar.due(code, start) > start


def test_running_again_adds_nothing():
    assert first_rows.insert() == 0


def test_rows_that_were_emptied_away_come_back_with_the_next_migration():
    Deadline.objects.all().delete()
    Holiday.objects.all().delete()

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert Deadline.objects.count() == len(first_rows.DEADLINES)
    assert Holiday.objects.filter(day="2026-11-22").exists()


def test_what_people_changed_or_retired_stays_as_it_is():
    Deadline.objects.filter(code="krat_meeting").update(amount=2)
    Term.objects.filter(list="activity", code="stand").update(retired_on="2026-01-01", name_sq="Stendë")

    first_rows.insert()

    assert Deadline.objects.get(code="krat_meeting").amount == 2
    assert Term.objects.get(list="activity", code="stand").name_sq == "Stendë"


def test_a_feast_whose_day_was_corrected_does_not_come_back_on_the_old_one():
    Holiday.objects.filter(day="2027-03-10").update(day="2027-03-09")

    first_rows.insert()

    assert not Holiday.objects.filter(day="2027-03-10").exists()


def test_a_feast_on_a_weekend_gives_the_next_working_day():
    days = dict(Holiday.objects.filter(day__year=2026).values_list("day", "name_sq"))

    assert days[datetime.date(2026, 11, 30)] == "Ditë pushimi: Dita e Flamurit dhe e Pavarësisë"
    assert days[datetime.date(2026, 12, 1)] == "Ditë pushimi: Dita e Çlirimit"
    assert datetime.date(2026, 12, 26) not in days
