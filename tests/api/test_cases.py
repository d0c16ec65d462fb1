"""Cases and referrals over REST: what a municipal system sends, gets, and never sees."""

import json

import pytest

from cases.actions import cases, inbox, referrals
from cases.models import Case, Identity, Note, Referral, SentChange
from krat.audit.models import Entry
from krat.committee.models import Institution
from krat.demo import make
from tests.api.conftest import problem

pytestmark = pytest.mark.django_db

CASE = {
    "municipality": "AL-02-DURRES",
    "signalled_on": "2026-03-02",
    "source": "police",
    "concerns": ["street_situation", "begging"],
    "risk": "high",
    "identity": {"first_name": "Shembulla", "last_name": "Çelaj", "birth_date": "2015-03-14", "personal_number": "k1"},
}
CASE["identity"]["personal_number"] = "K50314001A"


@pytest.fixture
def unit(machine):
    """The system of Durrës' child protection unit."""
    return machine("AL-02-NJMF-DURRES")


def put(system, body=CASE, reference="KARTELA-1", **headers):
    return system.ask("PUT", f"cases/by-reference/{reference}/", body, **headers)


def patch(system, case, body, tag=None):
    return system.ask("PATCH", f"cases/{case['code']}/", body, **{"If-Match": tag or f'"{case["version"]}"'})


@pytest.fixture
def case(unit):
    """A case that the unit's system opened."""
    return put(unit).json()


def row_of(case) -> Case:
    return Case.objects.unscoped("tests look").get(code=case["code"])


def how_many() -> int:
    return Case.objects.unscoped("tests count").count()


# --- opening ---


def test_a_case_comes_back_as_it_was_sent(unit):
    answer = put(unit)

    told = answer.json()
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert answer["Location"] == f"/api/v1/cases/{told['code']}/"
    assert {name: told[name] for name in CASE if name != "identity"} == {
        name: value for name, value in CASE.items() if name != "identity"
    }
    assert told["identity"] == CASE["identity"] | {
        "father_name": None,
        "mother_name": None,
        "birth_year": None,
        "sex": None,
        "citizenship": None,
        "language": None,
    }
    assert told["number"].startswith("DR-")
    assert (told["holder"], told["stage"], told["kind"]) == ("AL-02-NJMF-DURRES", "initial_assessment", "child")
    assert told["changed_at"].endswith("Z")


def test_the_same_reference_sent_twice_is_one_case(unit):
    before = how_many()

    first, second = put(unit), put(unit)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert how_many() == before + 1


def test_two_units_may_use_the_same_reference(unit, machine):
    other = machine("AL-05-NJMF-GJIROKASTER")

    here, there = put(unit), put(other, CASE | {"municipality": "AL-05-GJIROKASTER"})

    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["code"] != there.json()["code"]


def test_a_case_is_opened_once_by_its_key(unit):
    before = how_many()

    answers = [unit.post("cases/", CASE, **{"Idempotency-Key": "a-1"}) for _once_more in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert how_many() == before + 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"identity": {"nickname": "X"}}, "identity.nickname"),
        ({"identity": {"first_name": "<script>alert(1)</script>"}}, "identity.first_name"),
        ({"identity": {"first_name": "=SUM(A1)"}}, "identity.first_name"),
        ({"identity": {"first_name": "An\u0000a"}}, "identity.first_name"),
        ({"identity": {"first_name": "An\u202ea"}}, "identity.first_name"),
        ({"identity": {"first_name": "Аna"}}, "identity.first_name"),  # its first letter is Cyrillic
        ({"identity": {"birth_date": "2015-02-30"}}, "identity.birth_date"),
        ({"identity": {"birth_date": "20150314"}}, "identity.birth_date"),  # read as seconds by others
        ({"signalled_on": "2026-W02-1"}, "signalled_on"),
        ({"identity": {"birth_date": "2999-01-01"}}, "identity.birth_date"),
        ({"identity": {"birth_date": "1990-01-01"}}, "identity.birth_date"),  # of age, and sent as a child
        ({"municipality": "AL-05-GJIROKASTER"}, "municipality"),
        ({"municipality": "AL-99-NOWHERE"}, "municipality"),
        ({"municipality": None}, "municipality"),
        ({"source": "begging"}, "source"),  # a term of another list
        ({"concerns": ["police"]}, "concerns"),
        ({"concerns": ["begging", "begging"]}, "concerns"),
        ({"risk": "enormous"}, "risk"),
        ({"stage": "closed"}, "stage"),
        ({"signalled_on": "2999-01-01"}, "signalled_on"),
        ({"number": "DR-2026-0001-F"}, "number"),
        ({"version": 3}, "version"),
    ],
)
def test_what_makes_no_sense_is_named_and_nothing_is_opened(unit, change, field):
    before = how_many()

    told = problem(unit.post("cases/", CASE | change), 400, "invalid")

    assert field in told["errors"]
    assert how_many() == before


