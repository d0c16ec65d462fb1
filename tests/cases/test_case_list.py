"""The list of cases: heads only, one's own only, narrowed by codes; every row of it in the trail."""

import datetime

import pytest
from django.utils import timezone

from cases.actions import cases
from cases.models import Case, Identity, KeptSearch, StageDeadline
from cases.models.case import NEVER
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


def test_names_are_shown_where_they_are_asked_for_and_noted_row_by_row(worker, mine, seat):
    another = make.case(manager=seat("pmf.durres"), first_name="Dytaprova", birth_year="2014")
    who, other = (rows(Identity).get(case=one) for one in (mine, another))

    answer = worker.press(LIST + "?risk=high", "/cases/names/?risk=high")
    page = worker.look(answer.leads_to)

    assert "names=" in answer.leads_to
    assert "Shembulla Çupaj" in page.text
    assert who.year_of_birth in page.text
    assert "Dytaprova" not in page.text  # what was narrowed stays narrowed
    assert [one.fields for one in entries("page.seen", who)] == [["birth_date", "first_name", "last_name"]]
    assert entries("page.seen", other) == []
    assert len(entries("cases.names_shown")) == 1
    assert "Shembulla" not in worker.look(LIST).text


def test_the_names_are_gone_after_ten_minutes_and_open_for_nobody_else(worker, mine, person):
    address = worker.press(LIST, "/cases/names/?").leads_to
    assert "Shembulla" in worker.look(address).text

    assert "Shembulla" not in person("njmf.durres").look(address).text
    KeptSearch.objects.update(kept_at=timezone.now() - datetime.timedelta(minutes=11))
    assert "Shembulla" not in worker.look(address).text


@pytest.mark.parametrize("username", ["prefekt.durres", "zva.durres", "dpo", "admin"])
def test_who_may_know_nobody_asks_for_no_names(person, username, world):
    assert person(username).post("/cases/names/").status == 403


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


@pytest.mark.parametrize("query", ["?risk=elsewhere", "?municipality=1%27--", "?page=99999", "?name=Çelaj"])
def test_nonsense_in_the_address_narrows_nothing(worker, mine, query):
    page = worker.get(LIST + query)

    assert page.status == 200


def test_signed_out_one_is_led_to_the_entrance(client, world):
    assert client.get(LIST).status_code == 302


def test_the_list_is_only_read(worker):
    assert worker.post(LIST).status == 405


# --- the most urgent first ---


def hours(number):
    return datetime.timedelta(hours=number)


@pytest.fixture
def in_order(seat):
    """Cases of one worker, in the order in which they are to stand."""
    now, worker = timezone.now(), make.seat("child_worker", seat("njmf.shijak").institution)

    def late_by(much, of, **more):
        return make.case(manager=worker, due_at=now - much, clock_minutes=int(of.total_seconds() // 60), **more)

    day = hours(24)
    expected = [
        late_by(hours(2), hours(2), risk="immediate"),
        make.case(manager=worker, risk="immediate", due_at=now + 30 * day, clock_minutes=43200),
        late_by(2 * day, hours(24), risk="medium"),  # twice its clock
        late_by(hours(2), hours(2), risk="high"),  # once
        late_by(100 * day, 120 * day, risk="low"),
        late_by(10 * day, 90 * day, risk="high"),
        make.case(manager=worker, risk="low", due_at=now + day),
        make.case(manager=worker, risk="high", due_at=now + 2 * day),
        make.case(manager=worker, stage="follow_up", due_at=NEVER),
        make.case(seat("njmf.shijak").institution, risk="immediate", stage="closed"),
    ]
    return worker, expected


def test_immediate_risk_stands_first_then_what_is_late_for_the_length_of_its_clock(in_order, person):
    _worker, expected = in_order
    ours = {one.pk for one in expected}

    listed = [one["case"].pk for one in person("njmf.shijak").look(LIST).response.context["cases"]]

    assert [one for one in listed if one in ours] == [one.pk for one in expected]


def test_pages_follow_each_other_in_that_order(in_order, person):
    worker, expected = in_order
    for _one in range(30):
        make.case(manager=worker, risk="low", due_at=timezone.now() + hours(24 * 300))

    first = person(worker.user.username).look(LIST).response.context["cases"]
    second = person(worker.user.username).look(f"{LIST}?page=2").response.context["cases"]

    pks = [one["case"].pk for one in [*first, *second]]
    assert len(pks) == len(set(pks)) == 39
    assert pks[:8] == [one.pk for one in expected[:8]]


def test_a_case_knows_how_long_its_clock_is(people):
    case = people.open(risk="immediate")
    again = rows(Case).get(pk=case.pk)
    stage = rows(StageDeadline).get(case=case, met_at=None)

    assert again.clock_minutes == round((stage.due_at - stage.starts_at).total_seconds() / 60)
    cases.change(again, by=people.worker, based_on=None, head={"risk": "low"})
    longer = rows(Case).get(pk=case.pk)
    assert longer.clock_minutes > again.clock_minutes
