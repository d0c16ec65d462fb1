"""Verbs that correct or withdraw a decision, until the minutes of its meeting are approved; its task follows."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
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
from krat.plan.models import Task
from krat.plan.models.task import State
from krat.plan.titles import task_title
from meetings.actions.decisions import check_charge, give_task
from meetings.actions.held import FILE, hold_item, rewritten
from meetings.models import Decision, Review
from meetings.paper import charge

CORRECTED = trail.event("decision.corrected", gettext_lazy("corrected a decision before the minutes were approved"))
WITHDRAWN = trail.event("decision.withdrawn", gettext_lazy("withdrew a decision before the minutes were approved"))


@transaction.atomic
def correct(
    decision: Decision,
    *,
    by: Seat,
    based_on: int,
    text: str,
    lead: Institution | None,
    due_on: datetime.date | None,
    reason: str,
) -> Decision:
    """Correct the words of a decision, whom it charges, or until when; its number stays.

    An open task follows: with another lead it is cancelled there, with the reason in its course, and given anew. What
    is reported done stays done. A decision that charges several institutions is corrected in its words only. Locks
    meeting, item, decision, tasks (decision 32).
    """
    refuse_personal({"text": text, "reason": reason})
    decision, live = _hold(decision, based_on=based_on, by=by)
    meeting = decision.item.meeting
    if not reason.strip():
        raise ValidationError({"reason": _("Say in a sentence why.")})
    before = decision.text
    leads_before = sorted(task.lead.code for task in live)
    decision.text, decision.reason, decision.corrected_at = text, reason, timezone.now()
    if len(live) < 2:
        check_charge(meeting, charged=lead is not None, due_on=due_on)
        supporting = list(live[0].supporting.all()) if live else []
        decision.charged = [charge(lead, due_on, supporting)] if lead is not None else []
    settle(decision, by=by, right=FILE)
    if len(live) > 1:
        for task in live:
            _rename(task, before, decision, by=by, lead=task.lead, due_on=task.due_on)
    else:
        _follow(live[0] if live else None, before, decision, by=by, lead=lead, due_on=due_on)
    leads = [lead.code] if lead is not None and len(live) < 2 else leads_before
    changes = {"text": (before, text), "lead": (", ".join(leads_before), ", ".join(leads)), "reason": (None, reason)}
    rewritten(meeting)
    trail.record(by, CORRECTED, decision, changes=changes)
    return decision


@transaction.atomic
def withdraw(decision: Decision, *, by: Seat, based_on: int, reason: str) -> Decision:
    """Withdraw a decision: its number is not given again, it returns to no agenda, its open tasks are cancelled.

    What was reported done stays done. One that a later meeting has spoken of stays. Locks meeting, item, decision,
    tasks, card (decision 32).
    """
    refuse_personal({"reason": reason})
    decision, live = _hold(decision, based_on=based_on, by=by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say in a sentence why.")})
    if decision.closed_at_id is not None or Review.objects.permitted(by, FILE).filter(decision=decision).exists():
        raise ValidationError(_("A later meeting has spoken of this decision; it stays."), code="state")
    decision.reason, decision.withdrawn_at = reason, timezone.now()
    settle(decision, by=by, right=FILE)
    for task in live:
        if task.is_open:
            tasks.move(task, State.CANCELLED, by=by, note=reason)
    _take_back_card(decision, by)
    rewritten(decision.item.meeting)
    trail.record(by, WITHDRAWN, decision, changes={"reason": (None, reason)})
    return decision


def _hold(decision: Decision, *, based_on: int, by: Seat) -> tuple[Decision, list[Task]]:
    """Hold the meeting, the item, the decision and its tasks, in this order; refuses frozen and withdrawn ones."""
    item = hold_item(decision.item)
    decision = hold(decision, based_on=based_on)
    decision.item = item
    if decision.is_withdrawn:
        raise ValidationError(_("This decision is withdrawn."), code="state")
    rows = Task.objects.visible_to(by).filter(decisions=decision).exclude(state=State.CANCELLED).order_by("pk")
    supporting = Prefetch("supporting", queryset=Institution.objects.visible_to(by))
    rows = rows.select_related("lead", "measure").prefetch_related(supporting)
    return decision, list(rows.select_for_update(of=("self",), no_key=True))


def _follow(
    task: Task | None,
    before: str,
    decision: Decision,
    *,
    by: Seat,
    lead: Institution | None,
    due_on: datetime.date | None,
) -> None:
    """Let the one task of a decision, or none, follow its correction."""
    if task is None:
        if lead is not None:
            _to_the_card(decision, give_task(decision, lead, by=by, due_on=due_on))
    elif lead is not None and lead.pk == task.lead_id:
        _rename(task, before, decision, by=by, lead=lead, due_on=due_on)
    elif not task.is_open:
        raise ValidationError({"lead": _("Its task is reported done already. Give it back there first.")})
    else:
        supporting = list(task.supporting.all())
        tasks.move(task, State.CANCELLED, by=by, note=decision.reason)
        if lead is not None:
            new = give_task(decision, lead, by=by, due_on=due_on, supporting=supporting, measure=task.measure)
            _to_the_card(decision, new)


def _rename(
    task: Task,
    before: str,
    decision: Decision,
    *,
    by: Seat,
    lead: Institution,
    due_on: datetime.date | None,
) -> None:
    """Give an open task the words and the day of its decision; one that is done stays as it was done."""
    if not task.is_open:
        if due_on != task.due_on:
            raise ValidationError({"due_on": _("Its task is reported done already. Give it back there first.")})
        return
    title = task_title(decision.text) if task.title == task_title(before) else task.title
    details = decision.text if task.details == before else task.details
    tasks.change(
        task,
        by=by,
        based_on=task.version,
        title=title,
        details=details,
        lead=lead,
        due_on=due_on,
        supporting=list(task.supporting.all()),
        note=decision.reason,
    )


def _to_the_card(decision: Decision, task: Task) -> None:
    if decision.item.card is not None:
        cards.hold_card(decision.item.card).tasks.add(task)


def _take_back_card(decision: Decision, by: Seat) -> None:
    """The card of an item on which nothing is decided any more is on the agenda, or waits again."""
    item = decision.item
    others = Decision.objects.permitted(by, FILE).filter(item=item, withdrawn_at=None).exclude(pk=decision.pk)
    if item.card is None or others.exists():
        return
    card = cards.hold_card(item.card)
    if card.state == Card.State.DECIDED:
        card = cards.move(card, Card.State.ON_AGENDA, by=by)
        if item.meeting.is_over:
            cards.move(card, Card.State.OPEN, by=by)