@pytest.mark.parametrize("missing", ["municipality", "signalled_on", "source"])
def test_what_every_case_needs_must_be_there(unit, missing):
    body = {name: value for name, value in CASE.items() if name != missing}

    assert missing in problem(unit.post("cases/", body), 400, "invalid")["errors"]


@pytest.mark.parametrize("reference", ["K50314001A", "K5/0314/001/A", "x" * 61, "-a", "a/../b", "a//b"])
def test_a_reference_names_nobody(unit, reference):
    answer = put(unit, reference=reference)

    assert answer.status_code == 400
    assert "reference" in answer.json()["errors"]


def test_a_reading_client_opens_nothing(machine):
    reader = machine("AL-02-NJMF-DURRES", write=False)

    assert put(reader).status_code == 403


@pytest.mark.parametrize("office", ["AL-02-ZVA", "AL-02-OJF", "AL-02-POL"])
def test_an_office_that_leads_no_cases_opens_none(machine, office):
    before = how_many()

    answer = put(machine(office))

    assert answer.status_code in (400, 403)  # it may lack the municipality before it lacks the right
    assert how_many() == before


# --- changing ---


def test_what_is_left_out_stays_and_null_empties(unit, case):
    changed = patch(unit, case, {"risk": None, "identity": {"personal_number": None}}).json()

    assert changed["risk"] is None
    assert changed["identity"]["personal_number"] is None
    assert changed["identity"]["first_name"] == "Shembulla"
    assert changed["concerns"] == CASE["concerns"]
    assert changed["version"] == case["version"] + 1


def test_a_change_without_a_tag_and_with_an_old_one(unit, case):
    without = unit.ask("PATCH", f"cases/{case['code']}/", {"risk": "low"})
    patch(unit, case, {"risk": "medium"})
    stale = patch(unit, case, {"risk": "low"})

    problem(without, 428, "version_missing")
    problem(stale, 412, "version_changed")
    assert row_of(case).risk == "medium"


def test_a_change_of_nothing_makes_no_version(unit, case):
    answer = patch(unit, case, {"risk": "high", "concerns": CASE["concerns"], "identity": CASE["identity"]})

    assert answer.json()["version"] == case["version"]


def test_a_system_leads_a_case_on_and_does_not_close_it(unit, case):
    forward = patch(unit, case, {"stage": "full_assessment"})
    jump = patch(unit, forward.json(), {"stage": "follow_up"})
    close = patch(unit, forward.json(), {"stage": "closed"})

    assert forward.json()["stage"] == "full_assessment"
    problem(jump, 409, "state_conflict")
    problem(close, 403, "forbidden")


def test_a_case_that_is_over_does_not_change(unit, case, seat):
    head = seat("njmf.durres")
    closing = cases.Term.objects.get(list="closing", code="goals_reached")
    cases.move(row_of(case), "closed", by=head, note="U arrit.", closing=closing)

    now = unit.get(f"cases/{case['code']}/").json()

    problem(patch(unit, now, {"risk": "low"}), 409, "state_conflict")


