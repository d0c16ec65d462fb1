"""From a meeting to a closed decision, as the people of Durrës walk it in their browsers."""

import pytest

from krat.demo import make
from krat.plan.models import Task
from meetings.models import AgendaItem, Attendance, Decision, Meeting, Review
from tests.ui.html_client import again, entries, rows, url, who_did

pytestmark = pytest.mark.django_db

ASKED = "Zyra arsimore të mbledhë listat e nxënësve që mungojnë. Listat dërgohen pa emra."


def day(days: int) -> str:
    return make.in_days(days).strftime("%d.%m.%Y")


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def education(person):
    return person("zva.durres")


@pytest.fixture
def filed(coordinator, examples) -> Meeting:
    """The coordinator files a meeting of today."""
    coordinator.save(url("meetings:add"), **new_meeting(examples))
    return rows(Meeting).order_by("-pk")[0]


def new_meeting(examples, **more):
    return {
        "body": examples.body.pk,
        "kind": make.term("meeting", "extraordinary").pk,
        "held_on": day(0),
        "place": "Salla e mbledhjeve",
        "agenda": "Hapja\n\n  Raporti i arsimit  \nTë ndryshme",
    } | more


def items_of(meeting: Meeting) -> list[AgendaItem]:
    return list(rows(AgendaItem).filter(meeting=meeting, withdrawn_at=None).order_by("position"))


def everybody_sits_down(coordinator, meeting) -> None:
    address = url("meetings:attendance", meeting)
    assert coordinator.post(address, coordinator.look(address).form("seen").sent({"everybody": "1"})).status == 302


@pytest.fixture
def opened(examples) -> Meeting:
    """In progress, everybody who votes at the table, the agenda as the coordinator would file it."""
    for kind, title in (("ordinary", "Hapja"), ("follow_up", "Ndjekja"), ("ordinary", "Raporti i arsimit")):
        make.item(examples.meeting, kind=kind, title=title)
    return examples.meeting


@pytest.fixture
def decided(coordinator, opened, examples) -> Decision:
    """A decision that charges the education office until a day."""
    item = items_of(opened)[2]
    address = url("meetings:item", item)
    form = coordinator.look(address).form("text", "lead", "due_on")
    words = {"text": ASKED, "lead": examples.place("ZVA").pk, "due_on": day(0)}
    assert coordinator.post(address, form.sent(words)).leads_to
    return rows(Decision).select_related("item__meeting__body__county", "body").order_by("-pk")[0]


@pytest.fixture
def task(decided) -> Task:
    return rows(Task).get(decisions=decided)


def hold_next(examples, on: int = 1) -> Meeting:
    """The next meeting of the committee, in progress."""
    meeting = examples.another_meeting(state="open", held_on=make.in_days(on))
    make.item(meeting, kind="follow_up")
    return meeting


def returning(shown) -> set[str]:
    return {one["decision"].label for one in shown.response.context["returning"]}


# --- filing ---


def test_the_coordinator_files_a_meeting_with_its_agenda(filed):
    items = items_of(filed)
    assert [item.kind for item in items] == ["ordinary", "follow_up", "ordinary", "ordinary"]
    assert [items[at].title for at in (0, 2, 3)] == ["Hapja", "Raporti i arsimit", "Të ndryshme"]
    assert filed.state == "planned"
    assert entries("meeting.convened", filed)


def test_it_has_the_next_number_of_its_body(coordinator, filed, examples):
    coordinator.save(url("meetings:add"), **new_meeting(examples, starts_at="15:00"))

    assert rows(Meeting).order_by("-pk")[0].number == filed.number + 1


def test_a_day_on_which_the_body_does_not_stand_is_refused_beside_the_date(coordinator, examples):
    shown = coordinator.fill(url("meetings:add"), **new_meeting(examples, held_on="01.01.2019"))

    assert "does not stand on that day" in shown.beside("held_on")
    assert shown.typed("agenda").startswith("Hapja")


def test_a_line_of_the_agenda_that_is_too_long_is_refused_and_kept(coordinator, examples):
    before = rows(Meeting).count()

    shown = coordinator.fill(url("meetings:add"), **new_meeting(examples, agenda="Hapja\n" + "a" * 301))

    assert shown.status == 200
    assert shown.typed("agenda") == "Hapja\n" + "a" * 301
    assert rows(Meeting).count() == before


