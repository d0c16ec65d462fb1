"""Lists are paged, narrowed by declared fields only, and say how many there are."""

from importlib import import_module

import pytest
from django import forms
from django.core.paginator import Paginator
from django_filters import CharFilter

from krat.demo import make
from krat.people.models import Seat
from krat.ui.filters import Filters
from krat.ui.forms import BaseForm
from krat.ui.templatetags.ui import page_numbers
from tests.ui.html_client import queries_of, url

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

    assert narrowed.total == found("?whose=all" if "state" not in query else "?state=all").total
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


# --- what is open, and all of it ---


def test_a_list_shows_at_first_what_is_open_and_all_of_it_at_its_second_tab(found, many_tasks, seat):
    over = make.task(seat("zva.durres").institution, state="cancelled")
    open_ones, every = found(), found("?state=all")

    assert over.pk not in {row.pk for row in open_ones.rows}
    assert open_ones.total < every.total
    assert [(tab.url, tab.is_current) for tab in open_ones.tabs] == [("?", True), ("?state=all", False)]
    assert [tab.is_current for tab in every.tabs] == [False, True]
    assert [tab.is_current for tab in found("?state=late").tabs] == [False, False]
    assert (open_ones.everything, every.everything) == ("?state=all", "")


def test_what_is_done_and_not_yet_verified_is_still_open(found, seat):
    done = make.task(seat("zva.durres").institution, state="done", done_on=make.in_days(0), due_on=make.in_days(-400))

    assert done.pk in {row.pk for row in found().rows}
    assert done.pk not in {row.pk for row in found("?state=open").rows}


@pytest.mark.parametrize(
    ("route", "username", "first"),
    [
        ("plan:tasks", "prefekt.durres", "open"),
        ("cases:cards", "koordinator.durres", "open"),
        ("cases:referrals", "zva.durres", "open"),
        ("cases:signals", "pmf.durres", "open"),
        # Where people look up what was: all of it.
        ("plan:activities", "zva.durres", "all"),
        ("meetings:list", "policia.durres", "all"),
        ("meetings:decisions", "policia.durres", "all"),
    ],
)
def test_every_list_of_what_can_be_over_has_the_tabs_and_says_where_the_rest_is(route, username, first, person, world):
    somebody = person(username)
    page = somebody.look(url(route))
    found = page.response.context["found"]
    name, code = found.standing, "all" if first == "open" else found.open_as

    assert {tab.url for tab in found.tabs} == {"?", f"?{name}={code}"}
    assert [tab.url for tab in found.tabs if tab.is_current] == ["?"]
    assert f"?{name}={code}" in page.links
    other = somebody.look(url(route) + f"?{name}={code}").response.context["found"]
    assert (other.total >= found.total) is (first == "open" or other.total == found.total)
    assert not found.is_narrowed
    assert not other.is_narrowed


def test_the_way_back_from_filters_is_offered_where_something_is_filtered_alone(found, person, many_tasks, seat):
    zva = seat("zva.durres").institution
    page = person("koordinator.durres").look(url("plan:tasks") + f"?state=all&institution={zva.pk}&sort=until")

    assert found().reset == found("?state=all&sort=until&page=2").reset == ""
    assert found("?state=late").reset == "?"
    assert page.response.context["found"].reset == "?state=all&sort=until"
    assert "?state=all&sort=until" in page.links


# --- the order ---


@pytest.mark.parametrize("column", ["task", "lead", "standing", "until"])
def test_a_list_is_sorted_by_a_column_up_and_down_with_the_same_rows(column, found, many_tasks):
    pages = found("?state=all").page.paginator.page_range
    up, down = (
        [row.pk for page in pages for row in found(f"?state=all&sort={sign}{column}&page={page}").rows]
        for sign in ("", "-")
    )

    assert up != down
    assert sorted(up) == sorted(set(down))


def test_rows_without_a_day_stand_last_up_and_down(found, seat):
    zva = seat("zva.durres").institution
    undated = make.task(zva, due_on=None, predates_registry=True)
    first, last = make.task(zva, due_on=make.in_days(-900)), make.task(zva, due_on=make.in_days(900))

    def order(sort):
        pages = [found(f"?sort={sort}&page={number}") for number in range(1, found().page.paginator.num_pages + 1)]
        return [row.pk for page in pages for row in page.rows]

    up, down = order("until"), order("-until")
    assert up[0] == first.pk
    assert down[0] == last.pk
    assert undated.pk in up[up.index(last.pk) :]
    assert undated.pk in down[down.index(first.pk) :]


def test_the_heading_leads_up_then_down_then_back_and_keeps_what_is_narrowed(found, person, world):
    assert found("?state=late&page=2").sorted_by("until") == ("", "?state=late&sort=until")
    assert found("?state=late&sort=until").sorted_by("until") == ("ascending", "?state=late&sort=-until")
    assert found("?state=late&sort=-until").sorted_by("until") == ("descending", "?state=late")

    page = person("koordinator.durres").look(url("plan:tasks") + "?sort=-until")
    assert page.html.count('aria-sort="') == 1
    assert 'aria-sort="descending"' in page.html
    assert "?sort=until" not in page.links


@pytest.mark.parametrize("sort", ["lead__seats__user__password", "until;drop", "--until", "pk"])
def test_nothing_else_sorts(found, sort):
    assert [row.pk for row in found(f"?sort={sort}").rows] == [row.pk for row in found().rows]


def test_sorting_asks_the_database_no_more(person, many_tasks):
    coordinator = person("koordinator.durres")
    coordinator.look(url("plan:tasks"))

    assert queries_of(coordinator, url("plan:tasks") + "?sort=lead") == queries_of(coordinator, url("plan:tasks"))


# --- the pages ---


def test_the_pager_says_which_rows_these_are_and_offers_pages_by_number(person, many_tasks):
    coordinator = person("koordinator.durres")
    page = coordinator.look(url("plan:tasks") + "?state=all&sort=task&page=2")
    found = page.response.context["found"]

    assert f"26–{min(50, found.total)}" in page.text
    assert "?state=all&sort=task&page=1" in page.links
    assert 'aria-current="page"><span class="unseen">' in page.html


def test_of_many_pages_the_pager_leaves_some_out():
    page = Paginator(range(1000), 25).page(20)

    assert page_numbers(page) == [1, 0, 19, 20, 21, 0, 40]


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
