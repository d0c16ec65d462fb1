"""Who sits in a body by which act, and what follows for what they may read."""

import pytest

from krat.committee.models import Act, Body, Institution, Membership
from krat.demo import make
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def newcomer(person, examples):
    """Somebody from an institution of the county that sits nowhere, at the browser."""
    make.seat("ngo", examples.newcomer, user=make.user("i.ri.durres"))
    return person("i.ri.durres")


def day(days: int) -> str:
    return make.in_days(days).strftime("%d.%m.%Y")


def test_an_institution_without_a_place_finds_no_meeting(newcomer, examples):
    assert newcomer.get(url("meetings:detail", examples.meeting)).status == 404
    assert newcomer.look(url("meetings:list")).response.context["found"].total == 0
    assert newcomer.look(url("meetings:decisions")).response.context["found"].total == 0


def test_a_new_member_reads_the_old_papers(newcomer, coordinator, examples):
    old = examples.decision.item.meeting

    coordinator.save(url("committee:member_add", examples.body), institution=examples.newcomer.pk, starts_on=day(0))

    assert newcomer.get(url("meetings:detail", old)).status == 200
    assert url("meetings:detail", old) in newcomer.look(url("meetings:list")).links
    place = rows(Membership).get(institution=examples.newcomer)
    assert entries("member.added", place)


def test_its_place_in_the_committee_opens_no_paper_of_the_table(newcomer, examples):
    make.membership(examples.body, examples.newcomer)
    table = make.meeting(make.body("table", year=2085, starts_on=make.in_days(-1)))

    assert newcomer.get(url("meetings:detail", table)).status == 404


def test_a_place_that_begins_tomorrow_opens_nothing_today(newcomer, examples):
    make.membership(examples.body, examples.newcomer, starts_on=make.in_days(1))

    assert newcomer.get(url("meetings:detail", examples.meeting)).status == 404


def test_after_its_place_ended_it_finds_none(newcomer, coordinator, examples):
    place = make.membership(examples.body, examples.newcomer, starts_on=make.in_days(-9))
    assert newcomer.get(url("meetings:detail", examples.meeting)).status == 200

    coordinator.save(url("committee:member_end", place), ends_on=day(-1))

    assert newcomer.get(url("meetings:detail", examples.meeting)).status == 404
    assert entries("member.ended", place)


def test_on_its_last_day_it_still_reads(newcomer, coordinator, examples):
    place = make.membership(examples.body, examples.newcomer, starts_on=make.in_days(-9))

    coordinator.fill(url("committee:member_end", place), ends_on=day(0))

    assert newcomer.get(url("meetings:detail", examples.meeting)).status == 200


def test_a_place_ends_once(coordinator, examples):
    place = make.membership(examples.body, examples.newcomer, starts_on=make.in_days(-9), ends_on=make.in_days(-2))

    shown = coordinator.fill(url("committee:member_end", place), ends_on=day(0))

    assert "already ended" in shown.text
    assert again(place).ends_on == make.in_days(-2)


def test_a_place_does_not_end_before_it_began(coordinator, examples):
    place = make.membership(examples.body, examples.newcomer)

    shown = coordinator.fill(url("committee:member_end", place), ends_on="01.01.2007")

    assert shown.status == 200
    assert shown.typed("ends_on") == "01.01.2007"
    assert again(place).ends_on is None


def test_nobody_sits_twice(coordinator, examples):
    make.membership(examples.body, examples.newcomer)

    shown = coordinator.fill(
        url("committee:member_add", examples.body), institution=examples.newcomer.pk, starts_on=day(0)
    )

    assert "already sits in the body" in shown.text


def test_no_place_after_the_bodys_last_day(coordinator, examples):
    shown = coordinator.fill(
        url("committee:member_add", examples.body), institution=examples.newcomer.pk, starts_on="01.01.2095"
    )

    assert "does not stand any more" in shown.beside("starts_on")


def test_the_quorum_of_an_old_meeting_keeps_the_old_composition(coordinator, examples):
    meeting = examples.another_meeting(state="held", held_on=make.in_days(-20))
    before = coordinator.look(url("meetings:detail", meeting)).response.context["quorum"].voting

    make.membership(examples.body, examples.newcomer, starts_on=make.in_days(-1))

    assert coordinator.look(url("meetings:detail", meeting)).response.context["quorum"].voting == before


# --- a new year ---


def constitute(coordinator, act, year=2085):
    return coordinator.fill(
        url("committee:bodies_add"), year=year, act=act.pk, starts_on=f"01.01.{year}", ends_on=f"31.03.{year + 1}"
    )


def places_of(body) -> set[tuple[int, str, bool]]:
    return set(rows(Membership).filter(body=body, ends_on=None).values_list("institution_id", "office", "votes"))


def test_a_new_year_takes_over_the_places_of_both_bodies(coordinator, examples):
    act = make.act()
    make.membership(examples.body, examples.newcomer, ends_on=make.in_days(0), starts_on=make.in_days(-3))

    assert constitute(coordinator, act).leads_to

    for kind in Body.Kind:
        new = rows(Body).get(county__code="AL-02", kind=kind, year=2085)
        old = rows(Body).filter(county__code="AL-02", kind=kind, year__lt=2085).order_by("-year")[0]
        assert places_of(new) == places_of(old)
        assert new.act_id == act.pk
        assert entries("body.constituted", new)
    assert not rows(Membership).filter(institution=examples.newcomer, body__year=2085).exists()


