"""When a seat, unit or office ends, its open work is somebody's: listed, handed over, and seen on a first page."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.actions import cases, referrals, signals
from cases.models import Assignment, Case
from cases.views.team import _MOST_HANDED_OVER
from krat.committee import actions as committee
from krat.committee.models import Membership
from krat.demo import make
from krat.people import actions as people_actions
from tests.cases.core import TODAY, again, rows, sees
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db


# --- a seat ends ---


def test_a_place_in_a_team_ends_with_the_seat_and_the_head_is_told(person, people):
    case = people.open()
    assert not [line for line in person("njmf.durres").look("/").links if line == url("cases:case", case)]

    people_actions.end_seat(people.worker, by=people.admin)

    assert not rows(Assignment).filter(case=case, ended_at=None).exists()
    head = person("njmf.durres")
    assert "Nobody leads it now" in head.look(url("cases:case", case)).text
    assert case.number in head.look("/").text or "manager" in head.look("/").text
    assert case.number in head.look(url("cases:handover")).text


def test_a_seat_whose_last_day_has_passed_leads_nothing(person, people):
    case = people.open()
    rows(type(people.worker)).filter(pk=people.worker.pk).update(ends_on=TODAY() - datetime.timedelta(days=1))

    head = person("njmf.durres")

    assert "Nobody leads it now" in head.look(url("cases:case", case)).text
    assert case.number in head.look(url("cases:handover")).text
    shown = head.look(url("cases:team", case))
    assert "Nobody works on this case now." in shown.text
    cases.assign(case, by=people.head, seat=people.colleague, is_manager=True)
    assert sees(people.colleague, case)


def test_what_an_officer_accepted_waits_for_an_answer_again(people):
    case = people.open()
    referral = people.refer(case, "police", "AL-02-POL")
    referrals.move(referral, "accepted", by=people.police)

    people_actions.end_seat(people.police, by=people.admin)

    assert (again(referral).state, again(referral).accepted_by_id) == ("sent", None)


def test_what_an_office_accepted_stays_with_the_office(people):
    referral = people.referred(people.open())

    people_actions.end_seat(people.school, by=people.admin)

    assert again(referral).state == "accepted"


def test_a_refused_end_leaves_every_place(people):
    case = people.open()
    with pytest.raises(ValidationError):
        people_actions.end_seat(people.admin, by=people.admin)
    assert sees(people.worker, case)


# --- the head hands over ---


def test_the_head_hands_several_cases_over_in_one_step(person, people):
    first, second, kept = people.open(), people.open(), people.open()
    head, address = person("njmf.durres"), f"{url('cases:handover')}?seat={people.worker.code}"

    shown = head.look(address)
    leads_to = head.save(address, cases=[str(first.code), str(second.code)], seat=people.colleague.pk)

    assert first.number in shown.text
    assert leads_to == url("cases:handover")
    assert sees(people.colleague, first)
    assert sees(people.colleague, second)
    assert not sees(people.colleague, kept)
    assert len(entries("case.assigned", first)) == 2


def test_nothing_chosen_is_said_and_the_rest_stays(person, people):
    people.open()
    address = f"{url('cases:handover')}?seat={people.worker.code}"

    shown = person("njmf.durres").fill(address, seat=people.colleague.pk)

    assert shown.beside("cases")
    assert shown.typed("seat") == str(people.colleague.pk)


@pytest.mark.parametrize(("username", "status"), [("pmf.durres", 403), ("prefekt.durres", 403), ("shssh.durres", 403)])
def test_nobody_but_the_head_hands_over(person, username, status):
    assert person(username).get(url("cases:handover")).status == status


def test_a_head_sees_the_cases_of_the_own_unit_only(person, people):
    far = make.case(people.far_worker.institution)

    assert far.number not in person("njmf.durres").look(url("cases:handover")).html
    assert far.number in person("njmf.gjirokaster").look(url("cases:handover")).html
    assert _MOST_HANDED_OVER > 100


def test_signed_out_one_is_led_to_sign_in(client, world):
    assert client.get(url("cases:handover")).status_code == 302


# --- a unit or an office ends ---


def retire(institution, by, successor=None, **more):
    """The administrator retires an institution from yesterday on."""
    words = {
        name: getattr(institution, name)
        for name in ("code", "name", "short_name", "kind", "county", "parent", "email", "phone")
    }
    return committee.save_institution(
        institution,
        by=by,
        based_on=institution.version,
        territories=list(institution.territories.all()),
        retired_on=TODAY() - datetime.timedelta(days=1),
        successor=successor,
        **(words | more),
    )


@pytest.fixture
def unit(people):
    """A second unit of the county, with everything that can be open."""
    found = make.institution(county=people.worker.institution.county, kind="child_protection_unit")
    found.territories.set([make.municipality("AL-02-DURRES")])
    return found


@pytest.fixture
def by(seat):
    return seat("admin")


def institution_of(seat):
    """With what a form has at hand."""
    found = rows(type(seat.institution)).select_related("kind", "county", "parent")
    return found.get(pk=seat.institution_id)


def test_an_office_with_open_work_is_not_retired_without_a_successor(people, by):
    people.refer(people.open())
    office = institution_of(people.school)

    with pytest.raises(ValidationError) as refusal:
        retire(office, by)

    assert "open referral" in str(refusal.value.message_dict["successor"])
    assert again(office).retired_on is None


def test_a_unit_hands_over_everything_and_nothing_is_left_behind(person, people, by, unit):
    case, signal = people.open(), people.tell()
    obstacle = people.stuck(case, waits_for=people.worker.institution)
    referral = people.referred(case)
    task = make.task(people.worker.institution)

    retire(institution_of(people.worker), by, successor=unit)

    assert again(case).holder_id == unit.pk
    assert not rows(Assignment).filter(case=case, ended_at=None).exists()
    assert not sees(people.worker, case)
    assert not sees(people.head, case)
    new_head = make.seat("unit_head", unit)
    assert sees(new_head, case)
    assert sees(new_head, again(signal))
    assert again(signal).receiver_id == unit.pk
    assert again(obstacle).waits_for_id == unit.pk
    assert again(referral).sender_id == unit.pk
    assert again(referral).state == "accepted"
    assert again(task).lead_id == unit.pk
    assert entries("case.handed_over", case)
    assert entries("task.handed_over", task)
    assert not rows(Case).filter(holder=people.worker.institution_id).open().exists()


def test_what_an_office_had_accepted_is_asked_of_its_successor_anew(people, by):
    referral = people.referred(people.open())
    other = make.institution(county=people.school.institution.county, kind="education")

    retire(institution_of(people.school), by, successor=other)

    assert (again(referral).receiver_id, again(referral).state) == (other.pk, "sent")


def test_an_office_of_another_kind_takes_no_referral_over(people, by):
    referral = people.referred(people.open())

    retire(institution_of(people.school), by, successor=institution_of(people.health))

    assert again(referral).receiver_id == people.school.institution_id


def test_cases_go_to_a_unit_alone(people, by):
    people.open()
    with pytest.raises(ValidationError, match="only a child protection unit"):
        retire(institution_of(people.worker), by, successor=institution_of(people.school))


def test_a_retired_institution_sits_in_no_body_any_more(people, by):
    office = institution_of(people.health)
    assert rows(Membership).filter(institution=office).on(timezone.localdate()).exists()

    retire(office, by, successor=make.institution(county=office.county, kind="health"))

    assert not rows(Membership).filter(institution=office).on(timezone.localdate()).exists()


def test_a_signal_finds_the_successor(people, by, unit):
    retire(institution_of(people.worker), by, successor=unit)

    assert people.tell().receiver_id == unit.pk


def test_a_signal_finds_the_successor_even_where_it_serves_elsewhere(people, by, unit):
    retire(institution_of(people.worker), by, successor=unit)
    unit.territories.clear()

    assert signals.unit_of(make.municipality("AL-02-DURRES")).pk == unit.pk


def test_the_page_asks_for_the_successor_and_keeps_what_was_typed(person, people):
    people.refer(people.open())
    office = institution_of(people.school)
    admin, address = person("admin"), url("committee:institution_edit", None, code=office.code)

    shown = admin.fill(address, retired_on=f"{TODAY():%d.%m.%Y}")

    assert "open referral" in shown.beside("successor")
    assert shown.typed("retired_on")
