"""When an institution ends, what it leads or supports in the plan is its successor's; where nobody sits, it is seen."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from krat.committee import actions as committee
from krat.demo import make
from krat.people import actions as people
from krat.people.models import Seat
from krat.plan.actions import plans
from krat.plan.handover import open_work
from krat.plan.models import Plan
from meetings import actions as meetings
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(examples):
    """An office of the county that ends; nobody sits at it."""
    return make.institution(kind="health")


@pytest.fixture
def new(examples):
    return make.institution(kind="health")


def retire(institution, seat, successor=None):
    institution = rows(type(institution)).select_related("kind", "county", "parent").get(pk=institution.pk)
    names = ("code", "name", "short_name", "kind", "county", "parent", "email", "phone")
    return committee.save_institution(
        institution,
        by=seat("admin"),
        based_on=institution.version,
        territories=[],
        retired_on=timezone.localdate() - datetime.timedelta(days=1),
        successor=successor,
        **{name: getattr(institution, name) for name in names},
    )


def supporters(thing):
    return set(thing.supporting.unscoped("tests look"))


# --- measures ---


def test_measures_follow_their_lead_and_their_supporter(examples, old, new, seat):
    objective = make.objective(examples.plan)
    led = make.measure(objective, lead=old)
    supported = make.measure(objective, lead=examples.place("ZVA"), supporting=[old, examples.place("KUFI")])

    retire(old, seat, new)

    assert again(led).lead_id == new.pk
    assert supporters(supported) == {new, examples.place("KUFI")}
    for one in (led, supported):
        assert entries("measure.handed_over", one)
        assert again(one).version == one.version + 1


def test_a_successor_that_supported_leads_now_and_need_not_support_itself(examples, old, new, seat):
    led = make.measure(make.objective(examples.plan), lead=old, supporting=[new])
    supported = make.measure(led.objective, lead=new, supporting=[old])

    retire(old, seat, new)

    assert (again(led).lead_id, supporters(led)) == (new.pk, set())
    assert (again(supported).lead_id, supporters(supported)) == (new.pk, set())


@pytest.mark.parametrize(
    ("state", "follows"),
    [
        ("planned", True),
        ("in_progress", True),
        ("partly", True),
        ("not_done", True),
        ("done", False),
        ("cancelled", False),
    ],
)
def test_what_is_over_stays_with_whoever_did_it(examples, old, new, seat, state, follows):
    measure = make.measure(make.objective(examples.plan), lead=old, state=state)

    retire(old, seat, new)

    assert (again(measure).lead_id == new.pk) is follows


def test_a_closed_plan_stays_as_it_was_and_the_next_one_names_the_successor(examples, old, new, seat):
    measure = make.measure(make.objective(examples.plan), lead=old, supporting=[examples.place("ZVA")], state="partly")
    rows(Plan).filter(pk=examples.plan.pk).update(state="closed", adopted_on=make.in_days(-9))
    retire(old, seat, new)
    assert again(measure).lead_id == old.pk

    plan = plans.begin(
        by=seat("koordinator.durres"), county=examples.plan.county, year=examples.plan.year + 1, carry_over=True
    )

    carried = rows(type(measure)).get(objective__plan=plan, number=measure.number)
    assert (carried.lead_id, supporters(carried)) == (new.pk, {examples.place("ZVA")})


def test_whoever_read_the_draft_before_does_not_adopt_it(examples, old, new, seat):
    make.measure(make.objective(examples.plan), lead=old)
    rows(Plan).filter(pk=examples.plan.pk).update(state="draft", adopted_on=None)
    read = again(examples.plan)

    retire(old, seat, new)

    with pytest.raises(ValidationError):
        plans.adopt(read, by=seat("prefekt.durres"), based_on=read.version, adopted_on=timezone.localdate(), act=None)


# --- activities, tasks, items of an agenda ---


def test_planned_activities_follow_and_held_ones_do_not(examples, old, new, seat):
    planned = make.activity(organiser=old, state="planned")
    held = make.activity(organiser=old, state="held", women=3, men=2)

    retire(old, seat, new)

    assert (again(planned).organiser_id, again(held).organiser_id) == (new.pk, old.pk)
    assert entries("activity.handed_over", planned)


def test_a_task_that_may_be_given_back_follows(examples, old, new, seat):
    done = make.task(old, state="done", done_on=make.in_days(0), done_by=seat("zva.durres"))
    verified = make.task(old, state="verified", verified_on=make.in_days(0), verified_by=seat("koordinator.durres"))

    retire(old, seat, new)

    assert (again(done).lead_id, again(verified).lead_id) == (new.pk, old.pk)


def test_a_decision_keeps_whom_it_charged_and_its_task_goes_along(examples, old, new, seat, person):
    by = seat("koordinator.durres")
    decision = meetings.decide(
        examples.item,
        by=by,
        text="Të dorëzohen listat e plota.",
        lead=old,
        due_on=make.in_days(9),
        supporting=[examples.place("ZVA")],
    )
    charged = decision.charged

    retire(old, seat, new)

    assert again(decision).charged == charged
    [task] = decision.tasks.unscoped("tests look")
    assert (task.lead_id, supporters(task)) == (new.pk, {examples.place("ZVA")})
    assert new.short_name in person("koordinator.durres").look(url("meetings:decision", decision)).text


def test_the_successor_reports_at_the_coming_meeting_and_not_at_the_past_one(examples, old, new, seat):
    coming = make.item(examples.planned, rapporteur=old)
    past = make.item(examples.another_meeting(state="held"), rapporteur=old)

    retire(old, seat, new)

    assert (again(coming).rapporteur_id, again(past).rapporteur_id) == (new.pk, old.pk)
    assert entries("item.handed_over", coming)


def test_without_a_successor_it_is_refused_and_says_what_is_open(examples, old, seat):
    make.measure(make.objective(examples.plan), lead=old)
    make.activity(organiser=old, state="planned")
    make.task(old)

    with pytest.raises(ValidationError) as refusal:
        retire(old, seat)

    said = str(refusal.value.message_dict["successor"])
    for words in ("1 detyrë e hapur", "1 masë e hapur", "1 aktivitet i planifikuar"):
        assert words in said
    assert again(old).retired_on is None


def test_nothing_open_needs_no_successor(examples, old, seat):
    make.measure(make.objective(examples.plan), lead=old, state="done")

    assert open_work(old) == []
    assert retire(old, seat).retired_on is not None


# --- where nobody sits ---


def lines(who):
    return who.look("/").text


def test_work_where_nobody_sits_stands_on_the_first_page_of_the_secretariat(person, examples, old):
    task = make.task(old, due_on=make.in_days(-1))

    for username in ("koordinator.durres", "sekretaria.durres"):
        shown = person(username).look("/")
        assert "Nobody sits at 2 institutions that have open work" in shown.text  # one is of the invented world
        assert old.short_name in shown.text
        there = next(link for link in shown.links if link.endswith("?whose=all&state=open"))
        assert task.title in person(username).look(there).text


def test_a_single_one_is_led_to_by_itself(person, examples, old):
    make.seat("health", old)  # so that only the one of the invented world is left

    shown = person("koordinator.durres").look("/")

    there = next(link for link in shown.links if "?whose=all&state=open&institution=" in link)
    assert "NJMF Krujë" in person("koordinator.durres").look(there).text


def test_of_a_measure_as_well_and_one_line_for_all(person, examples, old, new):
    rows(Plan).filter(pk=examples.plan.pk).update(state="adopted", adopted_on=make.in_days(-9))
    make.measure(make.objective(examples.plan), lead=old)
    make.task(new)

    said = lines(person("koordinator.durres"))

    assert "Nobody sits at 3 institutions that have open work" in said


@pytest.mark.parametrize("username", ["prefekt.durres", "zva.durres", "admin", "koordinatori.kombetar"])
def test_others_are_not_told(person, examples, old, username):
    make.task(old)

    assert "Nobody sits at" not in lines(person(username))


def test_as_soon_as_somebody_sits_there_the_line_is_gone(person, examples, old):
    make.task(old)
    make.seat("system", old)  # a machine answers for nobody
    assert "Nobody sits at 2 institutions" in lines(person("koordinator.durres"))

    make.seat("health", old)

    assert "Nobody sits at 1 institution that" in lines(person("koordinator.durres"))


# --- a unit without a head ---


def test_a_unit_without_a_head_is_told_to_the_secretariat_and_to_its_municipality(person, examples, seat):
    unit = seat("njmf.durres").institution
    told = ("koordinator.durres", "sekretaria.durres", "drejtor.durres")
    sentence = f"{unit.short_name} has no head"
    assert not [name for name in told if sentence in lines(person(name))]

    for one in rows(Seat).filter(institution=unit, role="unit_head", ended_at=None):
        people.end_seat(one, by=seat("admin"))

    for username in told:
        who = person(username)
        shown = who.look("/")
        assert sentence in shown.text, username
        assert who.look(url("committee:institution", unit)).status == 200
    for username in ("prefekt.durres", "pmf.durres", "koordinator.gjirokaster", "zva.durres"):
        assert sentence not in lines(person(username)), username
    make.seat("unit_head", unit)
    assert sentence not in lines(person("koordinator.durres"))


def test_a_unit_at_which_nobody_ever_sat_is_no_news(person, examples, world):
    unit = make.institution(kind="child_protection_unit")

    assert f"{unit.short_name} has no head" not in lines(person("koordinator.durres"))
    assert not rows(Seat).filter(institution=unit).exists()
