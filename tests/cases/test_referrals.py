"""Referrals on their pages: what an institution will see is told before, shown once it accepts, closed at the end."""

import datetime

import pytest
from django.utils import timezone

from cases.actions import referrals
from cases.forms.referrals import told
from cases.models import CounsellingPart, Identity, Referral, SchoolPart
from cases.models.referral import ReferralState
from cases.sharing import PURPOSES, share
from krat.access.roles import Role
from krat.demo import make
from tests.cases.core import again, may, rows
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db

SECRETS = {"address": "Rruga e provës 9", "mother_name": "Nëna", "personal_number": "K60314001A", "care": "relatives"}


@pytest.fixture
def case(people):
    """A girl of eleven, with much that concerns nobody but her team."""
    who = {"safe_contact": "Vetëm telefon, pas orës 16", **SECRETS}
    return people.open(identity=who, risk="high", despite_doubt=True)


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def school(person):
    return person("zva.durres")


def refer_url(case, purpose):
    return f"{url('cases:refer', case)}?purpose={purpose}"


def sent(case):
    return rows(Referral).filter(case=case).order_by("-pk")[0]


# --- referring ---


def test_a_worker_chooses_first_for_what_and_reads_who_can_be_asked_for_it(worker, case):
    shown = worker.look(url("cases:refer", case))

    assert {refer_url(case, name) for name in PURPOSES} <= set(shown.links)
    assert "ZVA Durrës" in shown.text
    assert "ZVA Gjirokastër" not in shown.text


def test_what_the_institution_will_see_stands_beside_the_button_that_sends(worker, case):
    shown = worker.look(refer_url(case, "school"))

    for word in ("Shembulla", "Çelaj", "Vetëm telefon, pas orës 16", "school part"):
        assert word in shown.text
    assert not [word for word in SECRETS.values() if word in shown.html]
    who = rows(Identity).get(case=case)
    assert entries("page.seen", who)[-1].fields == ["birth_date", "first_name", "last_name", "safe_contact"]


def test_a_referral_is_sent_and_says_until_when_an_answer_is_due(worker, case):
    answer = worker.fill(refer_url(case, "school"), request="Regjistrim në klasën e pestë.")

    referral = sent(case)
    assert answer.leads_to == url("cases:referral", referral)
    assert "The case was referred to ZVA Durrës. An answer is due by" in worker.follow(answer).text
    assert referral.data["request"] == "Regjistrim në klasën e pestë."
    assert len(entries("referral.sent", referral)) == 1


def test_counselling_asks_how_consent_was_given(worker, case, people):
    centre = people.place("AL-02-OJF")
    form = {"receiver": centre.pk, "request": "Këshillim."}

    refused = worker.fill(refer_url(case, "counselling"), **form)
    by_duty = worker.fill(refer_url(case, "counselling"), **form, consent="duty")
    leads_to = worker.save(refer_url(case, "counselling"), **form, consent="given")

    assert refused.beside("consent")
    assert refused.typed("request") == "Këshillim."
    assert by_duty.beside("consent")
    assert leads_to == url("cases:referral", sent(case))


def test_for_an_adult_nobody_decides_in_the_best_interest_of_a_child(worker, people):
    adult = people.open(kind="adult", identity={"birth_date": "1990-02-01"})

    choices = worker.look(refer_url(adult, "counselling")).html

    assert "best_interest" not in choices
    assert "given" in choices


def test_the_purpose_is_kept_when_the_form_comes_back_without_its_address(worker, case):
    form = worker.look(refer_url(case, "school")).form("request")

    shown = worker.post(url("cases:refer", case), form.sent({"request": ""}))

    assert shown.beside("request")
    assert shown.typed("purpose") == "school"


def test_an_institution_that_does_not_serve_the_municipality_is_not_offered(worker, case, people):
    shown = worker.fill(refer_url(case, "school"), receiver=people.place("AL-05-ZVA").pk, request="Regjistrim.")

    assert shown.beside("receiver")
    assert shown.typed("request") == "Regjistrim."


def test_the_same_referral_twice_is_refused_in_a_sentence(worker, case, people):
    people.refer(case)

    shown = worker.fill(refer_url(case, "school"), request="Edhe një herë.")

    assert "already referred there" in shown.text
    assert rows(Referral).filter(case=case).count() == 1


