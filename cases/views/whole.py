"""A case with all that belongs to it, as far as a seat may see it: read by one statement, each kind by its own door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    Identity,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    Signal,
    SignalWords,
    StageDeadline,
)
from cases.models.keys import DataKey, give_key
from cases.models.referral import OPEN
from krat.access.rights import Subject
from krat.access.together import Rows, Together
from krat.people.models import Seat
from krat.reference.models import Term

NOTES_OF_COURSE = 10

_ENCRYPTED = ("identities", "school", "aid", "counselling", "referrals", "obstacles", "notes", "sent")
_NAME = ("short_name",)
_TERM = ("name_sq", "name_en")
_CARD = ("code", "state", "number", "year", "made_at")


@dataclass
class Whole:
    """What a page of one case shows of it. Words that are encrypted are opened when they are read, without a query."""

    identity: Identity | None
    manager: Assignment | None
    own_place: Assignment | None  # the seat's, in the team
    deadlines: list[StageDeadline]
    school: SchoolPart | None
    aid: AidPart | None
    counselling: list[CounsellingPart]
    referrals: list[Referral]
    obstacles: list[Obstacle]
    notes: list[Note]  # the latest
    sent: list[SentChange]  # that wait
    signal: Signal | None
    signal_words: SignalWords | None
    siblings: list[Case]  # of the same signal
    terms: dict[tuple[str, str], str]  # concerns and present care, in words

    @property
    def parts(self) -> list[Any]:
        """School, aid and counselling, as far as they were begun."""
        return [one for one in (self.school, self.aid, *self.counselling) if one is not None]

    @property
    def cards(self) -> list[Card]:
        """The cards of its obstacles."""
        return [one.card for one in self.obstacles if one.card is not None]


def _build(seat: Subject, *, case: int, signal: int | None) -> dict[str, Rows]:
    """What is read of a case, and of the signal it came from, each kind by its own door."""

    def of(model: Any) -> Any:
        return model.objects.visible_to(seat).filter(case=case)

    of_case = {
        "identities": Rows(of(Identity)),
        "keys": Rows(DataKey.objects.filter(Q(case=case) if signal is None else Q(case=case) | Q(signal=signal))),
        "managers": Rows(
            of(Assignment).filter(Assignment.standing(), is_manager=True),
            {"seat": (), "seat__user": ("name", "username")},
        ),
        "own_places": Rows(of(Assignment).filter(seat=seat.pk, ended_at=None)),
        "deadlines": Rows(of(StageDeadline)),
        "school": Rows(of(SchoolPart)),
        "aid": Rows(of(AidPart)),
        "counselling": Rows(of(CounsellingPart), {"provider": _NAME}),
        "referrals": Rows(of(Referral), {"receiver": _NAME}),
        "obstacles": Rows(of(Obstacle), {"kind": _TERM, "waits_for": _NAME, "card": _CARD}),
        "notes": Rows(of(Note).filter(pk__in=of(Note).values("pk")[:NOTES_OF_COURSE])),
        "sent": Rows(of(SentChange).filter(state=SentChange.State.WAITS)),
        "terms": Rows(Term.objects.filter(list__in=[Term.List.CONCERN, Term.List.CARE])),
    }
    if signal is None:
        return of_case
    of_signal = {
        "signal": Rows(Signal.objects.visible_to(seat).filter(pk=signal)),
        "signal_words": Rows(SignalWords.objects.visible_to(seat).filter(signal=signal)),
        "siblings": Rows(Case.objects.visible_to(seat).filter(signal=signal).exclude(pk=case)),
    }
    return of_case | of_signal


_WHOLE = Together(_build)


def read_whole(seat: Seat, case: Case) -> Whole:
    """All that belongs to a case that came through the door, and to the signal it came from (one statement)."""
    found = _WHOLE.read(seat, case=case.pk, signal=case.signal_id)
    _give_keys(found, case)
    return Whole(
        identity=_only(found["identities"]),
        manager=_only(found["managers"]),
        own_place=_only(found["own_places"]),
        deadlines=sorted(found["deadlines"], key=lambda one: (one.starts_at, one.pk)),
        school=_only(found["school"]),
        aid=_only(found["aid"]),
        counselling=sorted(found["counselling"], key=lambda one: one.pk),
        referrals=sorted(found["referrals"], key=lambda one: (one.state not in OPEN, one.due_at, -one.pk)),
        obstacles=sorted(found["obstacles"], key=lambda one: (not one.stands, one.since, one.pk)),
        notes=sorted(found["notes"], key=lambda one: (one.happened_on, one.pk), reverse=True),
        sent=sorted(found["sent"], key=lambda one: (one.at, one.pk)),
        signal=_only(found["signal"]),
        signal_words=_only(found["signal_words"]),
        siblings=sorted(found["siblings"], key=lambda one: one.pk),
        terms={(one.list, one.code): str(one) for one in found["terms"]},
    )


def _give_keys(found: dict[str, list[Any]], case: Case) -> None:
    """Put the opened data keys at the hand of what they open, where there is something: of the case, of its signal."""
    of_case = [row for name in _ENCRYPTED for row in found[name]]
    of_signal = found["signal_words"]
    for key in found["keys"]:
        rows = of_case if key.case_id == case.pk else of_signal
        if rows:
            give_key(key.open(), *rows)


def _only(rows: list[Any]) -> Any:
    return rows[0] if rows else None
