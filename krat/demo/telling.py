"""Steps of the invented cases, each done through the registry's own verbs.

A story is told step by step on its days; whoever would do a step does it, with the seat that person would use.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cases.actions import cards, cases, identification, inbox, referrals, signals
from cases.models import AidPart, Assignment, Case, Identity, Obstacle, Referral, SchoolPart, Signal
from cases.models.parts import Part
from cases.models.stages import VictimStatus
from cases.sharing import PURPOSES, USE
from krat.demo import make
from krat.demo.papers import Duty
from krat.people.models import Seat
from krat.reference.models import Term

if TYPE_CHECKING:
    from krat.demo.world import _World

_WHY = "whoever tells a story knows what happened in it"


@dataclass(frozen=True)
class Person:
    """Whom a case is about: plainly invented, born so many days before today."""

    first_name: str
    last_name: str
    days_old: int
    sex: str
    more: Mapping[str, str] = field(default_factory=dict)  # the other words of an identity

    def words(self, today: datetime.date) -> dict[str, str]:
        """The words of the identity."""
        born = today - datetime.timedelta(days=self.days_old)
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "birth_date": born.isoformat(),
            "sex": self.sex,
            "citizenship": "AL",
            "language": "sq",
            **self.more,
        }


@dataclass(frozen=True)
class Sent:
    """A signal: when, by whom, in which words, and what became of it (``answer`` says why it was not taken)."""

    on: int
    by: str
    municipality: str
    source: str
    what: str
    who: str = ""
    where: str = ""
    kind: str = "child"
    is_urgent: bool = False
    rejected: tuple[int, str, str] | None = None  # when, by whom, why


@dataclass(frozen=True)
class Story:
    """A case: who opens it and leads it, when, about whom, and what happens step by step."""

    by: str
    on: int
    person: Person
    municipality: str
    source: str
    concerns: tuple[str, ...]
    steps: tuple[tuple[int, Step], ...] = ()
    kind: str = "child"
    status: str = "at_risk"
    stage: str = "initial_assessment"
    signal: Sent | None = None
    reference: str = ""


@dataclass
class File:
    """A story while it is told: its case, who leads it, what was made on the way."""

    world: _World
    story: Story
    by: Seat
    case: Case = field(init=False)
    asked: dict[str, Referral] = field(default_factory=dict)  # by purpose
    obstacle: Obstacle = field(init=False)

    def seat(self, username: str) -> Seat:
        """Somebody's seat; who leads the case where nobody is named."""
        return self.world.seats[username] if username else self.by


Step = Callable[[File], None]


def tell_signal(world: _World, sent: Sent) -> list[Signal]:
    """Let a signal be sent on its day; the list holds it from then on."""
    made: list[Signal] = []

    def send() -> None:
        made.append(
            signals.send(
                by=world.seats[sent.by],
                municipality=make.municipality(sent.municipality),
                kind=sent.kind,
                source=make.term(Term.List.SOURCE, sent.source),
                what=sent.what,
                who=sent.who,
                where=sent.where,
                is_urgent=sent.is_urgent,
            )
        )

    world.on(world.day(sent.on), send)
    if sent.rejected is not None:
        on, by, why = sent.rejected
        world.on(world.day(on), lambda: _reject(made[0], world.seats[by], why), hour=11)
    return made


def _reject(signal: Signal, by: Seat, why: str) -> None:
    signals.reject(signal, by=by, why=why)


def tell(world: _World, story: Story) -> None:
    """Let a story happen on its days."""
    file = File(world, story, world.seats[story.by])
    taken = tell_signal(world, story.signal) if story.signal is not None else []

    def begin() -> None:
        file.case = cases.open_case(
            by=file.by,
            kind=story.kind,
            municipality=make.municipality(story.municipality),
            source=make.term(Term.List.SOURCE, story.source),
            signalled_on=world.day(story.signal.on if story.signal else story.on),
            identity=story.person.words(world.today),
            concerns=story.concerns,
            reference=story.reference,
            stage=story.stage,
            signal=taken[0] if taken else None,
        )
        if story.status != VictimStatus.AT_RISK:
            identification.record(
                file.case,
                by=file.by,
                result=story.status,
                authority=file.by.institution,
                decided_on=world.day(story.on),
                reference="Prot. shembull 12/3",
                why="Shenjat u panë në takimin e parë (shembull).",
            )
            file.case.refresh_from_db()

    world.on(world.day(story.on), begin, hour=10)
    for on, step in story.steps:
        world.on(world.day(on), lambda step=step: step(file), hour=11)  # type: ignore[misc]  # each its own step


# --- the steps ---