def test_a_case_that_is_over_is_not_referred(worker, people):
    over = make.case(manager=people.worker, stage="rejected")

    answer = worker.get(url("cases:refer", over))

    assert answer.leads_to == url("cases:case", over)
    assert "This case is over" in worker.follow(answer).text


@pytest.mark.parametrize("username", ["pmf2.durres", "zva.durres", "pmf.gjirokaster", "prefekt.durres"])
def test_who_is_not_in_the_team_refers_nothing(person, case, username):
    assert person(username).get(url("cases:refer", case)).status in (403, 404)
    assert person(username).post(url("cases:refer", case), {"purpose": "school"}).status in (403, 404)
    assert not rows(Referral).filter(case=case).exists()


# --- the receiver's side ---


def test_before_accepting_the_school_reads_the_request_and_what_it_would_see(school, case, people):
    referral = people.refer(case)

    shown = school.look(url("cases:referral", referral))

    assert "Regjistrim në klasën e pestë." in shown.text
    assert "After accepting you see" in shown.text
    assert "Shembulla" not in shown.html
    assert "until it is answered" in shown.text


def test_after_accepting_it_sees_the_fields_of_its_purpose_and_no_other_thing_of_the_case(school, case, people):
    referral = people.refer(case)

    school.press(url("cases:referral", referral), url("cases:referral_accept", referral))
    shown = school.look(url("cases:referral", referral))

    for word in ("Shembulla", "Çelaj", "Vetëm telefon, pas orës 16", "Regjistrim në klasën e pestë.", "School part"):
        assert word in shown.text
    for word in (case.number, str(case.code), *SECRETS.values(), "street", "high"):
        assert word not in shown.html
    assert "the institution that accepted it" in shown.text
    assert "until it is completed or withdrawn" in shown.text
    assert shown.response.context["request"].path == url("cases:referral", referral)
    assert entries("referral.moved", referral)


def test_what_it_was_shown_is_noted_field_by_field(school, case, people):
    referral = people.referred(case)

    school.look(url("cases:referral", referral))

    who = rows(Identity).get(case=case)
    assert entries("page.seen", who)[-1].fields == sorted(set(PURPOSES["school"].identity) - {"birth_year"})
    assert entries("page.seen", rows(SchoolPart).get(case=case))


def test_it_writes_its_own_part(school, case, people):
    referral = people.referred(case)
    address = url("cases:referral_part", referral)

    leads_to = school.save(address, state="enrolled", school="Shkolla e provës", dropped_on="01.09.2026")

    part = rows(SchoolPart).get(case=case)
    assert leads_to == url("cases:referral", referral)
    assert (part.state, part.data["school"], part.data["dropped_on"]) == (
        "enrolled",
        "Shkolla e provës",
        "2026-09-01",
    )
    assert "Shkolla e provës" in school.look(url("cases:referral", referral)).text
    assert entries("part.changed", part)


def test_two_write_one_part_and_the_second_sees_both_texts(school, case, people):
    referral = people.referred(case)
    address = url("cases:referral_part", referral)
    form = school.look(address).form("school")
    part = rows(SchoolPart).get(case=case)
    referrals.write_part(part, by=people.worker, right="parts.change", based_on=None, state="enrolled", school="E para")

    shown = school.post(address, form.sent({"school": "E dyta", "state": "enrolled"}))

    assert "E para" in shown.text
    assert shown.typed("school") == "E dyta"
    assert again(part).data["school"] == "E para"
    school.post(address, shown.form("school").sent({}))
    assert again(part).data["school"] == "E dyta"


def test_a_part_is_not_written_before_accepting_and_not_after_the_end(school, case, people):
    referral = people.refer(case)
    address = url("cases:referral_part", referral)

    assert school.get(address).status == 404
    referrals.move(referral, "accepted", by=people.school)
    assert school.get(address).status == 200
    referrals.move(again(referral), "withdrawn", by=people.worker)
    assert school.get(address).status == 404


def test_a_purpose_without_a_part_has_none_to_write(person, case, people):
    referral = people.refer(case, "health", "AL-02-NJVKSH")
    referrals.move(referral, "accepted", by=people.health)

    assert person("shendeti.durres").get(url("cases:referral_part", referral)).status == 404


