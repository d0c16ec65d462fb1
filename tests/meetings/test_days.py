"""Days of meetings: their order by day and hour, opening before the day, forgotten ones, steps taken back."""

import datetime

import pytest

from krat.demo import make
from meetings.models import AgendaItem, Meeting
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def day(days: int) -> str:
    return make.in_days(days).strftime("%d.%m.%Y")


def new_meeting(examples, **more):
    return {
        "body": examples.body.pk,
        "kind": make.term("meeting", "extraordinary").pk,
        "held_on": day(0),
        "starts_at": "07:45",
        "place": "Salla e mbledhjeve",
        "agenda": "Hapja\nTë ndryshme",
    } | more


def newest() -> Meeting:
    return rows(Meeting).select_related("body__county").order_by("-pk")[0]


def returning(shown) -> set[str]:
    return {one["decision"].label for one in shown.response.context["returning"]}


# --- order ---


def test_the_morning_of_a_day_comes_before_its_afternoon_whichever_was_entered_first(coordinator, examples):
    afternoon = examples.another_meeting(state="open", starts_at=datetime.time(15))
    decision = make.decision(make.item(afternoon), number=901)
    morning = examples.another_meeting(state="open", starts_at=datetime.time(9))
    evening = examples.another_meeting(state="open", starts_at=datetime.time(18))

    assert decision.label not in returning(coordinator.look(url("meetings:detail", morning)))
    assert decision.label in returning(coordinator.look(url("meetings:detail", evening)))
    listed = [one.pk for one in coordinator.look(url("meetings:list")).response.context["found"].rows]
    assert [pk for pk in listed if pk in (evening.pk, afternoon.pk, morning.pk)] == [
        evening.pk,
        afternoon.pk,
        morning.pk,
    ]


def test_lists_tell_the_hour(coordinator, examples):
    meeting = examples.another_meeting(state="held", starts_at=datetime.time(15, 5))
    make.decision(make.item(meeting), number=901)

    assert f"{day(0)}, 15:05" in coordinator.look(url("meetings:list")).text
    assert f"{day(0)}, 15:05" in coordinator.look(url("meetings:decisions")).text


def test_an_open_meeting_stays_on_first_pages_past_midnight_until_it_is_closed(person, examples):
    yesterday = examples.another_meeting(state="open", held_on=make.in_days(-1))
    examples.another_meeting(held_on=make.in_days(2))

    assert person("kufi.durres").look("/").response.context["next"]["meeting"].pk == yesterday.pk
    rows(Meeting).filter(state="open").update(state="held")
    assert person("kufi.durres").look("/").response.context["next"]["meeting"].pk != yesterday.pk


def test_a_forgotten_meeting_asks_its_coordinator_and_nobody_else(person, coordinator, examples):
    meeting = examples.another_meeting(held_on=make.in_days(-19))
    address = url("meetings:detail", meeting)

    line = next(one for one in coordinator.look("/").response.context["waiting"] if one.url == address)
    assert line.title.startswith("Was it held?")
    assert line.title.endswith(meeting.label)
    assert not [one for one in person("kufi.durres").look("/").response.context["waiting"] if one.url == address]
    shown = coordinator.look(address)
    assert "The day of this meeting has passed" in shown.text
    assert url("meetings:open", meeting) in {form.action for form in shown.forms}
    assert url("meetings:call_off", meeting) in {form.action for form in shown.forms}
    coordinator.post(url("meetings:call_off", meeting), {"to": "postponed"})
    assert not [one for one in coordinator.look("/").response.context["waiting"] if one.url == address]


# --- before its day ---


def test_opening_before_the_day_asks_back_and_then_today_is_its_day(coordinator, examples):
    meeting = examples.another_meeting(held_on=make.in_days(21))

    asked = coordinator.post(url("meetings:open", meeting), {"version": meeting.version})
    assert f"It is planned for {day(21)}" in asked.text
    assert again(meeting).state == "planned"

    coordinator.press(url("meetings:detail", meeting), url("meetings:open", meeting))
    opened = again(meeting)
    assert (opened.state, opened.held_on, opened.planned_for) == ("open", make.in_days(0), make.in_days(21))


def test_on_its_day_nothing_is_asked(coordinator, examples):
    coordinator.post(url("meetings:open", examples.planned), {"version": examples.planned.version})

    assert again(examples.planned).state == "open"


def test_a_meeting_that_has_begun_is_not_moved_into_the_future(coordinator, examples):
    shown = coordinator.fill(url("meetings:edit", examples.meeting), held_on=day(3))

    assert "cannot lie in the future" in shown.beside("held_on")
    assert again(examples.meeting).held_on == make.in_days(0)


