"""Many cases in one call: good records land, bad ones are named, and a repeat changes nothing."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import cases
from cases.api import bulk
from cases.models import Case, Identity, NameToken, SentChange
from krat.api import records
from krat.audit.models import Entry
from tests.api.conftest import problem
from tests.api.test_cases import CASE, how_many, put, row_of

pytestmark = pytest.mark.django_db

WHY = "tests look"


@pytest.fixture
def unit(machine):
    """The system of Durrës' child protection unit."""
    return machine("AL-02-NJMF-DURRES")


@pytest.fixture
def head(seat):
    """The head of Durrës' child protection unit."""
    return seat("njmf.durres")


def record(number, **change):
    """A record with a reference, a name and a number of its own."""
    identity = CASE["identity"] | {"first_name": "Shembulla", "personal_number": f"K50314{number:03}A"}
    return CASE | {"reference": f"B-{number}", "identity": identity | change.pop("identity", {})} | change


def send(system, sent, *, asked="", **headers):
    return system.post(f"cases/bulk/{asked}", sent, **headers)


def lines(*sent):
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in sent)


def send_lines(system, body, *, asked="", **headers):
    headers |= {"Authorization": f"Bearer {system.token}"}
    return system.browser.generic(
        "POST",
        f"/api/v1/cases/bulk/{asked}",
        body,
        content_type="application/x-ndjson",
        headers=headers,
        CONTENT_TYPE="application/x-ndjson",
    )


def ended(answer):
    """How each record ended, in order."""
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    found = [one["outcome"] for one in told["outcomes"]]
    assert told["counts"] == {name: found.count(name) for name in bulk.OUTCOMES}
    return found


def at(reference) -> Case:
    return Case.objects.unscoped(WHY).get(reference=reference)


# --- opening, repeating, changing ---


def test_many_cases_are_opened_as_put_opens_each(unit):
    alone = put(unit, record(1) | {"reference": "B-0"}, reference="B-0").json()

    answer = send(unit, [record(number) for number in range(1, 4)])

    assert ended(answer) == ["created"] * 3
    (first, *_others) = answer.json()["outcomes"]
    assert (first["line"], first["reference"], first["version"]) == (1, "B-1", 1)
    told = unit.get(f"cases/{first['code']}/").json()
    own = ("code", "number", "reference", "changed_at")
    assert {name: told[name] for name in told if name not in own} == {
        name: alone[name] for name in alone if name not in own
    }
    numbers = {at(f"B-{number}").number for number in range(4)}
    assert len(numbers) == 4
    tokens = NameToken.objects.filter(case=at("B-1")).values_list("token", flat=True)
    assert set(tokens) == set(NameToken.objects.filter(case=at("B-0")).values_list("token", flat=True)) != set()
    assert abs(at("B-1").due_at - at("B-0").due_at).total_seconds() < 60
    assert at("B-1").clock_minutes == at("B-0").clock_minutes > 1
    assert not bulk.Case.objects.unscoped(WHY).filter(number="-").exists()


def test_a_repeat_changes_nothing_and_says_so(unit):
    sent = [record(number) for number in range(1, 4)]
    first = send(unit, sent).json()
    before = Entry.objects.unscoped(WHY).filter(event__startswith="case.").count()

    again = send(unit, sent)

    assert ended(again) == ["unchanged"] * 3
    assert [(one["code"], one["version"]) for one in again.json()["outcomes"]] == [
        (one["code"], one["version"]) for one in first["outcomes"]
    ]
    assert Entry.objects.unscoped(WHY).filter(event__startswith="case.").count() == before


def test_what_differs_is_changed_and_nothing_else(unit):
    send(unit, [record(number) for number in range(1, 5)])

    answer = send(
        unit,
        [
            record(1),
            {"reference": "b-2", "risk": "immediate"},  # its reference in small letters
            {"reference": "B-3", "identity": {"first_name": "Tjetra"}},
            {"reference": "B-4", "risk": "low", "stage": "full_assessment"},
        ],
    )

    assert ended(answer) == ["unchanged", "updated", "updated", "updated"]
    assert [at(f"B-{number}").version for number in range(1, 5)] == [1, 2, 2, 3]
    assert at("B-2").risk == "immediate"
    assert (at("B-4").risk, at("B-4").stage) == ("low", "full_assessment")
    who = Identity.objects.unscoped(WHY).get(case=at("B-3"))
    assert who.data["first_name"] == "Tjetra"
    assert who.data["last_name"] == "Çelaj"
    assert set(NameToken.objects.filter(case=at("B-3")).values_list("token", flat=True)) == who.name_tokens()