# --- the human inbox ---


def test_a_change_on_top_of_somebody_elses_waits_for_a_person(unit, case, seat):
    cases.assess(row_of(case), by=seat("njmf.durres"), risk="medium")

    answers = [put(unit, CASE | {"risk": "low"}) for _once_more in range(2)]

    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json()["outcome"] == "quarantined"
    assert row_of(case).risk == "medium"
    waiting = SentChange.objects.visible_to(seat("njmf.durres")).filter(case=row_of(case), state="waits")
    assert len(waiting) == 1

    inbox.take_over(waiting[0], by=seat("njmf.durres"))

    assert row_of(case).risk == "low"


def test_who_has_read_the_case_since_does_not_wait(unit, case, seat):
    cases.assess(row_of(case), by=seat("njmf.durres"), risk="medium")
    unit.get(f"cases/{case['code']}/")

    answer = put(unit, CASE | {"risk": "low"})

    assert (answer.status_code, answer.json()["risk"]) == (200, "low")


def test_with_a_version_it_is_that_version_or_none(unit, case, seat):
    cases.assess(row_of(case), by=seat("njmf.durres"), risk="medium")

    problem(put(unit, CASE | {"version": case["version"]}), 412, "version_changed")
    assert put(unit, CASE | {"risk": "low", "version": case["version"] + 1}).status_code == 200


def test_what_would_change_nothing_does_not_wait(unit, case, seat):
    cases.assess(row_of(case), by=seat("njmf.durres"), risk="medium")

    assert put(unit, CASE | {"risk": "medium"}).status_code == 200


# --- who sees what ---


def test_what_another_institution_leads_is_not_there(unit, case, machine):
    missing = "00000000-0000-4000-8000-000000000000"
    for office in ("AL-05-NJMF-GJIROKASTER", "AL-02-NJMF-SHIJAK", "AL-02-ZVA", "AL-02-POL"):
        system = machine(office)

        assert case["code"] not in system.get("cases/").content.decode()
        foreign, nothing = system.get(f"cases/{case['code']}/"), system.get(f"cases/{missing}/")
        assert (foreign.status_code, foreign.content) == (404, nothing.content)
        change = patch(system, case, {"risk": "low"})
        assert change.status_code == 404


def test_every_case_and_name_that_is_shown_is_entered(unit, case):
    Entry.objects.unscoped("tests count from here")
    before = Entry.objects.unscoped("tests read the trail").order_by("-pk").first().pk

    listed = {one["code"] for one in unit.get("cases/").json()["results"]}

    since = Entry.objects.unscoped("tests read the trail").filter(pk__gt=before)
    seen = {code for one in since if one.thing_type == "cases.case" for code in one.codes}
    names = {code for one in since if one.thing_type == "cases.identity" for code in one.codes}
    whos = Identity.objects.unscoped("tests look").filter(case__code__in=listed)
    assert case["code"] in listed
    assert listed == seen
    assert names == {str(one.code) for one in whos}


def test_filters_narrow_and_others_are_refused(unit, case):
    high, low = unit.get("cases/?risk=high").json(), unit.get("cases/?risk=low").json()

    assert case["code"] in {one["code"] for one in high["results"]}
    assert case["code"] not in {one["code"] for one in low["results"]}
    problem(unit.get("cases/?first_name=Shembulla"), 400, "invalid")


def test_the_queries_of_a_list_do_not_grow_with_it(unit, case, django_assert_max_num_queries):
    for number in range(5):
        put(unit, reference=f"KARTELA-R-{number}")

    with django_assert_max_num_queries(25):
        assert len(unit.get("cases/?limit=200").json()["results"]) >= 6


