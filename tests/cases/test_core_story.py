"""The story of one case: told, taken, assessed, referred, stuck, at the table, freed, over; whose access ends when."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from cases import sharing
from cases.actions import cards, cases, identification, referrals, signals
from cases.models import (
    Assignment,
    Card,
    Case,
    CounsellingPart,
    Identity,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    Signal,
    SignalWords,
    StageDeadline,
)
from krat.access.scoping import Stale
from krat.demo import make
from krat.people.models import Seat
from krat.plan.actions import tasks
from krat.reference import calendar
from tests.cases.core import TODAY, again, may, rows, sees, who_is
from tests.ui.html_client import entries

pytestmark = pytest.mark.django_db


# --- a signal ---


def test_the_police_sees_how_its_signal_stands_and_no_word_of_it(people):
    signal = people.tell(who="Një vajzë")

    assert sees(people.police, signal)
    assert not SignalWords.objects.visible_to(people.police).exists()
    assert SignalWords.objects.visible_to(people.worker).get(signal=signal).data["who"] == "Një vajzë"


def test_a_signal_is_found_by_its_sender_and_the_unit_alone(people):
    signal = people.tell()

    who = {name for name, seat in people.everybody().items() if sees(seat, signal)}
    assert who == {"police", "worker", "colleague", "head"}


def test_an_urgent_signal_is_due_at_once(people):
    assert people.tell(is_urgent=True).due_at <= timezone.now()
    assert people.tell().due_at > timezone.now()


def test_a_signal_from_a_municipality_without_a_unit_says_whom_to_call(people):
    with pytest.raises(ValidationError, match="116 006"):
        people.tell(municipality=make.municipality("AL-11-KAVAJE"))


def test_a_signal_that_became_a_case_is_read_by_its_team_and_the_head_of_the_unit(people):
    signal = people.tell()
    people.open(signal=signal)

    words = rows(SignalWords).get(signal=signal)
    assert {name for name, seat in people.everybody().items() if sees(seat, words)} == {"worker", "head"}
    assert again(signal).state == Signal.State.TAKEN


def test_a_signal_is_taken_once(people):
    signal = people.tell()
    people.open(signal=signal)

    with pytest.raises(ValidationError, match="already answered"):
        people.open(people.colleague, signal=signal)


def test_a_worker_rejects_a_signal_with_a_reason_that_its_sender_does_not_see(people):
    signal = signals.reject(people.tell(), by=people.worker, why="I njohur në një rast tjetër.")

    assert signal.state == Signal.State.REJECTED
    words = rows(SignalWords).get(signal=signal)
    assert words.data["answer"] == "I njohur në një rast tjetër."
    assert {name for name, seat in people.everybody().items() if sees(seat, words)} == {"head"}


def test_another_units_signal_can_be_neither_taken_nor_rejected(people):
    signal = people.tell()

    with pytest.raises(PermissionDenied):
        signals.reject(signal, by=people.far_worker, why="Nuk është e jona.")
    with pytest.raises(PermissionDenied):
        people.open(people.far_worker, signal=signal)
    assert again(signal).is_open


# --- a case ---


def test_a_case_is_found_by_its_team_and_the_head_of_its_unit_alone(people):
    case = people.open()

    assert {name for name, seat in people.everybody().items() if sees(seat, case)} == {"worker", "head"}
    assert {name for name, seat in people.everybody().items() if sees(seat, who_is(case))} == {"worker", "head"}


def test_the_social_service_sees_possible_and_identified_victims_of_its_county(people):
    case = people.open()
    assert not sees(people.social, case)
    by = {"victim": people.social, "not_victim": people.social}

    for status, is_seen in (("in_progress", False), ("possible_victim", True), ("victim", True), ("not_victim", False)):
        identification.record(
            case,
            by=by.get(status, people.worker),
            result=status,
            authority=people.police.institution,
            together_with=people.police.institution,
            decided_on=TODAY(),
            reference="Prot. 1",
            why="Sipas bisedës.",
        )
        case = again(case)
        assert sees(people.social, case) == is_seen
        assert sees(people.social, who_is(case)) == is_seen
        assert not sees(people.far_social, case)


def test_the_number_of_a_case_tells_county_year_and_kind_only(people):
    first, second = people.open(), people.open(kind="adult", identity={"birth_date": "", "birth_year": "1990"})

    assert first.number.startswith(f"DR-{TODAY().year}-")
    assert (first.number[-1], second.number[-1]) == ("F", "R")
    assert int(second.number.split("-")[2]) == int(first.number.split("-")[2]) + 1


def test_the_clock_of_the_first_assessment_follows_the_risk(people):
    case = people.open()
    started = rows(StageDeadline).get(case=case).starts_at

    for risk in ("immediate", "medium", "low"):
        case = cases.assess(case, by=people.worker, risk=risk, based_on=case.version)
        assert case.due_at == calendar.due_at(f"initial_assessment_{risk}", started)
    assert rows(StageDeadline).filter(case=case).count() == 1


def test_a_case_is_led_along_its_table_of_moves_only(people):
    case = cases.assess(people.open(), by=people.worker, risk="high")

    with pytest.raises(ValidationError, match="cannot go to"):
        cases.move(case, "implementation", by=people.worker)
    case = cases.move(case, "full_assessment", by=people.worker)
    assert [clock.stage for clock in rows(StageDeadline).filter(case=case, met_at=None)] == ["full_assessment"]


def test_a_case_is_not_led_on_before_its_risk_is_assessed(people):
    with pytest.raises(ValidationError, match="Assess the risk"):
        cases.move(people.open(), "full_assessment", by=people.worker)


def test_a_worker_does_not_close_a_case(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")

    with pytest.raises(PermissionDenied):
        cases.move(case, "closed", by=people.worker, note="U krye.", closing=make.term("closing", "goals_reached"))
    assert again(case).is_open


def test_a_case_with_an_open_referral_or_an_obstacle_does_not_end(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    referral, obstacle = people.refer(case), people.stuck(case)
    ending = {"by": people.head, "note": "U krye.", "closing": make.term("closing", "goals_reached")}

    with pytest.raises(ValidationError) as refused:
        cases.move(case, "closed", **ending)
    assert len(refused.value.messages) == 2

    referrals.move(referral, "withdrawn", by=people.worker)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.")
    assert cases.move(case, "closed", **ending).closed_on == TODAY()


def test_what_is_over_is_changed_by_nobody(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    part = referrals.begin_part(case, SchoolPart, by=people.worker)
    case = cases.move(case, "closed", by=people.head, note="U krye.", closing=make.term("closing", "goals_reached"))
    attempts = [
        lambda: cases.change(case, by=people.head, based_on=None, head={"risk": "high"}),
        lambda: cases.assign(case, by=people.head, seat=people.worker),
        lambda: cases.note(case, by=people.head, kind="call", happened_on=TODAY(), text="Thirrje."),
        lambda: people.refer(case, by=people.head),
        lambda: people.stuck(case, by=people.head),
        lambda: referrals.write_part(part, by=people.head, right="parts.change", based_on=1, state="enrolled"),
    ]

    for attempt in attempts:
        with pytest.raises(ValidationError, match="over") as refused:
            attempt()
        assert refused.value.code == "state"


# --- a referral ---


def test_before_it_is_accepted_a_referral_shares_nothing(people):
    referral = people.refer(people.open())

    assert sees(people.school, referral)
    assert sharing.share(referral, people.school) == sharing.Shared()


def test_the_school_sees_name_birth_date_safe_contact_and_its_part_and_no_more(people):
    case = people.open(identity={"safe_contact": "Nëpërmjet mësueses", "address": "Rruga shembull"})
    cases.note(case, by=people.worker, kind="visit", happened_on=TODAY(), text="Vizitë.")
    referral = people.referred(case)

    shared = sharing.share(referral, people.school)

    assert set(shared.identity) == {"first_name", "last_name", "birth_date", "safe_contact"}
    assert isinstance(shared.part, SchoolPart)
    for model in (Case, Identity, Note, Obstacle, CounsellingPart, Assignment, StageDeadline):
        assert not model.objects.visible_to(people.school).filter(**_of(model, case)).exists()


def _of(model, case):
    return {"pk": case.pk} if model is Case else {"case": case}


def test_an_organisation_sees_nothing_of_what_another_wrote(people):
    case = people.open()
    theirs = people.refer(case, "counselling", "AL-02-OJF", consent="given")
    referrals.move(theirs, "accepted", by=people.ngo)
    other = make.institution("AL-02-OJF-TJETER", kind="ngo", territories=["AL-02-DURRES"])
    second = referrals.move(
        people.refer(case, "counselling", other.code, consent="given"), "accepted", by=make.seat("ngo", other)
    )

    mine = CounsellingPart.objects.permitted(people.ngo, sharing.USE).get(case=case)
    assert mine.provider_id == people.ngo.institution_id
    assert not sees(people.ngo, second)
    assert sharing.share(second, people.ngo) == sharing.Shared()


def test_of_the_police_only_the_officer_who_accepted_sees_the_person(people):
    referral = referrals.move(people.refer(people.open(), "police", "AL-02-POL"), "accepted", by=people.police)
    other = make.seat("police", people.police.institution)

    assert sharing.share(referral, people.police).identity["first_name"] == "Shembulla"
    assert sharing.share(referral, other) == sharing.Shared()


def test_a_referral_is_accepted_once(people):
    referral = people.referred(people.open())

    with pytest.raises(ValidationError, match=r"cannot become|already") as refused:
        referrals.move(referral, "accepted", by=people.school)
    assert refused.value.code == "state"


def test_a_case_is_referred_once_at_a_time_to_one_place_for_one_purpose(people):
    case = people.open()
    referrals.move(people.refer(case), "refused", by=people.school, answer="Nuk ka vend.")
    people.refer(case)

    with pytest.raises(ValidationError, match="already referred"):
        people.refer(case)


def test_an_organisation_is_told_with_consent_only(people):
    with pytest.raises(ValidationError, match="consent"):
        people.refer(people.open(), "counselling", "AL-02-OJF")


def test_a_case_is_referred_to_who_helps_there_only(people):
    case = people.open()

    for purpose, where in (("school", "AL-05-ZVA"), ("school", "AL-02-OJF"), ("counselling", "AL-05-OJF")):
        with pytest.raises(ValidationError) as refused:
            people.refer(case, purpose, where, consent="given")
        assert "receiver" in refused.value.message_dict


def test_only_the_receiver_answers_and_only_the_team_withdraws(people):
    referral = people.refer(people.open())

    for by, to in (
        (people.worker, "accepted"),
        (people.far_school, "accepted"),
        (people.ngo, "refused"),
        (people.school, "withdrawn"),
        (people.far_worker, "withdrawn"),
        (people.colleague, "withdrawn"),
    ):
        with pytest.raises(PermissionDenied):
            referrals.move(referral, to, by=by, answer="Sepse po.")
    assert again(referral).state == Referral.State.SENT


# --- an obstacle and its card ---


def test_the_whole_way_of_an_obstacle(people):
    case = cases.assess(people.open(), by=people.worker, risk="high")
    obstacle, card = people.at_the_table(case)
    assert (card.alias[:2], card.age_band, card.sex, card.risk) == ("R-", "10-13", "female", "high")

    cards.move(card, "on_agenda", by=people.coordinator)
    cards.move(card, "decided", by=people.coordinator, decision="3/2026")
    with pytest.raises(Stale):
        cards.confirm_gone(obstacle, by=people.worker, how="U dha.", based_on=obstacle.version)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.", based_on=again(obstacle).version)

    card = again(card)
    assert (card.state, card.closed_on, card.decision) == ("closed", TODAY(), "3/2026")


def test_a_card_is_seen_by_the_table_and_by_whom_it_concerns(people):
    _obstacle, card = people.at_the_table(people.open())

    who = {name for name, seat in people.everybody().items() if sees(seat, card)}
    assert who == {"worker", "head", "aid", "director", "prefect", "coordinator", "national"}


def test_the_case_of_a_card_is_opened_by_its_team_alone_and_that_is_noted(people):
    case = people.open()
    _obstacle, card = people.at_the_table(case)

    assert cards.resolve(card, by=people.worker) == case
    assert len(entries("card.resolved", card)) == 1
    for name in ("prefect", "coordinator", "national", "director", "colleague", "school", "far_worker"):
        with pytest.raises(Case.DoesNotExist):
            cards.resolve(card, by=getattr(people, name))
    assert len(entries("card.resolved", card)) == 1


def test_the_next_obstacle_of_a_case_gets_another_alias(people):
    case = people.open()
    obstacle, first = people.at_the_table(case)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.")

    _obstacle, second = people.at_the_table(case)

    assert second.alias != first.alias


def test_the_table_does_not_close_a_card(people):
    _obstacle, card = people.at_the_table(people.open())

    with pytest.raises(ValidationError, match="cannot be done"):
        cards.move(card, "closed", by=people.coordinator)


def test_a_card_whose_obstacle_is_gone_is_not_decided_on(people):
    obstacle, card = people.at_the_table(people.open())
    cards.move(card, "on_agenda", by=people.coordinator)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.")

    with pytest.raises(ValidationError, match="closed") as refused:
        cards.move(card, "decided", by=people.coordinator, decision="3/2026")
    assert refused.value.code == "state"


def test_a_task_that_was_given_for_a_card_leads_to_no_case(people):
    _obstacle, card = people.at_the_table(people.open())
    task = make.task(people.place("AL-02-BASHKIA-DURRES"))
    cards.move(card, "on_agenda", by=people.coordinator)
    card = cards.move(card, "decided", by=people.coordinator, decision="3/2026", tasks=[task])

    assert [one.alias for one in Card.objects.visible_to(people.coordinator).filter(tasks=task)] == [card.alias]
    assert tasks.GIVE  # given by the meeting's own verb; here only the relation is looked at
    assert not {field.name for field in task._meta.get_fields()} & {"case", "obstacle", "referral"}


# --- access ends with the act through which it ran ---


def test_a_released_worker_finds_nothing_from_then_on(people):
    case = people.open()
    place = rows(Assignment).get(case=case)

    cases.release(place, by=people.head)

    assert not sees(people.worker, case)
    assert not sees(people.worker, who_is(case))
    with pytest.raises(PermissionDenied):
        cases.note(case, by=people.worker, kind="call", happened_on=TODAY(), text="Thirrje.")


def test_a_new_manager_ends_the_place_of_the_one_before(people):
    case = people.open()

    cases.assign(case, by=people.head, seat=people.colleague, is_manager=True)

    assert sees(people.colleague, case)
    assert not sees(people.worker, case)
    assert rows(Assignment).filter(case=case, ended_at=None).count() == 1


def test_a_worker_releases_nobody(people):
    case = people.open()
    place = cases.assign(case, by=people.head, seat=people.colleague)

    with pytest.raises(PermissionDenied):
        cases.release(place, by=people.worker)
    with pytest.raises(PermissionDenied):
        cases.assign(case, by=people.worker, seat=people.colleague)
    with pytest.raises(PermissionDenied):
        cases.release(place, by=people.far_head)
    assert sees(people.colleague, case)


@pytest.mark.parametrize("ending", ["completed", "withdrawn"])
def test_a_referral_that_ended_shares_nothing_any_more(ending, people):
    referral = people.referred(people.open())
    assert sharing.share(referral, people.school).identity
    part = SchoolPart.objects.permitted(people.school, sharing.USE).get(case=referral.case_id)

    by = people.school if ending == "completed" else people.worker
    referral = referrals.move(referral, ending, by=by, answer="U krye.")

    assert sharing.share(referral, people.school) == sharing.Shared()
    assert not may(people.school, part, sharing.USE)
    with pytest.raises(PermissionDenied):
        referrals.write_part(part, by=people.school, right=sharing.USE, based_on=None, state="enrolled")


def test_closing_a_case_ends_its_team(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")

    cases.move(case, "closed", by=people.head, note="U krye.", closing=make.term("closing", "goals_reached"))

    assert not sees(people.worker, case)
    assert sees(people.head, case)


def test_reopening_a_case_brings_no_former_worker_back(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    case = cases.move(case, "closed", by=people.head, note="U krye.", closing=make.term("closing", "other"))

    case = cases.move(case, "initial_assessment", by=people.head)

    assert not sees(people.worker, case)
    assert (case.closed_on, case.closing) == (None, None)


def test_a_place_in_a_team_belongs_to_a_seat_and_not_to_a_person(people):
    """Who comes back in another seat of the same unit is named anew."""
    case = people.open()
    before = people.worker
    Seat.objects.unscoped("the seat ends").filter(pk=before.pk).update(ended_at=timezone.now())
    after = make.seat("child_worker", before.institution, user=before.user)

    assert not sees(after, case)
    with pytest.raises(ValidationError, match="Only somebody who works in the unit"):
        cases.assign(case, by=people.head, seat=again(before))


@pytest.mark.parametrize("ending", ["release", "seat ended", "seat ran out", "account closed"])
def test_the_next_request_of_every_session_finds_nothing(ending, people, as_):
    """Two browsers, both signed in before; the address was open in both of them."""
    case = people.open()
    browsers = [as_("pmf.durres") for _browser in range(2)]
    address = f"/cases/{case.code}/"
    assert [one.get(address).status_code for one in browsers] == [200, 200]

    seat = people.worker
    if ending == "release":
        cases.release(rows(Assignment).get(case=case), by=people.head)
    elif ending == "seat ended":
        rows(Seat).filter(pk=seat.pk).update(ended_at=timezone.now())
    elif ending == "seat ran out":
        rows(Seat).filter(pk=seat.pk).update(ends_on=TODAY() - datetime.timedelta(days=1))
    else:
        type(seat.user).objects.filter(pk=seat.user_id).update(is_active=False)

    answers = [one.get(address) for one in browsers]
    assert all(answer.status_code in (302, 403, 404) for answer in answers)
    assert all(case.number.encode() not in answer.content for answer in answers)
