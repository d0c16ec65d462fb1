"""Two verbs at once, one of them paused just before a statement, as a process of its own: what stands afterwards?

``python -m tests.safety.races`` runs every race on the database of ``DATABASE_URL``, a copy of the invented world, and
says for each on one line, as JSON: how each of the two ended ("done", or the refusal's class and first sentence) and
what a look at the rows found. ``KRAT_RACES_APART=1`` lets `hold` take no lock: the negative control.

The verbs are called as they are, without the request that would try again: their locks alone must do.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import django

WHY = "a test's process"
PATIENCE = 0.6  # seconds that the second has to come as far as it can, while the first is paused
Verb = Callable[[], Any]


def at_once(one: Verb, two: Verb, before: str) -> dict[str, str]:
    """Run ``one`` until its first statement that begins so, run ``two`` as far as it comes, let ``one`` go on."""
    from django.db import connection

    reached, go, ended = threading.Event(), threading.Event(), {}

    def end(name: str, verb: Verb) -> None:
        try:
            verb()
            ended[name] = "done"
        except BaseException as mistake:
            ended[name] = f"{type(mistake).__name__}: {str(mistake).splitlines()[0]}"

    def first() -> None:
        def wrap(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if not reached.is_set() and sql.lstrip().startswith(before):
                reached.set()
                go.wait(20)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wrap):
            end("one", one)
        if not reached.is_set():
            ended["one"] = f"never came to {before}: {ended['one']}"
        reached.set()
        connection.close()

    def second() -> None:
        end("two", two)
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    reached.wait(30)
    threads[1].start()
    threads[1].join(PATIENCE)
    go.set()
    for thread in threads:
        thread.join(60)
    return ended


class World:
    """Durrës, its people, and fresh things to race for."""

    def __init__(self) -> None:
        from krat.people.models import Seat

        self.seats = Seat.objects.unscoped(WHY).for_request()
        self.coordinator, self.prefect = self.seat("koordinator.durres"), self.seat("prefekt.durres")
        self.years = iter(range(2060, 2099))

    def seat(self, username: str) -> Any:
        return self.seats.filter(user__username=username).order_by("pk")[0]

    def get(self, thing: Any) -> Any:
        """A row as a request would have it, read anew."""
        rows = type(thing).objects.unscoped(WHY).select_related(*type(thing).held_with)
        return rows.get(pk=thing.pk)

    def meeting(self, state: str = "open", minutes: str = "draft") -> tuple[Any, list[Any]]:
        from krat.demo import make

        meeting = make.meeting(make.body(county="AL-02", year=next(self.years)), state=state, minutes=minutes)
        if state != "planned":
            make.attendance(meeting, self.coordinator.institution)
        return meeting, [make.item(meeting, title=f"Çështja {name}") for name in ("e parë", "e dytë", "e tretë")]

    def case(self) -> tuple[Any, Any, Any]:
        """A case, the officer of the school's office, the case's manager."""
        from krat.demo import make

        worker = self.seat("pmf.durres")
        case = make.case(holder=worker.institution, stage="implementation")
        make.assignment(case, worker, is_manager=True)
        return case, self.seat("zva.durres"), worker

    def refer(self, case: Any, officer: Any, worker: Any) -> Any:
        from krat.demo import make

        return make.referral(case, officer.institution, sent_by=worker)

    def plan(self, state: str) -> tuple[Any, Any]:
        from krat.demo import make

        day = make.in_days(0) if state == "adopted" else None
        plan = make.plan(county="AL-02", year=next(self.years), state=state, adopted_on=day)
        return plan, make.measure(make.objective(plan), note="Arsyeja.")


# --- the races: each says how the two ended and what stands ---


def minute_and_approve(world: World) -> dict[str, Any]:
    from meetings import actions

    meeting, items = world.meeting("held", "circulated")
    read = meeting.rewritten
    item = world.get(items[0])
    ended = at_once(
        lambda: actions.minute(item, by=world.coordinator, based_on=1, discussion="Shtuar.", is_done=True),
        lambda: actions.approve(world.get(meeting), by=world.prefect, based_on=read),
        'UPDATE "meetings_agendaitem"',
    )
    meeting, item = world.get(meeting), world.get(item)
    is_as_read = meeting.rewritten == read and not item.discussion
    return ended | {"approved is what was read": meeting.minutes != "approved" or is_as_read}


def keep_draft(world: World, item: Any, text: str) -> None:
    """What the script of the item's page sends while somebody writes."""
    from django.test import RequestFactory
    from django.urls import resolve, reverse

    address = reverse("meetings:item", kwargs={"code": item.code})
    request: Any = RequestFactory().post(address, {"discussion": text, "version": "1", "_draft": "keep"})
    request.user, request.seat, request.session = world.coordinator.user, world.coordinator, {}
    request.resolver_match = resolve(address)
    answer = request.resolver_match.func(request, code=item.code)
    assert answer.status_code == 200, answer.content


