"""Who is at the table: choice by choice on the meeting's own screen, and what follows from it."""

import pytest

from krat.committee.models import Membership
from krat.demo import make
from meetings.models import Attendance, Decision
from meetings.quorum import quorum_of
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def empty(examples):
    """In progress, and nobody recorded yet."""
    return examples.another_meeting(state="open")


def choose(coordinator, meeting, **data):
    """Send single choices as the script does: only what was pressed, and ask for JSON."""
    address = url("meetings:attendance", meeting)
    seen = coordinator.look(address).form("seen").values["seen"][0]
    return coordinator.browser.post(address, {"seen": seen} | data, headers={"accept": "application/json"})


def choice_of(examples, short: str) -> str:
    return f"institution-{examples.place(short).pk}"


def status_of(meeting, examples, short: str) -> str | None:
    return rows(Attendance).filter(meeting=meeting, institution=examples.place(short)).values_list("status").first()


# --- choice by choice ---


def test_one_choice_is_saved_by_itself_and_the_quorum_is_told(coordinator, empty, examples):
    answer = choose(coordinator, empty, **{choice_of(examples, "ZVA"): "present"})

    assert answer.status_code == 200
    assert answer.json()["status"] == {choice_of(examples, "ZVA"): "present"}
    assert "No quorum: 1 of" in answer.json()["quorum"]
    assert "The quorum is not reached: 1 of" in answer.json()["final"]
    assert rows(Attendance).filter(meeting=empty).count() == 1
    assert entries("meeting.attendance", empty)


def test_what_is_not_sent_is_not_touched(coordinator, empty, examples):
    choose(coordinator, empty, **{choice_of(examples, "ZVA"): "present"})

    choose(coordinator, empty, **{choice_of(examples, "KUFI"): "absent"})

    assert status_of(empty, examples, "ZVA") == ("present",)
    assert status_of(empty, examples, "KUFI") == ("absent",)


def test_not_recorded_takes_back_what_was_recorded(coordinator, examples):
    meeting = examples.meeting
    before = coordinator.look(url("meetings:detail", meeting)).response.context["quorum"].present

    coordinator.save(url("meetings:attendance", meeting), **{choice_of(examples, "ZVA"): ""})

    assert status_of(meeting, examples, "ZVA") is None
    assert coordinator.look(url("meetings:detail", meeting)).response.context["quorum"].present == before - 1
    assert entries("meeting.attendance", meeting)[-1].fields == [examples.place("ZVA").code]


def test_all_took_part_leaves_what_was_recorded_as_it_is(coordinator, empty, examples):
    choose(coordinator, empty, **{choice_of(examples, "ZVA"): "excused"})

    form = coordinator.look(url("meetings:attendance", empty)).form("seen")
    coordinator.post(url("meetings:attendance", empty), form.sent({"everybody": "1"}))

    assert status_of(empty, examples, "ZVA") == ("excused",)
    assert status_of(empty, examples, "KUFI") == ("present",)
    quorum = coordinator.look(url("meetings:detail", empty)).response.context["quorum"]
    assert quorum.present == quorum.voting - 1


def test_one_returns_to_the_item_one_came_from_and_to_none_of_another_meeting(coordinator, examples):
    item, other = examples.item, make.item(examples.another_meeting(state="open"))
    screen = coordinator.look(url("meetings:item", item))
    form = screen.form("seen")

    assert coordinator.post(form.action, form.sent({})).leads_to == url("meetings:item", item)
    strange = coordinator.post(form.action, form.sent({"item": str(other.code)}))
    assert strange.leads_to == url("meetings:detail", item.meeting)


def test_two_who_record_at_once_overwrite_nothing(coordinator, person, empty, examples):
    zva = choice_of(examples, "ZVA")
    stale = coordinator.look(url("meetings:attendance", empty)).form("seen").values["seen"][0]
    choose(person("sekretaria.durres"), empty, **{zva: "absent"})

    answer = coordinator.browser.post(
        url("meetings:attendance", empty), {"seen": stale, zva: "present"}, headers={"accept": "application/json"}
    )

    assert answer.status_code == 422
    assert "Meanwhile somebody recorded “absent”" in answer.json()["errors"][zva][0]
    assert answer.json()["status"][zva] == "absent"
    assert status_of(empty, examples, "ZVA") == ("absent",)