# --- good rows land, bad rows are named ---


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        (record(2, colour="red"), "colour", "unknown_field"),
        (record(2, municipality="AL-99-NOWHERE"), "municipality", "unknown_code"),
        (record(2, municipality="AL-05-GJIROKASTER"), "municipality", "invalid"),
        (record(2, concerns=["begging", "begging"]), "concerns", "invalid"),
        (record(2, identity={"first_name": "<script>"}), "identity.first_name", "invalid"),
        (record(2, identity={"birth_date": "1990-01-01"}), "identity.birth_date", "invalid"),
        (record(2, identity={"birth_date": "20150314"}), "identity.birth_date", "invalid"),
        (record(2, victim_status="identified"), "victim_status", "invalid_choice"),
        (record(2, version=3), "version", "version_changed"),
        (record(2, stage="closed"), "stage", "invalid"),
        (record(2, reference=None), "reference", "required"),
        (record(2, reference="K50314001A"), "reference", "invalid"),
        (record(2, reference="An\u0000a"), "reference", "invalid"),
        (record(2, reference="\ud800"), "reference", "invalid"),
        (record(2, reference="../x"), "reference", "invalid"),
        ({"reference": "B-2", "risk": "low"}, "source", "required"),
        ("B-2", "non_field_errors", "invalid"),
        (None, "non_field_errors", "invalid"),
        ([record(2)], "non_field_errors", "invalid"),
        ({}, "reference", "required"),
    ],
)
def test_a_bad_record_is_named_by_field_and_the_others_land(unit, bad, field, code):
    before = how_many()

    answer = send(unit, [record(1), bad, record(3)])

    assert ended(answer) == ["created", "refused", "created"]
    refused = answer.json()["outcomes"][1]
    assert refused["line"] == 2
    assert field in refused["errors"], refused
    assert refused["errors"][field][0]["message"]
    if code != "invalid":
        assert refused["errors"][field][0]["code"] == code
    assert how_many() == before + 2


def test_a_record_that_breaks_a_rule_of_changing_leaves_the_others(unit):
    send(unit, [record(1), record(2)])

    answer = send(
        unit,
        [
            {"reference": "B-1", "risk": "low", "stage": "signal"},  # along no move
            {"reference": "B-2", "risk": "low"},
        ],
    )

    assert ended(answer) == ["refused", "updated"]
    assert (at("B-1").risk, at("B-1").version) == ("high", 1)  # nothing of it, not half


def test_a_reference_that_stands_twice_in_one_call_is_taken_once(unit):
    answer = send(unit, [record(1), record(2), record(1, risk="low") | {"reference": "b-1 "}])

    assert ended(answer) == ["created", "created", "refused"]
    assert answer.json()["outcomes"][2]["errors"]["reference"][0]["code"] == "duplicate"
    assert at("B-1").risk == "high"


def test_a_case_of_another_unit_with_the_same_reference_is_left_alone(unit, machine):
    other = machine("AL-05-NJMF-GJIROKASTER")
    there = put(other, CASE | {"municipality": "AL-05-GJIROKASTER"}, reference="B-1").json()

    assert ended(send(unit, [record(1)])) == ["created"]

    assert row_of(there).version == 1


def test_an_institution_that_leads_no_cases_opens_none(machine):
    before = how_many()

    answer = send(machine("AL-02-STREHEZ"), [record(1)])

    assert ended(answer) == ["refused"]
    assert answer.json()["outcomes"][0]["errors"]["non_field_errors"][0]["code"] == "forbidden"
    assert how_many() == before


# --- never over somebody ---


def test_what_a_person_changed_since_waits_in_the_inbox(unit, head):
    send(unit, [record(1), record(2)])
    cases.change(at("B-1"), by=head, based_on=None, head={"risk": "immediate"})

    answer = send(unit, [record(1), record(2, risk="low")])

    assert ended(answer) == ["quarantined", "updated"]
    assert at("B-1").risk == "immediate"
    assert SentChange.objects.unscoped(WHY).filter(case=at("B-1"), seat=unit.seat).count() == 1
    assert ended(send(unit, [record(1)])) == ["quarantined"]
    assert SentChange.objects.unscoped(WHY).filter(case=at("B-1")).count() == 1


def test_a_sender_may_let_a_person_decide_though_nobody_else_changed_the_case(unit):
    send(unit, [record(1), record(2)])

    answer = send(unit, [record(1, risk="low"), record(2), record(3)], asked="?ask=1")

    assert ended(answer) == ["quarantined", "unchanged", "created"]
    assert at("B-1").risk == "high"
    (waits,) = SentChange.objects.unscoped(WHY).filter(case=at("B-1"), seat=unit.seat)
    assert answer.json()["outcomes"][0]["sent_change"] == str(waits.code)
    tried = send(unit, [record(2, risk="low")], asked="?ask=1&dry_run=1")
    assert ended(tried) == ["quarantined"]
    assert "sent_change" not in tried.json()["outcomes"][0]
    assert not SentChange.objects.unscoped(WHY).filter(case=at("B-2")).exists()
    assert ended(send(unit, [record(2, risk="low")])) == ["updated"]