def draft_and_approve(world: World) -> dict[str, Any]:
    from krat.access.models import Draft
    from meetings import actions

    meeting, items = world.meeting("held", "circulated")
    item = world.get(items[0])
    ended = at_once(
        lambda: keep_draft(world, item, "Po shkruhet."),
        lambda: actions.approve(world.get(meeting), by=world.prefect, based_on=meeting.rewritten),
        'INSERT INTO "access_draft"',
    )
    left = Draft.objects.filter(thing=item.code).exists()
    return ended | {"no draft is left": world.get(meeting).minutes != "approved" or not left}


def decide_and_approve(world: World) -> dict[str, Any]:
    from meetings import actions

    meeting, items = world.meeting("held", "circulated")
    read, item = meeting.rewritten, world.get(items[0])
    ended = at_once(
        lambda: actions.decide(item, by=world.coordinator, text="Vendoset të vazhdohet.", lead=None, due_on=None),
        lambda: actions.approve(world.get(meeting), by=world.prefect, based_on=read),
        'INSERT INTO "meetings_decision"',
    )
    meeting = world.get(meeting)
    return ended | {"approved is what was read": meeting.minutes != "approved" or meeting.rewritten == read}


def move_and_move(world: World) -> dict[str, Any]:
    from meetings import actions

    _meeting, items = world.meeting("planned")

    def move(item: Any, position: int) -> Verb:
        words = {"title": item.title, "rapporteur": None, "position": position}
        return lambda: actions.change_item(world.get(item), by=world.coordinator, based_on=1, **words)

    return at_once(move(items[0], 9), move(items[-1], 1), 'UPDATE "meetings_agendaitem"')


def minute_and_withdraw(world: World) -> dict[str, Any]:
    from meetings import actions

    _meeting, items = world.meeting()
    item = world.get(items[0])
    ended = at_once(
        lambda: actions.minute(item, by=world.coordinator, based_on=1, discussion="Fjalë.", is_done=False),
        lambda: actions.withdraw_item(world.get(item), by=world.coordinator),
        'UPDATE "meetings_agendaitem"',
    )
    item = world.get(item)
    return ended | {"what was said stays": not item.discussion or item.withdrawn_at is None}


def decide_and_withdraw(world: World) -> dict[str, Any]:
    from meetings import actions
    from meetings.models import Decision

    _meeting, items = world.meeting()
    item = world.get(items[0])
    ended = at_once(
        lambda: actions.decide(item, by=world.coordinator, text="Vendoset të vazhdohet.", lead=None, due_on=None),
        lambda: actions.withdraw_item(world.get(item), by=world.coordinator),
        'INSERT INTO "meetings_decision"',
    )
    decided = Decision.objects.unscoped(WHY).filter(item=item).exists()
    return ended | {"what was decided stays": not decided or world.get(item).withdrawn_at is None}


def first_draft_from_two_tabs(world: World) -> dict[str, Any]:
    _meeting, items = world.meeting()

    def save(text: str) -> Verb:
        return lambda: keep_draft(world, items[0], text)

    return at_once(save("a"), save("b"), 'INSERT INTO "access_draft"')


def one_card_on_two_agendas(world: World) -> dict[str, Any]:
    from krat.demo import make
    from meetings import actions
    from meetings.models import AgendaItem

    card = make.card(county="AL-02")
    meetings = [world.meeting("planned")[0] for _meeting in range(2)]

    def add(meeting: Any) -> Verb:
        return lambda: actions.add_card(world.get(meeting), by=world.coordinator, card=world.get(card))

    ended = at_once(add(meetings[0]), add(meetings[1]), 'INSERT INTO "meetings_agendaitem"')
    times = AgendaItem.objects.unscoped(WHY).filter(card=card, withdrawn_at=None).count()
    return ended | {"it is on one agenda": times == 1}


def write_and_close_the_plan(world: World) -> dict[str, Any]:
    from krat.plan.actions import plans

    plan, measure = world.plan("adopted")
    ended = at_once(
        lambda: plans.write_measure(world.get(measure), by=world.coordinator, **_words(measure, title="Tjetër")),
        lambda: plans.close(world.get(plan), by=world.coordinator),
        'UPDATE "plan_measure"',
    )
    written_first = ended["one"] == "done" and world.get(plan).version == 3  # once for the words, once for the end
    is_unchanged = world.get(measure).title == measure.title
    return ended | {"nothing is written after the end": written_first or is_unchanged}


def write_and_adopt_the_plan(world: World) -> dict[str, Any]:
    from django.utils import timezone

    from krat.plan.actions import plans

    plan, measure = world.plan("draft")
    today = timezone.localdate()
    ended = at_once(
        lambda: plans.write_measure(world.get(measure), by=world.coordinator, **_words(measure, title="Tjetër")),
        lambda: plans.adopt(world.get(plan), by=world.prefect, based_on=plan.version, adopted_on=today, act=None),
        'UPDATE "plan_measure"',
    )
    is_as_read = world.get(measure).title == measure.title
    return ended | {"adopted is what was read": world.get(plan).state == "draft" or is_as_read}


