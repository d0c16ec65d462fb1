"""Minutes: sent for remarks, approved by the right chair, then frozen."""

import pytest

from krat.demo import make
from meetings.models import AgendaItem, Meeting, Remark
from tests.ui.html_client import again, entries, rows, url, who_did

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def held(examples) -> Meeting:
    return examples.another_meeting(state="held")


@pytest.fixture
def table(world) -> Meeting:
    """Circulated minutes of the technical table."""
    body = make.body("table", year=2085, starts_on=make.in_days(-9))
    return make.meeting(body, state="held", minutes="circulated")


def test_the_coordinator_sends_them_for_remarks(coordinator, held):
    coordinator.press(url("meetings:detail", held), url("meetings:circulate", held))

    assert again(held).minutes == "circulated"
    assert entries("minutes.circulated", held)


@pytest.mark.parametrize("state", ["planned", "open", "postponed", "cancelled"])
def test_minutes_of_a_meeting_that_is_not_over_stay_here(coordinator, examples, state):
    meeting = examples.another_meeting(state=state)

    coordinator.post(url("meetings:circulate", meeting), {"version": meeting.version})

    assert again(meeting).minutes == "draft"


def test_a_member_makes_a_remark_that_everybody_reads(person, coordinator, examples):
    border = person("kufi.durres")

    border.save(url("meetings:remark", examples.circulated), text="Pika e tretë nuk u diskutua.")

    assert "Pika e tretë nuk u diskutua." in coordinator.look(url("meetings:detail", examples.circulated)).text
    assert entries("minutes.remarked", examples.circulated)


def test_no_remark_on_minutes_that_are_not_out(person, held):
    shown = person("kufi.durres").post(url("meetings:remark", held), {"text": "Para kohe."})

    assert "while the minutes are out" in shown.text
    assert shown.typed("text") == "Para kohe."
    assert not rows(Remark).filter(meeting=held).exists()


def test_the_prefect_approves_the_committees_minutes(person, examples):
    meeting = examples.circulated

    person("prefekt.durres").press(url("meetings:detail", meeting), url("meetings:approve", meeting))

    approved = again(meeting)
    assert (approved.minutes, who_did(approved.approved_by_id)) == ("approved", "prefekt.durres")
    assert approved.approved_on == make.in_days(0)
    assert entries("minutes.approved", meeting)


def test_the_coordinator_approves_the_tables_minutes(coordinator, table):
    coordinator.press(url("meetings:detail", table), url("meetings:approve", table))

    assert again(table).minutes == "approved"


def test_neither_chair_approves_the_others_minutes(person, coordinator, examples, table):
    meeting = examples.circulated

    assert coordinator.post(url("meetings:approve", meeting), {"version": meeting.version}).status == 403
    assert person("prefekt.durres").post(url("meetings:approve", table), {"version": table.version}).status == 403
    assert person("prefekt.gjirokaster").post(url("meetings:approve", meeting)).status == 404
    assert {again(meeting).minutes, again(table).minutes} == {"circulated"}


def test_nobody_is_offered_a_button_that_would_refuse_them(person, coordinator, examples):
    meeting = examples.circulated

    for one in (coordinator, person("kufi.durres"), person("sekretaria.durres")):
        assert not [form for form in one.look(url("meetings:detail", meeting)).forms if "approve" in form.action]


def test_a_chair_who_read_an_older_text_approves_nothing(person, coordinator, examples):
    meeting = examples.circulated

    coordinator.save(url("meetings:edit", meeting), place="Salla tjetër")
    for version in ("", "0", "1", "abc", "77", "9" * 30):
        answer = person("prefekt.durres").post(url("meetings:approve", meeting), {"version": version})
        assert answer.status == 200
        assert not entries("minutes.approved", meeting)
    assert again(meeting).minutes == "circulated"


@pytest.fixture
def frozen(examples) -> AgendaItem:
    """An item of approved minutes."""
    meeting = examples.another_meeting(state="held", minutes="approved")
    return make.item(meeting, discussion="Siç u tha.")


