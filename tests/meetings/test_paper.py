"""The paper of a meeting: stored when it is approved, and from then on never another one (decision 33)."""

import importlib
import json
from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from krat.audit import trail, triggers
from krat.committee.models import Institution, Membership
from krat.demo import make
from krat.people.models import User
from krat.plan.actions import tasks
from krat.plan.models import Task
from meetings import actions
from meetings.models import AgendaItem, ApprovedMinutes, Attendance, Decision, Meeting
from meetings.paper import canonical, compose, fingerprint
from tests.api.conftest import make_machine
from tests.ui.html_client import again, rows, url

pytestmark = pytest.mark.django_db

ASKED = "ZVA verifikon regjistrimin e fëmijëve të listës."


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def prefect(person):
    return person("prefekt.durres")


@pytest.fixture
def held(examples, seat) -> Meeting:
    """A meeting with everything on it: who was there, a returned decision, another that nobody took up, a new one."""
    by = seat("koordinator.durres")
    returns, meeting = examples.decision, examples.meeting
    make.item(meeting, title="Hapja e mbledhjes", discussion="U hap nga kryetari.")
    make.item(meeting, title="", kind="follow_up")
    item = make.item(meeting, title="Regjistrimi në shkolla", discussion="U diskutua gjatë.")
    actions.decide(
        item,
        by=by,
        text=ASKED,
        lead=examples.place("ZVA"),
        due_on=make.in_days(30),
        supporting=[examples.place("NJMF-DURRES")],
    )
    actions.review(returns, meeting=meeting, by=by, outcome="goes_on", note="Puna vijon.")
    return actions.close_meeting(meeting, by=by)


@pytest.fixture
def approved(held, coordinator, prefect) -> Meeting:
    coordinator.press(url("meetings:detail", held), url("meetings:circulate", held))
    prefect.press(url("meetings:detail", held), url("meetings:approve", held))
    return rows(Meeting).select_related("body", "kind").get(pk=held.pk)


def paper_text(person, meeting) -> str:
    """The minutes as a member of the table reads them."""
    return person("kufi.durres").look(url("meetings:minutes", meeting)).text


def change_everything(meeting, examples, seat) -> None:
    """What may change after an approval, each by its own way."""
    by = seat("koordinator.durres")
    task = rows(Task).filter(decisions__item__meeting=meeting).select_related("lead", "county").get()
    task = tasks.change(
        task,
        by=by,
        based_on=task.version,
        title="Tjetër titull",
        details=task.details,
        lead=examples.place("NJMF-SHIJAK"),
        supporting=[],
        due_on=make.in_days(120),
    )
    tasks.report_progress(task, by=seat("njmf.shijak"), note="Filloi.")
    rows(Institution).filter(pk=examples.place("ZVA").pk).update(name="Zyra me emër tjetër", short_name="ZMT")
    rows(Membership).filter(body=meeting.body_id).update(ends_on=meeting.held_on, votes=False)
    meeting.kind.name_sq = meeting.kind.name_en = "e riemërtuar"
    meeting.kind.save()
    examples.another_meeting(held_on=make.in_days(5))


def test_what_changes_later_does_not_change_the_paper(person, approved, examples, seat):
    before = paper_text(person, approved)
    due = make.in_days(30).strftime("%d.%m.%Y")

    change_everything(approved, examples, seat)

    after = paper_text(person, approved)
    assert after.split("Printed by")[0] == before.split("Printed by")[0]
    assert f"until {due}" in after
    assert "Zyra me emër tjetër" not in after


def test_a_draft_does_change_and_so_the_test_above_can_fail(person, held, examples, seat):
    """The negative control: the same changes, before anybody approved."""
    before = paper_text(person, held)

    change_everything(held, examples, seat)

    assert paper_text(person, held).split("Printed by")[0] != before.split("Printed by")[0]