def _words(measure: Any, **more: Any) -> dict[str, Any]:
    names = ("number", "title", "lead", "due_on", "is_ongoing", "indicator", "baseline", "target", "means", "resource")
    words = {name: getattr(measure, name) for name in (*names, "for_children")}
    return words | {"objective": measure.objective, "supporting": [], "based_on": measure.version} | more


def office_and_team_write_one_part(world: World) -> dict[str, Any]:
    from cases.actions import referrals
    from cases.models import SchoolPart

    case, officer, worker = world.case()
    referral = world.refer(case, officer, worker)
    referrals.move(referral, "accepted", by=officer)
    part = SchoolPart.objects.unscoped(WHY).get(case=case)

    def words(by: Any) -> dict[str, Any]:
        return {"by": by, "based_on": part.version, "state": part.state}

    return at_once(
        lambda: referrals.write_part(world.get(part), right="referrals.use", **words(officer)),
        lambda: referrals.write_part_of(world.get(case), SchoolPart, **words(worker)),
        'UPDATE "cases_schoolpart"',
    )


def accepted_and_begun_by_the_team(world: World) -> dict[str, Any]:
    """The office accepts, which makes the part, while the team begins the same part."""
    from cases.actions import referrals
    from cases.models import SchoolPart

    case, officer, worker = world.case()
    referral = world.refer(case, officer, worker)
    ended = at_once(
        lambda: referrals.move(world.get(referral), "accepted", by=officer),
        lambda: referrals.begin_part(world.get(case), SchoolPart, by=worker),
        'INSERT INTO "cases_schoolpart"',
    )
    return ended | {"there is one part": SchoolPart.objects.unscoped(WHY).filter(case=case).count() == 1}


def a_change_of_a_system_and_one_of_the_team(world: World) -> dict[str, Any]:
    from cases.actions import cases, inbox
    from krat.demo import make

    case, _officer, worker = world.case()
    sent = make.sent_change(case, sent={"head": {"risk": "high"}})
    return at_once(
        lambda: inbox.take_over(world.get(sent), by=worker),
        lambda: cases.change(world.get(case), by=worker, based_on=None, head={"risk": "low"}),
        'UPDATE "cases_sentchange"',
    )


def named_and_relieved(world: World) -> dict[str, Any]:
    """A head names somebody to a team whose seat is just ended."""
    from cases.actions import cases
    from cases.models import Assignment
    from krat.demo import make
    from krat.people import actions as people

    case, _officer, worker = world.case()
    colleague, admin = make.seat("child_worker", case.holder), world.seat("admin")
    head = world.get(make.seat("unit_head", case.holder))
    ended = at_once(
        lambda: cases.assign(world.get(case), by=head, seat=world.get(colleague)),
        lambda: people.end_seat(world.get(colleague), by=admin),
        'INSERT INTO "cases_assignment"',
    )
    assert worker != colleague
    return ended | {"both are entered": Assignment.objects.unscoped(WHY).filter(seat=colleague).count() <= 1}


def opposite_order(world: World) -> dict[str, Any]:
    """Two transactions that do wait for each other: the database ends one, and it is done again."""
    from krat.access.scoping import hold
    from krat.access.transactions import in_one_transaction

    _meeting, items = world.meeting()

    def both(one: Any, other: Any) -> Verb:
        def work() -> None:
            hold(one).save()
            hold(other).save()

        return lambda: in_one_transaction(work)

    return at_once(both(items[0], items[1]), both(items[1], items[0]), 'UPDATE "meetings_agendaitem"')


def written_while_it_is_indexed(world: World) -> dict[str, Any]:
    """Somebody searches, and the text that is indexed is written anew and looked for before that is done."""
    from krat.demo import make
    from krat.plan.models import Task
    from krat.search import index
    from krat.search.models import Indexed

    task = make.task(title="Zambaku i parë")

    def write_and_search() -> None:
        Task.objects.unscoped(WHY).filter(pk=task.pk).update(title="Zambaku i dytë")
        index.catch_up()

    ended = at_once(index.catch_up, write_and_search, 'INSERT INTO "search_indexed"')
    index.catch_up()
    return ended | {"the later words are found": "dyte" in Indexed.objects.get(kind="task", thing=task.pk).words}


RACES = [
    minute_and_approve,
    draft_and_approve,
    decide_and_approve,
    move_and_move,
    minute_and_withdraw,
    decide_and_withdraw,
    first_draft_from_two_tabs,
    one_card_on_two_agendas,
    write_and_close_the_plan,
    write_and_adopt_the_plan,
    office_and_team_write_one_part,
    accepted_and_begun_by_the_team,
    a_change_of_a_system_and_one_of_the_team,
    named_and_relieved,
    opposite_order,
    written_while_it_is_indexed,
]


def _hold_apart() -> None:
    from django.db.models import QuerySet

    QuerySet.select_for_update = lambda rows, **more: rows.all()  # type: ignore[method-assign]


def main() -> None:
    if os.environ.get("KRAT_RACES_APART") == "1":
        _hold_apart()
    world = World()
    for race in RACES:
        sys.stdout.write(json.dumps([race.__name__, race(world)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    main()
