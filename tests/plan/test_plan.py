"""The action plan: begun, written, adopted by the Prefect, reported on by the leads, closed with reasons."""

import pytest
from django.core.exceptions import ValidationError

from krat.audit import trail
from krat.committee.models import Institution
from krat.demo import make
from krat.plan.actions import plans
from krat.plan.models import Measure, Objective, Plan, Task
from krat.reference.models import Municipality
from tests.ui.form_examples import BY_ROUTE
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def begin(coordinator, year, **more):
    coordinator.save(url("plan:begin"), year=year, **more)
    return rows(Plan).get(county__code="AL-02", year=year)


# --- begun ---


def test_a_plan_is_begun_with_the_unfinished_measures_of_the_year_before(coordinator, examples):
    objective = make.objective(examples.plan, number="1.1")
    zva, border = examples.place("ZVA"), examples.place("KUFI")
    for number, state in enumerate(Measure.State, start=1):
        make.measure(objective, number=f"1.1.{number}", state=state, lead=zva, supporting=[border], actual=number)
    durres = make.municipality("AL-02-DURRES")
    rows(Measure).get(objective=objective, number="1.1.4").municipalities.add(durres)
    make.objective(examples.plan, number="2.1")  # without measures: nothing to carry over

    plan = begin(coordinator, examples.plan.year + 1)

    carried = rows(Measure).filter(objective__plan=plan)
    assert {one.number for one in carried} == {
        "1.1.1",
        "1.1.2",
        "1.1.4",
        "1.1.5",
    }  # planned, in progress, partly, not done
    one = carried.get(number="1.1.2")
    assert (one.state, one.actual, one.baseline, one.note) == ("planned", None, 2, "")
    assert one.due_on.year == make.in_days(30).year + 1
    assert list(one.supporting.through.objects.filter(measure=one).values_list("institution_id", flat=True)) == [
        border.pk
    ]
    assert list(carried.get(number="1.1.4").municipalities.all()) == [durres]
    assert not one.municipalities.exists()
    assert rows(Objective).filter(plan=plan).count() == 1
    assert entries("plan.begun", plan)


def test_an_ongoing_measure_is_carried_over_as_ongoing(coordinator, examples):
    make.measure(examples.objective, is_ongoing=True)

    plan = begin(coordinator, examples.plan.year + 1)

    assert [(one.is_ongoing, one.due_on) for one in rows(Measure).filter(objective__plan=plan)] == [(True, None)]


def test_without_carry_over_it_is_empty(coordinator, examples):
    assert examples.measure
    plan = begin(coordinator, examples.plan.year + 1, carry_over=[])

    assert not rows(Objective).filter(plan=plan).exists()


def test_a_year_has_one_plan(coordinator, examples):
    shown = coordinator.fill(url("plan:begin"), year=examples.plan.year)

    assert "already stands" in shown.text


def test_a_leap_day_becomes_a_day_that_exists(coordinator, world):
    import datetime

    plan = make.plan(year=2088, state="adopted")
    make.measure(make.objective(plan), due_on=datetime.date(2088, 2, 29))

    carried = begin(coordinator, 2089)

    assert rows(Measure).get(objective__plan=carried).due_on == datetime.date(2089, 2, 28)


# --- written ---


@pytest.mark.parametrize(("due_on", "is_ongoing"), [("31.10.2080", "on"), ("", [])])
def test_a_measure_has_a_deadline_or_is_ongoing(coordinator, examples, due_on, is_ongoing):
    words = BY_ROUTE["plan:measure_add"].data(examples) | {"due_on": due_on, "is_ongoing": is_ongoing}

    shown = coordinator.fill(url("plan:measure_add", examples.objective), **words)

    assert "Give a deadline, or mark the measure as ongoing; not both." in shown.text
    assert shown.typed("title") == words["title"]
    assert not rows(Measure).filter(number=words["number"]).exists()


