"""The story over REST: municipal systems with the reference client, against the server as it is run."""

import http.client
import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from krat_sync import Changed, Refused, Registry
from tests.journeys.child import FOR_SCHOOL, a_case, code_of, refer
from tests.journeys.steps import WORKER

ROOT = Path(__file__).resolve().parents[2]

CASE = {
    "municipality": "AL-02-DURRES",
    "signalled_on": "2026-03-02",
    "source": "police",
    "concerns": ["street_situation"],
    "identity": {"first_name": "Shembulla", "last_name": "Çelaj Provë", "birth_date": "2015-03-14", "sex": "female"},
}


@pytest.fixture
def system(server):
    """``system("AL-02-ZVA")``: a machine of that institution."""

    made_ones: list[Registry] = []

    def of(institution: str, *, write: bool = True) -> Registry:
        said = server.run(
            "manage.py", "apiclient", "create", institution, "--name", "Sistemi", *(["--write"] if write else [])
        )
        made = dict(pair.split("=", 1) for pair in said.split())
        scope = "read write" if write else "read"
        made_ones.append(Registry(server.url, made["client_id"], made["client_secret"], scope))
        return made_ones[-1]

    yield of
    for one in made_ones:
        one.close()


def refusal(call, *arguments) -> int:
    """The status with which a call was refused."""
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.status


def test_a_municipal_system_leads_its_case(system):
    unit = system("AL-02-NJMF-DURRES")

    opened = unit.put_case("KARTELA-17", CASE)
    again = unit.put_case("KARTELA-17", CASE)

    assert (opened.status, again.status) == (201, 200)
    assert opened["code"] == again["code"]
    assert [one["code"] for one in unit.cases(municipality="AL-02-DURRES")].count(opened["code"]) == 1

    read = unit.case(opened["code"])
    changed = unit.change_case(read, {"risk": "high", "identity": {"father_name": "Shembull"}})

    assert read["risk"] is None
    assert (changed["risk"], changed["identity"]["father_name"]) == ("high", "Shembull")
    assert changed["identity"]["first_name"] == "Shembulla"  # what was left out stays
    with pytest.raises(Changed):
        unit.change_case(read, {"risk": "low"})
    read.etag = ""
    assert refusal(unit.change_case, read, {"risk": "low"}) == 428
    assert refusal(unit.change_case, changed, {"colour": "red"}) == 400
    assert refusal(unit.change_case, changed, {"stage": "closed"}) == 403
    assert unit.case(opened["code"])["risk"] == "high"


def examples() -> list[str]:
    """The examples in Python of the page that teaches."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_that_teaches_do_what_it_says(system):
    unit = system("AL-02-NJMF-DURRES")
    sending, following = examples()
    said = {"address": unit.address, "client_id": unit.client_id, "client_secret": unit.client_secret}

    exec(sending, said)  # noqa: S102  our own page
    assert said["tried"] == said["pushed"] == ["created"] * 3
    assert said["again"] == ["unchanged"] * 3

    exec(following, said)  # noqa: S102  our own page
    store: dict[str, dict] = {}
    cursor = said["stay_in_step"](store, "")
    codes = {one["reference"]: one["code"] for one in store.values() if "reference" in one}
    assert {f"KARTELA-{number}" for number in range(100, 103)} <= set(codes)
    unit.change_case(unit.case(codes["KARTELA-101"]), {"risk": "low"})
    before = dict(store)
    cursor = said["stay_in_step"](store, cursor)
    assert {code for code in store if store[code] != before.get(code)} == {codes["KARTELA-101"]}
    assert store[codes["KARTELA-101"]] == unit.case(codes["KARTELA-101"]).data
    kept = dict(store)
    assert said["stay_in_step"](store, f"{cursor[:-6]}AAAAAA")  # a cursor that leads nowhere: from the beginning
    assert store == kept


def test_records_in_chunks_without_a_length_are_taken_and_none_is_lost(system):
    """As a program sends them that reads them from somewhere: the server tells no length."""
    unit = system("AL-02-NJMF-DURRES")
    lines = (
        json.dumps(CASE | {"reference": f"COPË-{number}".replace("Ë", "E")}).encode() + b"\n" for number in range(5)
    )
    headers = {"Authorization": f"Bearer {unit._fresh_token()}", "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection(unit.address.removeprefix("http://"), timeout=60)

    with closing(connection):
        connection.request("POST", "/api/v1/cases/bulk/", body=lines, headers=headers, encode_chunked=True)
        told = json.load(connection.getresponse())

    assert told["counts"]["created"] == 5, told


def test_what_another_municipality_leads_is_not_there(system):
    here, there = system("AL-02-NJMF-SHIJAK"), system("AL-05-NJMF-GJIROKASTER")
    case = here.put_case("KARTELA-18", CASE | {"municipality": "AL-02-SHIJAK"})

    assert refusal(there.case, case["code"]) == 404
    assert case["code"] not in {one["code"] for one in there.cases()}
    assert refusal(there.change_case, case, {"risk": "low"}) == 404
    assert there.put_case("KARTELA-18", CASE | {"municipality": "AL-05-GJIROKASTER"}).status == 201  # a case of its own
    assert refusal(there.put_case, "KARTELA-19", CASE) == 400  # a municipality it does not serve


def test_a_system_that_may_only_read_changes_nothing(system):
    unit = system("AL-02-NJMF-DURRES", write=False)

    assert refusal(unit.put_case, "KARTELA-20", CASE) == 403
    assert not [one for one in unit.cases() if one["reference"] == "KARTELA-20"]


def test_the_education_office_sees_what_its_referral_shares(system, person):
    worker, office = person(WORKER), system("AL-02-ZVA")
    code = code_of(refer(worker, a_case(worker), "school", FOR_SCHOOL))
    waiting = next(one for one in office.referrals(state="sent") if one["code"] == code)
    assert "shared" not in waiting
    assert "case" not in waiting

    accepted = office.answer_referral(waiting["code"], "accept")

    shared = accepted["shared"]
    assert {"first_name", "last_name", "birth_date", "safe_contact", "school"} <= set(shared)
    assert not {"concerns", "risk", "personal_number", "father_name", "address"} & set(
        json.dumps(accepted.data).split('"')
    )
    assert refusal(office.answer_referral, waiting["code"], "accept") == 409
    assert list(office.cases()) == []

    done = office.answer_referral(waiting["code"], "complete", "U regjistrua.")

    assert done["state"] == "completed"
    assert "shared" not in done.data


def test_the_municipality_reports_on_its_tasks(system):
    municipality = system("AL-02-BASHKIA-DURRES")
    open_ones = [one for one in municipality.tasks() if one["state"] in ("new", "accepted", "in_progress")]
    own = next(one for one in open_ones if one["lead"] == "AL-02-BASHKIA-DURRES")

    after = municipality.report_progress(own["code"], "Dokumentet u mblodhën.")

    assert after["state"] == "in_progress"
    assert after["steps"][0]["note"] == "Dokumentet u mblodhën."