def test_nor_past_the_day_until_which_a_task_was_given_on_it(coordinator, examples):
    meeting = examples.another_meeting(state="held", held_on=make.in_days(-9))
    make.decision(make.item(meeting), number=901, tasks=[make.task(examples.place("ZVA"), due_on=make.in_days(-5))])

    assert "is due before that day" in coordinator.fill(url("meetings:edit", meeting), held_on=day(-2)).beside(
        "held_on"
    )
    coordinator.save(url("meetings:edit", meeting), held_on=day(-6))


# --- undone ---


def step_back(coordinator, meeting):
    return coordinator.press(url("meetings:detail", meeting), url("meetings:step_back", meeting))


def test_an_opening_is_taken_back_while_nothing_stands_in_the_minutes(coordinator, examples):
    meeting = examples.another_meeting(held_on=make.in_days(21))
    coordinator.press(url("meetings:detail", meeting), url("meetings:open", meeting))

    step_back(coordinator, meeting)

    back = again(meeting)
    assert (back.state, back.held_on, back.planned_for) == ("planned", make.in_days(21), None)
    assert entries("meeting.stepped_back", meeting)


@pytest.mark.parametrize("what", ["attendance", "discussion", "decision", "review", "done"])
def test_an_opening_stays_once_something_was_recorded(coordinator, examples, what):
    meeting = examples.another_meeting(state="open")
    item = make.item(meeting, discussion="U tha." if what == "discussion" else "", is_done=what == "done")
    if what == "attendance":
        make.attendance(meeting, examples.place("ZVA"))
    elif what == "decision":
        make.decision(item, number=901)
    elif what == "review":
        make.review(meeting, examples.decision)

    shown = coordinator.look(url("meetings:detail", meeting))
    assert url("meetings:step_back", meeting) not in {form.action for form in shown.forms}
    refused = coordinator.post(url("meetings:step_back", meeting), {"version": meeting.version})
    assert "it stays open" in coordinator.follow(refused).text
    assert again(meeting).state == "open"


def test_a_closed_meeting_is_opened_again_until_its_minutes_are_sent(coordinator, examples):
    coordinator.press(url("meetings:detail", examples.meeting), url("meetings:close", examples.meeting))

    step_back(coordinator, examples.meeting)

    assert again(examples.meeting).state == "open"


def test_sent_minutes_are_taken_back_until_somebody_made_a_remark(coordinator, examples, seat):
    meeting = examples.another_meeting(state="held", minutes="circulated", circulated_on=make.in_days(0))
    step_back(coordinator, meeting)
    assert (again(meeting).minutes, again(meeting).circulated_on) == ("draft", None)

    make.remark(examples.circulated, seat("kufi.durres"))
    coordinator.post(url("meetings:step_back", examples.circulated), {"version": examples.circulated.version})
    assert again(examples.circulated).minutes == "circulated"


def test_approved_minutes_have_no_step_back(coordinator, person, examples):
    meeting = examples.another_meeting(state="held", minutes="approved")

    coordinator.post(url("meetings:step_back", meeting), {"version": meeting.version})
    person("prefekt.durres").post(url("meetings:step_back", meeting), {"version": meeting.version})

    assert again(meeting).minutes == "approved"


def test_a_meeting_called_off_by_mistake_is_planned_again_with_its_card(coordinator, examples):
    meeting = examples.another_meeting(held_on=make.in_days(5))
    coordinator.post(url("meetings:card_add", meeting, card=examples.card.code))
    coordinator.post(url("meetings:call_off", meeting), {"to": "cancelled"})
    assert again(examples.card).state == "open"

    step_back(coordinator, meeting)

    assert (again(meeting).state, again(examples.card).state) == ("planned", "on_agenda")


def test_a_step_is_taken_back_once_though_pressed_on_an_older_page(coordinator, examples):
    held = examples.held
    first = coordinator.post(url("meetings:step_back", held), {"version": held.version})
    assert again(held).state == "open"

    second = coordinator.post(url("meetings:step_back", held), {"version": held.version})

    assert (first.status, second.status) == (302, 302)
    assert again(held).state == "open"


def test_only_who_files_meetings_takes_a_step_back(person, examples):
    for username, status in (("kufi.durres", 403), ("prefekt.durres", 403), ("koordinator.gjirokaster", 404)):
        answer = person(username).post(url("meetings:step_back", examples.held), {"version": examples.held.version})
        assert answer.status == status
    assert again(examples.held).state == "held"