def assess(risk: str) -> Step:
    """The risk is assessed."""

    def step(file: File) -> None:
        file.case = cases.assess(file.case, by=file.by, risk=risk)

    return step


def move(to: str, note: str = "", *, by: str = "", closing: str = "") -> Step:
    """The case is led to another stage."""

    def step(file: File) -> None:
        reason = make.term(Term.List.CLOSING, closing) if closing else None
        file.case = cases.move(file.case, to, by=file.seat(by), note=note, closing=reason)

    return step


def name(worker: str, *, by: str, is_manager: bool = False) -> Step:
    """The head of the unit names somebody to the team."""

    def step(file: File) -> None:
        cases.assign(file.case, by=file.seat(by), seat=file.seat(worker), is_manager=is_manager)
        if is_manager:
            file.by = file.seat(worker)

    return step


def release(worker: str, *, by: str) -> Step:
    """Somebody's place in the team ends."""

    def step(file: File) -> None:
        team = Assignment.objects.permitted(file.seat(by), "cases.assign")
        cases.release(team.get(case=file.case, seat=file.seat(worker), ended_at=None), by=file.seat(by))

    return step


def note(kind: str, text: str, *, by: str = "", is_sensitive: bool = False) -> Step:
    """A note of the day."""

    def step(file: File) -> None:
        day = timezone.localdate()
        cases.note(file.case, by=file.seat(by), kind=kind, happened_on=day, text=text, is_sensitive=is_sensitive)

    return step


def part(kind: type[SchoolPart] | type[AidPart], state: str, **words: str) -> Step:
    """The team writes the school part or the economic-aid part."""

    def step(file: File) -> None:
        row = referrals.begin_part(file.case, kind, by=file.by)
        referrals.write_part(row, by=file.by, right="parts.change", based_on=None, state=state, **words)

    return step


def refer(purpose: str, to: str, request: str, *, consent: str = "duty") -> Step:
    """The case is referred."""

    def step(file: File) -> None:
        receiver = file.world.institutions[to]
        knows = Identity.objects.unscoped("the invented world").get(case=file.case).data["safe_contact"]
        file.asked[purpose] = referrals.refer(
            file.case,
            by=file.by,
            purpose=purpose,
            receiver=receiver,
            request=request,
            consent=consent,
            contact_via_unit=not knows,
        )

    return step


def remind(purpose: str) -> Step:
    """The receiver is reminded."""

    def step(file: File) -> None:
        referrals.remind(file.asked[purpose], by=file.by)

    return step


def answer(purpose: str, to: str, words: str = "", *, by: str = "") -> Step:
    """The referral is accepted, refused or completed by its receiver, or withdrawn by the team."""

    def step(file: File) -> None:
        file.asked[purpose] = referrals.move(file.asked[purpose], to, by=file.seat(by), answer=words)

    return step


def their_part(purpose: str, state: str, *, by: str, **words: str) -> Step:
    """Whoever accepted the referral writes the part that it opened."""

    def step(file: File) -> None:
        kind: type[Part] | None = PURPOSES[purpose].part
        assert kind is not None  # noqa: S101  # for the type checker
        row: Any = kind.objects.permitted(file.seat(by), USE).filter(case=file.case).get()
        referrals.write_part(row, by=file.seat(by), right=USE, based_on=None, state=state, **words)

    return step


def stuck(kind: str, waits_for: str, asked: str, *, since: int, purpose: str = "") -> Step:
    """Something holds the case up."""

    def step(file: File) -> None:
        file.obstacle = cards.mark(
            file.case,
            by=file.by,
            kind=make.term(Term.List.OBSTACLE, kind),
            waits_for=file.world.institutions[waits_for],
            since=file.world.day(since),
            asked=asked,
            referral=file.asked.get(purpose),
        )

    return step


def to_table(*, agenda: str = "", said: str = "", decides: Duty | None = None) -> Step:
    """The obstacle becomes a card: on the ``held`` table's agenda with what it decides, on the ``coming`` one's, or
    on none yet."""

    def step(file: File) -> None:
        card = cards.take_to_table(file.obstacle, by=file.by)
        if agenda:
            file.world.put_on_agenda(agenda, card, said, decides)

    return step


def gone(how: str) -> Step:
    """The obstacle is gone."""

    def step(file: File) -> None:
        rows = Obstacle.objects.unscoped(_WHY)
        cards.confirm_gone(rows.get(pk=file.obstacle.pk), by=file.by, how=how)

    return step


def system_sends(**identity: str) -> Step:
    """The unit's own system sends a change of a case that somebody has changed meanwhile: it waits for a person."""

    def step(file: File) -> None:
        machine = file.world.machine_of(file.case.holder)
        inbox.send_change(file.case, by=machine, identity=identity)

    return step
