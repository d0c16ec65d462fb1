"""Verbs of decisions: taken, and followed up by later meetings."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import cards
from cases.models import Card
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.actions import tasks
from krat.plan.models import Measure, Task
from krat.plan.models.task import State
from krat.plan.titles import task_title
from krat.services import actions as services
from meetings.actions.held import FILE, hold_item, hold_meeting, next_number, rewritten
from meetings.models import AgendaItem, Decision, Meeting, Review
from meetings.paper import charge
from meetings.quorum import quorum_of

DECIDED = trail.event("decision.taken", gettext_lazy("recorded a decision"))
REVIEWED = trail.event("decision.reviewed", gettext_lazy("recorded what the body found on a decision"))


@transaction.atomic
def decide(
    item: AgendaItem,
    *,
    by: Seat,
    text: str,
    lead: Institution | None,
    due_on: datetime.date | None,
    supporting: Sequence[Institution] = (),
    measure: Measure | None = None,
    leads: Sequence[Institution] = (),
) -> Decision:
    """Record a numbered decision; if it charges an institution, the task is live at once (decision 13).

    Who is at the table must be known: without quorum it is a recommendation. ``leads`` charges several institutions,
    each with a task of its own.
    """
    refuse_personal({"text": text})
    item = hold_item(item)
    meeting = item.meeting
    if item.withdrawn_at is not None:
        raise ValidationError(_("The item is off the agenda."), code="state")
    if not meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    charged = [*([lead] if lead else []), *leads]
    check_charge(meeting, charged=bool(charged), due_on=due_on, more=bool(supporting) or measure is not None)
    quorum = quorum_of(meeting, by)
    if quorum.is_counted and not quorum.recorded:
        raise ValidationError(_("Record first who is at the table: without a quorum it is a recommendation."))
    decision = Decision(
        item=item,
        body=meeting.body,
        year=meeting.year,
        number=next_number(Decision, meeting.body, meeting.year),
        text=text,
        is_recommendation=quorum.makes_recommendations,
        charged=[charge(one, due_on, supporting) for one in charged],
    )
    settle(decision, by=by, right=FILE)
    for one in charged:
        give_task(decision, one, by=by, due_on=due_on, supporting=supporting, measure=measure)
    given = list(Task.objects.permitted(by, tasks.GIVE).filter(decisions=decision)) if item.bears else []
    missing = hold(item.missing) if item.missing is not None and given else None
    if missing is not None and missing.is_missed:
        services.give_missing(missing, by=by, tasks=given, decision=decision.label)
    if item.card is not None:
        card = cards.hold_card(item.card)
        if card.state == Card.State.OPEN:  # minuted after the meeting, which gave the card back when it closed
            card = cards.move(card, Card.State.ON_AGENDA, by=by)
        cards.move(card, Card.State.DECIDED, by=by, decision=decision.label, tasks=given)
    rewritten(meeting)
    trail.record(by, DECIDED, decision)
    return decision


def give_task(
    decision: Decision,
    lead: Institution,
    *,
    by: Seat,
    due_on: datetime.date | None,
    supporting: Sequence[Institution] = (),
    measure: Measure | None = None,
) -> Task:
    """Give the task that comes from a decision to an institution; it is live at once (decision 13)."""
    meeting = decision.item.meeting
    task = tasks.give(
        by=by,
        county=meeting.body.county,
        origin=Task.Origin.MEETING,
        body=meeting.body,
        source=decision.label,
        title=task_title(decision.text),
        details=decision.text,
        lead=lead,
        due_on=due_on,
        supporting=[other for other in supporting if other != lead],
        measure=measure,
        given_on=meeting.held_on,
        predates_registry=meeting.predates_registry,
    )
    decision.tasks.add(task)
    return task


def check_charge(meeting: Meeting, *, charged: bool, due_on: datetime.date | None, more: bool = False) -> None:
    """Refuse a decision that charges somebody without a day, nobody until a day, or until a day before the meeting.

    ``more`` says that it names supporters or a measure: these belong to a task, which somebody leads.
    """
    if charged and due_on is None and not meeting.predates_registry:
        raise ValidationError({"due_on": _("Say until when. Without a day nobody is asked for it.")})
    if (due_on is not None or more) and not charged:
        raise ValidationError({"lead": _("Say which institution is responsible for it.")})
    if due_on is not None and due_on < meeting.held_on:
        raise ValidationError({"due_on": _("The day lies before the meeting.")})


@transaction.atomic
def review(
    decision: Decision, *, meeting: Meeting, by: Seat, outcome: str, note: str, based_on: int | None = None
) -> Review:
    """Record what the meeting found on a returning decision: it goes on, or the body closes it."""
    refuse_personal({"note": note})
    meeting = hold_meeting(meeting)
    if not meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    decision = hold(decision, based_on=based_on)
    if not Decision.objects.permitted(by, FILE).returning_to(meeting).filter(pk=decision.pk).exists():
        raise ValidationError(_("This decision does not stand on the agenda of this meeting."))
    charged = Task.objects.visible_to(by).filter(decisions=decision).order_by("pk")
    held = charged.select_for_update(of=("self",), no_key=True)
    unverified = [task for task in held if task.state not in (State.VERIFIED, State.CANCELLED)]
    if outcome == Review.Outcome.CLOSED and not note.strip() and unverified:
        raise ValidationError({"note": _("A task of this decision is not verified yet. Say why the body closes it.")})
    found = Review.objects.permitted(by, FILE).filter(meeting=meeting, decision=decision).first()
    row = found or Review(meeting=meeting, decision=decision)
    row.outcome, row.note = outcome, note
    settle(row, by=by, right=FILE)
    decision.closed_at = meeting if outcome == Review.Outcome.CLOSED else None
    settle(decision, by=by, right=FILE)
    rewritten(meeting)
    trail.record(by, REVIEWED, decision, changes={"outcome": (None, outcome)})
    return row