def test_a_task_that_changes_before_the_approval_leaves_the_minutes_as_it_was_decided(person, held, examples, seat):
    change_everything(held, examples, seat)

    said = paper_text(person, held)

    assert f"until {make.in_days(30):%d.%m.%Y}" in said
    assert f"until {make.in_days(120):%d.%m.%Y}" not in said


def test_the_page_of_the_meeting_shows_the_paper_too(person, approved, examples, seat):
    name, due = examples.place("ZVA").name, make.in_days(30).strftime("%d.%m.%Y")

    change_everything(approved, examples, seat)

    shown = person("kufi.durres").look(url("meetings:detail", approved)).text
    approved_part, today = shown.split("How it stands today")
    assert f"Responsible: {name}" in approved_part
    assert f"until {due}" in approved_part
    assert "in progress" not in approved_part
    assert "in progress" in today


def test_no_state_of_a_task_stands_on_paper(person, held, examples):
    late = make.task(examples.place("ZVA"), state="in_progress", body=held.body)
    item = rows(AgendaItem).select_related("meeting__body").filter(meeting=held)[0]
    make.decision(item, tasks=[late], number=905)

    said = paper_text(person, held)

    for words in ("in progress", "late", "new", "verified", "në proces", "me vonesë", "e pranuar"):
        assert f" {words} " not in said


def test_it_says_who_approved_it_by_office_and_when(person, approved, seat):
    said = paper_text(person, approved)

    by = seat("prefekt.durres")
    assert f"Approved on {make.in_days(0):%-d} " in said
    assert by.institution.name in said
    assert by.user.name.split()[0] not in said.split("Printed by")[0].split("Minutes KRAT")[-1]
    assert "Draft" not in said


@pytest.mark.parametrize("minutes", ["draft", "circulated"])
def test_a_draft_says_so_on_every_printed_page(person, held, minutes):
    rows(Meeting).filter(pk=held.pk).update(minutes=minutes)

    shown = person("kufi.durres").look(url("meetings:minutes", held))

    assert "not approved yet" in shown.text
    foot = shown.html.split('class="print-foot"')[1]  # which browsers repeat on every page
    assert f"DRAFT · Minutes {held.label}" in foot
    assert 'class="draft-mark print-only"' in shown.html


def test_an_approved_one_does_not_say_draft(person, approved):
    shown = person("kufi.durres").look(url("meetings:minutes", approved))

    assert "DRAFT" not in shown.html
    assert "draft-mark" not in shown.html


def test_every_decision_that_returned_stands_there(person, approved, examples):
    """Eight returned and one was taken up: the paper says the one, and names the seven; never that none returned."""
    said = paper_text(person, approved)

    assert f"Decision {examples.decision.label}" in said
    assert "Puna vijon." in said
    assert "Returned and not taken up:" in said
    assert "No open decision returned" not in said


def test_where_none_returned_it_says_so(person, examples):
    first = make.meeting(examples.past_body(), state="held", held_on=make.in_days(-4000))
    make.item(first, title="", kind="follow_up")

    said = person("koordinator.durres").look(url("meetings:minutes", first)).text

    assert "No open decision returned to this meeting." in said


def test_what_was_closed_by_a_later_meeting_still_returned_to_the_earlier_one(held, examples, seat):
    later = examples.another_meeting(state="open", held_on=make.in_days(1))
    rows(Decision).filter(pk=examples.decision.pk).update(closed_at=later)

    content = compose(held, seat("koordinator.durres"))

    returned = [one["code"] for item in content["items"] for one in item["returning"]]
    assert str(examples.decision.code) in returned


# --- stored ---


def test_it_is_stored_with_its_fingerprint_which_the_trail_knows(approved, seat):
    stored = rows(ApprovedMinutes).get(meeting=approved)
    content = json.loads(stored.content)

    assert stored.content == canonical(content)
    assert stored.fingerprint == fingerprint(stored.content)
    assert content["schema"] == 1
    assert content["number"] == approved.label
    assert content["approved"]["role"]["code"] == "prefect"
    [change] = [one for one in trail.history(approved) if "fingerprint" in one.values]
    assert change.values["fingerprint"] == [None, stored.fingerprint]


