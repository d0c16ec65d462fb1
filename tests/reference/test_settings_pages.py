"""Lists, deadlines and holidays: read by the committee, changed by the administrator."""

import datetime

import pytest
from django.utils import translation

from krat.demo import make
from krat.reference.models import Deadline, Holiday, Term, Threshold
from tests.ui.form_examples import BY_ROUTE, Examples
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(person):
    return person("admin")


@pytest.fixture
def new_term(world) -> dict[str, object]:
    return BY_ROUTE["reference:term_add"].data(Examples())


def test_the_coordinator_reads_the_settings_and_changes_nothing(person, world):
    coordinator = person("koordinator.durres")

    shown = coordinator.look(url("reference:lists"))
    assert str(Deadline.objects.all()[0].amount) in shown.text
    assert coordinator.get(url("reference:terms", kind="pillar")).status == 200
    for route, words in (("term_add", {"kind": "pillar"}), ("holiday_add", {})):
        assert coordinator.get(url(f"reference:{route}", **words)).status == 403
        assert url(f"reference:{route}", **words) not in shown.links
    assert person("kufi.durres").get(url("reference:lists")).status == 403


@pytest.mark.parametrize("kind", ["nonsense", "PILLAR", "pillar-2", "0"])
def test_a_list_that_does_not_exist_is_not_there(admin, kind):
    for route in ("terms", "term_add"):
        assert admin.get(url(f"reference:{route}", kind=kind)).status == 404
    assert admin.get(url("reference:term_edit", kind=kind, term="prevention")).status == 404


def test_a_row_of_another_list_is_not_there(admin):
    other = Term.objects.exclude(list="pillar")[0]

    assert admin.get(url("reference:term_edit", kind="pillar", term=other.code)).status == 404
    assert admin.get(url("reference:term_edit", kind="pillar", term="nuk-eshte")).status == 404


def test_a_new_row_can_be_chosen_at_once(admin, person, examples, new_term):
    admin.save(url("reference:term_add", kind="pillar"), **new_term)

    term = make.term("pillar", str(new_term["code"]))
    page = BY_ROUTE["plan:objective_add"]
    words = page.data(examples) | {"pillar": term.pk}
    assert person(page.who).fill(page.address(examples), **words).status == 302
    assert entries("term.saved")[-1].thing_code == term.code


def test_a_code_stands_once_in_its_list(admin, new_term):
    shown = admin.fill(url("reference:term_add", kind="pillar"), **(new_term | {"code": "prevention"}))

    assert shown.status == 200
    assert shown.typed("name_sq") == new_term["name_sq"]
    assert Term.objects.filter(list="pillar", code="prevention").count() == 1


@pytest.mark.parametrize("code", ["me hapesire", "ë", "a/b", "", "a" * 41, "<b>"])
def test_a_code_is_short_and_plain(admin, new_term, code):
    assert admin.fill(url("reference:term_add", kind="pillar"), **(new_term | {"code": code})).beside("code")


def test_a_changed_row_says_in_the_trail_which_fields_changed(admin, world):
    term = make.term("pillar", "prevention")

    admin.save(url("reference:term_edit", kind="pillar", term=term.code), name_en="Prevention first")

    assert make.term("pillar", "prevention").name_en == "Prevention first"
    assert entries("term.saved")[-1].fields == ["name_en"]


def test_a_deadline_is_changed_and_can_be_marked_as_compared(admin, world):
    deadline = Deadline.objects.all()[0]
    address = url("reference:deadline_edit", deadline=deadline.code)

    admin.save(address, amount=17, unit="working_days", is_verified="on", verified_by="Sekretaria")

    deadline.refresh_from_db()
    assert (deadline.amount, deadline.unit, deadline.is_verified) == (17, "working_days", True)
    assert "amount" in entries("deadline.saved")[-1].fields
    assert admin.get(url("reference:deadline_edit", deadline="nuk-eshte")).status == 404


@pytest.mark.parametrize("amount", ["0", "-1", "1000", "", "x"])
def test_a_deadline_is_a_number_of_days(admin, world, amount):
    address = url("reference:deadline_edit", deadline=Deadline.objects.all()[0].code)

    assert admin.fill(address, amount=amount).beside("amount")


def test_a_threshold_is_changed_and_stands_on_the_page_with_its_reference(admin, world):
    threshold = Threshold.objects.get(code="reading_files")
    shown = admin.look(url("reference:lists"))
    with translation.override("en"):
        assert threshold.in_words in shown.text
    assert threshold.legal_reference in shown.text

    admin.save(url("reference:threshold_edit", threshold=threshold.code), amount=40)

    threshold.refresh_from_db()
    assert threshold.amount == 40
    assert entries("threshold.saved")[-1].fields == ["amount"]
    assert admin.get(url("reference:threshold_edit", threshold="nuk-eshte")).status == 404


@pytest.mark.parametrize(
    ("code", "amount"),
    [("reading_night_from", "24"), ("reading_files", "0"), ("reading_files", "-1"), ("reading_days", "")],
)
def test_a_threshold_is_a_number_of_its_kind(admin, world, code, amount):
    page = admin.fill(url("reference:threshold_edit", threshold=code), amount=amount)

    assert page.beside("amount")


def test_midnight_is_an_hour(admin, world):
    admin.save(url("reference:threshold_edit", threshold="reading_night_until"), amount=0)

    assert Threshold.objects.get(code="reading_night_until").amount == 0


def test_a_holiday_is_entered_once_and_removed(admin, world):
    words = {"day": "28.11.2085", "name_sq": "Dita e Flamurit", "name_en": "Flag Day"}
    admin.save(url("reference:holiday_add"), **words)
    assert admin.fill(url("reference:holiday_add"), **words).status == 200
    assert Holiday.objects.filter(day=datetime.date(2085, 11, 28)).count() == 1

    remove = url("reference:holiday_remove", day=datetime.date(2085, 11, 28))
    assert admin.get(remove).status == 405
    admin.press(url("reference:lists"), remove)

    assert not Holiday.objects.filter(day=datetime.date(2085, 11, 28)).exists()
    assert entries("holiday.saved")
    assert entries("holiday.removed")
    assert admin.post(remove).status == 404


@pytest.mark.parametrize("day", ["2026-02-31", "2026-13-01", "0000-00-00"])
def test_a_day_that_does_not_exist_has_no_holiday(admin, day):
    assert admin.post(f"/settings/holidays/{day}/remove/").status == 404


def test_a_name_of_a_list_is_shown_as_words(admin, new_term):
    hostile = "<img src=x onerror=alert(1)>"
    admin.fill(url("reference:term_add", kind="pillar"), **(new_term | {"name_en": hostile}))

    shown = admin.look(url("reference:terms", kind="pillar"))

    assert hostile in shown.text
    assert hostile not in shown.html
