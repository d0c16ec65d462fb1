"""Tasks: one institution answers, reports and says done; others verify, change and cancel."""

import pytest
from django.core.exceptions import ValidationError

from krat.demo import make
from krat.plan.actions.tasks import verify_several
from krat.plan.models import Step, Task
from krat.plan.models.task import MOVES, State
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def education(person):
    return person("zva.durres")


VERBS = {
    "plan:task_accept": ("zva.durres", State.ACCEPTED),
    "plan:task_done": ("zva.durres", State.DONE),
    "plan:task_verify": ("koordinator.durres", State.VERIFIED),
    "plan:task_return": ("koordinator.durres", State.IN_PROGRESS),
    "plan:task_cancel": ("koordinator.durres", State.CANCELLED),
}


@pytest.mark.parametrize("state", list(State))
def test_a_task_moves_along_its_table_and_no_other_way(person, examples, state):
    for route, (username, to) in VERBS.items():
        task = make.task(examples.place("ZVA"), state=state)

        answer = person(username).post(url(route, task), {"note": "Me arsye."})

        moved = (state, to) in MOVES
        if route == "plan:task_return" and state in (State.NEW, State.ACCEPTED):
            continue  # the coordinator cannot start others' work: checked below
        assert again(task).state == (to if moved else state), (route, state)
        if moved:
            assert answer.status == 302


def test_the_coordinator_does_not_start_the_education_offices_work(coordinator, examples):
    task = make.task(examples.place("ZVA"))

    assert coordinator.post(url("plan:task_return", task), {"note": "Filloni."}).status in (200, 403)
    assert again(task).state == "new"


@pytest.mark.parametrize("state", [State.DONE, State.VERIFIED, State.CANCELLED])
def test_progress_is_reported_on_open_tasks_only(education, examples, state):
    task = make.task(examples.place("ZVA"), state=state)

    shown = education.fill(url("plan:task_progress", task), note="Edhe pak.")

    assert "no longer open" in shown.text
    assert shown.typed("note") == "Edhe pak."
    assert again(task).state == state


def test_the_first_progress_puts_it_to_work(education, examples):
    task = make.task(examples.place("ZVA"))

    education.fill(url("plan:task_progress", task), note="Filluam.")

    assert again(task).state == "in_progress"
    assert rows(Step).get(task=task).note == "Filluam."


def test_a_supporting_institution_sees_it_and_does_not_report(person, examples):
    task = make.task(examples.place("ZVA"), supporting=[examples.place("OJF")])
    centre = person("ojf.durres")

    assert centre.get(url("plan:task", task)).status == 200
    assert centre.get(url("plan:task_progress", task)).status == 403
    assert centre.post(url("plan:task_done", task), {"note": "U krye."}).status == 403


def test_a_non_profit_does_not_see_others_tasks(person, examples):
    assert person("ojf.durres").get(url("plan:task", examples.task)).status == 404
    assert person("kufi.durres").get(url("plan:task", examples.task)).status == 200


def test_the_new_lead_takes_over_when_it_changes(coordinator, education, person, examples):
    task = make.task(examples.place("ZVA"), body=examples.body)

    coordinator.save(url("plan:task_edit", task), lead=examples.place("KUFI").pk)

    assert education.get(url("plan:task_progress", task)).status == 403
    assert person("kufi.durres").get(url("plan:task_progress", task)).status == 200
    assert entries("task.changed", task)[-1].fields == ["lead"]
    assert education.post(url("plan:task_edit", task)).status == 403


@pytest.mark.parametrize("due_on", ["", -30])
def test_a_changed_task_keeps_a_day_that_makes_sense(coordinator, examples, due_on):
    task = make.task(examples.place("ZVA"))
    due_on = make.in_days(due_on).isoformat() if due_on else ""

    shown = coordinator.fill(url("plan:task_edit", task), due_on=due_on)

    assert shown.status == 200
    assert shown.beside("due_on") or "needs a day" in shown.text
    assert again(task).due_on == task.due_on


def test_a_task_that_is_done_is_not_changed(coordinator, examples):
    shown = coordinator.fill(url("plan:task_edit", examples.done_task), title="Tjetër")

    assert "Only an open task" in shown.text
    assert again(examples.done_task).title == examples.done_task.title


def test_what_was_changed_is_shown_to_whoever_gives_tasks(coordinator, education, examples):
    task = make.task(examples.place("ZVA"), title="Titulli i vjetër")
    coordinator.fill(url("plan:task_edit", task), title="Titulli i ri")

    assert "Titulli i vjetër" in coordinator.look(url("plan:task", task)).text
    assert "Titulli i vjetër" not in education.look(url("plan:task", task)).text


def test_buttons_stand_where_they_work(education, coordinator, person, examples):
    def verbs(who, task):
        shown = who.look(url("plan:task", task))
        ways = [*shown.links, *(form.action for form in shown.forms)]
        return {way.strip("/").split("/")[-1] for way in ways if way.startswith(url("plan:task", task))} - {
            str(task.code)
        }

    new, done = make.task(examples.place("ZVA"), body=examples.body), examples.done_task

    assert verbs(education, new) == {"accept", "progress", "done"}
    assert verbs(coordinator, new) == {"edit", "cancel"}
    assert verbs(coordinator, done) == {"verify", "return"}
    assert verbs(education, done) == set()
    assert verbs(person("kufi.durres"), new) == set()
    assert verbs(person("koordinatori.kombetar"), new) == set()