def test_the_paper_names_nobody(approved):
    """People are named by office: none of the accounts' names stands in what is stored."""
    stored = rows(ApprovedMinutes).get(meeting=approved).content

    assert [name for name in User.objects.values_list("name", flat=True) if name in stored] == []


def test_it_is_written_once(approved):
    stored = rows(ApprovedMinutes).get(meeting=approved)
    stored.content = "{}"

    with pytest.raises(ValidationError):
        stored.save()


def test_who_opens_a_paper_that_somebody_changed_is_told(person, approved):
    stored = rows(ApprovedMinutes).get(meeting=approved)
    with triggers.lifted(connection, "meetings_approvedminutes"):
        rows(ApprovedMinutes).update(content=stored.content.replace("diskutua", "miratua"))

    for name in ("meetings:minutes", "meetings:detail"):
        assert "changed after its approval" in person("kufi.durres").look(url(name, approved)).text


def test_an_untouched_paper_says_nothing_of_the_kind(person, approved):
    for name in ("meetings:minutes", "meetings:detail"):
        assert "changed after its approval" not in person("kufi.durres").look(url(name, approved)).text


def test_when_the_paper_cannot_be_stored_nothing_is_approved(held, seat, monkeypatch):
    actions.circulate(held, by=seat("koordinator.durres"))
    meeting = again(held)
    monkeypatch.setattr("meetings.paper.fingerprint", lambda _text: "x" * 65)

    with pytest.raises(ValidationError):
        actions.approve(meeting, by=seat("prefekt.durres"), based_on=meeting.rewritten)

    assert again(held).minutes == "circulated"


def test_the_other_county_does_not_get_it(person, approved):
    assert person("koordinator.gjirokaster").get(url("meetings:minutes", approved)).status == 404


# --- what stands on it ---


def test_it_tells_when_the_meeting_ended_and_when_the_next_one_is(person, held, examples):
    rows(Meeting).filter(pk=held.pk).update(starts_at=time(10), ends_at=time(11, 45))
    coming = examples.another_meeting(held_on=make.in_days(9))

    said = paper_text(person, again(held))

    assert "from 10:00 to 11:45" in said
    assert f"Next meeting: {coming.label}" in said


def test_without_a_next_meeting_it_promises_none(person, held):
    rows(Meeting).filter(held_on__gt=held.held_on).update(state="cancelled")

    assert "Next meeting" not in paper_text(person, held)


def test_closing_on_its_day_writes_the_hour_down(examples, seat):
    meeting = examples.meeting
    rows(Meeting).filter(pk=meeting.pk).update(starts_at=None)

    actions.close_meeting(again(meeting), by=seat("koordinator.durres"))

    assert again(meeting).ends_at is not None


def test_the_coordinator_corrects_the_hour(coordinator, held):
    coordinator.save(url("meetings:edit", held), starts_at="10:00", ends_at="12:30")
    assert again(held).ends_at == time(12, 30)

    refused = coordinator.fill(url("meetings:edit", held), starts_at="10:00", ends_at="09:00")
    assert refused.beside("ends_at") == "It cannot end before it begins."


def test_the_attendance_says_who_was_not_recorded(person, held, examples):
    place = examples.place("ZVA")
    rows(Attendance).filter(meeting=held, institution=place).delete()

    attendance = compose(held, examples.seat_of("koordinator.durres"))["attendance"]

    assert [row["status"] for row in attendance if row["institution"]["code"] == place.code] == [None]
    assert {row["status"]["code"] for row in attendance if row["votes"] and row["status"]} == {"present"}
    assert f"{place.name} not recorded" in paper_text(person, held)