@pytest.mark.parametrize("sign", "'’ʼ‘′`")
def test_a_name_with_the_apostrophe_of_any_keyboard_is_taken(unit, sign):
    body = {**CASE, "identity": {**CASE["identity"], "last_name": f"D{sign}provaj"}}

    assert put(unit, body).status_code == 201


# --- referrals ---


@pytest.fixture
def referral(case, seat):
    """The case, referred to the education office of Durrës."""
    office = Institution.objects.unscoped("tests look").get(code="AL-02-ZVA")
    head = seat("njmf.durres")
    cases.note(row_of(case), by=head, kind="visit", happened_on=row_of(case).signalled_on, text="Shenim i njesise")
    request = "Të regjistrohet në klasën e 5-të."
    return referrals.refer(
        row_of(case), by=head, purpose="school", receiver=office, request=request, contact_via_unit=True
    )


def test_an_office_sees_what_the_purpose_shares_and_only_while_it_helps(machine, referral):
    office = machine("AL-02-ZVA")
    waiting = next(one for one in office.get("referrals/").json()["results"] if one["code"] == str(referral.code))

    accepted = office.post(f"referrals/{referral.code}/accept/").json()
    refused_twice = office.post(f"referrals/{referral.code}/accept/")
    completed = office.post(f"referrals/{referral.code}/complete/", {"answer": "U regjistrua."}).json()

    assert waiting["direction"] == "received"
    assert not {"shared", "case", "contact_via_unit"} & set(waiting)
    assert waiting["number"] == referral.alias
    assert {"first_name", "last_name", "birth_date", "safe_contact"} <= set(accepted["shared"])
    assert accepted["shared"]["last_name"] == "Çelaj"
    assert set(accepted["shared"]) - {"first_name", "last_name", "birth_date", "safe_contact"} == {
        "state",
        "school",
        "grade",
        "dropped_on",
        "reason",
        "return_plan",
        "psychologist",
    }
    assert accepted["contact_via_unit"] is True
    told = json.dumps(accepted)
    assert "high" not in told
    assert "begging" not in told
    assert "K50314001A" not in told
    assert "Shenim" not in told
    problem(refused_twice, 409, "state_conflict")
    assert completed["state"] == "completed"
    assert "shared" not in completed


def test_an_office_is_told_about_contact_and_the_year_of_birth_whatever_is_known(machine, seat):
    office, place = machine("AL-02-ZVA"), Institution.objects.unscoped("tests look").get(code="AL-02-ZVA")

    def shared(**who):
        one = make.referral(make.case(manager=seat("pmf.durres"), **who), place)
        return office.post(f"referrals/{one.code}/accept/").json()

    known = shared(safe_contact="Vetëm tezja", birth_date="2015-03-01")
    silent = shared(birth_date="", birth_year="2014")

    assert (known["contact_via_unit"], known["shared"]["safe_contact"]) == (False, "Vetëm tezja")
    assert "birth_year" not in known["shared"]
    assert silent["contact_via_unit"] is True
    assert silent["shared"]["safe_contact"] in (
        "Do not contact the family. Ask the child protection unit first.",
        "Mos kontaktoni familjen. Pyesni më parë NJMF-në.",
    )
    assert (silent["shared"]["birth_date"], silent["shared"]["birth_year"]) == ("", "2014")


def test_the_sender_knows_its_case_and_cannot_answer_for_the_office(unit, case, referral):
    sent = unit.get(f"referrals/{referral.code}/").json()

    assert (sent["direction"], sent["case"]) == ("sent", case["code"])
    assert "shared" not in sent
    assert unit.post(f"referrals/{referral.code}/accept/").status_code == 403


def test_a_referral_to_others_is_not_there(machine, referral):
    for office in ("AL-05-ZVA", "AL-02-OJF"):
        system = machine(office)

        assert str(referral.code) not in system.get("referrals/").content.decode()
        for verb in ("", "accept/", "refuse/", "complete/"):
            asked = (
                system.get(f"referrals/{referral.code}/")
                if not verb
                else system.post(f"referrals/{referral.code}/{verb}", {} if verb == "accept/" else {"answer": "x"})
            )
            assert asked.status_code == 404


