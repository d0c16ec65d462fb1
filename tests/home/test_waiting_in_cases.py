"""What waits in cases: for a team by the case's number, for an office by its referral, for the table by the alias."""

import datetime

import pytest
from django.utils import timezone, translation

from cases.models import Identity, Referral
from krat.demo import make
from tests.ui.html_client import entries, queries_of, rows, url

pytestmark = pytest.mark.django_db

NAMES = ("Shembulla", "Provë")


def ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def line(person, username, address):
    """The line of a first page that leads to an address; None where there is none."""
    lines = person(username).look("/").response.context["waiting"]
    return next((one for one in lines if one.url == address), None)


@pytest.fixture
def case(seat):
    return make.case(manager=seat("pmf.durres"), first_name=NAMES[0], last_name=NAMES[1])


def test_a_signal_waits_for_the_whole_unit_and_danger_stands_first(person, seat):
    calm = make.signal(seat("zva.durres"))
    urgent = make.signal(seat("policia.durres"), is_urgent=True, due_at=timezone.now())

    for username in ("pmf.durres", "pmf2.durres", "njmf.durres"):
        assert line(person, username, url("cases:signal", calm))
        assert line(person, username, url("cases:signal", urgent)).is_first
    assert line(person, "pmf.gjirokaster", url("cases:signal", calm)) is None
    assert line(person, "zva.durres", url("cases:signal", calm)) is None


def test_a_case_that_is_soon_late_waits_for_its_team_alone(person, case):
    address = url("cases:case", case)

    assert line(person, "pmf.durres", address).title == f"Complete the initial assessment · {case.number}"
    assert line(person, "pmf2.durres", address) is None
    assert line(person, "njmf.durres", address) is None  # it has its worker


def test_a_case_that_nobody_manages_waits_for_the_head_even_where_somebody_works_on_it(person, seat, case):
    alone = make.case(seat("njmf.durres").institution)
    left = make.case(seat("njmf.durres").institution, team=[seat("pmf2.durres")])

    for one in (alone, left):
        assert line(person, "njmf.durres", url("cases:team", one)).title == f"Name who manages {one.number}"
        assert line(person, "pmf.durres", url("cases:team", one)) is None
        assert line(person, "njmf.gjirokaster", url("cases:team", one)) is None
    assert line(person, "njmf.durres", url("cases:team", case)) is None


def test_the_head_reads_how_many_cases_of_the_unit_are_late_and_how_many_in_danger(person, seat):
    head, worker = seat("njmf.shijak"), make.seat("child_worker", seat("njmf.shijak").institution)
    address = "/cases/?late=on"
    before = line(person, "njmf.shijak", address)
    assert before is None

    for risk in ("low", "medium"):
        make.case(manager=worker, risk=risk, due_at=ago(3))
    assert line(person, "njmf.shijak", address).title == "2 cases of the unit are late"
    danger = make.case(manager=worker, risk="immediate", due_at=ago(1))
    make.case(manager=worker, risk="immediate", due_at=ago(-3))  # in danger, and not late

    found = line(person, "njmf.shijak", address)

    assert found.title == "3 cases of the unit are late, 1 with immediate risk"
    assert found.is_first
    with translation.override("en"):
        assert found.due.text == "3 days late"
    assert line(person, worker.user.username, address) is None
    listed = person("njmf.shijak").look(address).response.context["cases"]
    assert listed[0]["case"].pk == danger.pk
    assert len(listed) == 3
    assert head.institution_id == danger.holder_id


def test_a_card_waits_for_the_institution_that_it_names_with_how_long(person, seat, case):
    prefecture, zva = seat("prefekt.durres").institution, seat("zva.durres").institution
    ours = make.card(make.obstacle(case, prefecture), since=timezone.localdate() - datetime.timedelta(days=36))
    theirs = make.card(make.obstacle(make.case(manager=seat("pmf.durres")), zva))

    mine = line(person, "prefekt.durres", url("cases:card", ours))

    assert mine.title.startswith(f"Do what card {ours.alias} waits for")
    with translation.override("en"):
        assert mine.due.text == "waits 36 days"
    assert line(person, "zva.durres", url("cases:card", theirs)).title.startswith(f"Do what card {theirs.alias}")
    assert line(person, "zva.durres", url("cases:card", ours)) is None
    assert line(person, "zva.gjirokaster", url("cases:card", theirs)) is None
    assert line(person, "prefekt.gjirokaster", url("cases:card", ours)) is None


def test_an_unanswered_referral_waits_for_its_team_until_it_is_marked(person, seat, case):
    late = make.referral(case, seat("zva.durres").institution, sent_at=ago(30))
    fresh = make.referral(case, seat("shendeti.durres").institution, purpose="health")

    assert line(person, "pmf.durres", url("cases:referral", late)).title.startswith(f"Remind of referral {late}")
    assert line(person, "pmf.durres", url("cases:referral", fresh)) is None
    make.obstacle(case, kind="no_answer", referral=late)
    assert line(person, "pmf.durres", url("cases:referral", late)) is None


