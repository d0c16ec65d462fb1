"""A decision is corrected or withdrawn, with a reason, until the minutes are approved; its task follows."""

import re
from datetime import timedelta

import pytest

from krat.demo import make
from krat.plan.models import Plan, Step, Task
from krat.reference.models import Holiday
from meetings.models import Decision
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def day(days: int) -> str:
    return make.in_days(days).strftime("%d.%m.%Y")


@pytest.fixture
def decided(coordinator, examples) -> Decision:
    """A decision that charges the education office, taken at a meeting in progress."""
    zva = examples.place("ZVA").pk
    coordinator.save(url("meetings:item", examples.item), text="ZVA dorëzon listat.", lead=zva, due_on=day(9))
    return rows(Decision).select_related("item__meeting", "body").order_by("-pk")[0]


def task_of(decision: Decision) -> Task:
    return rows(Task).select_related("lead").get(decisions=decision)


def notes_of(task: Task) -> list[str]:
    return list(rows(Step).filter(task=task).order_by("pk").values_list("note", flat=True))


def correct(coordinator, decision, **words):
    return coordinator.fill(url("meetings:decision_correct", decision), **({"reason": "Gabim shkrimi."} | words))


def test_words_and_day_are_corrected_and_the_task_follows(coordinator, decided, person):
    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.", due_on=day(12)).status == 302

    corrected, task = again(decided), task_of(decided)
    assert (corrected.text, corrected.number) == ("ZVA dorëzon listat e plota.", decided.number)
    assert (task.details, task.due_on, task.state) == ("ZVA dorëzon listat e plota.", make.in_days(12), "new")
    assert task.title == "ZVA dorëzon listat e plota"
    assert "Gabim shkrimi." in notes_of(task)
    assert "Gabim shkrimi." in person("zva.durres").look(url("meetings:decision", decided)).text
    assert entries("decision.corrected", decided)


def test_another_institution_gets_the_task_anew_and_the_first_reads_why(coordinator, decided, examples):
    first = task_of(decided)

    assert correct(coordinator, decided, lead=examples.place("KUFI").pk).status == 302

    assert again(first).state == "cancelled"
    assert notes_of(first)[-1] == "Gabim shkrimi."
    live = rows(Task).get(decisions=decided, state="new")
    assert (live.lead_id, live.due_on) == (examples.place("KUFI").pk, first.due_on)


def test_a_decision_that_charged_nobody_charges_somebody_and_back(coordinator, examples):
    coordinator.save(url("meetings:item", examples.item), text="Komiteti merr shënim.")
    decision = rows(Decision).order_by("-pk")[0]

    assert correct(coordinator, decision, lead=examples.place("ZVA").pk, due_on=day(3)).status == 302
    assert task_of(decision).state == "new"
    assert correct(coordinator, decision, lead="", due_on="").status == 302
    assert task_of(decision).state == "cancelled"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"due_on": ""}, "due_on"),
        ({"due_on": "yesterday"}, "due_on"),
        ({"lead": ""}, "lead"),
        ({"text": ""}, "text"),
        ({"reason": "U ankua Arben Hoxha."}, "reason"),
    ],
)
def test_what_does_not_hold_together_is_refused_and_nothing_follows(coordinator, decided, words, field):
    before = task_of(decided)

    shown = correct(coordinator, decided, **words)

    assert shown.beside(field)
    assert again(decided).text == decided.text
    assert again(before).version == before.version


def test_work_that_began_is_told_and_goes_on(coordinator, decided):
    rows(Task).filter(decisions=decided).update(state="in_progress")

    assert "Work on this task has begun" in coordinator.look(url("meetings:decision_correct", decided)).text
    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.").status == 302

    assert (task_of(decided).state, task_of(decided).details) == ("in_progress", "ZVA dorëzon listat e plota.")