def test_it_completes_with_what_was_done_and_sees_nothing_any_more(school, worker, case, people):
    referral = people.referred(case)
    address = url("cases:referral_complete", referral)

    empty = school.fill(address, answer="")
    leads_to = school.save(address, answer="Fëmija shkon në shkollë.")

    after = school.look(leads_to)
    assert empty.beside("answer")
    assert "This referral is over" in after.text
    assert "Shembulla" not in after.html
    assert "Regjistrim në klasën" not in after.html
    assert "Fëmija shkon në shkollë." in worker.look(url("cases:referral", referral)).text


def test_it_refuses_with_a_reason_that_the_team_reads(school, worker, case, people):
    referral = people.refer(case)

    school.save(url("cases:referral_refuse", referral), answer="Nuk ka vende.")

    shown = worker.look(url("cases:referral", referral))
    assert "Nuk ka vende." in shown.text
    assert f"{url('cases:obstacle_add', case)}?referral={referral.code}" in shown.links


def test_two_people_accept_and_the_second_reads_a_sentence(school, case, people):
    referral = people.refer(case)
    accept = url("cases:referral_accept", referral)
    button = school.look(url("cases:referral", referral)).forms
    form = next(one for one in button if one.action == accept)
    referrals.move(referral, "accepted", by=people.school)

    answer = school.post(accept, form.sent({}))

    assert "Somebody was here before you" in school.follow(answer).text
    assert len(entries("referral.moved", referral)) == 1


@pytest.mark.parametrize("state", list(ReferralState))
def test_a_referral_moves_along_its_table_and_no_other_way(person, people, case, state):
    verbs = {
        "referral_accept": ("zva.durres", ReferralState.ACCEPTED),
        "referral_refuse": ("zva.durres", ReferralState.REFUSED),
        "referral_complete": ("zva.durres", ReferralState.COMPLETED),
        "referral_withdraw": ("pmf.durres", ReferralState.WITHDRAWN),
    }
    for route, (username, to) in verbs.items():
        referral = make.referral(make.case(manager=people.worker), people.school.institution, state=state)

        person(username).post(url(f"cases:{route}", referral), {"answer": "Me arsye."})

        moved = (state, to) in referrals.MOVES
        assert again(referral).state == (to if moved else state), route


def test_verbs_that_ask_nothing_are_not_opened_by_a_link(school, worker, case, people):
    referral = people.refer(case)

    assert school.get(url("cases:referral_accept", referral)).status == 405
    assert worker.get(url("cases:referral_remind", referral)).status == 405


# --- the police ---


def test_of_the_police_only_the_officer_who_accepted_sees_what_is_shared(person, case, people, as_):
    other = make.seat(Role.POLICE, people.police.institution)
    referral = people.refer(case, "police", "AL-02-POL")
    referrals.move(referral, "accepted", by=people.police)
    address = url("cases:referral", referral)
    colleague = person(other.user.username)

    assert "Shembulla" in person("policia.durres").look(address).text
    shown = colleague.look(address)
    assert "Only who accepted it sees" in shown.text
    assert "Shembulla" not in shown.html
    assert "Regjistrim në klasën e pestë." not in shown.html
    assert colleague.get(url("cases:referral_complete", referral)).status == 403
    assert not may(other, referral, "referrals.use")


# --- following, reminding, withdrawing ---


def test_the_team_reminds_and_it_stands_on_top_of_what_waits_for_the_school(worker, school, case, people):
    other = make.referral(make.case(manager=people.worker), people.school.institution)
    referral = people.refer(case)

    worker.press(url("cases:referral", referral), url("cases:referral_remind", referral))

    lines = [one.url for one in school.look("/").response.context["waiting"]]
    listed = [line["referral"].pk for line in school.look(url("cases:referrals")).response.context["referrals"]]
    assert lines[0] == url("cases:referral", referral)
    assert listed.index(referral.pk) < listed.index(other.pk)
    assert entries("referral.reminded", referral)


def test_a_referral_with_an_answer_needs_no_reminding(worker, case, people):
    referral = people.refer(case)
    form = next(
        one
        for one in worker.look(url("cases:referral", referral)).forms
        if one.action == url("cases:referral_remind", referral)
    )
    referrals.move(referral, "accepted", by=people.school)

    answer = worker.post(url("cases:referral_remind", referral), form.sent({}))

    assert "has an answer already" in worker.follow(answer).text