def test_the_same_year_is_constituted_once(coordinator, examples):
    act = make.act()
    constitute(coordinator, act)
    before = rows(Membership).count()

    shown = constitute(coordinator, act)

    assert "already stands for that year" in shown.text
    assert rows(Membership).count() == before


def test_a_body_does_not_end_before_it_begins(coordinator, examples):
    shown = coordinator.fill(
        url("committee:bodies_add"), year=2085, act=examples.act.pk, starts_on="01.01.2085", ends_on="01.01.2084"
    )

    assert shown.status == 200
    assert not rows(Body).filter(year=2085).exists()


def test_the_act_of_another_county_makes_no_body(coordinator, world):
    foreign = rows(Act).filter(county__code="AL-05")[0]

    assert constitute(coordinator, foreign).beside("act")


def test_an_act_is_recorded_once(coordinator, world):
    words = {"kind": "order", "number": "77", "dated": day(-3), "title": "Për përbërjen e komitetit"}
    coordinator.save(url("committee:act_add"), **words)

    shown = coordinator.fill(url("committee:act_add"), **words)

    assert "already recorded" in shown.text
    assert shown.typed("title") == "Për përbërjen e komitetit"


# --- who may ---


def test_members_read_the_committee_and_change_nothing(person, examples):
    border = person("kufi.durres")

    assert border.look(url("committee:body", examples.body)).response.context["members"]
    assert border.get(url("committee:member_add", examples.body)).status == 403
    assert border.get(url("committee:bodies_add")).status == 403
    assert not [link for link in border.look(url("committee:body", examples.body)).links if "/end/" in link]


def test_another_county_finds_neither_body_nor_place(person, examples):
    foreign = person("koordinator.gjirokaster")

    assert foreign.get(url("committee:body", examples.body)).status == 404
    assert foreign.get(url("committee:member_end", examples.membership)).status == 404
    assert foreign.post(url("committee:member_end", examples.membership), {"ends_on": day(0)}).status == 404
    assert url("committee:body", examples.body) not in foreign.look(url("committee:bodies")).links


# --- the directory ---


def test_the_directory_holds_the_county_and_those_that_serve_the_country(person, world):
    shown = person("kufi.durres").look(url("committee:institutions")).response.context["found"]

    counties = {row.county.code if row.county else None for row in shown.rows}
    assert counties == {"AL-02", None}


def test_an_institution_shows_whom_it_serves(person, examples):
    police = examples.place("POL")

    words = person("kufi.durres").look(url("committee:institution", police)).text

    assert "Shijak" in words
    assert "Kavajë" in words


def test_a_retired_institution_can_no_longer_be_charged(person, coordinator, examples):
    admin = person("admin")
    admin.save(url("committee:institution_edit", examples.newcomer), retired_on=day(0))

    shown = coordinator.fill(
        url("meetings:item", examples.item), text="Të hapet regjistri.", lead=examples.newcomer.pk, due_on=day(3)
    )

    assert shown.beside("lead")
    assert url("committee:institution", examples.newcomer) not in coordinator.look(url("committee:institutions")).links
    assert entries("institution.saved", examples.newcomer)


@pytest.mark.parametrize("code", ["", "al-02-zva", "AL 02", "AL-02-ZVA", "AL-02-Ë", "XX-1", "AL-02-A\n"])
def test_a_code_of_an_institution_is_well_formed_and_once(person, examples, code):
    before = rows(Institution).count()
    words = {"code": code, "name": "Provë", "short_name": "Provë", "kind": make.term("institution", "ngo").pk}

    shown = person("admin").fill(url("committee:institution_add"), **words)

    if code.strip() == "AL-02-A":
        assert rows(Institution).filter(code="AL-02-A").exists()  # the line break is cut off
        return
    assert shown.status == 200
    assert shown.complaints or "already exists" in shown.text
    assert rows(Institution).count() == before


def test_the_coordinator_does_not_change_institutions(coordinator, examples):
    assert coordinator.get(url("committee:institution_edit", examples.newcomer)).status == 403


def test_a_place_given_again_before_the_last_one_ended_is_refused(coordinator, examples):
    place = examples.membership
    place.ends_on = make.in_days(30)
    place.save()
    address = url("committee:member_add", examples.body)

    shown = coordinator.fill(address, institution=examples.newcomer.pk, starts_on=day(30))
    assert f"already sits in the body until {day(30)}" in shown.beside("starts_on")
    assert rows(Membership).filter(institution=examples.newcomer).count() == 1

    coordinator.save(address, institution=examples.newcomer.pk, starts_on=day(31))
    assert rows(Membership).filter(institution=examples.newcomer).count() == 2


def test_nor_is_one_that_would_run_into_a_later_one(coordinator, examples):
    make.membership(examples.body, examples.newcomer, starts_on=make.in_days(20), ends_on=make.in_days(25))

    shown = coordinator.fill(
        url("committee:member_add", examples.body), institution=examples.newcomer.pk, starts_on=day(10)
    )

    assert "already sits in the body" in shown.beside("starts_on")