def test_what_is_reported_done_stays_done(coordinator, decided, examples):
    rows(Task).filter(decisions=decided).update(state="done")

    refused = correct(coordinator, decided, lead=examples.place("KUFI").pk)
    assert "reported done already" in refused.beside("lead")
    assert "reported done already" in correct(coordinator, decided, due_on=day(12)).beside("due_on")
    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.").status == 302

    assert again(decided).text == "ZVA dorëzon listat e plota."
    assert (task_of(decided).state, task_of(decided).details) == ("done", "ZVA dorëzon listat.")


def test_several_who_are_charged_keep_their_days(coordinator, examples):
    tasks = [make.task(examples.place(one), details="Teksti.", title="Teksti.") for one in ("ZVA", "KUFI")]
    decision = make.decision(examples.item, number=901, text="Teksti.", tasks=tasks)

    form = coordinator.look(url("meetings:decision_correct", decision)).form("text", "reason")
    assert not {"lead", "due_on"} & form.names
    assert correct(coordinator, decision, text="Tjetër.").status == 302

    assert {again(task).details for task in tasks} == {"Tjetër."}
    assert {again(task).state for task in tasks} == {"new"}


# --- withdrawn ---


def withdraw(coordinator, decision, reason="U mor dy herë."):
    return coordinator.fill(url("meetings:decision_withdraw", decision), reason=reason)


def test_a_withdrawn_decision_keeps_its_number_and_returns_to_no_agenda(coordinator, decided, examples):
    assert withdraw(coordinator, decided).status == 302

    assert again(decided).is_withdrawn
    assert (task_of(decided).state, notes_of(task_of(decided))[-1]) == ("cancelled", "U mor dy herë.")
    nxt = examples.another_meeting(state="open", held_on=make.in_days(1))
    returning = coordinator.look(url("meetings:detail", nxt)).response.context["returning"]
    assert decided.label not in {one["decision"].label for one in returning}
    coordinator.save(url("meetings:item", examples.item), text="Komiteti merr shënim.")
    assert rows(Decision).order_by("-pk")[0].number == decided.number + 1
    assert "U mor dy herë." in coordinator.look(url("meetings:detail", examples.meeting)).text
    assert entries("decision.withdrawn", decided)


def test_its_filter_finds_it(coordinator, decided):
    withdraw(coordinator, decided)

    for standing, there in (("withdrawn", True), ("open", False), ("closed", False)):
        found = coordinator.look(url("meetings:decisions") + f"?standing={standing}").response.context["found"]
        assert (decided.pk in {one.pk for one in found.rows}) is there, standing


def test_a_done_task_stays_done_when_its_decision_is_withdrawn(coordinator, decided, seat):
    by = {"verified_on": make.in_days(0), "verified_by": seat("koordinator.durres")}
    rows(Task).filter(decisions=decided).update(state="verified", **by)

    assert "What is reported done stays done" in coordinator.look(url("meetings:decision_withdraw", decided)).text
    assert withdraw(coordinator, decided).status == 302

    assert task_of(decided).state == "verified"


def test_without_a_reason_it_stays(coordinator, decided):
    assert withdraw(coordinator, decided, reason=" ").beside("reason")
    assert not again(decided).is_withdrawn


def test_one_that_a_later_meeting_spoke_of_stays(coordinator, decided, examples):
    later = examples.another_meeting(state="open", held_on=make.in_days(1))
    make.review(later, decided)

    assert "A later meeting has spoken" in withdraw(coordinator, decided).text
    assert not again(decided).is_withdrawn


def test_a_withdrawn_one_is_neither_corrected_nor_withdrawn_again(coordinator, decided):
    stale = {"reason": "Prapë.", "version": decided.version + 1, "text": "Tjetër."}
    withdraw(coordinator, decided)

    for name in ("meetings:decision_correct", "meetings:decision_withdraw"):
        assert "is withdrawn" in coordinator.post(url(name, decided), stale).text
    assert again(decided).text == decided.text