def test_a_version_that_stands_is_taken_and_an_old_one_refused(unit, head):
    send(unit, [record(1), record(2)])
    for number in (1, 2):
        cases.change(at(f"B-{number}"), by=head, based_on=None, head={"risk": "immediate"})

    answer = send(unit, [record(1, version=2), record(2, version=1)])

    assert ended(answer) == ["updated", "refused"]
    assert answer.json()["outcomes"][1]["errors"]["version"][0]["code"] == "version_changed"


# --- trying it out ---


def test_a_dry_run_tells_all_and_changes_nothing(unit, head):
    send(unit, [record(1), record(2), record(3)])
    cases.change(at("B-2"), by=head, based_on=None, head={"risk": "immediate"})
    before, versions = how_many(), [at(f"B-{number}").version for number in (1, 2, 3)]
    sent = [record(1, risk="low"), record(2), record(3), record(4), record(5, risk="enormous")]

    tried = send(unit, sent, asked="?dry_run=1")

    assert tried.json()["dry_run"] is True
    assert ended(tried) == ["updated", "quarantined", "unchanged", "created", "refused"]
    assert "code" not in tried.json()["outcomes"][3]
    assert how_many() == before
    assert [at(f"B-{number}").version for number in (1, 2, 3)] == versions
    assert not SentChange.objects.unscoped(WHY).filter(case=at("B-2")).exists()
    assert ended(send(unit, sent)) == ended(tried)


# --- NDJSON ---


def test_lines_are_taken_one_by_one_and_the_bad_ones_named(unit):
    body = lines(record(1), b"", b'{"reference": "B-2", ', record(3), b"\xff", b'{"a": 1, "a": 2}', record(6))[:-9]

    answer = send_lines(unit, body)

    assert ended(answer) == ["created", "refused", "created", "refused", "refused", "refused"]
    told = answer.json()["outcomes"]
    assert [one["line"] for one in told] == [1, 3, 4, 5, 6, 7]
    assert {one["errors"]["non_field_errors"][0]["code"] for one in told if "errors" in one} == {"malformed"}


def test_signs_that_end_a_line_elsewhere_do_not_end_one_here(unit):
    name = "Shembulla\u2028Provë"
    body = json.dumps(record(1, identity={"first_name": name}), ensure_ascii=False).encode() + b"\r\n"

    answer = send_lines(unit, body + lines(record(2)))

    assert [one["line"] for one in answer.json()["outcomes"]] == [1, 2]
    assert ended(answer)[1] == "created"


def test_an_endless_line_is_refused_and_not_kept(unit, monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 2000)
    monkeypatch.setattr(records, "_PIECE", 512)

    answer = send_lines(unit, lines(record(1), b'{"reference": "' + b"x" * 9000, record(3)))

    assert ended(answer) == ["created", "refused", "created"]
    assert answer.json()["outcomes"][1]["errors"]["non_field_errors"][0]["code"] == "too_large"


def test_no_more_than_some_lines_stand_in_memory(unit, monkeypatch):
    """Read as far as the group that is being taken, and no further."""
    monkeypatch.setattr(bulk, "GROUP", 2)
    monkeypatch.setattr(records, "_PIECE", 1024)
    body, read = lines(*(record(number) for number in range(1, 9))), []
    seen = []

    def pieces(self):
        for start in range(0, len(body), 1024):
            read.append(start)
            yield body[start : start + 1024]

    land = bulk.CaseBulk._land

    def watch(self, request, group):
        seen.append(read[-1])
        return land(self, request, group)

    monkeypatch.setattr(records.Body, "pieces", pieces)
    monkeypatch.setattr(bulk.CaseBulk, "_land", watch)

    assert ended(send_lines(unit, b"x")) == ["created"] * 8
    assert seen[0] < seen[-1]
    assert len(seen) == 4


def test_a_body_in_chunks_is_read_though_it_says_no_length(unit):
    """As a server hands it on: Django by itself would read nothing of it."""
    from io import BytesIO

    from django.test import RequestFactory

    request = RequestFactory().post("/")
    del request.META["CONTENT_LENGTH"]
    request.META |= {"wsgi.input_terminated": True, "wsgi.input": BytesIO(lines(record(1), record(2)))}

    found = list(records.Body(request, "application/x-ndjson").records())

    assert [one.record["reference"] for one in found] == ["B-1", "B-2"]


# --- limits ---