def test_the_lead_does_not_support_itself(coordinator, examples):
    zva = examples.place("ZVA").pk
    words = BY_ROUTE["plan:measure_add"].data(examples) | {"supporting": [zva]}

    assert "need not support itself" in coordinator.fill(url("plan:measure_add", examples.objective), **words).beside(
        "supporting"
    )


def test_a_number_stands_once(coordinator, examples):
    words = BY_ROUTE["plan:measure_add"].data(examples) | {"number": examples.measure.number}
    shown = coordinator.fill(url("plan:measure_add", examples.objective), **words)
    assert "already stands under the objective" in shown.text

    words = BY_ROUTE["plan:objective_add"].data(examples) | {"number": examples.objective.number}
    shown = coordinator.fill(url("plan:objective_add", examples.plan), **words)
    assert "already stands in the plan" in shown.text


@pytest.mark.parametrize("number", ["1.", ".1", "1..1", "a", "1.1a", "²", "1 .1"])
def test_a_number_is_made_of_numbers(coordinator, examples, number):
    words = BY_ROUTE["plan:objective_add"].data(examples) | {"number": number}

    assert coordinator.fill(url("plan:objective_add", examples.plan), **words).beside("number")


def test_measures_stand_in_the_order_of_their_numbers(coordinator, examples):
    for number in ("1.1.10", "1.1.9", "1.1.2"):
        make.measure(examples.objective, number=number)

    pillars = coordinator.look(url("plan:detail", examples.plan)).response.context["pillars"]

    shown = [one.number for pillar in pillars for group in pillar["objectives"] for one in group["measures"]]
    assert shown == ["1.1.2", "1.1.9", "1.1.10"]


def test_a_task_comes_from_a_measure(coordinator, person, examples):
    words = BY_ROUTE["plan:measure_task"].data(examples)

    coordinator.save(url("plan:measure_task", examples.measure), **words)

    task = rows(Task).get(measure=examples.measure)
    assert (task.origin, task.lead_id) == ("plan", examples.place("ZVA").pk)
    assert url("plan:task", task) in person("zva.durres").look("/").links


def test_a_task_of_a_measure_is_not_due_before_it_is_given(coordinator, examples):
    words = BY_ROUTE["plan:measure_task"].data(examples) | {"due_on": make.in_days(-1).isoformat()}

    assert coordinator.fill(url("plan:measure_task", examples.measure), **words).beside("due_on")


# --- adopted ---


def test_a_new_target_of_an_adopted_plan_says_why_and_stands_on_the_measures_page(coordinator, person, examples):
    measure = make.measure(examples.objective, lead=examples.place("ZVA"), target=10)
    address = url("plan:measure_edit", measure)

    refused = coordinator.fill(address, target="1.200")
    assert "Say why its target changes" in refused.beside("reason")
    assert again(measure).target == 10
    coordinator.save(address, target="1.200", reason="Shkollat janë më shumë.")

    assert again(measure).target == 1200
    seen = person("kufi.durres").look(url("plan:measure", measure)).text
    assert "10 → 1200 Shkollat janë më shumë." in seen.replace("1,200", "1200").replace("1.200", "1200")
    assert "AL-02" in seen  # by whom


def test_other_words_and_the_target_of_a_draft_need_no_reason(coordinator, examples):
    measure = make.measure(examples.objective, target=10)
    coordinator.save(url("plan:measure_edit", measure), title="Takime të tjera")
    draft = rows(Measure).filter(objective__plan=examples.draft_plan)[0]
    coordinator.save(url("plan:measure_edit", draft), target="12")

    assert "How the target changed" not in coordinator.look(url("plan:measure", measure)).text
    assert again(draft).target == 12


def test_the_prefect_does_not_adopt_measures_that_he_has_not_read(person, coordinator, examples):
    prefect, address = person("prefekt.durres"), url("plan:adopt", examples.draft_plan)
    form = prefect.look(address).form("adopted_on")
    measure = rows(Measure).filter(objective__plan=examples.draft_plan)[0]
    coordinator.save(url("plan:measure_edit", measure), title="Një masë tjetër")

    refused = prefect.post(address, form.sent({}))

    assert refused.status == 200
    assert again(examples.draft_plan).state == "draft"