# --- filed twice, pasted, of another year ---


def test_a_second_meeting_of_the_same_day_and_hour_is_asked_back(coordinator, examples):
    coordinator.save(url("meetings:add"), **new_meeting(examples))
    before = rows(Meeting).count()

    asked = coordinator.fill(url("meetings:add"), **new_meeting(examples))
    assert "is filed for the same day and hour" in asked.beside("sure")
    assert asked.typed("agenda").splitlines() == ["Hapja", "Të ndryshme"]
    assert rows(Meeting).count() == before
    form = asked.form("sure", "agenda")
    assert coordinator.post(asked.address, form.sent({"sure": "on"})).status == 302
    assert rows(Meeting).count() == before + 1


def test_another_hour_is_not_asked_back_nor_one_that_was_cancelled(coordinator, examples):
    coordinator.save(url("meetings:add"), **new_meeting(examples))
    coordinator.save(url("meetings:add"), **new_meeting(examples, starts_at="08:45"))
    rows(Meeting).filter(starts_at=datetime.time(7, 45)).update(state="cancelled")

    coordinator.save(url("meetings:add"), **new_meeting(examples))


@pytest.mark.parametrize(
    ("pasted", "titles"),
    [
        ("1. Hapja\n2) Raportimi\n(3) Të ndryshme", ["Hapja", "Raportimi", "Të ndryshme"]),
        ("- Hapja\n• Raportimi\n– Të ndryshme", ["Hapja", "Raportimi", "Të ndryshme"]),
        ("1.1. Hapja\na) Raportimi\n10.Të ndryshme", ["Hapja", "Raportimi", "Të ndryshme"]),
        ("3 raste të reja\n1.5 milion lekë\n18.10. Dita evropiane", None),
        ("24 orë\n116 111\nVendimi 3/2026", None),
    ],
)
def test_the_marks_of_a_pasted_list_are_dropped_and_nothing_else(coordinator, examples, pasted, titles):
    coordinator.save(url("meetings:add"), **new_meeting(examples, agenda=pasted))

    items = rows(AgendaItem).filter(meeting=newest(), kind="ordinary").order_by("position")
    assert [item.title for item in items] == (titles or pasted.splitlines())


def test_an_item_that_is_too_long_is_named(coordinator, examples):
    shown = coordinator.fill(url("meetings:add"), **new_meeting(examples, agenda="Hapja\n2. Raporti " + "a" * 301))

    assert "Item 2 has 309 signs; 300 is the most: “Raporti aaa" in shown.beside("agenda")


def test_a_meeting_is_numbered_in_the_year_of_its_own_day(coordinator, examples):
    """As in February, before the body of the new year is made."""
    nxt = datetime.date(examples.body.year + 1, 2, 10)
    examples.body.ends_on = nxt.replace(day=28)
    examples.body.save()

    coordinator.save(url("meetings:add"), **new_meeting(examples, held_on=nxt.strftime("%d.%m.%Y")))

    assert (newest().year, newest().number) == (nxt.year, 1)
    plan = make.plan(year=nxt.year, state="adopted")
    measure = make.measure(make.objective(plan))
    rows(Meeting).filter(pk=newest().pk).update(state="open")
    item = rows(AgendaItem).filter(meeting=newest())[0]
    assert str(measure.pk) in coordinator.look(url("meetings:item", item)).form("measure").choices["measure"]

    younger = make.body(year=nxt.year, starts_on=nxt.replace(day=1), ends_on=nxt.replace(month=12))
    refused = coordinator.fill(
        url("meetings:add"), **new_meeting(examples, held_on=nxt.replace(day=11).strftime("%d.%m.%Y"))
    )
    assert "stands already" in refused.beside("body")
    coordinator.save(
        url("meetings:add"),
        **new_meeting(examples, body=younger.pk, held_on=nxt.replace(day=11).strftime("%d.%m.%Y")),
    )
    assert (newest().body_id, newest().year, newest().number) == (younger.pk, nxt.year, 2)


def test_moved_to_another_year_a_planned_meeting_takes_its_body_and_number(coordinator, examples):
    nxt = datetime.date(examples.body.year + 1, 3, 10)
    younger = make.body(year=nxt.year, starts_on=nxt.replace(day=1), ends_on=nxt.replace(month=12))

    coordinator.save(url("meetings:edit", examples.planned), held_on=nxt.strftime("%d.%m.%Y"))

    moved = again(examples.planned)
    assert (moved.body_id, moved.year, moved.number) == (younger.pk, nxt.year, 1)