def test_the_body_of_another_county_is_none(coordinator, examples):
    from krat.committee.models import Body

    foreign = rows(Body).filter(county__code="AL-05")[0]

    assert coordinator.fill(url("meetings:add"), **new_meeting(examples, body=foreign.pk)).beside("body")


# --- the meeting day ---


def test_opening_leads_to_the_first_item(coordinator, filed):
    answer = coordinator.press(url("meetings:detail", filed), url("meetings:open", filed))

    assert answer.leads_to == url("meetings:item", items_of(filed)[0])
    assert again(filed).state == "open"


def test_before_the_opening_nothing_is_minuted_or_decided(coordinator, filed):
    item = items_of(filed)[0]

    minuted = coordinator.post(url("meetings:item", item), {"discussion": "U tha.", "version": item.version})
    decided = coordinator.post(url("meetings:item", item), {"text": ASKED, "version": item.version})

    for answer in (minuted, decided):
        assert "has not been opened" in str(answer.response.context["form"].errors)
    assert not rows(Decision).filter(text=ASKED).exists()
    assert again(item).discussion == ""


def test_with_everybody_at_the_table_it_is_held_when_it_closes(coordinator, filed):
    coordinator.press(url("meetings:detail", filed), url("meetings:open", filed))
    everybody_sits_down(coordinator, filed)
    quorum = coordinator.look(url("meetings:detail", filed)).response.context["quorum"]

    coordinator.press(url("meetings:detail", filed), url("meetings:close", filed))

    assert quorum.present == quorum.voting
    assert again(filed).state == "held"
    assert [entries(f"meeting.{event}", filed) != [] for event in ("opened", "attendance", "closed")] == [True] * 3


def test_a_substitute_counts_and_a_guest_does_not_vote(coordinator, opened, examples):
    guest = examples.newcomer
    make.membership(examples.body, guest, "guest")
    before = coordinator.look(url("meetings:detail", opened)).response.context["quorum"]

    coordinator.fill(
        url("meetings:attendance", opened),
        **{f"institution-{guest.pk}": "present", f"institution-{examples.place('ZVA').pk}": "substitute"},
    )
    quorum = coordinator.look(url("meetings:detail", opened)).response.context["quorum"]

    assert (quorum.present, quorum.voting, quorum.needed) == (before.present, before.voting, before.needed)
    assert not rows(Attendance).get(meeting=opened, institution=guest).votes


def test_without_quorum_a_decision_is_a_recommendation_and_the_meeting_says_so(coordinator, filed, examples):
    coordinator.press(url("meetings:detail", filed), url("meetings:open", filed))
    coordinator.fill(url("meetings:attendance", filed), **{f"institution-{examples.place('ZVA').pk}": "present"})
    coordinator.fill(url("meetings:item", items_of(filed)[0]), text=ASKED)

    coordinator.press(url("meetings:detail", filed), url("meetings:close", filed))

    assert rows(Decision).order_by("-pk")[0].is_recommendation
    assert again(filed).state == "no_quorum"


def test_with_quorum_it_is_a_decision(decided):
    assert not decided.is_recommendation


def test_a_meeting_is_not_closed_before_somebody_said_who_was_there(coordinator, filed):
    coordinator.press(url("meetings:detail", filed), url("meetings:open", filed))

    answer = coordinator.press(url("meetings:detail", filed), url("meetings:close", filed))

    assert "Record first who was at the table" in answer.text
    assert again(filed).state == "open"


def test_the_minutes_of_an_item_are_saved_and_read_by_the_border_police(coordinator, person, opened):
    item = items_of(opened)[2]

    coordinator.fill(url("meetings:item", item), discussion="U raportuan 12 raste të munguara.", is_done="on")

    assert again(item).is_done
    assert "U raportuan 12 raste" in person("kufi.durres").look(url("meetings:detail", opened)).text
    assert "U raportuan 12 raste" in person("kufi.durres").look(url("meetings:minutes", opened)).text
    assert entries("item.minuted", item)


