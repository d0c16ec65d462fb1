"""Lists are paged, narrowed by declared fields only, and say how many there are."""

from importlib import import_module

import pytest
from django import forms
from django_filters import CharFilter

from krat.demo import make
from krat.people.models import Seat
from krat.ui.filters import Filters
from krat.ui.forms import BaseForm
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(person, world):
    """``found("?state=late")``: what the coordinator's list of tasks shows for an address."""
    coordinator = person("koordinator.durres")
    return lambda query="": coordinator.look(url("plan:tasks") + query).response.context["found"]


@pytest.fixture
def many_tasks(seat):
    """Thirty more tasks of the education office."""
    zva = seat("zva.durres").institution
    return [make.task(zva, title=f"Detyra {number}") for number in range(30)]


def test_a_page_holds_twenty_five_and_the_list_says_how_many_there_are(found, many_tasks):
    first = found()

    assert len(first.rows) == 25
    assert first.total == first.page.paginator.count >= 30


def test_the_pages_together_hold_every_row_once(found, many_tasks):
    rows = [row.pk for number in found().page.paginator.page_range for row in found(f"?page={number}").rows]

    assert len(rows) == len(set(rows)) == found().total


@pytest.mark.parametrize("page", ["0", "-1", "two", "99999999999999999999", "1.5"])
def test_a_page_that_does_not_exist_shows_one_that_does(found, page):
    assert found(f"?page={page}").rows


def test_a_filter_narrows_and_stays_in_the_way_to_the_next_page(found, many_tasks, seat):
    zva = seat("zva.durres").institution
    narrowed = found(f"?institution={zva.pk}&state=new")

    assert {row.lead_id for row in narrowed.rows} == {zva.pk}
    assert {row.state for row in narrowed.rows} == {"new"}
    assert f"institution={zva.pk}" in narrowed.query
    assert "state=new" in narrowed.query


@pytest.mark.parametrize(
    "query",
    [
        "?state=nonsense",
        "?institution=999999",
        "?institution=99999999999999999999999",
        "?institution=abc",
        "?until=31.02.2026",
        "?whose=everybody%27s",
    ],
)
def test_a_filter_that_makes_no_sense_says_so_and_does_not_narrow(found, query):
    narrowed = found(query)

    assert narrowed.total == found("?whose=all").total
    assert narrowed.filters.errors


def test_a_foreign_institution_is_an_unknown_one(found, seat):
    foreign = seat("zva.gjirokaster").institution

    assert found(f"?institution={foreign.pk}").filters.errors


@pytest.mark.parametrize("query", ["?lead__name=x", "?county=2", "?lead__seats__user__password__startswith=a", "?pk=1"])
def test_nothing_else_in_the_address_is_listened_to(found, query):
    assert found(query).total == found().total
    assert found(query).query == ""


def test_an_empty_list_says_so(person, world):
    words = person("koordinator.durres").look(url("meetings:list") + "?year=2007").text

    assert "2007" in words or "no" in words.lower()


def test_the_tasks_of_an_institution_come_first_and_all_others_at_a_click(person, seat, many_tasks):
    zva = person("zva.durres")

    own = zva.look(url("plan:tasks")).response.context["found"].total
    every = zva.look(url("plan:tasks") + "?whose=all").response.context["found"].total

    assert 30 <= own < every


def test_a_non_profit_finds_no_tasks_of_others(person, many_tasks):
    found = person("ojf.durres").look(url("plan:tasks") + "?whose=all").response.context["found"]

    assert not {task.pk for task in found.rows} & {task.pk for task in many_tasks}


# --- what a filter may be ---

CODES_NUMBERS_AND_DAYS = (
    forms.ChoiceField,
    forms.ModelChoiceField,
    forms.IntegerField,
    forms.DateField,
    forms.UUIDField,
    forms.BooleanField,
    forms.RegexField,
)


def _made_from_a_model_or_free_text(filters):
    """What stands in this class against the rules of an address: a model to make filters from, a field of free text."""
    model = ["Meta.model"] if filters._meta.model else []
    fields = {name: one.field_class for name, one in filters.base_filters.items()}
    return model + [name for name, kind in fields.items() if not issubclass(kind, CODES_NUMBERS_AND_DAYS)]


def test_a_filter_asks_for_codes_numbers_and_days_only():
    import_module("krat.urls")  # the forms of every area are read with its pages
    every = [one for one in Filters.__subclasses__() if not one.__module__.startswith("tests.")]

    assert len(every) >= 10
    assert {one.__name__: wrong for one in every if (wrong := _made_from_a_model_or_free_text(one))} == {}
    assert {one._meta.form for one in every} == {BaseForm}


def test_a_filter_of_free_text_and_one_made_from_a_model_would_be_found():
    class Careless(Filters):
        name = CharFilter()

        class Meta:
            model = Seat
            fields = ["role"]

    assert _made_from_a_model_or_free_text(Careless) == ["Meta.model", "name"]
