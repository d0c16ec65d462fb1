"""Identification is an act: by the roles that may, with authority, day and number, and never a choice in a form."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cases.actions import cases, identification
from cases.models import Case, Identification
from cases.models.identification import FORMAL, MOVES
from krat.demo import make
from tests.cases.core import TODAY, again, rows
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people):
    return people.open()


@pytest.fixture
def possible(people, case):
    """A possible victim, identified by the police."""
    act(case, people.worker, people)
    return again(case)


def act(case, by, people, **more):
    """An act with good words."""
    words = {
        "result": "possible_victim",
        "authority": people.police.institution,
        "together_with": people.police.institution,
        "decided_on": TODAY(),
        "reference": "Prot. 12/3",
        "why": "Sipas bisedës (shembull).",
    }
    return identification.record(case, by=by, **(words | more))


def test_the_unit_records_who_identified_a_possible_victim_and_the_social_service_sees_it(person, people, case):
    worker, social = person("pmf.durres"), person("shssh.durres")
    assert social.get(url("cases:identification", case)).status == 404

    leads_to = worker.save(
        url("cases:identify", case),
        result="possible_victim",
        authority=people.police.institution_id,
        decided_on=f"{TODAY():%d.%m.%Y}",
        reference="Prot. 12/3",
    )

    made = rows(Identification).get(case=case)
    assert leads_to == url("cases:identification", case)
    assert (made.kind, made.authority_id, made.seat_id) == ("first", people.police.institution_id, people.worker.pk)
    assert made.data["reference"] == "Prot. 12/3"
    assert again(case).victim_status == "possible_victim"
    assert again(case).version == case.version + 1
    assert entries("case.identified", case)
    shown = social.look(url("cases:identification", case))
    assert "Prot. 12/3" in shown.text
    assert entries("page.seen", made)


def test_the_formal_one_is_the_social_services_with_the_police(person, people, possible):
    leads_to = person("shssh.durres").save(
        url("cases:identify_formally", possible),
        result="victim",
        together_with=people.police.institution_id,
        reference="Prot. 45/6",
    )

    made = rows(Identification).filter(case=possible).first()
    assert leads_to == url("cases:identification", possible)
    assert (made.kind, made.authority_id, made.together_with_id) == (
        "formal",
        people.social.institution_id,
        people.police.institution_id,
    )
    assert again(possible).victim_status == "victim"


def test_whoever_finds_that_somebody_is_no_victim_says_why_and_sees_the_case_no_more(person, people, possible):
    social, address = person("shssh.durres"), url("cases:identify_formally", possible)
    words = {"result": "not_victim", "together_with": people.police.institution_id, "reference": "Prot. 45/6"}

    without = social.fill(address, **words)
    leads_to = social.save(address, **words, why="Sipas intervistës (shembull).")

    assert "why" in without.complaints
    assert without.typed("reference") == "Prot. 45/6"
    assert leads_to == url("cases:list")
    assert social.get(url("cases:case", possible)).status == 404
    assert again(possible).victim_status == "not_victim"
    act(possible, people.worker, people)  # new signs: from the beginning
    assert again(possible).victim_status == "possible_victim"


@pytest.mark.parametrize("name", ["worker", "head"])
@pytest.mark.parametrize("result", ["victim", "not_victim"])
def test_nobody_of_the_unit_decides_formally(people, possible, name, result):
    with pytest.raises(PermissionDenied):
        act(possible, getattr(people, name), people, result=result)
    assert again(possible).victim_status == "possible_victim"


@pytest.mark.parametrize("name", ["far_social", "far_worker", "colleague"])
def test_nobody_outside_identifies(people, possible, name):
    with pytest.raises((PermissionDenied, ValidationError)):
        act(possible, getattr(people, name), people, result="victim" if name == "far_social" else "at_risk")
    assert again(possible).victim_status == "possible_victim"


@pytest.mark.parametrize("username", ["pmf2.durres", "pmf.gjirokaster", "shssh.gjirokaster", "njmf.shijak"])
def test_for_others_the_pages_are_not_there(person, possible, username):
    assert person(username).get(url("cases:identification", possible)).status == 404


def test_signed_out_one_is_led_to_sign_in_and_a_page_that_is_read_is_not_sent_to(client, person, possible):
    assert client.get(url("cases:identification", possible)).status_code == 302
    assert person("pmf.durres").post(url("cases:identification", possible)).status == 405
    assert person("pmf.durres").get(url("cases:identify_formally", possible)).status == 403
    assert person("shssh.durres").get(url("cases:identify", possible)).status == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"decided_on": TODAY() + datetime.timedelta(days=1)}, "decided_on"),
        ({"authority": None}, "authority"),
        ({"result": "certain"}, "result"),
        ({"result": "at_risk"}, "result"),
    ],
)
def test_an_act_without_its_words_is_none(people, case, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        act(case, people.worker, people, **wrong)
    assert field in refusal.value.message_dict
    assert not rows(Identification).filter(case=case).exists()


def test_an_authority_elsewhere_or_that_identifies_nobody_is_not_offered(people, case):
    for other in (people.far_police.institution, people.prefect.institution, people.aid.institution):
        with pytest.raises(ValidationError) as refusal:
            act(case, people.worker, people, authority=other)
        assert "authority" in refusal.value.message_dict


def test_a_mistake_is_answered_by_another_act_and_both_stay(people, possible):
    act(possible, people.worker, people, result="at_risk", why="Gabim në dosje (shembull).")

    assert again(possible).victim_status == "at_risk"
    assert [one.result for one in rows(Identification).filter(case=possible)] == ["at_risk", "possible_victim"]


def test_a_case_always_stands_by_its_last_act(world):
    for case in rows(Case):
        last = rows(Identification).filter(case=case).first()
        if last is not None or case.victim_status != "at_risk":
            assert last is not None, case
            assert last.result == case.victim_status, case


def test_the_head_has_no_such_field(person, people, case):
    worker = person("pmf.durres")
    for address in (url("cases:head", case), url("cases:add")):
        assert "victim_status" not in worker.look(address).form("source").names
    with pytest.raises(KeyError):
        cases.change(case, by=people.worker, based_on=None, head={"victim_status": "possible_victim"})


def test_only_the_two_of_the_law_decide_formally():
    formal = {(before, after) for (before, after), right in MOVES.items() if right == FORMAL}
    assert {after for _before, after in formal} == {"victim", "not_victim"}
    assert not {after for (_before, after), right in MOVES.items() if right != FORMAL} & {"victim", "not_victim"}


def test_of_a_case_that_is_over_nothing_is_identified(people, person, seat):
    closed = make.case(manager=seat("pmf.durres"), stage="closed")
    with pytest.raises(ValidationError, match="over"):
        act(closed, people.worker, people)
    assert person("njmf.durres").get(url("cases:identify", closed)).status == 302
