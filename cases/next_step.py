"""The one next step of a case: the most urgent thing as a sentence, with the two or three verbs for it.

`STEPS` is read from top to bottom; the first that finds something and whose right the seat has stands on the page.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Card, Case, Obstacle, Referral, SentChange
from cases.models.card import CardState
from cases.models.stages import MOVES, OVER, Stage
from cases.sharing import PURPOSES
from krat.plan.models import Task
from krat.plan.models.task import State
from krat.ui.drawing import address_of
from krat.ui.due import Due, due_by

SOON = datetime.timedelta(days=7)
_TASK_IS_OVER = (State.VERIFIED, State.CANCELLED)


@dataclass(frozen=True)
class Verb:
    """One thing to do about it; ``is_button`` needs no page of its own."""

    words: str
    url: str
    is_button: bool = False


@dataclass(frozen=True)
class NextStep:
    """What comes next: what to do, why, until when, and by which verbs."""

    title: str
    why: str
    verbs: Sequence[Verb]
    tone: str = "soon"  # late, soon or brand
    due: Due | None = None


@dataclass
class Standing:
    """How a case stands: rows that came through the door, and the rights of whoever reads them."""

    case: Case
    may: Callable[[str], bool]
    has_manager: bool = True
    referrals: Sequence[Referral] = ()
    obstacles: Sequence[Obstacle] = ()
    sent: Sequence[SentChange] = ()
    ends_on_day_of_rest: Callable[[], bool] = lambda: False  # the running deadline; asked where the step tells it
    done_cards: frozenset[int] = frozenset()  # ids of cards all of whose tasks are over
    now: datetime.datetime = field(default_factory=timezone.now)

    @property
    def standing_obstacles(self) -> list[Obstacle]:
        """Those that hold the case up."""
        return [one for one in self.obstacles if one.stands]

    def about(self, name: str, thing: Any = None) -> str:
        """The address of a page of this case, or of something of it."""
        return address_of(f"cases:{name}", (thing or self.case).code)


@dataclass(frozen=True)
class Step:
    """One row of the table: whose right it is, what it looks for, and how it speaks of what it found."""

    name: str
    right: str
    find: Callable[[Standing], Any]
    say: Callable[[Standing, Any], NextStep]


def next_step(standing: Standing) -> NextStep | None:
    """The most urgent thing that this seat can do about a case; None where there is nothing (no query)."""
    for step in STEPS:
        if standing.may(step.right):
            found = step.find(standing)
            if found:
                return step.say(standing, found)
    return None


def cards_done(obstacles: Sequence[Obstacle]) -> frozenset[int]:
    """The decided cards among these obstacles', whose tasks are all over (one query at most)."""
    cards = [one.card.pk for one in obstacles if one.stands and one.card and one.card.state == CardState.DECIDED]
    if not cards:
        return frozenset()
    tasks = Task.objects.unscoped("how the tasks stand that the table gave for a card of a case that is held")
    running = tasks.filter(cards__in=cards).exclude(state__in=_TASK_IS_OVER).values_list("cards", flat=True)
    return frozenset(cards) - frozenset(running)


# --- nobody leads it, nobody has looked ---


def _nobody_leads(standing: Standing) -> bool:
    return standing.case.is_open and not standing.has_manager


def _name_a_manager(standing: Standing, _found: object) -> NextStep:
    return NextStep(
        title=_("Name a manager for this case"),
        why=_("Nobody leads it now. Who is named sees the file from that moment on."),
        verbs=[Verb(_("Name the team"), standing.about("team"))],
        tone="late",
    )


def _waits_as_signal(standing: Standing) -> bool:
    return standing.case.stage == Stage.SIGNAL


def _begin(standing: Standing, _found: object) -> NextStep:
    verbs = [Verb(_("Begin the initial assessment"), standing.about("move"))]
    if standing.may("cases.close"):
        verbs.append(Verb(_("Reject"), standing.about("close")))
    return NextStep(
        title=_("See the child, and begin the initial assessment")
        if standing.case.kind == "child"
        else _("See the person, and begin the initial assessment"),
        why=_deadline_in_words(standing),
        verbs=verbs,
        tone=_tone(standing),
        due=due_by(standing.case.expected_by, standing.now),
    )


def _risk_not_known(standing: Standing) -> bool:
    return standing.case.is_open and not standing.case.risk


def _assess(standing: Standing, _found: object) -> NextStep:
    return NextStep(
        title=_("Assess the risk"),
        why=_("Until then the clock runs as for a high risk.") + " " + _deadline_in_words(standing),
        verbs=[Verb(_("Assess the risk"), standing.about("risk")), Verb(_("Write a note"), standing.about("notes"))],
        tone="late" if standing.case.is_late else "soon",
        due=due_by(standing.case.expected_by, standing.now),
    )


