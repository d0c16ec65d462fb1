"""No page asks more questions of the database because there is more to show: from two rows to twenty."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from krat.access import census
from krat.access.roles import Role
from krat.demo import make
from krat.people.models import Invitation
from krat.reference.models import Holiday, Term
from tests.declaring import Add, Shows, declared
from tests.ui.form_examples import ADMIN, BORDER, COORDINATOR, EDUCATION, POLICE, PREFECT, UNIT_HEAD, WORKER, Examples
from tests.ui.html_client import queries_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DECISIONS = 20_000  # beyond those of the invented world


def at(route: str, thing: str = "", **more: Any) -> Callable[[Examples], str]:
    return lambda s: url(route, getattr(s, thing) if thing else None, **more)


def _item(s: Examples) -> None:
    """An item with a decision with a task, an attendance, a remark, a returning decision with a task."""
    zva = s.place("ZVA")
    number = DECISIONS + make.number()
    item = make.item(s.meeting, rapporteur=zva, discussion="U tha.")
    make.decision(item, number=number, tasks=[make.task(make.institution())])
    make.attendance(s.meeting, make.institution())
    make.remark(s.meeting, make.seat("ngo"))
    earlier = make.item(s.decision.item.meeting)
    old = make.decision(earlier, number=number + 5000, tasks=[make.task(make.institution()), make.task(zva)])
    make.review(s.meeting, old)


def _approved_item(s: Examples) -> None:
    """An item of approved minutes with a decision with a task, and an attendance."""
    item = make.item(s.approved, rapporteur=s.place("ZVA"), discussion="U tha.")
    make.decision(item, number=DECISIONS + make.number(), tasks=[make.task(make.institution())])
    make.attendance(s.approved, make.institution())


def _task(s: Examples) -> None:
    task = make.task(make.institution(), supporting=[s.place("ZVA"), make.institution()], measure=s.measure)
    make.decision(s.item, number=DECISIONS + make.number(), tasks=[task])


def _own_task(s: Examples) -> None:
    make.task(s.place("ZVA"), supporting=[make.institution()], measure=s.measure)
    make.task(s.place("PREF"), state="done", done_on=make.in_days(-make.number() % 60))
    make.measure(s.objective, lead=s.place("ZVA"), due_on=make.in_days(3))
    s.another_meeting(state="held", minutes="circulated", held_on=make.in_days(-make.number() % 60))
    s.another_meeting(state="open")


def _step(s: Examples) -> None:
    make.step(s.task, make.seat("ngo"))
    s.task.supporting.add(make.institution())
    make.decision(s.item, number=DECISIONS + make.number(), tasks=[s.task])


def _review(s: Examples) -> None:
    meeting = s.another_meeting(state="held", held_on=make.in_days(0))
    make.review(meeting, s.decision)
    s.decision.tasks.add(make.task(make.institution()))


def _measure(s: Examples) -> None:
    objective = make.objective(s.plan)
    for lead in (s.place("ZVA"), make.institution()):
        make.measure(objective, lead=lead, supporting=[make.institution()])


def _of_measure(s: Examples) -> None:
    s.measure.supporting.add(make.institution())
    make.task(make.institution(), measure=s.measure)
    make.activity(organiser=make.institution(), measure=s.measure)


def _member(s: Examples) -> None:
    make.membership(s.body, make.institution(), act=make.act())
    make.membership(s.body, make.institution(), ends_on=s.body.starts_on)


def _seat(s: Examples) -> None:
    make.seat("ngo")
    Invitation.objects.create(
        token_hash=str(make.number()),
        username=f"i{make.number()}",
        name="Shembull Iftuar",
        email="i@example.org",
        institution=make.institution(),
        role=Role.NGO,
        starts_on=make.in_days(0),
        invited_by=s.seat_of(ADMIN),
        expires_at=datetime.datetime(2090, 1, 1, tzinfo=datetime.UTC),
    )


def _row(_examples: Examples) -> None:
    number = make.number()
    Term.objects.create(list="pillar", code=f"t{number}", name_sq="Shtylla", name_en="Pillar")
    Holiday.objects.create(day=datetime.date(2086, 1, 1) + datetime.timedelta(days=number), name_sq="F", name_en="H")


def _activity(s: Examples) -> None:
    make.activity(organiser=make.institution(), measure=s.measure)


def _place(s: Examples) -> None:
    parent = make.institution(kind="municipality")
    make.institution(territories=("AL-02-DURRES", "AL-02-SHIJAK"), parent=parent, kind="ngo")


def _other_seat(s: Examples) -> None:
    make.seat("ngo", user=s.seat_of(BORDER).user)


def _case(s: Examples) -> None:
    make.case(manager=s.seat_of(WORKER))


def _asked_for_a_case(s: Examples) -> None:
    obstacle = make.obstacle(s.case)
    make.card(obstacle, state="decided").tasks.add(make.task(make.institution()))
    make.referral(s.case)


def _told_in_a_case(s: Examples) -> None:
    make.counselling_part(s.case)
    make.note(s.case, s.seat_of(WORKER))
    make.sent_change(s.case)
    make.assignment(s.case, make.seat(Role.CHILD_WORKER, s.case.holder))


def _told(s: Examples) -> None:
    make.signal(s.seat_of(POLICE))


def _referred(s: Examples) -> None:
    case = make.case(manager=s.seat_of(WORKER))
    make.referral(case, s.place("ZVA"), sent_at=timezone.now() - datetime.timedelta(days=30))
    make.referral(case, purpose="health", state="accepted")
    make.obstacle(s.case, referral=s.referral)


def _at_the_table(s: Examples) -> None:
    card = make.card(make.obstacle(make.case(manager=s.seat_of(WORKER))))
    make.item(s.meeting, card=card)
    s.card.tasks.add(make.task(make.institution()), make.task(s.place("ZVA")))


PAGES = [
    Shows("cases:signals", WORKER, at("cases:signals"), _told),
    Shows("cases:signals", POLICE, at("cases:signals"), _told),
    Shows("cases:referrals", WORKER, at("cases:referrals"), _referred),
    Shows("cases:referrals", EDUCATION, at("cases:referrals"), _referred),
    Shows("cases:referral", WORKER, at("cases:referral", "referral"), _referred),
    Shows("cases:referral", EDUCATION, at("cases:referral", "accepted"), _referred),
    Shows("cases:obstacle_add", WORKER, at("cases:obstacle_add", "case"), _referred),
    Shows("cases:cards", PREFECT, at("cases:cards"), _at_the_table),
    Shows("cases:cards", WORKER, at("cases:cards"), _at_the_table),
    Shows("cases:card", WORKER, at("cases:card", "card"), _at_the_table),
    Shows("meetings:cards", COORDINATOR, at("meetings:cards", "meeting"), _at_the_table),
    Shows("meetings:detail", COORDINATOR, at("meetings:detail", "meeting"), _at_the_table),
    Shows("home:today", WORKER, at("home:today"), _told),
    Shows("home:today", WORKER, at("home:today"), _referred),
    Shows("home:today", EDUCATION, at("home:today"), _referred),
    Shows("home:today", COORDINATOR, at("home:today"), _at_the_table),
    Shows("cases:list", WORKER, at("cases:list"), _case),
    Shows("cases:list", UNIT_HEAD, at("cases:list"), _case),
    Shows("cases:case", WORKER, at("cases:case", "case"), _asked_for_a_case),
    Shows("cases:case", WORKER, at("cases:case", "case"), _told_in_a_case),
    Shows("cases:counselling", WORKER, at("cases:counselling", "case"), _told_in_a_case),
    Shows("cases:identification", UNIT_HEAD, at("cases:identification", "case"), lambda s: make.identification(s.case)),
    Shows("meetings:card_agenda", COORDINATOR, at("meetings:card_agenda", "card"), lambda s: s.another_meeting()),
    Shows("cases:viewers", UNIT_HEAD, at("cases:viewers", "case"), _told_in_a_case),
    Shows("cases:inbox", WORKER, at("cases:inbox", "case"), _told_in_a_case),
    Shows("home:today", COORDINATOR, at("home:today"), _own_task),
    Shows("home:today", EDUCATION, at("home:today"), _own_task),
    Shows("home:today", PREFECT, at("home:today"), _own_task),
    Shows("home:today", "koordinatori.kombetar", at("home:today"), _own_task),
    Shows("meetings:list", BORDER, at("meetings:list"), lambda s: s.another_meeting()),
    Shows("meetings:detail", COORDINATOR, at("meetings:detail", "meeting"), _item),
    Shows("meetings:detail", BORDER, at("meetings:detail", "meeting"), _item),
    Shows("meetings:minutes", BORDER, at("meetings:minutes", "meeting"), _item),
    Shows("meetings:minutes", BORDER, at("meetings:minutes", "approved"), _approved_item),
    Shows("meetings:detail", BORDER, at("meetings:detail", "approved"), _approved_item),
    Shows("meetings:invitation", BORDER, at("meetings:invitation", "planned"), lambda s: make.item(s.planned)),
    Shows("meetings:item", COORDINATOR, at("meetings:item", "item"), _item),
    Shows("meetings:decisions", BORDER, at("meetings:decisions"), _item),
    Shows("meetings:decision", BORDER, at("meetings:decision", "decision"), _review),
    Shows("meetings:attendance", COORDINATOR, at("meetings:attendance", "meeting"), _member),
    *(
        Shows(f"meetings:{verb}", COORDINATOR, at(f"meetings:{verb}", "decision"), _review)
        for verb in ("decision_correct", "decision_withdraw")
    ),
    *(
        Shows(f"meetings:{verb}", COORDINATOR, at(f"meetings:{verb}", "meeting"), _item)
        for verb in ("close", "circulate")
    ),
    Shows(
        "meetings:review", COORDINATOR, lambda s: url("meetings:review", s.meeting, decision=s.decision.code), _review
    ),
    Shows("plan:detail", BORDER, at("plan:detail", "plan"), _measure),
    Shows("plan:close", COORDINATOR, at("plan:close", "plan"), _measure),
    Shows("plan:measure", EDUCATION, at("plan:measure", "measure"), _of_measure),
    Shows("plan:tasks", COORDINATOR, at("plan:tasks"), _task),
    Shows("plan:tasks", EDUCATION, at("plan:tasks"), _task),
    Shows("plan:task", COORDINATOR, at("plan:task", "task"), _step),
    Shows("plan:activities", BORDER, at("plan:activities"), _activity),
    Shows("plan:activity", BORDER, at("plan:activity", "activity"), _activity),
    Shows("plan:activity_add", EDUCATION, at("plan:activity_add"), _measure),
    Shows("plan:measure_edit", COORDINATOR, at("plan:measure_edit", "measure"), _place),
    Shows("committee:institutions", BORDER, at("committee:institutions"), _place),
    Shows(
        "committee:institution",
        BORDER,
        at("committee:institution", "newcomer"),
        lambda s: make.membership(s.past_body(), s.newcomer),
    ),
    Shows("committee:bodies", BORDER, at("committee:bodies"), lambda s: (s.past_body(), make.act())),
    Shows("committee:body", BORDER, at("committee:body", "body"), _member),
    Shows("committee:member_add", COORDINATOR, at("committee:member_add", "body"), _member),
    Shows("people:list", ADMIN, at("people:list"), _seat),
    Shows("people:list", COORDINATOR, at("people:list"), _seat),
    Shows("people:seat", ADMIN, lambda s: url("people:seat", s.seat_of(BORDER)), _other_seat),
    Shows("reference:lists", ADMIN, at("reference:lists"), _row),
    Shows("reference:terms", ADMIN, at("reference:terms", kind="pillar"), _row),
]

PAGES += [shows for pages in declared("PAGES") for shows in pages]

# Pages that show one thing and no rows: a form without a choice of rows, a small page, or measured elsewhere.
WITHOUT_ROWS = {
    "meetings:draft_key",
    "cases:signal",
    "cases:obstacle_table",
    "plan:current",  # the page of plan:detail
    "audit:trail",  # in tests/audit
    "reports:numbers",  # in tests/reports
}
for single in declared("WITHOUT_ROWS"):
    WITHOUT_ROWS |= single


def _together() -> dict[Add, list[Shows]]:
    """The pages that show more by the same rows: they are measured together."""
    found: dict[Add, list[Shows]] = {}
    for shows in PAGES:
        found.setdefault(shows.add, []).append(shows)
    return found


@pytest.mark.parametrize(
    ("add", "pages"), _together().items(), ids=lambda value: str(value[0]) if isinstance(value, list) else ""
)
def test_queries_do_not_grow_with_rows(person, examples, add, pages):
    readers = {who: person(who) for who in {shows.who for shows in pages}}
    asked = [(readers[shows.who], shows.address(examples), str(shows)) for shows in pages]

    def queries() -> dict[str, int]:
        return {name: queries_of(reader, address) for reader, address, name in asked}

    for _once in range(2):
        add(examples)
    queries()  # what is remembered for the process is remembered now
    few = queries()
    for _once in range(18):
        add(examples)

    assert queries() == few


def test_every_page_that_is_only_read_is_measured():
    reads = {one.name for one in census.routes() if one.right and set(one.methods) == {"GET"}}

    assert reads - {one.route for one in PAGES} == WITHOUT_ROWS