# --- the invitation ---


def test_a_planned_meeting_prints_an_invitation_and_no_minutes(person, examples):
    meeting = examples.planned
    make.item(meeting, title="Raportimi i institucioneve")

    answer = person("kufi.durres").get(url("meetings:minutes", meeting))
    assert answer.leads_to == url("meetings:invitation", meeting)

    shown = person("kufi.durres").look(url("meetings:invitation", meeting))
    assert "Invitation and agenda" in shown.text
    assert "Raportimi i institucioneve" in shown.text
    assert examples.place("ZVA").name in shown.text
    assert "Minute-taker" not in shown.text
    assert "signature" not in shown.html
    assert "not recorded" not in shown.text


def test_a_held_meeting_invites_nobody(person, held):
    answer = person("kufi.durres").get(url("meetings:invitation", held))

    assert answer.leads_to == url("meetings:minutes", held)


@pytest.mark.parametrize(("state", "words"), [("postponed", "is postponed"), ("cancelled", "is cancelled")])
def test_an_invitation_says_that_it_will_not_be_held(person, examples, state, words):
    meeting = examples.another_meeting(state=state)

    assert words in person("kufi.durres").look(url("meetings:invitation", meeting)).text


# --- what was approved before papers were stored ---


def as_migrations_see_it():
    """The models as the last migrations leave them: plain rows, with none of today's code."""
    return MigrationLoader(connection).project_state().apps


def test_the_migration_stores_what_was_approved_before_as_it_reads(approved):
    stored = rows(ApprovedMinutes).get(meeting=approved)
    with triggers.lifted(connection, "meetings_approvedminutes"):
        rows(ApprovedMinutes).filter(meeting=approved).delete()
    migration = importlib.import_module("meetings.migrations.0006_freeze_what_was_approved")

    migration.freeze(as_migrations_see_it(), None)

    again_stored = rows(ApprovedMinutes).get(meeting=approved)
    before, now = json.loads(stored.content), json.loads(again_stored.content)
    before["next_meeting"] = None  # nobody can tell any more
    for decision in (one for item in before["items"] for one in item["decisions"]):
        decision.pop("withdrawn", None)  # nobody could do that then
    assert now == before
    assert again_stored.fingerprint == fingerprint(again_stored.content)


def test_the_migration_leaves_a_stored_paper_alone(approved):
    before = rows(ApprovedMinutes).get(meeting=approved).pk

    importlib.import_module("meetings.migrations.0006_freeze_what_was_approved").freeze(as_migrations_see_it(), None)

    assert rows(ApprovedMinutes).get(meeting=approved).pk == before


# --- for machines ---


def test_a_machine_reads_the_approved_paper(approved, examples, seat):
    machine = make_machine("AL-02-ZVA").with_token()
    before = machine.get(f"meetings/{approved.code}/").json()

    change_everything(approved, examples, seat)
    rows(AgendaItem).filter(meeting=approved).update(discussion="Tjetër.")

    after = machine.get(f"meetings/{approved.code}/").json()
    stored = rows(ApprovedMinutes).get(meeting=approved)
    assert after["paper"] == {"fingerprint": stored.fingerprint, "content": json.loads(stored.content)}
    for told in (before, after):
        assert [one["discussion"] for one in told["agenda"]] == ["U hap nga kryetari.", "", "U diskutua gjatë."]
        assert [one["label"] for one in told["agenda"][2]["decisions"]] == [
            told["paper"]["content"]["items"][2]["decisions"][0]["number"]
        ]
    assert after["attendance"] == before["attendance"]
    assert after["label"] == approved.label


def test_a_machine_gets_no_paper_of_a_draft(held):
    told = make_machine("AL-02-ZVA").with_token().get(f"meetings/{held.code}/").json()

    assert told["paper"] is None
    assert told["agenda"][2]["decisions"][0]["text"] == ASKED