def test_withdrawn_it_shares_nothing_any_more(worker, school, case, people):
    referral = people.referred(case)

    worker.save(url("cases:referral_withdraw", referral), answer="")

    assert "Shembulla" not in school.look(url("cases:referral", referral)).html
    assert again(referral).state == "withdrawn"


def test_a_late_one_leads_to_marking_an_obstacle_once(worker, case, people):
    late = timezone.now() - datetime.timedelta(days=20)
    referral = make.referral(case, people.school.institution, sent_at=late)
    address = url("cases:referral", referral)
    way = f"{url('cases:obstacle_add', case)}?referral={referral.code}"

    assert way in worker.look(address).links
    people.stuck(case, referral=referral)
    shown = worker.look(address)
    assert way not in shown.links
    assert "It holds the case up" in shown.text


# --- lists and doors ---


def test_the_list_names_a_child_by_first_name_and_year_for_who_accepted_and_for_nobody_else(
    school, worker, person, case, people
):
    referral = people.referred(case)
    who = rows(Identity).get(case=case)
    born = who.data["birth_date"][:4]

    for somebody in (school, worker, person("njmf.durres")):
        shown = somebody.look(url("cases:referrals"))
        assert url("cases:referral", referral) in shown.links
        assert referral.alias in shown.text
        assert "Çelaj" not in shown.html
    line = next(
        one
        for one in school.look(url("cases:referrals")).response.context["referrals"]
        if one["referral"].pk == referral.pk
    )
    assert line["named"] == f"Shembulla {born}"
    assert set(entries("page.seen", who)[-1].fields) == {"first_name", "birth_date"}
    for somebody in (worker, person("njmf.durres")):
        assert not [one for one in somebody.look(url("cases:referrals")).response.context["referrals"] if one["named"]]
    assert case.number in worker.look(url("cases:referrals")).text
    assert case.number not in school.look(url("cases:referrals")).html
    assert entries("page.seen", referral)


def test_whoever_sent_them_asks_for_the_names_in_the_list_and_each_is_noted(worker, case, people):
    referral = people.refer(case)
    who = rows(Identity).get(case=case)
    address = url("cases:referrals")
    assert "Çelaj" not in worker.look(address).html

    answer = worker.press(address + "?purpose=school", "/referrals/names/?purpose=school")
    page = worker.look(answer.leads_to)

    assert "purpose=school" in answer.leads_to
    assert "Çelaj" in page.text
    assert who.year_of_birth in page.text
    assert set(entries("page.seen", who)[-1].fields) >= {"first_name", "last_name"}
    assert len(entries("cases.names_shown")) == 1
    assert url("cases:referral", referral) in page.links
    assert "Çelaj" not in worker.look(address).html


def test_the_code_of_a_search_opens_no_names(worker, case, people, person):
    people.refer(case)
    searched = worker.post(url("cases:referral_search"), {"words": "Çelaj"}).leads_to
    code = searched.partition("found=")[2]

    assert "Çelaj" not in worker.look(url("cases:referrals") + f"?names={code}").html
    named = worker.post(url("cases:referral_names")).leads_to
    assert "Çelaj" in worker.look(named).html
    assert "Çelaj" not in person("njmf.durres").look(named).html


@pytest.mark.parametrize("username", ["zva.durres", "prefekt.durres", "dpo", "admin"])
def test_who_may_know_nobody_asks_for_no_names_of_referrals(person, username, world):
    assert person(username).post(url("cases:referral_names")).status == 403


def test_before_accepting_and_after_the_end_the_list_names_nobody(school, case, people):
    referral = people.refer(case)

    def named():
        lines = school.look(url("cases:referrals") + "?state=all").response.context["referrals"]
        return next(one["named"] for one in lines if one["referral"].pk == referral.pk)

    assert named() == ""
    taken = referrals.move(referral, "accepted", by=people.school)
    assert named().startswith("Shembulla ")
    referrals.move(taken, "completed", by=people.school, answer="U krye.")
    assert named() == ""


# --- a number of its own, and finding one ---