def test_the_page_of_a_measure_lists_its_activities(person, examples):
    activity = make.activity("AL-02", organiser=examples.place("ZVA"), measure=examples.measure, title="Ora e hapur")
    make.activity("AL-02", organiser=examples.place("ZVA"), title="E një mase tjetër")

    page = person("kufi.durres").look(url("plan:measure", examples.measure))

    assert url("plan:activity", activity) in page.links
    assert "E një mase tjetër" not in page.text


def test_the_prefect_adopts_it(person, examples):
    person("prefekt.durres").save(url("plan:adopt", examples.draft_plan), act=examples.act.pk)

    plan = again(examples.draft_plan)
    assert (plan.state, plan.adopted_on, plan.act_id) == ("adopted", make.in_days(0), examples.act.pk)
    assert entries("plan.adopted", plan)


def test_nobody_else_adopts_it(person, examples):
    for username, status in (("koordinator.durres", 403), ("kufi.durres", 403), ("prefekt.gjirokaster", 404)):
        sent = {"adopted_on": "01.03.2081", "version": examples.draft_plan.version}
        assert person(username).post(url("plan:adopt", examples.draft_plan), sent).status == status
    assert again(examples.draft_plan).state == "draft"


def test_an_empty_plan_is_not_adopted(person, world):
    plan = make.plan(year=2083)

    shown = person("prefekt.durres").fill(url("plan:adopt", plan), adopted_on=make.in_days(0).isoformat())

    assert "without a single measure" in shown.text
    assert again(plan).state == "draft"


def test_it_is_adopted_once(person, examples):
    make.measure(examples.objective)

    shown = person("prefekt.durres").fill(url("plan:adopt", examples.plan), adopted_on=make.in_days(0).isoformat())

    assert "already been adopted" in shown.text


# --- reported on ---


def test_the_lead_reports_where_its_measure_stands(person, examples):
    education = person("zva.durres")

    education.fill(url("plan:measure_report", examples.measure), state="in_progress", actual=4, note="Vijon.")

    measure = again(examples.measure)
    assert (measure.state, measure.actual, measure.note) == ("in_progress", 4, "Vijon.")
    assert "Vijon." in person("kufi.durres").look(url("plan:measure", measure)).text
    assert entries("plan.measure_reported", measure)


def test_a_supporting_institution_does_not_report(person, examples):
    examples.measure.supporting.add(examples.place("KUFI"))
    border = person("kufi.durres")

    assert border.get(url("plan:measure_report", examples.measure)).status == 403
    assert url("plan:measure_report", examples.measure) not in border.look(url("plan:measure", examples.measure)).links
    assert person("zva.gjirokaster").get(url("plan:measure_report", examples.measure)).status == 404


def test_a_draft_is_not_reported_on(coordinator, examples):
    measure = make.measure(make.objective(examples.draft_plan), number="8.8")

    shown = coordinator.fill(url("plan:measure_report", measure), state="done", note="U krye.")

    assert "Only the measures of an adopted plan" in shown.text
    assert shown.typed("note") == "U krye."


# --- closed ---


def test_closing_needs_a_reason_for_every_unfinished_measure(coordinator, examples):
    for more in ({}, {"state": "in_progress"}, {"state": "done"}, {"is_ongoing": True}, {"note": "Vonesë e tenderit."}):
        make.measure(examples.objective, **more)

    answer = coordinator.press(url("plan:detail", examples.plan), url("plan:close", examples.plan))
    assert "2 measures are unfinished" in answer.text
    assert again(examples.plan).state == "adopted"

    rows(Measure).filter(objective=examples.objective).update(note="Vazhdon vitin tjetër.")
    coordinator.press(url("plan:detail", examples.plan), url("plan:close", examples.plan))
    assert again(examples.plan).state == "closed"
    assert entries("plan.closed", examples.plan)