def test_a_task_of_the_other_county_is_not_there(person, examples):
    foreign = person("koordinator.gjirokaster")

    for route in ("plan:task", "plan:task_edit", "plan:task_verify", "plan:task_cancel"):
        assert foreign.get(url(route, examples.task)).status == 404


# --- four eyes: persons, not seats ---


def test_who_reported_it_done_does_not_verify_it_in_another_seat(person, examples):
    officer = examples.seat_of("zva.durres")
    task = make.task(examples.place("ZVA"), state="done", body=examples.body, done_by=officer)
    second = make.seat("coordinator", examples.seat_of("koordinator.durres").institution, user=officer.user)
    someone = person("zva.durres")
    someone.post(url("people:choose_seat"), {"seat": second.code})
    page = someone.look(url("plan:task", task))

    shown = someone.post(url("plan:task_verify", task), {"note": ""})

    assert "somebody else verifies it" in shown.text
    assert again(task).state == "done"
    assert url("plan:task_verify", task) not in page.links
    assert task.title not in someone.look("/").text
    # The same task, by the one who did not report it.
    assert url("plan:task_verify", task) in person("koordinator.durres").look(url("plan:task", task)).links


# --- those who help the lead ---


def test_a_supporting_institution_finds_the_task_on_its_first_page_and_among_its_own(person, examples):
    border = person("kufi.durres")
    task = make.task(examples.place("ZVA"), supporting=[examples.place("KUFI")], title="Të ndihmohet regjistrimi")

    assert "Të ndihmohet regjistrimi" in border.look("/").text
    assert url("plan:task", task) in border.look(url("plan:tasks")).links
    rows(Task).filter(pk=task.pk).update(state="cancelled")
    assert "Të ndihmohet regjistrimi" not in border.look("/").text


def test_a_task_of_a_measure_and_its_form_of_change_name_supporters(coordinator, examples):
    border, police = examples.place("KUFI"), examples.place("POL")
    words = {"title": "Të mblidhen listat", "lead": examples.place("ZVA").pk, "due_on": make.in_days(20).isoformat()}
    coordinator.save(url("plan:measure_task", examples.measure), **words, supporting=[border.pk])
    task = rows(Task).order_by("-pk")[0]
    assert list(task.supporting.unscoped("a test")) == [border]

    coordinator.save(url("plan:task_edit", task), supporting=[border.pk, police.pk])

    assert {one.pk for one in task.supporting.unscoped("a test")} == {border.pk, police.pk}
    assert "Supporting institutions" in coordinator.look(url("plan:task", task)).text
    refused = coordinator.fill(url("plan:task_edit", task), supporting=[examples.place("ZVA").pk])
    assert "need not support itself" in refused.beside("supporting")


# --- several at once ---


def test_the_coordinator_verifies_several_at_once_each_with_its_own_entry(coordinator, examples):
    several = [make.task(examples.place("ZVA"), title=f"Detyra {number}", state="done") for number in range(2)]
    left = make.task(examples.place("ZVA"), title="Pret ende", state="done")
    make.step(several[0], examples.seat_of("zva.durres"), "Lista u dorëzua.", state="done")
    page = coordinator.look(url("plan:tasks_verify"))
    assert "Lista u dorëzua." in page.text
    before = len(entries("task.moved"))

    answer = coordinator.fill(url("plan:tasks_verify"), tasks=[one.pk for one in several], note="U pa.")

    assert answer.leads_to == url("plan:tasks")
    assert [again(one).state for one in (*several, left)] == ["verified", "verified", "done"]
    assert len(entries("task.moved")) == before + 2
    assert [rows(Step).filter(task=one, state="verified").get().note for one in several] == ["U pa.", "U pa."]


def test_of_several_none_is_verified_where_one_does_not_wait_any_more(coordinator, examples):
    first, second = (make.task(examples.place("ZVA"), state="done") for _number in range(2))
    form = coordinator.look(url("plan:tasks_verify")).form("tasks")
    rows(Task).filter(pk=second.pk).update(state="in_progress", done_on=None, done_by=None)

    shown = coordinator.post(url("plan:tasks_verify"), form.sent({"tasks": [first.pk, second.pk], "note": "U pa."}))

    assert "does not wait any more" in shown.beside("tasks")
    assert shown.typed("note") == "U pa."
    assert again(first).state == "done"


def test_where_one_moved_while_the_others_were_verified_all_is_undone_and_it_is_named(examples):
    first = make.task(examples.place("ZVA"), state="done")
    second = make.task(examples.place("ZVA"), title="Kthyer ndërkohë", state="done")
    rows(Task).filter(pk=second.pk).update(state="in_progress")

    with pytest.raises(ValidationError, match="Kthyer ndërkohë"):
        verify_several([second, first], by=examples.seat_of("koordinator.durres"))

    assert again(first).state == "done"


def test_nobody_ticks_what_they_reported_themselves_or_what_lies_elsewhere(coordinator, examples):
    own = make.task(examples.place("PREF"), state="done", done_by=examples.seat_of("koordinator.durres"))
    foreign = make.task(county="AL-05", state="done")
    other = make.task(examples.place("ZVA"), state="done")

    for task in (own, foreign):
        shown = coordinator.post(url("plan:tasks_verify"), {"tasks": [other.pk, task.pk], "note": ""})
        assert shown.status == 200
        assert again(task).state == again(other).state == "done"


def test_an_office_verifies_nothing(education):
    assert education.get(url("plan:tasks_verify")).status == 403
    assert url("plan:tasks_verify") not in education.look(url("plan:tasks")).links