def test_referrals_are_numbered_in_their_county_and_year(people, case):
    one, two = people.refer(case), people.refer(case, "health", "AL-02-NJVKSH")

    assert (one.county.code, one.year) == ("AL-02", timezone.localdate().year)
    assert two.number == one.number + 1
    assert two.alias == f"RF-{two.number:02}/{two.year}"


def found_in_list(somebody, typed):
    answer = somebody.post(url("cases:referral_search"), {"words": typed})
    assert "words" not in answer.leads_to
    return [one["referral"].pk for one in somebody.follow(answer).response.context["referrals"]]


def test_who_was_asked_finds_it_by_its_number(school, person, case, people):
    referral = people.refer(case)

    for typed in (
        referral.alias,
        referral.alias.lower(),
        f"RF {referral.number}",
        f"{referral.number}/{referral.year}",
    ):
        assert found_in_list(school, typed) == [referral.pk], typed
        assert found_in_list(person("zva.gjirokaster"), typed) == []
    assert referral.pk in found_in_list(school, str(referral.number))


def test_by_name_only_what_one_has_accepted_is_found_and_nothing_by_what_is_not_shared(school, worker, person, people):
    case = people.open(identity={"first_name": "Veteprova", "last_name": "Gjeturprova", "father_name": "Atiprova"})
    referral = people.refer(case)
    assert found_in_list(school, "veteprova") == []

    referrals.move(referral, "accepted", by=people.school)

    assert found_in_list(school, "veteprova") == [referral.pk]
    assert found_in_list(school, "gjeturprova vete") == [referral.pk]
    assert found_in_list(school, "atiprova") == []
    for username in ("shendeti.durres", "zva.gjirokaster", "pmf2.durres"):
        assert found_in_list(person(username), "veteprova") == []
    referrals.move(again(referral), "withdrawn", by=people.worker)
    assert found_in_list(school, "veteprova") == []


def test_the_search_of_a_colleague_is_not_open(school, person, case, people):
    people.referred(case)
    answer = school.post(url("cases:referral_search"), {"words": "shembulla"})
    health = person("shendeti.durres").look(answer.leads_to)

    assert "kept for ten minutes" in health.text
    assert person("prefekt.durres").post(url("cases:referral_search"), {"words": "x"}).status == 403
    assert school.get(url("cases:referral_search")).status == 405


# --- contact is never passed over in silence ---

SILENCE = "Do not contact the family. Ask the child protection unit first."


def test_a_referral_is_not_sent_before_somebody_says_how_the_family_is_reached(worker, people):
    case = people.open()
    assert not rows(Identity).get(case=case).data["safe_contact"]

    refused = worker.fill(refer_url(case, "school"), request="Regjistrim.")

    assert "without danger" in refused.beside("safe_contact")
    assert refused.typed("request") == "Regjistrim."
    assert not rows(Referral).filter(case=case).exists()


def test_what_the_sender_fills_stands_with_the_child_and_the_receiver_reads_it(worker, school, people):
    case = people.open()

    worker.save(refer_url(case, "school"), request="Regjistrim.", safe_contact="Vetëm tezja, pasdite")

    referral = sent(case)
    assert rows(Identity).get(case=case).data["safe_contact"] == "Vetëm tezja, pasdite"
    assert entries("case.identity", rows(Identity).get(case=case))
    assert SILENCE in school.look(url("cases:referral", referral)).text  # before accepting nothing is told
    referrals.move(referral, "accepted", by=people.school)
    shown = school.look(url("cases:referral", referral))
    assert "Vetëm tezja, pasdite" in shown.text
    assert SILENCE not in shown.text


def test_only_through_the_unit_is_read_by_the_receiver_and_the_contact_is_not(worker, school, case, people):
    worker.save(refer_url(case, "school"), request="Regjistrim.", contact_via_unit="on")

    referral = sent(case)
    referrals.move(referral, "accepted", by=people.school)
    shown = school.look(url("cases:referral", referral))

    assert referral.contact_via_unit
    assert SILENCE in shown.text
    assert "Vetëm telefon" not in shown.html
    assert "safe_contact" not in entries("page.seen", rows(Identity).get(case=case))[-1].fields
    assert "do not contact the family" in worker.look(url("cases:referral", referral)).text