# --- the decision ---


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"due_on": "yesterday"}, "due_on"),
        ({"due_on": -1}, "due_on"),
        ({"due_on": ""}, "due_on"),
        ({"lead": ""}, "lead"),
        ({"text": ""}, "text"),
        ({"text": "   \n "}, "text"),
    ],
)
def test_a_decision_that_does_not_hold_together_says_where(coordinator, opened, examples, words, field):
    good = {"text": ASKED, "lead": examples.place("ZVA").pk, "due_on": day(3)}
    words = {name: day(value) if isinstance(value, int) else value for name, value in words.items()}

    shown = coordinator.fill(url("meetings:item", items_of(opened)[0]), **(good | words))

    assert shown.beside(field)
    assert not rows(Decision).filter(text=ASKED).exists()
    assert not rows(Task).filter(details=ASKED).exists()


def test_supporting_oneself_is_left_out(coordinator, opened, examples):
    zva, border = examples.place("ZVA"), examples.place("KUFI")
    words = {"text": ASKED, "lead": zva.pk, "due_on": day(3), "supporting": [zva.pk, border.pk]}

    coordinator.save(url("meetings:item", items_of(opened)[0]), **words)

    task = rows(Task).get(details=ASKED)
    assert list(task.supporting.through.objects.filter(task=task).values_list("institution_id", flat=True)) == [
        border.pk
    ]


def test_a_decision_that_charges_nobody_makes_no_task(coordinator, opened):
    before = rows(Task).count()

    coordinator.fill(url("meetings:item", items_of(opened)[0]), text="Komiteti merr shënim.")

    assert rows(Task).count() == before


def test_the_task_is_live_at_once_and_stands_first_for_the_education_office(education, decided, task, examples):
    assert (task.state, task.lead_id, task.due_on) == ("new", examples.place("ZVA").pk, make.in_days(0))
    assert task.title == "Zyra arsimore të mbledhë listat e nxënësve që mungojnë"

    waits = education.look("/").response.context["waiting"]
    before = [one.day for one in waits[: [one.url for one in waits].index(url("plan:task", task))]]
    assert all(day <= task.due_on for day in before)  # only what was due earlier, or today as well
    assert entries("decision.taken", decided)
    assert entries("task.given", task)


def test_the_education_office_reports_says_done_and_the_coordinator_verifies(education, coordinator, task):
    education.press(url("plan:task", task), url("plan:task_accept", task))
    education.fill(url("plan:task_progress", task), note="Gjysma e shkollave u përgjigj.")
    education.fill(url("plan:task_done", task), note="Listat u dorëzuan.")
    coordinator.fill(url("plan:task_verify", task), note="")

    task = again(task)
    assert (task.state, who_did(task.verified_by_id)) == ("verified", "koordinator.durres")
    assert [one.event for one in entries("task.moved", task)] == ["task.moved"] * 3
    assert entries("task.progressed", task)
    shown = coordinator.look(url("plan:task", task))
    assert "Gjysma e shkollave" in shown.text
    assert "Listat u dorëzuan" in shown.text


def test_the_education_office_does_not_verify_its_own_task(education, task, examples):
    education.fill(url("plan:task_done", task), note="U krye.")

    assert education.get(url("plan:task_verify", task)).status == 403
    assert education.post(url("plan:task_verify", task), {"note": ""}).status == 403
    assert again(task).state == "done"


def test_who_reported_it_done_does_not_verify_it_but_the_prefect_may(coordinator, person, examples):
    own = make.task(examples.place("PREF"), state="in_progress")
    coordinator.fill(url("plan:task_done", own), note="Prefektura e kreu.")

    refused = coordinator.fill(url("plan:task_verify", own), note="Në rregull.")
    assert "somebody else verifies it" in refused.text
    assert refused.typed("note") == "Në rregull."

    person("prefekt.durres").fill(url("plan:task_verify", own), note="")
    assert again(own).state == "verified"


def test_a_task_given_back_goes_on_with_a_reason(coordinator, education, task):
    education.fill(url("plan:task_done", task), note="U krye.")

    assert coordinator.fill(url("plan:task_return", task), note="").beside("note")
    coordinator.fill(url("plan:task_return", task), note="Mungon një shkollë.")

    assert again(task).state == "in_progress"
    assert again(task).done_by is None


# --- returning ---


def test_it_returns_by_itself_until_the_body_closes_it(coordinator, decided, examples):
    nxt = hold_next(examples)
    assert decided.label in returning(coordinator.look(url("meetings:detail", nxt)))

    address = url("meetings:review", nxt, decision=decided.code)
    coordinator.fill(address, outcome="goes_on", note="Presim shkollën e fundit.")
    after = hold_next(examples, on=2)
    assert decided.label in returning(coordinator.look(url("meetings:detail", after)))

    coordinator.fill(url("meetings:review", after, decision=decided.code), outcome="closed", note="Mjafton.")
    last = hold_next(examples, on=3)
    assert decided.label not in returning(coordinator.look(url("meetings:detail", last)))
    assert again(decided).closed_at_id == after.pk