@pytest.mark.parametrize("body", [b"[]", b""])
def test_a_call_without_a_record_is_refused(unit, body):
    if not body:
        problem(send_lines(unit, body), 400, "invalid")
    else:
        problem(unit.ask("POST", "cases/bulk/", body), 400, "invalid")


def test_more_than_the_limit_is_too_large_either_way(unit, monkeypatch):
    monkeypatch.setattr(records, "MOST", 3)
    sent = [record(number) for number in range(1, 5)]
    before = how_many()

    problem(send(unit, sent), 413, "too_large")
    assert how_many() == before
    problem(send_lines(unit, lines(*sent)), 413, "too_large")
    monkeypatch.setattr(records, "MOST", 4)
    assert ended(send(unit, sent)) == ["created"] * 4


def test_a_body_that_is_too_long_is_refused_unread(unit, monkeypatch):
    monkeypatch.setattr(records, "ARRAY_LIMIT", 100)
    before = how_many()

    problem(send(unit, [record(1)]), 413, "too_large")

    assert how_many() == before


@pytest.mark.parametrize("body", [b'{"reference": "B-1"}', b"[", b'"B-1"', b"[1e999999, NaN]", b"[" * 100_000])
def test_an_array_that_is_none_is_refused_whole(unit, body):
    problem(unit.ask("POST", "cases/bulk/", body), 400, "malformed")


def test_another_format_is_refused(unit):
    headers = {"Authorization": f"Bearer {unit.token}"}

    answer = unit.browser.generic("POST", "/api/v1/cases/bulk/", b"a;b", content_type="text/csv", headers=headers)

    problem(answer, 415, "unsupported_media_type")


# --- keys ---


def test_the_same_call_with_the_same_key_gets_the_first_answer(unit):
    sent = [record(1), record(2, risk="enormous")]

    first, again = (send(unit, sent, **{"Idempotency-Key": "b-1"}) for _once_more in range(2))

    assert ended(again) == ["created", "refused"]
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    problem(send(unit, [record(3)], **{"Idempotency-Key": "b-1"}), 409, "idempotency_key_reused")
    problem(send(unit, sent, asked="?dry_run=1", **{"Idempotency-Key": "b-1"}), 409, "idempotency_key_reused")


def test_what_a_call_took_before_its_line_broke_is_not_taken_twice(unit, monkeypatch):
    monkeypatch.setattr(bulk, "GROUP", 2)
    sent = [record(number) for number in range(1, 6)]
    land, calls = bulk.CaseBulk._land, []

    def broken(self, request, group):
        calls.append(group)
        if len(calls) == 2:
            raise ConnectionResetError
        return land(self, request, group)

    monkeypatch.setattr(bulk.CaseBulk, "_land", broken)
    assert send(unit, sent, **{"Idempotency-Key": "b-2"}).status_code == 500
    monkeypatch.setattr(bulk.CaseBulk, "_land", land)

    assert ended(send(unit, sent, **{"Idempotency-Key": "b-2"})) == ["unchanged"] * 2 + ["created"] * 3


# --- rights, the trail, speed ---


def test_a_token_that_only_reads_sends_nothing(machine):
    problem(send(machine("AL-02-NJMF-DURRES", write=False), [record(1)]), 403, "insufficient_scope")


def test_each_record_stands_in_the_trail(unit):
    send(unit, [record(1), record(2)])
    opened = Entry.objects.unscoped(WHY).filter(event="case.opened", actor=unit.seat.code)
    assert {one.thing_code for one in opened} >= {str(at("B-1").code), str(at("B-2").code)}
    seen = Entry.objects.unscoped(WHY).filter(event="page.seen", route="api:case_bulk", thing_type="cases.identity")
    before = seen.count()

    send(unit, [record(1), record(2)])

    # That it stands so already is told: it was seen.
    assert seen.count() == before + 1
    assert "personal_number" in seen.order_by("-pk")[0].fields


def test_many_records_take_hardly_more_statements_than_few(unit):
    def statements(sent):
        with CaptureQueriesContext(connection) as seen:
            ended(send(unit, sent))
        return len(seen)

    few = statements([record(number) for number in range(1, 4)])
    many = statements([record(number) for number in range(10, 50)])
    again = statements([record(number) for number in range(10, 50)])

    assert many <= few + 12  # SQLite takes so many values in one statement
    assert again <= few


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_cases_are_held_from_the_look_at_them_until_they_are_changed(unit):
    send(unit, [record(1)])

    with CaptureQueriesContext(connection) as asked:
        send(unit, [record(1, risk="low" if CASE.get("risk") != "low" else "high")])

    said = [one["sql"] for one in asked.captured_queries]
    held = next(at for at, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql and 'FROM "cases_case"' in sql)
    written = next(at for at, sql in enumerate(said) if 'INTO "cases_case"' in sql or 'UPDATE "cases_case"' in sql)
    assert held < written
