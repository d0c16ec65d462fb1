"""Every verb holds what it tests and what it writes, in the one order (decision 32).

Each is asked as its page asks it, with good words, or called as another verb calls it, while `locks.Watch` looks on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from cases.actions import cards, cases, inbox, referrals
from krat.access import scoping
from krat.api import actions as clients
from krat.demo import make
from krat.notify import actions as messages
from krat.people import actions as people
from krat.people.models import Invitation
from krat.plan.actions import plans, tasks
from krat.plan.models.task import State
from krat.reference import actions as reference
from krat.reference.models import Holiday
from krat.services import actions as services
from meetings import actions as meetings
from tests.notify.examples import dead_mail, notice
from tests.safety import locks
from tests.ui.form_examples import FORMS, Examples
from tests.ui.html_client import (
    person,  # noqa: F401  a fixture
    rows,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Verbs that have no form of their own, and forms whose verb is one of several: what calls them, and by whom.
Call = Callable[[Examples, Callable[[str], Any]], Any]
COORDINATOR, PREFECT, WORKER, HEAD, OFFICE, ADMIN = (
    "koordinator.durres",
    "prefekt.durres",
    "pmf.durres",
    "njmf.durres",
    "zva.durres",
    "admin",
)


def _add_card(s: Examples, of: Callable[[str], Any]) -> None:
    card, by = make.card(make.obstacle(s.case)), of(COORDINATOR)
    item = meetings.add_card(s.planned, by=by, card=card)
    meetings.withdraw_item(item, by=by)
    meetings.add_card(s.planned, by=by, card=card)
    meetings.call_off(s.planned, by=by, to="postponed")
    meetings.step_back(s.planned, by=by)


def _whole_meeting(s: Examples, of: Callable[[str], Any]) -> None:
    by, meeting = of(COORDINATOR), s.planned
    item = meetings.add_card(meeting, by=by, card=make.card(make.obstacle(s.case)))
    meeting = meetings.open_meeting(meeting, by=by)
    places = {one.institution: "present" for one in _places(s)}
    meetings.record_attendance(meeting, by=by, status=places)
    meetings.minute(item, by=by, based_on=item.version, discussion="U fol.", is_done=False)
    meetings.decide(item, by=by, text="Të shqyrtohet.", lead=s.place("ZVA"), due_on=make.in_days(40))
    meetings.close_meeting(meeting, by=by)
    meeting = meetings.circulate(meeting, by=by)
    meetings.approve(meeting, by=of(PREFECT), based_on=meeting.rewritten)


def _places(s: Examples) -> Any:
    from krat.committee.models import Membership

    return rows(Membership).filter(body=s.body, ends_on=None).select_related("institution")


def _task(s: Examples, of: Callable[[str], Any]) -> None:
    task = make.task(s.place("ZVA"), body=s.body)
    task = tasks.move(task, State.ACCEPTED, by=of(OFFICE))
    tasks.report_progress(task, by=of(OFFICE), note="Puna ka filluar.")
    task = tasks.move(task, State.DONE, by=of(OFFICE), note="U krye.")
    tasks.move(task, State.VERIFIED, by=of(COORDINATOR))


def _obstacle(s: Examples, of: Callable[[str], Any]) -> None:
    card = cards.take_to_table(make.obstacle(s.case), by=of(WORKER))
    cards.resolve(card, by=of(WORKER))
    obstacle = make.obstacle(s.case)
    cards.take_to_table(obstacle, by=of(WORKER))
    obstacle.refresh_from_db()
    cards.confirm_gone(obstacle, by=of(WORKER), how="U dha.")


def _many_cases(s: Examples, of: Callable[[str], Any]) -> None:
    by = of(HEAD)
    place = {"kind": "child", "municipality": s.case.municipality, "source": s.case.source}
    opening = cases.Opening(place | {"signalled_on": make.in_days(-1)}, {"first_name": "Shembulla"})
    cases.open_cases([opening], by=by, lookups=cases.Remembered(by))


def _inbox(s: Examples, of: Callable[[str], Any]) -> None:
    inbox.take_over(make.sent_change(s.case), by=of(WORKER))
    inbox.drop(make.sent_change(s.case), by=of(WORKER))
    machine = make.seat("system", s.case.holder)
    inbox.send_change(s.case, by=machine, head={"risk": "high"})


def _team(s: Examples, of: Callable[[str], Any]) -> None:
    place = cases.assign(s.case, by=of(HEAD), seat=make.seat("child_worker", s.case.holder))
    cases.release(place, by=of(HEAD))


def _invitation(s: Examples, of: Callable[[str], Any]) -> None:
    words = {"institution": s.place("ZVA"), "role": "education", "starts_on": make.in_days(0), "ends_on": None}
    for name in ("e.para", "e.dyta"):
        found, _token = people.invite(
            by=of(ADMIN), username=name, name="Shembull Ftuar", email=f"{name}@shembull.invalid", **words
        )
    people.withdraw(found, by=of(ADMIN))
    people.accept(rows(Invitation).get(username="e.para"), password="dallandyshet ikin para shiut")
    people.end_seat(make.seat(), by=of(ADMIN))


def _agenda(s: Examples, of: Callable[[str], Any]) -> None:
    item = make.item(s.planned)
    meetings.withdraw_item(item, by=of(COORDINATOR))
    meetings.restore_item(item, by=of(COORDINATOR))


def _lists(s: Examples, of: Callable[[str], Any]) -> None:
    reference.save_holiday(by=of(ADMIN), day=make.in_days(70), name_sq="Dita e provës", name_en="Day of the proof")
    reference.remove_holiday(Holiday.objects.get(day=make.in_days(70)), by=of(ADMIN))


def _client(s: Examples, of: Callable[[str], Any]) -> None:
    client, _secret = clients.create(by=None, institution=s.place("ZVA"), name="Sistemi i provës", may_write=False)
    clients.end(client, by=None)


def _missing(s: Examples, of: Callable[[str], Any]) -> None:
    """A missing service on an agenda; what is decided there is to fill it. And a service that comes back."""
    by, meeting = of(COORDINATOR), s.planned
    item = meetings.add_missing(meeting, by=by, missing=make.missing())
    meeting = meetings.open_meeting(meeting, by=by)
    meetings.record_attendance(meeting, by=by, status={one.institution: "present" for one in _places(s)})
    meetings.decide(item, by=by, text="Të hapet.", lead=s.place("ZVA"), due_on=make.in_days(40))
    service = make.service(make.institution())
    services.withdraw(service, by=by, why="Gabim.")
    services.restore(service, by=by)


def _messages(s: Examples, of: Callable[[str], Any]) -> None:
    messages.read(notice(), by=of(OFFICE))
    messages.read_all(by=of(OFFICE))
    messages.send_again(dead_mail(), by=of(ADMIN))
    dead_mail()
    messages.send_all_again(by=of(ADMIN))


CALLS: list[Call] = [
    _missing,
    _add_card,
    _whole_meeting,
    _task,
    _obstacle,
    _many_cases,
    _inbox,
    _team,
    _invitation,
    _agenda,
    _lists,
    _client,
    _messages,
    lambda s, of: plans.close(make.plan(s.county, year=2087, state="adopted"), by=of(COORDINATOR)),
    lambda s, of: plans.begin(by=of(COORDINATOR), county=s.plan.county, year=s.plan.year + 1, carry_over=True),
    lambda s, of: referrals.remind(s.referral, by=of(WORKER)),
    lambda s, of: referrals.move(s.referral, "accepted", by=of(OFFICE)),
]
# What only reads, ends what is not a row of an area, or is given rows that its caller holds.
NOT_ASKED = {
    "cases.actions.cases.change_cases": "its cases are read and held in one query by whoever calls it (cases.api.bulk)",
    "krat.people.actions.end_sessions": "ends sessions, which are no rows that a verb tests",
    "krat.people.actions.end_own_session": "ends a session, which is no row that a verb tests",
}


@pytest.fixture
def ask(person, seat):  # noqa: F811
    """Let every verb run while somebody looks, and take back what it did."""

    def all_of(forms=FORMS, calls=CALLS) -> locks.Watch:
        with locks.watching() as watch:
            for page in forms:
                with transaction.atomic():
                    someone, address, sent, _form = page.open(person, Examples())
                    assert someone.post(address, sent).status in (200, 302)
                    transaction.set_rollback(True)
            for call in calls:
                with transaction.atomic():
                    call(Examples(), seat)
                    transaction.set_rollback(True)
        return watch

    return all_of


def test_every_verb_holds_what_it_tests_and_writes_in_the_one_order(ask):
    watch = ask()

    assert "\n".join(watch.wrong) == ""
    assert set(locks.verbs()) - watch.ran == set(NOT_ASKED)
    # That it looked: what these test and lock, by the papers.
    assert {"Meeting.minutes", "AgendaItem.discussion"} <= watch.tested["meetings.actions.minutes.minute"]
    assert {"Meeting", "AgendaItem", "Body"} <= set(watch.locked["meetings.actions.decisions.decide"])
    assert {"Case", "SchoolPart"} <= set(watch.locked["cases.actions.referrals.write_part"])
    assert {"Plan", "Measure"} <= set(watch.locked["krat.plan.actions.plans.write_measure"])
    assert {"Plan.state"} <= watch.tested["krat.plan.actions.plans.adopt"]


# --- the negative controls: each fault is found ---


def test_a_verb_that_takes_no_lock_is_found(ask, monkeypatch):
    def unheld(model, pk, *, based_on=None):
        return model.objects.unscoped("a test").select_related(*model.held_with).get(pk=pk)

    monkeypatch.setattr("meetings.actions.held.hold_by_id", unheld)
    monkeypatch.setattr("meetings.actions.held.hold", lambda thing, **more: unheld(type(thing), thing.pk))

    wrong = ask([], [_whole_meeting]).wrong

    assert any("tests meetings.Meeting.minutes of a row that is not held" in one for one in wrong)
    assert any("adds a meetings.Decision while its meetings.Meeting is not held" in one for one in wrong)


def test_a_row_that_was_read_before_it_was_held_is_found(ask, monkeypatch):
    def hold_and_keep(thing, *, based_on=None):
        scoping.hold(thing, based_on=based_on)
        return thing

    monkeypatch.setattr("krat.plan.actions.tasks.hold", hold_and_keep)

    wrong = ask([], [_task]).wrong

    assert any("tests plan.Task.state as it was before the row was held" in one for one in wrong)


def test_locks_in_another_order_are_found(ask, monkeypatch):
    def item_first(item, *, based_on=None):
        scoping.hold(item)
        meeting = scoping.hold(item.meeting)
        item = scoping.hold(item, based_on=based_on)
        item.meeting = meeting
        return item

    monkeypatch.setattr("meetings.actions.decisions.hold_item", item_first)

    wrong = ask([], [_whole_meeting]).wrong

    assert [one for one in wrong if "locks meetings.Meeting after meetings.AgendaItem" in one]


def test_a_model_of_which_nobody_said_under_whose_lock_it_is_written_is_found(ask, monkeypatch):
    monkeypatch.delitem(locks.BELONGS, "plan.Step")

    assert any("writes a plan.Step, of which nobody said" in one for one in ask([], [_task]).wrong)


def test_what_says_how_things_stand_is_among_what_is_watched():
    """A new field of a state, or of an end, is watched or has its reason."""
    telling = ("state", "stage", "minutes", "version", "withdrawn_at", "ended_at", "closed_at_id")
    unwatched = {
        f"{model._meta.label}.{field.attname}"
        for label in [*locks.RANK, *locks.BELONGS]
        for model in [locks.apps.get_model(label)]
        for field in model._meta.concrete_fields
        if field.attname in telling and field.attname not in locks.TESTED.get(label, set())
    }
    assert unwatched == {
        "cases.Identity.version",  # written with its case, whose version is asked
        "cases.Referral.ended_at",  # tells when; the state is asked
        "cases.StageDeadline.stage",  # of which stage it is
        "cases.Card.stage",  # how the case stood when the card was made
        "plan.Step.state",  # what the task became
    }