def test_approved_minutes_do_not_change_by_any_verb(coordinator, frozen, examples):
    meeting, decision = frozen.meeting, examples.decision
    earlier = decision.item.meeting
    earlier.held_on = make.in_days(-30)
    earlier.save()
    words = {"version": meeting.version}
    attempts = [
        ("meetings:edit", meeting, words | {"kind": meeting.kind_id, "held_on": make.in_days(0), "place": "Tjetër"}),
        ("meetings:call_off", meeting, words | {"to": "cancelled"}),
        ("meetings:open", meeting, words),
        ("meetings:close", meeting, words),
        ("meetings:circulate", meeting, words),
        ("meetings:attendance", meeting, {f"institution-{examples.place('ZVA').pk}": "absent"}),
        ("meetings:item_add", meeting, {"title": "Pikë e vonuar"}),
        ("meetings:item_edit", frozen, {"title": "Tjetër", "position": 1, "version": frozen.version}),
        ("meetings:item", frozen, {"discussion": "Tjetër.", "version": frozen.version}),
        ("meetings:item_withdraw", frozen, {}),
        ("meetings:item", frozen, {"text": "Vendim i vonuar."}),
        ("meetings:remark", meeting, {"text": "Vërejtje e vonuar."}),
    ]

    def state() -> list[object]:
        return [
            list(rows(Meeting).filter(pk=meeting.pk).values()),
            list(rows(AgendaItem).filter(meeting=meeting).values()),
            *(list(rows(Meeting).filter(pk=meeting.pk).values(f"{way}__pk")) for way in ("attendance", "remarks")),
            list(rows(AgendaItem).filter(meeting=meeting).values("decisions__pk")),
        ]

    before = state()
    for name, thing, sent in attempts:
        answer = coordinator.post(url(name, thing), sent)
        assert answer.status in (200, 302), name
        assert state() == before, name
    sent = {"outcome": "closed", "note": "Po.", "version": decision.version}
    coordinator.post(url("meetings:review", meeting, decision=decision.code), sent)
    assert again(decision).is_open
    assert state() == before


def test_tasks_go_on_after_the_approval(person, frozen, examples):
    task = make.task(examples.place("ZVA"))
    make.decision(frozen, tasks=[task], number=900)

    person("zva.durres").save(url("plan:task_progress", task), note="Vijon.")

    assert again(task).state == "in_progress"


# --- before the meeting ---


def test_a_planned_meeting_is_postponed_or_cancelled(coordinator, examples):
    meeting = examples.planned
    shown = coordinator.look(url("meetings:detail", meeting))
    postpone = next(form for form in shown.forms if form.values.get("to") == ["postponed"])

    coordinator.post(postpone.action, postpone.sent({}))

    assert again(meeting).state == "postponed"
    assert entries("meeting.called_off", meeting)


@pytest.mark.parametrize("to", ["held", "approved", "", "open", "<b>"])
def test_it_is_called_off_to_nothing_else(coordinator, examples, to):
    coordinator.post(url("meetings:call_off", examples.planned), {"to": to, "version": examples.planned.version})

    assert again(examples.planned).state == "planned"


def test_an_open_meeting_is_not_called_off(coordinator, examples):
    meeting = examples.meeting
    coordinator.post(url("meetings:call_off", meeting), {"to": "cancelled", "version": meeting.version})

    assert again(meeting).state == "open"


def test_items_move_aside_and_close_up(coordinator, examples):
    meeting = examples.planned
    first, second, third = (make.item(meeting, title=title) for title in ("Një", "Dy", "Tre"))

    coordinator.fill(url("meetings:item_edit", third), position=1)
    assert [again(one).position for one in (third, first, second)] == [1, 2, 3]

    coordinator.post(url("meetings:item_withdraw", first))
    assert [again(one).position for one in (third, second)] == [1, 2]
    assert entries("item.withdrawn", first)
    assert "Një" not in [
        item.title for item in coordinator.look(url("meetings:detail", meeting)).response.context["items"]
    ]


def test_an_item_on_which_something_was_said_stays(coordinator, examples):
    said = make.item(examples.meeting, discussion="U tha.")
    decided = make.item(examples.meeting)
    make.decision(decided, number=901)
    follow_up = make.item(examples.meeting, kind="follow_up")

    for one in (said, decided, follow_up):
        coordinator.post(url("meetings:item_withdraw", one))
        assert again(one).withdrawn_at is None
