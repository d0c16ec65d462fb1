"""Who looked at a case and at everything that belongs to it: the trail's lines, in people's words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases.models import Case, Signal, SignalWords
from cases.models.reach import InCase
from krat.audit import trail
from krat.people.models import Seat

# What stands on every page of a case, and tells nothing about what somebody looked for.
_ON_EVERY_PAGE = {"", "cases.stagedeadline", "cases.clock", "cases.assignment"}
_MOST_HOURS = 6


@dataclass(frozen=True)
class Viewer:
    """One line: who, from where, on which day, at which hours, and what of the case."""

    who: str
    office: str
    day: datetime.date
    hours: str
    did: str
    saw: str


def viewers_of(case: Case) -> list[Viewer]:
    """Who looked at a case that came through the door, the latest first (a dozen queries, however many looked)."""
    looks = trail.viewers(_codes_of(case))
    seats = Seat.objects.unscoped("who looked at a case, by name and office, for its own team").for_request()
    known = {one.code: one for one in seats.filter(code__in={look.actor for look in looks if look.actor})}
    return [_in_words(look, known.get(look.actor) if look.actor else None) for look in looks]


def _in_words(look: trail.Look, seat: Seat | None) -> Viewer:
    names = {str(apps.get_model(kind)._meta.verbose_name) for kind in look.kinds - _ON_EVERY_PAGE}
    return Viewer(
        who=str(seat.user) if seat else look.actor_words,
        office=f"{seat.get_role_display()}, {seat.institution.short_name}" if seat else "",
        day=look.day,
        hours=_hours(look.at),
        did=capfirst(", ".join(str(trail.words_of(event)) for event in look.events)),
        saw=", ".join(sorted(names)),
    )


def _hours(moments: list[datetime.datetime]) -> str:
    """Each hour; of many the first and the last, and how many there were."""
    told = [formats.time_format(at, "H:i") for at in moments]
    if len(told) <= _MOST_HOURS:
        return ", ".join(told)
    words = {"first": told[0], "last": told[-1], "times": len(told)}
    return _("%(first)s–%(last)s, %(times)s times") % words


def _codes_of(case: Case) -> list[UUID]:
    """The codes of a case and of all that points to it, whoever may see it: what is hidden was looked at, too."""
    codes: list[UUID] = [case.code]
    for model in InCase.kinds():
        rows: Any = model.objects.unscoped("what belongs to a case that came through the door")
        codes += rows.filter(case=case).values_list("code", flat=True)
    if case.signal_id is not None:
        signals = Signal.objects.unscoped("the signal with which a case that came through the door began")
        codes += signals.filter(pk=case.signal_id).values_list("code", flat=True)
        told = SignalWords.objects.unscoped("the words of that signal: their code, not what they say")
        codes += told.filter(signal=case.signal_id).values_list("code", flat=True)
    return codes


def codes_of_number(number: str) -> list[UUID]:
    """What the trail is asked about by a case's own number: the case and all that belongs to it, or nothing."""
    cases = Case.objects.unscoped("the data protection officer asks the trail by a case's number; no case is shown")
    case = cases.filter(number__iexact=number.strip()).first()
    return _codes_of(case) if case is not None else []
