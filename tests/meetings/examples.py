"""What the tests ask of meetings, their items and decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import Card
from krat.committee.models import Body
from krat.demo import make
from meetings.models import AgendaItem, Decision, Meeting
from tests.cases.examples import card_of, more_at_the_table
from tests.committee.examples import more_members
from tests.declaring import BORDER, COORDINATOR, DECISIONS, PREFECT, FormPage, Shows, at, day, newest
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


_meeting = newest(Meeting, "body__county__code", body__kind=Body.Kind.COMMITTEE)


def _of_review(s: Examples) -> str:
    return url("meetings:review", s.meeting, decision=s.decision.code)


def more_items(s: Examples) -> None:
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


def more_asked(s: Examples) -> None:
    """A task of the education office with a decision and a course."""
    task = make.task(s.place("ZVA"), state="done")
    make.decision(make.item(s.meeting), number=DECISIONS + make.number(), tasks=[task])
    for state in ("in_progress", "done", "in_progress", "done"):
        make.step(task, s.seat_of(COORDINATOR), state=state)


def more_approved_items(s: Examples) -> None:
    """An item of approved minutes with a decision with a task, and an attendance."""
    item = make.item(s.approved, rapporteur=s.place("ZVA"), discussion="U tha.")
    make.decision(item, number=DECISIONS + make.number(), tasks=[make.task(make.institution())])
    make.attendance(s.approved, make.institution())


def more_reviews(s: Examples) -> None:
    meeting = s.another_meeting(state="held", held_on=make.in_days(0))
    make.review(meeting, s.decision)
    s.decision.tasks.add(make.task(make.institution()))


def _item(code: str) -> AgendaItem:
    return newest(AgendaItem, "meeting__body__county__code", meeting__body__kind="committee", withdrawn_at=None)(code)


PICKERS = {
    ("meetings/", "code"): (Meeting, _meeting),
    ("meetings/", "decision"): (Decision, newest(Decision, "body__county__code", body__kind="committee")),
    ("meetings/items/", "code"): (AgendaItem, _item),
    ("meetings/decisions/", "code"): (Decision, newest(Decision, "body__county__code", body__kind="committee")),
    ("meetings/cards/", "code"): (Card, card_of),
    ("meetings/", "card"): (Card, card_of),
    ("api/v1/meetings/", "code"): (Meeting, _meeting),
}

FORMS = [
    FormPage(
        "meetings:add",
        COORDINATOR,
        lambda s: url("meetings:add"),
        lambda s: {
            "body": s.body.pk,
            "kind": make.term("meeting", "ordinary").pk,
            "held_on": day(3),
            "starts_at": "10:30",
            "place": "Salla e vogël",
            "agenda": "Hapja\nRaportet",
        },
        "meeting.convened",
        ("place", "agenda"),
    ),
    FormPage(
        "meetings:edit",
        COORDINATOR,
        at("meetings:edit", "planned"),
        lambda s: {
            "kind": make.term("meeting", "ordinary").pk,
            "held_on": day(4),
            "starts_at": "11:00",
            "place": "Salla e madhe",
        },
        "meeting.changed",
        ("place",),
    ),
    FormPage(
        "meetings:item_add",
        COORDINATOR,
        at("meetings:item_add", "planned"),
        lambda s: {"title": "Raporti i arsimit", "rapporteur": s.place("ZVA").pk},
        "item.saved",
        ("title",),
    ),
    FormPage(
        "meetings:item_edit",
        COORDINATOR,
        at("meetings:item_edit", "item"),
        lambda s: {"title": "Raporti i kufirit", "rapporteur": s.place("KUFI").pk, "position": 1},
        "item.saved",
        ("title",),
    ),
    FormPage(
        "meetings:item",
        COORDINATOR,
        at("meetings:item", "item"),
        lambda s: {
            "discussion": "U raportua për regjistrimet.",
            "text": "Të hapet regjistri.",
            "lead": s.place("ZVA").pk,
            "due_on": day(20),
            "measure": s.measure_of_the_year.pk,
            "supporting": [s.place("KUFI").pk],
        },
        "decision.taken",
        ("discussion", "text"),
    ),
    FormPage(
        "meetings:attendance",
        COORDINATOR,
        at("meetings:attendance", "meeting"),
        lambda s: {f"institution-{s.place('ZVA').pk}": "excused"},
        "meeting.attendance",
    ),
    FormPage(
        "meetings:open",
        COORDINATOR,
        at("meetings:open", "planned"),
        lambda s: {"version": s.planned.version},
        "meeting.opened",
    ),
    FormPage(
        "meetings:decision_correct",
        COORDINATOR,
        at("meetings:decision_correct", "decision"),
        lambda s: {
            "text": "Të hapet regjistri i ri.",
            "lead": s.place("ZVA").pk,
            "due_on": day(20),
            "measure": s.measure_of_the_year.pk,
            "supporting": [s.place("KUFI").pk],
            "reason": "Gabim shkrimi.",
        },
        "decision.corrected",
        ("text", "reason"),
    ),
    FormPage(
        "meetings:decision_withdraw",
        COORDINATOR,
        at("meetings:decision_withdraw", "decision"),
        lambda s: {"reason": "U mor dy herë."},
        "decision.withdrawn",
        ("reason",),
    ),
    FormPage(
        "meetings:close",
        COORDINATOR,
        at("meetings:close", "meeting"),
        lambda s: {"version": s.meeting.version},
        "meeting.closed",
    ),
    FormPage(
        "meetings:circulate",
        COORDINATOR,
        at("meetings:circulate", "held"),
        lambda s: {"version": s.held.version},
        "minutes.circulated",
    ),
    FormPage(
        "meetings:approve",
        PREFECT,
        at("meetings:approve", "circulated"),
        lambda s: {"version": s.circulated.rewritten},
        "minutes.approved",
    ),
    FormPage(
        "meetings:review",
        COORDINATOR,
        _of_review,
        lambda s: {"outcome": "goes_on", "note": "Puna vijon."},
        "decision.reviewed",
        ("note",),
    ),
    FormPage(
        "meetings:remark",
        BORDER,
        at("meetings:remark", "circulated"),
        lambda s: {"text": "Të saktësohet pika e dytë."},
        "minutes.remarked",
        ("text",),
    ),
]

PAGES = [
    Shows("meetings:cards", COORDINATOR, at("meetings:cards", "meeting"), more_at_the_table),
    Shows("meetings:detail", COORDINATOR, at("meetings:detail", "meeting"), more_at_the_table),
    Shows("meetings:card_agenda", COORDINATOR, at("meetings:card_agenda", "card"), lambda s: s.another_meeting()),
    Shows("meetings:list", BORDER, at("meetings:list"), lambda s: s.another_meeting()),
    Shows("meetings:detail", COORDINATOR, at("meetings:detail", "meeting"), more_items),
    Shows("meetings:detail", BORDER, at("meetings:detail", "meeting"), more_items),
    Shows("meetings:minutes", BORDER, at("meetings:minutes", "meeting"), more_items),
    Shows("meetings:minutes", BORDER, at("meetings:minutes", "approved"), more_approved_items),
    Shows("meetings:detail", BORDER, at("meetings:detail", "approved"), more_approved_items),
    Shows("meetings:invitation", BORDER, at("meetings:invitation", "planned"), lambda s: make.item(s.planned)),
    Shows("meetings:pack", BORDER, at("meetings:pack", "meeting"), more_items),
    Shows("meetings:invitation_ics", BORDER, at("meetings:invitation_ics", "planned"), lambda s: make.item(s.planned)),
    Shows("meetings:item", COORDINATOR, at("meetings:item", "item"), more_items),
    Shows("meetings:ledger", COORDINATOR, lambda s: url("meetings:ledger", s.place("ZVA")), more_asked),
    Shows("meetings:decisions", BORDER, at("meetings:decisions"), more_items),
    Shows("meetings:decision", BORDER, at("meetings:decision", "decision"), more_reviews),
    Shows("meetings:attendance", COORDINATOR, at("meetings:attendance", "meeting"), more_members),
    *(
        Shows(f"meetings:{verb}", COORDINATOR, at(f"meetings:{verb}", "decision"), more_reviews)
        for verb in ("decision_correct", "decision_withdraw")
    ),
    *(
        Shows(f"meetings:{verb}", COORDINATOR, at(f"meetings:{verb}", "meeting"), more_items)
        for verb in ("close", "circulate")
    ),
    Shows("meetings:review", COORDINATOR, _of_review, more_reviews),
]

WITHOUT_ROWS = {
    "meetings:draft_key",
    # Set from what their pages show: the page of the minutes, of the invitation, the pack.
    "meetings:minutes_docx",
    "meetings:minutes_pdf",
    "meetings:invitation_pdf",
    "meetings:pack_pdf",
}