def test_a_refusal_says_why(machine, referral):
    office = machine("AL-02-ZVA")

    empty = office.post(f"referrals/{referral.code}/refuse/", {})
    refused = office.post(f"referrals/{referral.code}/refuse/", {"answer": "Nuk ka vend."})

    assert "answer" in problem(empty, 400, "invalid")["errors"]
    assert refused.json()["state"] == "refused"
    assert Referral.objects.unscoped("tests look").get(pk=referral.pk).state == "refused"


def test_no_note_leaves_by_any_address(unit, machine, case, referral):
    assert Note.objects.unscoped("tests count").filter(case=row_of(case)).exists()
    office = machine("AL-02-ZVA")
    office.post(f"referrals/{referral.code}/accept/")

    for system in (unit, office):
        for address in ("cases/", f"cases/{case['code']}/", "referrals/", f"referrals/{referral.code}/", "tasks/"):
            assert "Shenim i njesise" not in system.get(address).content.decode()


@pytest.mark.parametrize("reference", ["a%00b", "%00", "kart%00-901"])
@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_a_reference_with_nul_in_it_is_refused_on_both_databases(reference, method, machine):
    system = machine("AL-02-NJMF-DURRES")

    answer = system.ask(method, f"cases/by-reference/{reference}/", {} if method == "PUT" else None)

    problem(answer, 400, "malformed")


# --- what is sent every night settles ---


@pytest.mark.parametrize(
    "body",
    [
        {"identity": {"personal_number": "k5 0314 001 a"}},
        {"identity": {"first_name": " Shembulla "}},
        {"identity": {"birth_year": 2015}},
        {"concerns": ["begging", "street_situation"]},
        {"reference": "kartela-1"},
        {"identity": {"citizenship": "", "language": None}},
        {"risk": "high", "kind": "child", "victim_status": "at_risk", "stage": "initial_assessment"},
    ],
)
def test_what_stands_there_already_makes_no_version(unit, case, body):
    answers = [put(unit, CASE | body | {"identity": CASE["identity"] | body.get("identity", {})}) for _night in "123"]

    assert {one.status_code for one in answers} == {200}
    assert {one.json()["version"] for one in answers} == {case["version"]}
    assert patch(unit, case, body).json()["version"] == case["version"]


def test_a_concern_more_is_a_change(unit, case):
    assert put(unit, CASE | {"concerns": ["begging"]}).json()["version"] == case["version"] + 1


@pytest.mark.parametrize(("sent", "kept"), [("al", "AL"), ("Xk", "XK"), ("ZZ", "ZZ")])
def test_citizenship_is_a_code_of_the_list_in_capitals_or_not(unit, case, sent, kept):
    assert patch(unit, case, {"identity": {"citizenship": sent}}).json()["identity"]["citizenship"] == kept


@pytest.mark.parametrize(
    ("field", "sent"), [("citizenship", one) for one in ("ALB", "shqiptare", "Q9#", "XX")] + [("language", "shqip")]
)
def test_a_code_that_the_list_does_not_have_is_refused(unit, case, field, sent):
    before = row_of(case).version

    for answer in (
        patch(unit, case, {"identity": {field: sent}}),
        put(unit, CASE | {"identity": {field: sent}}),
        unit.post("cases/", CASE | {"identity": {field: sent}}),
    ):
        assert f"identity.{field}" in problem(answer, 400, "invalid")["errors"]
    assert row_of(case).version == before


def test_what_was_sent_before_codes_were_asked_for_stays_and_may_be_sent_again(unit, case):
    identity = Identity.objects.unscoped("tests prepare").get(case__code=case["code"])
    identity.data = identity.data | {"citizenship": "shqiptare"}
    identity.save()

    told = patch(unit, case, {"risk": "low", "identity": {"first_name": "Provëza"}}).json()

    assert told["identity"]["citizenship"] == "shqiptare"
    assert told["identity"]["first_name"] == "Provëza"