def test_a_member_may_not_and_another_county_finds_nothing(person, empty, examples):
    data = {choice_of(examples, "ZVA"): "present"}

    assert person("zva.durres").post(url("meetings:attendance", empty), data).status == 403
    assert person("koordinator.gjirokaster").post(url("meetings:attendance", empty), data).status == 404
    assert not rows(Attendance).filter(meeting=empty).exists()


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_nobody_sits_at_the_table_of_a_meeting_that_was_called_off(coordinator, examples, state):
    meeting = examples.another_meeting(state=state)

    shown = coordinator.fill(url("meetings:attendance", meeting), **{choice_of(examples, "ZVA"): "present"})

    assert "was called off" in shown.text
    assert not rows(Attendance).filter(meeting=meeting).exists()


# --- a substitute ---


def test_a_substitute_comes_in_an_office_which_the_minutes_tell(coordinator, empty, examples):
    zva = examples.place("ZVA")

    choose(coordinator, empty, **{f"institution-{zva.pk}": "substitute", f"office-{zva.pk}": "shefe e sektorit"})

    assert rows(Attendance).get(meeting=empty, institution=zva).office == "shefe e sektorit"
    assert "shefe e sektorit" in coordinator.look(url("meetings:minutes", empty)).text


def test_a_name_in_place_of_the_office_is_stopped_and_stays_typed(coordinator, empty, examples):
    zva = examples.place("ZVA")
    typed = {f"institution-{zva.pk}": "substitute", f"office-{zva.pk}": "Zamira Kolprovaj"}

    shown = coordinator.fill(url("meetings:attendance", empty), **typed)

    assert shown.beside(f"office-{zva.pk}")
    assert shown.typed(f"office-{zva.pk}") == "Zamira Kolprovaj"
    assert not rows(Attendance).filter(meeting=empty).exists()


def test_the_office_goes_with_the_substitute(coordinator, empty, examples):
    zva = examples.place("ZVA")
    choose(coordinator, empty, **{f"institution-{zva.pk}": "substitute", f"office-{zva.pk}": "specialiste"})

    choose(coordinator, empty, **{f"institution-{zva.pk}": "present"})

    assert rows(Attendance).get(meeting=empty, institution=zva).office == ""


# --- what follows ---


def test_an_institution_with_two_places_counts_once(examples, empty, seat):
    """As rows from before overlapping places were refused may have it."""
    zva = examples.place("ZVA")
    before = quorum_of(empty, seat("koordinator.durres")).voting
    rows(Membership).filter(body=examples.body, institution=zva).update(ends_on=make.in_days(30))
    make.membership(examples.body, zva, starts_on=make.in_days(-1))

    assert quorum_of(empty, seat("koordinator.durres")).voting == before


def test_a_decision_asks_for_the_attendance_first_and_stays_typed(coordinator, empty):
    item = make.item(empty)

    shown = coordinator.fill(url("meetings:item", item), text="Komiteti merr shënim.", discussion="U tha.")

    assert "Record first who is at the table" in shown.text
    assert (shown.typed("text"), shown.typed("discussion")) == ("Komiteti merr shënim.", "U tha.")
    assert shown.form("seen")  # the attendance stands beside it
    assert not rows(Decision).filter(item=item).exists()
    assert again(item).discussion == ""


def test_a_recommendation_becomes_a_decision_when_the_others_are_recorded(coordinator, empty, examples):
    item = make.item(empty)
    choose(coordinator, empty, **{choice_of(examples, "ZVA"): "present"})
    coordinator.save(url("meetings:item", item), text="Komiteti merr shënim.")
    decision = rows(Decision).get(item=item)
    assert decision.is_recommendation

    form = coordinator.look(url("meetings:attendance", empty)).form("seen")
    coordinator.post(url("meetings:attendance", empty), form.sent({"everybody": "1"}))

    assert not again(decision).is_recommendation
    assert entries("decision.standing", decision)


def test_a_closed_meeting_follows_a_corrected_attendance(coordinator, examples):
    meeting = examples.meeting
    coordinator.press(url("meetings:detail", meeting), url("meetings:close", meeting))
    assert again(meeting).state == "held"

    everybody = {f"institution-{one.institution_id}": "absent" for one in rows(Attendance).filter(meeting=meeting)}
    coordinator.save(url("meetings:attendance", meeting), **everybody)

    assert again(meeting).state == "no_quorum"


def test_on_another_day_those_vote_whom_the_act_names_then(coordinator, examples):
    meeting, guest = examples.meeting, examples.newcomer
    make.membership(examples.body, guest, starts_on=make.in_days(-3), ends_on=make.in_days(-1))
    row = make.attendance(meeting, guest, votes=False)

    coordinator.save(url("meetings:edit", meeting), held_on=make.in_days(-2).strftime("%d.%m.%Y"))

    assert again(row).votes
