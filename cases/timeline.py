"""The path of a case and its timeline (rrjedha): its stages with their deadlines, and what happened."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Case, Note, Obstacle, Referral, StageDeadline
from cases.models.referral import ReferralState
from cases.models.stages import OVER, Risk, Stage
from cases.sharing import PURPOSES
from krat.audit import trail

# The way most cases go; a stage that was not needed is said to be so.
_PATH = (
    Stage.SIGNAL,
    Stage.INITIAL_ASSESSMENT,
    Stage.FULL_ASSESSMENT,
    Stage.CONFERENCE,
    Stage.PROTECTION_PLAN,
    Stage.IMPLEMENTATION,
    Stage.FOLLOW_UP,
)
_WORDS_OF_A_NOTE = 24


@dataclass(frozen=True)
class StageOfPath:
    """One stage of the path."""

    label: str
    note: str
    state: str  # done, now or next


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    at: datetime.datetime
    text: str

    @property
    def when(self) -> str:
        """The day, as people write it."""
        return _day(self.at)


# --- the path ---


def path_of(case: Case, deadlines: Iterable[StageDeadline]) -> list[StageOfPath]:
    """The stages of a case with the days of their clocks (no query)."""
    last = {Stage(one.stage): one for one in deadlines}
    now = _PATH.index(Stage(case.stage)) if case.stage in _PATH else len(_PATH)
    stages = [_stage(stage, place, now, last.get(stage), case) for place, stage in enumerate(_PATH)]
    if case.stage in OVER:
        ended = last[Stage(case.stage)].starts_at if Stage(case.stage) in last else None
        return [*stages, StageOfPath(str(capfirst(case.get_stage_display())), _day(ended) if ended else "", "now")]
    return [*stages, StageOfPath(str(capfirst(pgettext("last stage of a case", "closing"))), "", "next")]


def _stage(stage: Stage, place: int, now: int, stage_deadline: StageDeadline | None, case: Case) -> StageOfPath:
    label = str(capfirst(stage.label))
    if place == now:
        return StageOfPath(label, _running(stage_deadline), "now")
    if place > now:
        return StageOfPath(label, "", "next")
    if stage_deadline is not None:
        return StageOfPath(label, _day(stage_deadline.met_at or stage_deadline.starts_at), "done")
    if stage is Stage.SIGNAL:
        return StageOfPath(label, formats.date_format(case.signalled_on, "SHORT_DATE_FORMAT"), "done")
    return StageOfPath(label, pgettext("stage", "not needed"), "next" if now < len(_PATH) else "done")


def _running(stage_deadline: StageDeadline | None) -> str:
    if stage_deadline is None or stage_deadline.due_at is None:
        return ""
    due = timezone.localtime(stage_deadline.due_at)
    if (due.hour, due.minute) == (23, 59):
        return _("until %(day)s") % {"day": _day(due)}
    return _("until %(day)s") % {"day": formats.date_format(due, "SHORT_DATETIME_FORMAT")}


# --- the timeline ---


def timeline_of(
    case: Case,
    *,
    deadlines: Sequence[StageDeadline],
    referrals: Iterable[Referral],
    obstacles: Iterable[Obstacle],
    notes: Iterable[Note],
) -> list[Event]:
    """What happened in a case, the latest first; words of notes must be at hand (one query, for the risk)."""
    events = [
        *_stages(deadlines),
        *_risks(case),
        *(event for one in referrals for event in _referral(one)),
        *(event for one in obstacles for event in _obstacle(one)),
        *(_note(one) for one in notes),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _stages(deadlines: Sequence[StageDeadline]) -> list[Event]:
    opened = [Event(one.starts_at, _("The case was opened.")) for one in deadlines[:1]]
    return [*opened, *(Event(one.starts_at, _("Stage: %(stage)s") % {"stage": one}) for one in deadlines[1:])]


def _risks(case: Case) -> list[Event]:
    events = []
    for change in trail.history(case):
        if change.at and "risk" in change.values:
            risk = change.values["risk"][1]
            words = Risk(risk).label if risk in Risk.values else _("not assessed yet")
            events.append(Event(change.at, _("Risk assessed: %(risk)s") % {"risk": words}))
    return events


def _referral(referral: Referral) -> list[Event]:
    words = {"purpose": PURPOSES[referral.purpose].label, "institution": referral.receiver.short_name}
    events = [Event(referral.sent_at, _("Referred to %(institution)s: %(purpose)s") % words)]
    if referral.accepted_at:
        events.append(Event(referral.accepted_at, _("%(institution)s accepted: %(purpose)s") % words))
    ended = {
        ReferralState.REFUSED: _("%(institution)s refused: %(purpose)s"),
        ReferralState.WITHDRAWN: _("Referral withdrawn: %(purpose)s, %(institution)s"),
        ReferralState.COMPLETED: _("%(institution)s completed: %(purpose)s"),
    }
    if referral.ended_at:
        events.append(Event(referral.ended_at, ended[ReferralState(referral.state)] % words))
    return events


def _obstacle(obstacle: Obstacle) -> list[Event]:
    words = {"obstacle": obstacle.kind, "institution": obstacle.waits_for.short_name}
    events = [Event(_moment(obstacle.since), _("Held up: %(obstacle)s. It waits for %(institution)s.") % words)]
    if obstacle.card is not None:
        text = _("Taken to the table as card %(alias)s.") % {"alias": obstacle.card.alias}
        events.append(Event(obstacle.card.made_at, text))
    if obstacle.gone_on is not None:
        events.append(Event(_moment(obstacle.gone_on), _("Obstacle gone: %(obstacle)s") % words))
    return events


def _note(note: Note) -> Event:
    text = Truncator(" ".join(note.data["text"].split())).words(_WORDS_OF_A_NOTE)
    at = note.at if timezone.localdate(note.at) == note.happened_on else _moment(note.happened_on)
    return Event(at, _("%(kind)s: %(text)s") % {"kind": capfirst(note.get_kind_display()), "text": text})


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _day(moment: datetime.datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