# --- what others sent or did ---


def _sent_change(standing: Standing) -> SentChange | None:
    return next((one for one in standing.sent if one.state == SentChange.State.WAITS), None)


def _decide(standing: Standing, sent: SentChange) -> NextStep:
    return NextStep(
        title=_("Decide about a change that your system sent"),
        why=_("It was sent on %(day)s, when somebody had changed the case. Both texts stand side by side.")
        % {"day": _day(sent.at)},
        verbs=[Verb(_("Compare both texts"), standing.about("inbox"))],
    )


def _tasks_are_done(standing: Standing) -> Obstacle | None:
    return next((one for one in standing.standing_obstacles if one.card_id in standing.done_cards), None)


def _confirm(standing: Standing, obstacle: Obstacle) -> NextStep:
    card: Any = obstacle.card
    return NextStep(
        title=_("Confirm that the obstacle is gone: %(obstacle)s") % {"obstacle": obstacle.kind},
        why=_("The tasks that the table gave for card %(alias)s are done. Only you know whether it helped.")
        % {"alias": card.alias},
        verbs=[
            Verb(_("Confirm that it is gone"), standing.about("obstacle_gone", obstacle)),
            Verb(_("Open the card"), standing.about("card", card)),
        ],
    )


def _late_referral(standing: Standing) -> Referral | None:
    marked = {one.referral_id for one in standing.standing_obstacles}
    late = [one for one in standing.referrals if one.is_late and one.pk not in marked]
    return min(late, key=lambda one: one.due_at, default=None)


def _ask_again(standing: Standing, referral: Referral) -> NextStep:
    verbs = [Verb(_("Send a reminder"), standing.about("referral_remind", referral), is_button=True)]
    obstacle = Verb(_("Mark an obstacle"), f"{standing.about('obstacle_add')}?referral={referral.code}")
    if standing.may("obstacles.mark"):
        verbs = [obstacle, *verbs] if referral.reminded_at else [*verbs, obstacle]
    words = {"sent": _day(referral.sent_at), "due": _day(referral.due_at)}
    why = _("The referral of %(sent)s should have had an answer by %(due)s.") % words
    if referral.reminded_at:
        why += " " + _("It was reminded of on %(day)s.") % {"day": _day(referral.reminded_at)}
    return NextStep(
        title=_("No answer yet from %(institution)s: %(purpose)s")
        % {"institution": referral.receiver.short_name, "purpose": PURPOSES[referral.purpose].label},
        why=why,
        verbs=[*verbs, Verb(_("Open the referral"), standing.about("referral", referral))],
        tone="late",
        due=due_by(referral.due_at, standing.now),
    )


def _obstacle_without_card(standing: Standing) -> Obstacle | None:
    return next((one for one in standing.standing_obstacles if one.card_id is None), None)


def _take_to_table(standing: Standing, obstacle: Obstacle) -> NextStep:
    return NextStep(
        title=_("Take the obstacle to the table: %(obstacle)s") % {"obstacle": obstacle.kind},
        why=_("The case waits for %(institution)s since %(day)s. The table sees a card without a name and a number.")
        % {"institution": obstacle.waits_for.short_name, "day": _day(obstacle.since)},
        verbs=[
            Verb(_("Take it to the table"), standing.about("obstacle_table", obstacle)),
            Verb(_("Confirm that it is gone"), standing.about("obstacle_gone", obstacle)),
        ],
    )


def _refused_and_not_asked_again(standing: Standing) -> Referral | None:
    marked = {one.referral_id for one in standing.standing_obstacles}
    latest = {one.purpose: one for one in sorted(standing.referrals, key=lambda one: one.sent_at)}
    refused = [one for one in latest.values() if one.state == Referral.State.REFUSED and one.pk not in marked]
    return refused[0] if refused and standing.case.is_open else None


def _refer_elsewhere(standing: Standing, referral: Referral) -> NextStep:
    return NextStep(
        title=_("%(institution)s refused: %(purpose)s")
        % {"institution": referral.receiver.short_name, "purpose": PURPOSES[referral.purpose].label},
        why=_("Read the answer. Refer the case elsewhere, or mark what holds it up."),
        verbs=[
            Verb(_("Open the referral"), standing.about("referral", referral)),
            Verb(_("Refer"), standing.about("refer")),
        ],
    )


# --- the deadline of the stage ---