def test_adopting_and_closing_say_first_what_will_be_final(coordinator, person, examples):
    make.measure(examples.objective, state="done")
    make.measure(examples.objective)

    for someone, address, sentence in (
        (coordinator, url("plan:close", examples.plan), "This step is not taken back."),
        (person("prefekt.durres"), url("plan:adopt", examples.plan), "until work on the plan has begun"),
    ):
        shown = someone.look(address)
        assert sentence in shown.text
        assert "Objectives 1 Measures 2 of these done 1" in shown.text
    assert again(examples.plan).state == "adopted"


def test_a_draft_is_not_closed(coordinator, examples):
    coordinator.post(url("plan:close", examples.draft_plan), {"version": examples.draft_plan.version})

    assert again(examples.draft_plan).state == "draft"


def test_a_closed_plan_changes_no_more(coordinator, person, examples):
    measure = examples.measure
    rows(Plan).filter(pk=examples.plan.pk).update(state="closed")
    before = list(rows(Measure).values()), list(rows(Objective).values())

    for route in ("plan:objective_add", "plan:objective_edit", "plan:measure_add", "plan:measure_edit"):
        page = BY_ROUTE[route]
        shown = coordinator.fill(page.address(examples), **page.data(examples))
        assert "This plan is closed" in shown.text, route
    page = BY_ROUTE["plan:measure_report"]
    assert person("zva.durres").fill(page.address(examples), **page.data(examples)).status == 200
    assert (list(rows(Measure).values()), list(rows(Objective).values())) == before
    assert url("plan:measure_edit", measure) not in coordinator.look(url("plan:measure", measure)).links


# --- reading ---


def test_the_plan_of_this_year_is_the_one_that_opens(person, world):
    shown = person("kufi.durres").look(url("plan:current")).response.context["plan"]
    plan = rows(Plan).filter(county__code="AL-02", year__lte=make.in_days(0).year).order_by("-year")[0]

    assert shown == plan


def test_the_national_coordinator_chooses_among_the_counties(person, world):
    links = person("koordinatori.kombetar").look(url("plan:current")).links

    assert {one.county_id for one in rows(Plan) if url("plan:detail", one) in links} == {
        one.county_id for one in rows(Plan)
    }


def test_another_county_finds_nothing_of_it(person, examples):
    foreign = person("koordinator.gjirokaster")

    for address in (
        url("plan:detail", examples.plan),
        url("plan:measure", examples.measure),
        url("plan:objective_edit", examples.objective),
        url("plan:measure_task", examples.measure),
    ):
        assert foreign.get(address).status == 404
        assert foreign.post(address, {}).status in (404, 405)


def test_where_there_is_no_plan_the_page_says_so(person, world):
    make.seat(
        "coordinator", make.institution("AL-12-PREF", county="AL-12", kind="prefecture"), user=make.user("k.vlore")
    )

    assert person("k.vlore").look(url("plan:current")).response.context["plans"] == []
    assert rows(Institution).filter(county__code="AL-12").count() == 1


# --- an adoption taken back ---


@pytest.fixture
def prefect(person):
    return person("prefekt.durres")


def undo(prefect, plan, **words):
    return prefect.fill(url("plan:undo_adoption", plan), **({"reason": "U miratua para konsultimit."} | words))


def test_an_adoption_on_which_nothing_was_built_is_taken_back_with_a_reason(prefect, examples):
    measure = make.measure(examples.objective)
    page = url("plan:detail", examples.plan)
    assert url("plan:undo_adoption", examples.plan) in prefect.look(page).links

    assert undo(prefect, examples.plan).leads_to == page

    plan = again(examples.plan)
    assert (plan.state, plan.adopted_on, plan.act_id) == ("draft", None, None)
    assert again(measure).state == "planned"
    assert entries("plan.adoption_undone", plan)
    [change] = [one for one in trail.history(plan) if "reason" in one.values]
    assert change.values["reason"] == [None, "U miratua para konsultimit."]
    assert undo(prefect, examples.plan).status == 200  # there is nothing to take back any more
    prefect.save(url("plan:adopt", examples.plan), adopted_on=make.in_days(0).strftime("%d.%m.%Y"))
    assert again(examples.plan).state == "adopted"