def test_its_card_waits_again(coordinator, examples):
    card = make.card(make.obstacle(examples.case), state="on_agenda")
    item = make.item(examples.meeting, card=card, title="R-77")
    coordinator.save(url("meetings:item", item), text="Bashkia vendos.", lead=card.waits_for_id, due_on=day(5))
    decision = rows(Decision).order_by("-pk")[0]
    assert again(card).state == "decided"

    assert withdraw(coordinator, decision).status == 302

    assert again(card).state == "on_agenda"


# --- who, and until when ---


def test_in_approved_minutes_nothing_is_corrected_or_withdrawn(coordinator, decided, person):
    coordinator.press(url("meetings:detail", decided.item.meeting), url("meetings:close", decided.item.meeting))
    coordinator.press(url("meetings:detail", decided.item.meeting), url("meetings:circulate", decided.item.meeting))
    prefect = person("prefekt.durres")
    prefect.press(url("meetings:detail", decided.item.meeting), url("meetings:approve", decided.item.meeting))

    page = coordinator.look(url("meetings:decision", decided))
    assert url("meetings:decision_correct", decided) not in page.links
    assert "These minutes are approved" in correct(coordinator, decided, text="Tjetër.").text
    assert "These minutes are approved" in withdraw(coordinator, decided).text
    assert again(decided).text == decided.text


def test_only_who_files_meetings_corrects_and_withdraws(person, decided):
    for name in ("meetings:decision_correct", "meetings:decision_withdraw"):
        address = url(name, decided)
        assert person("sekretaria.durres").get(address).status == 200
        assert person("zva.durres").get(address).status == 403
        assert person("prefekt.durres").get(address).status == 403
        assert person("koordinator.gjirokaster").get(address).status == 404


def test_two_who_correct_at_once_see_both_texts(coordinator, person, decided):
    address = url("meetings:decision_correct", decided)
    form = coordinator.look(address).form("text", "reason")
    correct(person("sekretaria.durres"), decided, text="E para.")

    shown = coordinator.post(address, form.sent({"text": "E dyta.", "reason": "Edhe unë."}))

    assert "Compare both" in shown.text
    assert "E para." in shown.text
    assert shown.typed("text") == "E dyta."


# --- its measure and who supports ---


def supporters(task: Task) -> set[int]:
    return {one.pk for one in task.supporting.unscoped("tests look")}


def test_the_measure_and_the_supporters_are_corrected_with_it(coordinator, decided, examples):
    measure, border, unit = examples.measure_of_the_year, examples.place("KUFI"), examples.place("NJMF-DURRES")

    assert correct(coordinator, decided, measure=measure.pk, supporting=[border.pk, unit.pk]).status == 302

    task = task_of(decided)
    assert (task.measure_id, supporters(task)) == (measure.pk, {border.pk, unit.pk})
    [charged] = again(decided).charged
    assert {one["code"] for one in charged["supporting"]} == {border.code, unit.code}
    shown = coordinator.look(url("meetings:decision_correct", decided)).form("measure")
    assert (shown.values["measure"], set(shown.values["supporting"])) == (
        [str(measure.pk)],
        {str(border.pk), str(unit.pk)},
    )
    assert correct(coordinator, decided, measure="", supporting=[]).status == 302
    assert (task_of(decided).measure_id, supporters(task_of(decided))) == (None, set())


def test_a_correction_of_the_words_leaves_measure_and_supporters(coordinator, decided, examples):
    measure, border = examples.measure_of_the_year, examples.place("KUFI")
    correct(coordinator, decided, measure=measure.pk, supporting=[border.pk])

    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.").status == 302

    assert (task_of(decided).measure_id, supporters(task_of(decided))) == (measure.pk, {border.pk})


def test_another_lead_takes_measure_and_supporters_along(coordinator, decided, examples):
    measure, border, unit = examples.measure_of_the_year, examples.place("KUFI"), examples.place("NJMF-DURRES")
    correct(coordinator, decided, measure=measure.pk, supporting=[border.pk])

    assert correct(coordinator, decided, lead=unit.pk).status == 302

    live = rows(Task).get(decisions=decided, state="new")
    assert (live.lead_id, live.measure_id, supporters(live)) == (unit.pk, measure.pk, {border.pk})