# What a stage asks for, where its clock has nearly run out.
_OF_STAGE = {
    Stage.INITIAL_ASSESSMENT: gettext_lazy("Finish the initial assessment"),
    Stage.FULL_ASSESSMENT: gettext_lazy("Finish the full assessment"),
    Stage.CONFERENCE: gettext_lazy("Bring the cross-sector group together"),
    Stage.PROTECTION_PLAN: gettext_lazy("Agree on the protection plan"),
    Stage.IMPLEMENTATION: gettext_lazy("Review the protection plan"),
    Stage.FOLLOW_UP: gettext_lazy("Visit the family, and see whether the case can end"),
}


def _stage_is_late(standing: Standing) -> bool:
    return standing.case.is_open and standing.case.due_at < standing.now


def _stage_is_near(standing: Standing) -> bool:
    return standing.case.is_open and standing.case.due_at < standing.now + SOON


def _is_open(standing: Standing) -> bool:
    return standing.case.is_open


def _lead_on(standing: Standing, _found: object) -> NextStep:
    case = standing.case
    before = Stage(case.stage)
    verbs = []
    if any(stage is before and after not in OVER for stage, after in MOVES):
        verbs.append(Verb(_("Lead to the next stage"), standing.about("move")))
    verbs.append(Verb(_("Write a note"), standing.about("notes")))
    if (before, Stage.CLOSED) in MOVES and before is Stage.FOLLOW_UP and standing.may("cases.close"):
        verbs.append(Verb(_("Close the case"), standing.about("close")))
    return NextStep(
        title=str(_OF_STAGE[before]),
        why=_deadline_in_words(standing),
        verbs=verbs,
        tone=_tone(standing),
        due=due_by(case.expected_by, standing.now),
    )


def _tone(standing: Standing) -> str:
    return "late" if _stage_is_late(standing) else "soon" if _stage_is_near(standing) else "brand"


def _deadline_in_words(standing: Standing) -> str:
    due = standing.case.expected_by
    if due is None:
        return _("No clock runs in this stage.")
    words = _("It was expected by %(moment)s.") if due < standing.now else _("It is expected by %(moment)s.")
    hour = timezone.localtime(due)
    is_day = (hour.hour, hour.minute) == (23, 59)
    said = words % {"moment": _day(due) if is_day else formats.date_format(hour, "SHORT_DATETIME_FORMAT")}
    return said + " " + _("That is a day of rest.") if standing.ends_on_day_of_rest() else said


# --- what waits for others ---


def _on_the_table(standing: Standing) -> Card | None:
    return next((one.card for one in standing.standing_obstacles if one.card is not None), None)


def _wait_for_table(standing: Standing, card: Card) -> NextStep:
    sentences = {
        CardState.OPEN: _("It waits for the next meeting's agenda."),
        CardState.ON_AGENDA: _("It stands on the agenda of a meeting."),
        CardState.DECIDED: _("The table has decided and given a task. When it is done, you confirm that it helped."),
    }
    return NextStep(
        title=_("The obstacle lies on the table as card %(alias)s") % {"alias": card.alias},
        why=sentences[CardState(card.state)],
        verbs=[Verb(_("Open the card"), standing.about("card", card))],
        tone="brand",
    )


# --- it is over ---


def _is_closed(standing: Standing) -> bool:
    return standing.case.stage == Stage.CLOSED


def _reopen(standing: Standing, _found: object) -> NextStep:
    return NextStep(
        title=_("This case is closed"),
        why=_("Reopen it when there is a new signal. Its number and its file stay."),
        verbs=[Verb(_("Reopen the case"), standing.about("reopen"))],
        tone="brand",
    )


STEPS: tuple[Step, ...] = (
    Step("manager", "cases.assign", _nobody_leads, _name_a_manager),
    Step("signal", "cases.change", _waits_as_signal, _begin),
    Step("risk", "cases.change", _risk_not_known, _assess),
    Step("inbox", "cases.inbox", _sent_change, _decide),
    Step("tasks_done", "obstacles.mark", _tasks_are_done, _confirm),
    Step("late_referral", "referrals.send", _late_referral, _ask_again),
    Step("obstacle", "obstacles.mark", _obstacle_without_card, _take_to_table),
    Step("late_stage", "cases.change", _stage_is_late, _lead_on),
    Step("refused", "referrals.send", _refused_and_not_asked_again, _refer_elsewhere),
    Step("near_stage", "cases.change", _stage_is_near, _lead_on),
    Step("table", "obstacles.view", _on_the_table, _wait_for_table),
    Step("stage", "cases.change", _is_open, _lead_on),
    Step("closed", "cases.close", _is_closed, _reopen),
)


def _day(day: datetime.date | datetime.datetime) -> str:
    local = timezone.localtime(day) if isinstance(day, datetime.datetime) else day
    return formats.date_format(local, "SHORT_DATE_FORMAT")