@pytest.mark.parametrize(
    "built",
    [
        lambda s: rows(Measure).filter(pk=s.measure.pk).update(state="in_progress"),
        lambda s: rows(Measure).filter(pk=s.measure.pk).update(actual=0),
        lambda s: rows(Measure).filter(pk=s.measure.pk).update(note="Filluam."),
        lambda s: make.task(s.place("ZVA"), measure=s.measure),
        lambda s: make.activity(organiser=s.place("ZVA"), measure=s.measure),
        lambda s: make.plan(s.county, year=s.plan.year + 1),
    ],
    ids=["a report", "a number", "a note", "a task", "an activity", "the next plan"],
)
def test_whatever_was_built_on_it_holds_it(prefect, examples, built):
    assert examples.measure
    address = url("plan:undo_adoption", examples.plan)
    form = prefect.look(address).form("reason")
    built(examples)

    answer = prefect.post(address, form.sent({"reason": "Gabim."}))

    assert "Work on this plan has begun" in answer.text
    assert again(examples.plan).state == "adopted"
    assert address not in prefect.look(url("plan:detail", examples.plan)).links


def test_without_a_reason_and_on_an_older_page_it_stays(prefect, examples):
    assert undo(prefect, examples.plan, reason=" ").beside("reason")
    form = prefect.look(url("plan:undo_adoption", examples.plan)).form("reason")
    rows(Plan).filter(pk=examples.plan.pk).update(version=examples.plan.version + 7)

    shown = prefect.post(url("plan:undo_adoption", examples.plan), form.sent({"reason": "Gabim."}))

    assert shown.status == 200
    assert again(examples.plan).state == "adopted"


@pytest.mark.parametrize(
    ("username", "status"), [("koordinator.durres", 403), ("zva.durres", 403), ("prefekt.gjirokaster", 404)]
)
def test_only_whoever_adopts_takes_it_back(person, examples, username, status):
    who = person(username)

    assert who.get(url("plan:undo_adoption", examples.plan)).status == status
    assert who.post(url("plan:undo_adoption", examples.plan), {"reason": "Gabim.", "version": 1}).status == status
    assert (
        url("plan:undo_adoption", examples.plan)
        not in person("koordinator.durres").look(url("plan:detail", examples.plan)).links
    )


# --- where a measure is carried out ---


def test_a_measure_says_in_which_municipalities(coordinator, examples):
    durres, shijak = make.municipality("AL-02-DURRES"), make.municipality("AL-02-SHIJAK")

    coordinator.save(url("plan:measure_edit", examples.measure), municipalities=[durres.pk, shijak.pk])

    assert set(examples.measure.municipalities.all()) == {durres, shijak}
    assert "MunicipalitiesDurrës, Shijak" in coordinator.look(url("plan:measure", examples.measure)).text
    coordinator.save(url("plan:measure_edit", examples.measure), title="Tjetër")
    assert set(examples.measure.municipalities.all()) == {durres, shijak}
    coordinator.save(url("plan:measure_edit", examples.measure), municipalities=[])
    assert "Municipalities" not in coordinator.look(url("plan:measure", examples.measure)).text


def test_only_those_of_the_county_are_offered_and_taken(coordinator, examples, seat):
    far = Municipality.objects.exclude(county=examples.plan.county)[0]
    shown = coordinator.fill(url("plan:measure_edit", examples.measure), municipalities=[far.pk])

    assert shown.beside("municipalities")
    assert not examples.measure.municipalities.exists()
    words = {
        name: getattr(examples.measure, name) for name in ("number", "title", "lead", "due_on", "indicator", "means")
    }
    with pytest.raises(ValidationError, match="qark"):
        plans.write_measure(
            examples.measure,
            objective=examples.objective,
            by=seat("koordinator.durres"),
            based_on=examples.measure.version,
            supporting=[],
            municipalities=[far],
            **words,
        )