def test_a_referral_of_before_that_says_nothing_reads_as_not_to_contact(school, people):
    case = people.open()
    old = make.referral(case, people.school.institution, state="accepted", accepted_by=people.school)

    assert not old.contact_via_unit
    assert SILENCE in school.look(url("cases:referral", old)).text


def test_a_shelter_never_reaches_the_family_by_itself(worker, person, case, people, seat):
    assert "safe_contact" not in worker.look(refer_url(case, "shelter")).form("request").names
    referral = people.refer(case, "shelter", "AL-02-STREHEZ", consent="given", contact_via_unit=False)
    referrals.move(referral, "accepted", by=seat("strehez.durres"))

    assert referral.contact_via_unit
    shown = person("strehez.durres").look(url("cases:referral", referral))
    assert SILENCE in shown.text
    assert "Vetëm telefon" not in shown.html


# --- a year where no day is known ---


@pytest.mark.parametrize("purpose", list(PURPOSES))
def test_the_year_of_birth_is_shared_where_the_day_would_be(purpose, people):
    case = make.case(manager=people.worker, birth_year="2014", birth_date="", safe_contact="Tezja")
    referral = make.referral(case, purpose=purpose, state="accepted")

    shared = share(referral, referral.accepted_by)

    assert shared.identity["birth_year"] == "2014"
    assert dict(told(shared.identity))["Year of birth"] == "2014"
    assert "Day of birth" not in dict(told(shared.identity))
    assert "birth_year" in dict(shared.seen[:1])[shared.seen[0][0]]


def test_the_day_where_it_is_known_and_nothing_where_neither_is(people):
    known, unknown = (
        share(one, one.accepted_by).identity
        for one in (
            make.referral(make.case(birth_date="2015-03-01"), state="accepted"),
            make.referral(make.case(birth_date=""), state="accepted"),
        )
    )

    assert dict(told(known))["Day of birth"] == "01.03.2015"
    assert "Year of birth" not in dict(told(known))
    assert dict(told(unknown))["Day of birth"] == ""


def test_the_list_narrows_by_state_and_purpose(school, case, people):
    referral = people.refer(case)
    here = url("cases:referral", referral)

    assert here in school.look(url("cases:referrals") + "?state=open&purpose=school").links
    assert here not in school.look(url("cases:referrals") + "?state=late").links
    assert here not in school.look(url("cases:referrals") + "?purpose=health").links


@pytest.mark.parametrize(
    "username",
    ["zva.gjirokaster", "shendeti.durres", "ojf.durres", "pmf2.durres", "pmf.gjirokaster", "ndihma.durres"],
)
def test_a_referral_of_others_is_not_there(person, case, people, username):
    referral = people.refer(case)

    for route in ("referral", "referral_refuse", "referral_part", "referral_withdraw"):
        assert person(username).get(url(f"cases:{route}", referral)).status in (403, 404)
    assert person(username).get(url("cases:referral", referral)).status == 404


@pytest.mark.parametrize("username", ["prefekt.durres", "koordinator.durres", "kufi.durres", "shssh.durres", "dpo"])
def test_who_has_no_referrals_is_refused_in_a_sentence(person, case, people, username):
    assert person(username).get(url("cases:referrals")).status == 403
    assert person(username).get(url("cases:referral", people.refer(case))).status == 403


def test_each_provider_of_counselling_sees_its_own_part_alone(person, case, people):
    referral = people.refer(case, "counselling", "AL-02-OJF", consent="given")
    referrals.move(referral, "accepted", by=people.ngo)
    make.counselling_part(case, people.place("AL-02-OJF-WV"), summary="E tjetrit")
    address = url("cases:referral_part", referral)

    person("ojf.durres").save(address, state="going_on", sessions="3", summary="E jona", started_on="")

    shown = person("ojf.durres").look(url("cases:referral", referral))
    assert "E jona" in shown.text
    assert "E tjetrit" not in shown.html
    assert rows(CounsellingPart).get(case=case, provider=people.ngo.institution).data["sessions"] == "3"


def test_signed_out_one_is_led_to_sign_in(client, world, people):
    referral = make.referral(make.case())

    for route in ("cases:referral", "cases:referral_refuse"):
        assert client.get(url(route, referral))["Location"].startswith("/account/login/")