def test_what_has_ended_since_stays_to_be_chosen(coordinator, decided, examples):
    """An institution that no longer works, and a measure of a plan closed since, are not lost by the way."""
    border, measure = examples.place("KUFI"), examples.measure_of_the_year
    correct(coordinator, decided, measure=measure.pk, supporting=[border.pk])
    rows(type(border)).filter(pk=border.pk).update(retired_on=make.in_days(-1))
    rows(Plan).filter(objectives=measure.objective_id).update(state="closed", adopted_on=make.in_days(-30))

    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.").status == 302

    assert (task_of(decided).measure_id, supporters(task_of(decided))) == (measure.pk, {border.pk})


@pytest.mark.parametrize("name", ["lead", "nobody"])
def test_supporters_need_somebody_else_who_leads(coordinator, decided, examples, name):
    words = {"supporting": [examples.place("ZVA").pk]}
    if name == "nobody":
        words |= {"lead": "", "due_on": "", "supporting": [examples.place("KUFI").pk]}

    shown = correct(coordinator, decided, **words)

    assert shown.beside("supporting" if name == "lead" else "lead")
    assert supporters(task_of(decided)) == set()


def test_of_a_task_reported_done_neither_changes(coordinator, decided, examples):
    rows(Task).filter(decisions=decided).update(state="done", done_on=make.in_days(0))

    assert correct(coordinator, decided, supporting=[examples.place("KUFI").pk]).beside("supporting")
    assert correct(coordinator, decided, measure=examples.measure_of_the_year.pk).beside("measure")
    assert correct(coordinator, decided, text="ZVA dorëzon listat e plota.").status == 302


def test_a_new_decision_that_names_supporters_and_no_lead_is_asked_for_it(coordinator, examples):
    """They would vanish with it: without a lead there is no task."""
    words = {"text": "Të shqyrtohet.", "lead": "", "supporting": [examples.place("KUFI").pk]}

    shown = coordinator.fill(url("meetings:item", examples.item), **words)

    assert shown.beside("lead")
    assert not rows(Decision).filter(item=examples.item).exists()


# --- a day of rest ---


def test_a_day_of_rest_is_said_with_the_next_working_day(coordinator, examples):
    saturday = make.in_days((5 - make.in_days(0).weekday()) % 7 + 28)
    Holiday.objects.update_or_create(
        day=saturday + timedelta(days=2), defaults={"name_sq": "Festa e provës", "name_en": "Feast of the proof"}
    )
    words = {"text": "ZVA dorëzon listat.", "lead": examples.place("ZVA").pk, "due_on": f"{saturday:%d.%m.%Y}"}

    answer = coordinator.fill(url("meetings:item", examples.item), **words)

    shown = coordinator.follow(answer)
    tuesday = saturday + timedelta(days=3)
    assert f"{saturday:%d.%m.%Y} is a day of rest; the next working day is {tuesday:%d.%m.%Y}." in shown.text
    decision = rows(Decision).order_by("-pk")[0]
    answer = correct(coordinator, decision, due_on=f"{tuesday:%d.%m.%Y}")
    assert "is a day of rest" not in coordinator.follow(answer).text
    assert task_of(decision).due_on == tuesday


def test_the_field_of_the_day_knows_the_holidays(coordinator, decided, examples):
    feast = make.in_days(40)
    Holiday.objects.update_or_create(day=feast, defaults={"name_sq": "Festa e provës", "name_en": "Feast of the proof"})

    for address in (
        url("meetings:item", examples.item),
        url("meetings:decision_correct", decided),
        url("plan:task_edit", task_of(decided)),
        url("plan:measure_task", examples.measure),
    ):
        html = coordinator.look(address).html
        [rests] = set(re.findall(r'data-rests="([^"]*)"', html))
        assert f"{feast:%d.%m.%Y}" in rests.split(" ")