def test_an_office_has_what_it_must_answer_and_what_it_has_in_hand(person, seat, case):
    zva = seat("zva.durres")
    asked = make.referral(case, zva.institution)
    taken = make.referral(make.case(), zva.institution, state="accepted", accepted_by=zva)
    over = make.referral(make.case(), zva.institution, state="completed", accepted_by=zva)

    assert line(person, "zva.durres", url("cases:referral", asked)).title.startswith(f"Answer referral {asked}")
    assert line(person, "zva.durres", url("cases:referral", taken)).title.startswith(f"Complete referral {taken}")
    assert line(person, "zva.durres", url("cases:referral", over)) is None


def test_of_the_police_an_accepted_referral_waits_for_the_officer_who_accepted(person, seat, case):
    officer = seat("policia.durres")
    colleague = make.seat("police", officer.institution)
    taken = make.referral(case, officer.institution, purpose="police", state="accepted", accepted_by=officer)

    assert line(person, "policia.durres", url("cases:referral", taken))
    assert line(person, colleague.user.username, url("cases:referral", taken)) is None


def test_a_sent_change_waits_for_the_team(person, case):
    make.sent_change(case)

    assert case.number in line(person, "pmf.durres", url("cases:inbox", case)).title
    assert line(person, "pmf2.durres", url("cases:inbox", case)) is None


def test_a_card_waits_for_the_coordinator_and_not_for_the_prefect(person, case):
    card = make.card(make.obstacle(case))

    titles = {
        username: [one.title for one in person(username).look("/").response.context["waiting"]]
        for username in ("koordinator.durres", "prefekt.durres", "koordinator.gjirokaster")
    }
    wanted = f"Put card {card.alias} on an agenda"
    assert wanted in titles["koordinator.durres"]
    assert wanted not in titles["prefekt.durres"]


def test_only_who_accepted_a_referral_reads_first_name_and_year_of_birth_and_it_is_noted(person, seat, case):
    zva = seat("zva.durres")
    named = make.case(first_name="Veteprova", last_name="Fshehurprova", birth_year="2014")
    taken = make.referral(named, zva.institution, state="accepted", accepted_by=zva)
    who = rows(Identity).get(case=named)

    found = line(person, "zva.durres", url("cases:referral", taken))

    assert found.why.startswith("Veteprova 2014 · ")
    assert [one.fields for one in entries("page.seen", who)] == [["birth_year", "first_name"]]
    html = person("zva.durres").look("/").html
    assert "Fshehurprova" not in html
    for username in ("pmf.durres", "njmf.durres", "shendeti.durres", "zva.gjirokaster", "koordinator.durres"):
        assert "Veteprova" not in person(username).look("/").html


def test_of_the_police_only_the_officer_who_accepted_reads_the_name(person, seat):
    officer = seat("policia.durres")
    colleague = make.seat("police", officer.institution)
    named = make.case(first_name="Veteprova")
    make.referral(named, officer.institution, purpose="police", state="accepted", accepted_by=officer)

    assert "Veteprova" in person("policia.durres").look("/").html
    assert "Veteprova" not in person(colleague.user.username).look("/").html


def test_no_other_line_names_anybody(person, seat):
    case = make.case(manager=seat("pmf.durres"), first_name="Veteprova", last_name="Fshehurprova")
    make.referral(case, seat("zva.durres").institution, sent_at=ago(30))
    make.card(make.obstacle(case))

    for username in ("pmf.durres", "njmf.durres", "zva.durres", "koordinator.durres", "prefekt.durres"):
        html = person(username).look("/").html
        assert not [name for name in ("Veteprova", "Fshehurprova") if name in html]
    assert case.number not in person("zva.durres").look("/").html
    assert case.number not in person("koordinator.durres").look("/").html


def test_every_line_about_a_case_is_noted(person, seat, case):
    referral = make.referral(case, seat("zva.durres").institution)

    person("pmf.durres").look("/")
    person("zva.durres").look("/")

    assert [one.route for one in entries("page.seen", case)] == ["home:today"]
    assert [one.route for one in entries("page.seen", referral)] == ["home:today"]


def test_more_that_waits_asks_the_database_no_more(person, seat):
    worker = seat("pmf.durres")
    zva = seat("zva.durres").institution
    before = queries_of(person("pmf.durres"), "/"), queries_of(person("zva.durres"), "/")

    for _ in range(5):
        one = make.case(manager=worker)
        make.signal(seat("policia.durres"))
        make.referral(one, zva, sent_at=ago(30))
        make.sent_change(one)

    assert (queries_of(person("pmf.durres"), "/"), queries_of(person("zva.durres"), "/")) == before
    assert rows(Referral).filter(receiver=zva).count() >= 5
