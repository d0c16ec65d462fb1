"""Verbs that correct or withdraw a decision, until the minutes of its meeting are approved; its task follows."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType

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
from krat.plan.models import Measure, Task
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
    supporting: Sequence[Institution] | None = None,
    measure: Measure | EllipsisType | None = ...,
) -> Decision:
    """Correct the words of a decision, whom it charges, who supports, until when, or its measure; its number stays.

    An open task follows: with another lead it is cancelled there, with the reason in its course, and given anew. What
    is reported done stays done. A decision that charges several institutions is corrected in its words only. Supporters
    and measure that are not given stay as they are. Locks meeting, item, decision, tasks (decision 32).
    """
    refuse_personal({"text": text, "reason": reason})
    decision, live = _hold(decision, based_on=based_on, by=by)
    meeting = decision.item.meeting
    if not reason.strip():
        raise ValidationError({"reason": _("Say in a sentence why.")})
    before = decision.text
    leads_before = sorted(task.lead.code for task in live)
    decision.text, decision.reason, decision.corrected_at = text, reason, timezone.now()
    helpers = list(live[0].supporting.all()) if supporting is None and live else list(supporting or ())
    helpers_before = sorted(one.code for task in live for one in task.supporting.all())
    of_the_plan = live[0].measure if live else None
    measure_before, measure = of_the_plan, of_the_plan if isinstance(measure, EllipsisType) else measure
    if len(live) < 2:
        more = any(one.code not in helpers_before for one in helpers) or measure not in (None, measure_before)
        check_charge(meeting, charged=lead is not None, due_on=due_on, more=more)
        if lead is not None and lead in (supporting or ()):
            raise ValidationError({"supporting": _("The responsible institution need not support itself.")})
        helpers = [one for one in helpers if one != lead]
        decision.charged = [charge(lead, due_on, helpers)] if lead is not None else []
    settle(decision, by=by, right=FILE)
    if len(live) > 1:
        for task in live:
            own = _Charge(task.lead, task.due_on, list(task.supporting.all()), task.measure)
            _rename(task, before, decision, own, by=by)
    else:
        charged = _Charge(lead, due_on, helpers, measure) if lead is not None else None
        _follow(live[0] if live else None, before, decision, charged, by=by)
    changes: dict[str, tuple[object, object]] = {"text": (before, text), "reason": (None, reason)}
    if len(live) < 2:
        changes["lead"] = (", ".join(leads_before), lead.code if lead is not None else "")
        changes["supporting"] = (", ".join(helpers_before), ", ".join(sorted(one.code for one in helpers)))
        changes["measure"] = (str(measure_before or ""), str(measure or ""))
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


@dataclass(frozen=True)
class _Charge:
    """Whom a decision charges with its task, until when, with whose support, for which measure of the plan."""

    lead: Institution
    due_on: datetime.date | None
    supporting: list[Institution]
    measure: Measure | None

    def give(self, decision: Decision, *, by: Seat) -> None:
        """Give the task, to the card as well where the item is about one."""
        task = give_task(
            decision, self.lead, by=by, due_on=self.due_on, supporting=self.supporting, measure=self.measure
        )
        if decision.item.card is not None:
            cards.hold_card(decision.item.card).tasks.add(task)


def _follow(task: Task | None, before: str, decision: Decision, charged: _Charge | None, *, by: Seat) -> None:
    """Let the one task of a decision, or none, follow its correction."""
    if task is None:
        if charged is not None:
            charged.give(decision, by=by)
    elif charged is not None and charged.lead.pk == task.lead_id:
        _rename(task, before, decision, charged, by=by)
    elif not task.is_open:
        raise ValidationError({"lead": _("Its task is reported done already. Give it back there first.")})
    else:
        tasks.move(task, State.CANCELLED, by=by, note=decision.reason)
        if charged is not None:
            charged.give(decision, by=by)


def _rename(task: Task, before: str, decision: Decision, charged: _Charge, *, by: Seat) -> None:
    """Give an open task what its decision says; one that is done stays as it was done."""
    if not task.is_open:
        done = _("Its task is reported done already. Give it back there first.")
        if charged.due_on != task.due_on:
            raise ValidationError({"due_on": done})
        if {one.pk for one in charged.supporting} != {one.pk for one in task.supporting.all()}:
            raise ValidationError({"supporting": done})
        if charged.measure != task.measure:
            raise ValidationError({"measure": done})
        return
    title = task_title(decision.text) if task.title == task_title(before) else task.title
    details = decision.text if task.details == before else task.details
    tasks.change(
        task,
        by=by,
        based_on=task.version,
        title=title,
        details=details,
        lead=charged.lead,
        due_on=charged.due_on,
        supporting=charged.supporting,
        measure=charged.measure,
        note=decision.reason,
    )


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
