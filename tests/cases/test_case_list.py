"""The list of cases: heads only, one's own only, narrowed by codes; every row of it in the trail."""

import pytest
from django.utils import timezone

from cases.models import Case
from krat.demo import make
from tests.ui.html_client import entries, rows

pytestmark = pytest.mark.django_db

LIST = "/cases/"


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def mine(seat):
    return make.case(manager=seat("pmf.durres"), first_name="Shembulla", last_name="Çupaj", risk="high")


def shown_to(person, query=""):
    """The cases on the list, by what the page was given."""
    return {one["case"].pk for one in person.look(LIST + query).response.context["cases"]}


def test_a_worker_sees_the_cases_of_their_teams(worker, mine):
    assert mine.pk in shown_to(worker)


def test_a_worker_of_another_team_of_another_unit_and_of_another_county_do_not(person, mine):
    for username in ("pmf2.durres", "njmf.shijak", "pmf.gjirokaster", "shssh.durres"):
        assert mine.pk not in shown_to(person(username)), username


def test_the_head_of_the_unit_sees_every_case_of_it(person, mine):
    assert mine.pk in shown_to(person("njmf.durres"))


def test_the_regional_social_service_sees_possible_victims_only(person, mine, seat):
    possible = make.case(manager=seat("pmf.durres"), victim_status="possible_victim")

    found = shown_to(person("shssh.durres"))

    assert possible.pk in found
    assert mine.pk not in found


@pytest.mark.parametrize(
    "username", ["prefekt.durres", "koordinator.durres", "zva.durres", "ojf.durres", "dpo", "admin"]
)
def test_others_have_no_list_of_cases(person, username, world):
    assert person(username).get(LIST).status == 403


def test_the_list_names_nobody(worker, mine):
    page = worker.look(LIST)

    assert mine.number in page.text
    assert "Shembulla" not in page.html.replace("Shembulli", "")
    assert "Çupaj" not in page.html


def test_every_row_is_in_the_trail_with_its_manager(worker, mine, seat):
    another = make.case(manager=seat("pmf.durres"))

    worker.look(LIST)

    for case in (mine, another):
        assert [one.route for one in entries("page.seen", case)] == ["cases:list"]
    assert entries("page.seen", make.case()) == []


def test_whoever_leaves_the_team_finds_it_no_more(worker, mine, seat, person):
    place = worker_place(mine)
    head = person("njmf.durres")

    head.post(f"/cases/team/{place.code}/release/")

    assert mine.pk not in shown_to(worker)
    assert worker.get(f"/cases/{mine.code}/").status == 404


def worker_place(case):
    from cases.models import Assignment

    return rows(Assignment).get(case=case, ended_at=None)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?risk=high", True),
        ("?risk=low", False),
        ("?stage=initial_assessment", True),
        ("?stage=closed", False),
        ("?stage=open", True),
        ("?kind=child", True),
        ("?kind=adult", False),
        ("?municipality=AL-02-DURRES", True),
        ("?municipality=AL-02-SHIJAK", False),
        ("?late=on", False),
    ],
)
def test_it_is_narrowed_by_codes(worker, mine, query, fits):
    assert (mine.pk in shown_to(worker, query)) is fits


def test_late_ones_are_found(worker, mine):
    rows(Case).filter(pk=mine.pk).update(due_at=timezone.now() - timezone.timedelta(days=1))

    assert mine.pk in shown_to(worker, "?late=on")


@pytest.mark.parametrize(
    "query", ["?risk=elsewhere", "?municipality=1%27--", "?stage=%00", "?page=99999", "?name=Çelaj"]
)
def test_nonsense_in_the_address_narrows_nothing(worker, mine, query):
    page = worker.get(LIST + query)

    assert page.status == 200


def test_signed_out_one_is_led_to_the_entrance(client, world):
    assert client.get(LIST).status_code == 302


def test_the_list_is_only_read(worker):
    assert worker.post(LIST).status == 405