@pytest.mark.parametrize("reference", ["123/4", "Nr. 123", "nr. 12/3-a", "K_1"])
def test_a_reference_is_written_as_protocol_numbers_are_and_found_in_whichever_case(unit, reference):
    sent = reference.replace(" ", "%20").replace("/", "%2F")
    opened = put(unit, reference=sent)
    again = put(unit, CASE | {"reference": reference.upper()}, reference=sent.replace("nr", "NR"))

    assert (opened.status_code, again.status_code) == (201, 200), opened.content
    assert opened.json()["reference"] == reference
    assert again.json() == opened.json()


def test_a_reference_in_other_capitals_opens_no_second_case(unit, case):
    before = how_many()

    told = problem(unit.post("cases/", CASE | {"reference": "kartela-1"}), 400, "invalid")

    assert put(unit, reference="kartela-1").json()["code"] == case["code"]
    assert how_many() == before
    assert told["errors"]


def test_an_exact_day_of_birth_replaces_the_year_that_was_estimated(unit):
    opened = put(unit, CASE | {"identity": {"birth_year": 2012}}).json()

    told = patch(unit, opened, {"identity": {"birth_date": "2013-02-03"}}).json()

    assert (told["identity"]["birth_date"], told["identity"]["birth_year"]) == ("2013-02-03", None)


def test_a_year_that_contradicts_the_day_is_refused(unit, case):
    assert (
        "identity.birth_year"
        in problem(patch(unit, case, {"identity": {"birth_year": 2012}}), 400, "invalid")["errors"]
    )


# --- child or adult, and a number that does not fit ---


def test_a_child_is_neither_opened_as_an_adult_nor_made_one(unit, case):
    wrong = CASE | {"kind": "adult", "identity": {"birth_date": "2015-03-01"}}

    assert "identity.birth_date" in problem(unit.post("cases/", wrong), 400, "invalid")["errors"]
    assert "identity.birth_date" in problem(put(unit, wrong, reference="KARTELA-9"), 400, "invalid")["errors"]
    assert "kind" in problem(put(unit, CASE | {"kind": "adult"}), 400, "invalid")["errors"]
    assert "kind" in problem(patch(unit, case, {"kind": "adult"}), 400, "invalid")["errors"]
    assert row_of(case).kind == "child"


def test_a_number_that_does_not_fit_is_taken_with_a_warning(unit, case):
    assert case["warnings"][0]["field"] == "identity.personal_number"

    told = patch(unit, case, {"identity": {"personal_number": "L50314001A"}}).json()

    assert "warnings" not in told
    women = patch(unit, told, {"identity": {"sex": "female"}}).json()
    assert "burri" in women["warnings"][0]["detail"]


# --- what identification found is told, and is no field ---


def test_a_status_that_needs_an_act_is_refused_by_name_and_nothing_is_done(unit, case):
    sent = CASE | {"victim_status": "possible_victim", "risk": "low"}

    for answer in (unit.post("cases/", sent), put(unit, sent), put(unit, sent, "NEW-1"), patch(unit, case, sent)):
        told = problem(answer, 400, "invalid")["errors"]
        assert told["victim_status"][0]["code"] == "needs_act"
    assert (row_of(case).risk, row_of(case).version) == ("high", case["version"])


def test_the_status_that_stands_may_be_sent_every_night(unit, case):
    Case.objects.unscoped("tests prepare").filter(code=case["code"]).update(victim_status="possible_victim")

    told = put(unit, CASE | {"victim_status": "possible_victim", "risk": "low"})

    assert told.status_code == 200
    assert (told.json()["victim_status"], told.json()["risk"]) == ("possible_victim", "low")
    assert problem(put(unit, CASE | {"victim_status": "at_risk"}), 400, "invalid")