def test_it_does_not_return_to_the_meeting_that_took_it_nor_to_an_earlier_one(coordinator, opened, decided, examples):
    earlier = examples.another_meeting(state="open", held_on=make.in_days(-2))

    assert decided.label not in returning(coordinator.look(url("meetings:detail", opened)))
    assert decided.label not in returning(coordinator.look(url("meetings:detail", earlier)))
    refused = coordinator.post(
        url("meetings:review", earlier, decision=decided.code),
        {"outcome": "closed", "note": "Po.", "version": decided.version},
    )
    assert "does not stand on the agenda" in refused.text


def test_it_does_not_return_to_the_technical_table(coordinator, decided, examples):
    table = make.meeting(make.body("table", year=2085, starts_on=make.in_days(0)), held_on=make.in_days(1))

    assert decided.label not in returning(coordinator.look(url("meetings:detail", table)))


def test_it_returns_to_the_committee_of_the_next_year(coordinator, decided):
    body = make.body(year=2085, starts_on=make.in_days(0))
    nxt = make.meeting(body, held_on=make.in_days(9))

    assert decided.label in returning(coordinator.look(url("meetings:detail", nxt)))


def test_closing_it_with_an_unverified_task_needs_a_note(coordinator, decided, task, examples):
    nxt = hold_next(examples)
    address = url("meetings:review", nxt, decision=decided.code)

    assert "not verified yet" in coordinator.fill(address, outcome="closed", note="  ").beside("note")
    assert again(decided).is_open
    coordinator.fill(address, outcome="closed", note="Komiteti e mbyll: detyra vijon me planin.")
    assert not again(decided).is_open


def test_with_its_task_verified_it_is_closed_without_a_note(coordinator, education, decided, task, examples):
    education.fill(url("plan:task_done", task), note="U krye.")
    coordinator.fill(url("plan:task_verify", task), note="")
    nxt = hold_next(examples)

    coordinator.save(url("meetings:review", nxt, decision=decided.code), outcome="closed")

    assert not again(decided).is_open
    assert entries("decision.reviewed", decided)


def test_the_same_meeting_may_find_otherwise(coordinator, decided, examples):
    nxt = hold_next(examples)
    address = url("meetings:review", nxt, decision=decided.code)
    coordinator.fill(address, outcome="closed", note="Mjafton.")
    coordinator.fill(address, outcome="goes_on", note="Jo ende.")

    assert again(decided).is_open
    assert rows(Review).filter(meeting=nxt, decision=decided).count() == 1


def test_the_meeting_that_closed_it_still_shows_it(coordinator, person, decided, examples):
    nxt = hold_next(examples)
    coordinator.fill(url("meetings:review", nxt, decision=decided.code), outcome="closed", note="Mjafton.")
    everybody_sits_down(coordinator, nxt)
    coordinator.press(url("meetings:detail", nxt), url("meetings:close", nxt))

    assert decided.label in returning(coordinator.look(url("meetings:detail", nxt)))
    assert ASKED in person("kufi.durres").look(url("meetings:detail", decided.item.meeting)).text
    assert "Mjafton." in person("kufi.durres").look(url("meetings:decision", decided)).text


def test_a_decision_of_the_other_county_is_not_there(coordinator, opened):
    foreign = rows(Decision).filter(body__county__code="AL-05")[0]

    assert coordinator.get(url("meetings:review", opened, decision=foreign.code)).status == 404
    assert coordinator.get(url("meetings:decision", foreign)).status == 404


def test_the_coordinator_of_gjirokaster_finds_none_of_it(person, decided, task):
    foreign = person("koordinator.gjirokaster")

    for address in (
        url("meetings:detail", decided.item.meeting),
        url("meetings:item", decided.item),
        url("meetings:decision", decided),
        url("plan:task", task),
    ):
        assert foreign.get(address).status == 404
    assert url("meetings:decision", decided) not in foreign.look(url("meetings:decisions")).links
    assert url("plan:task", task) not in foreign.look(url("plan:tasks")).links
