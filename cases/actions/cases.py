"""Verbs of the case: opened, assessed, led through its stages, given a team, closed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import names, notices
from cases.actions import signals
from cases.models import (
    Assignment,
    Case,
    DataKey,
    Identity,
    NameToken,
    Note,
    Obstacle,
    Referral,
    Series,
    Signal,
    StageDeadline,
    codes,
)
from cases.models.case import folded, tidy
from cases.models.identity import ADULT_AT
from cases.models.keys import give_key, with_keys
from cases.models.signal import Kind
from cases.models.stages import MOVES, OVER, Stage, deadline_of
from cases.personal_number import doubts
from krat.access import rights
from krat.access.prepared import Prepared
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.access.scoping import (
    Stale,
    check_only,
    hold,
    hold_by_id,
    look_again,
    look_again_at_all,
    settle,
    update_many,
)
from krat.access.transactions import wholly
from krat.audit import trail
from krat.notify.telling import at, tell
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import Municipality, Term

T = TypeVar("T")

OPENED = trail.event("case.opened", gettext_lazy("opened a case"))
TAKEN = trail.event("signal.taken", gettext_lazy("took a signal as a case"))
CHANGED = trail.event("case.changed", gettext_lazy("changed the head of a case"))
ASSESSED = trail.event("case.assessed", gettext_lazy("assessed the risk of a case"))
MOVED = trail.event("case.moved", gettext_lazy("led a case to another stage"))
IDENTITY = trail.event("case.identity", gettext_lazy("changed who a case is about"))
ASSIGNED = trail.event("case.assigned", gettext_lazy("named somebody to the team of a case"))
RELEASED = trail.event("case.released", gettext_lazy("ended somebody's place in the team of a case"))

OPEN, CHANGE, ASSIGN, WRITE_IDENTITY = "cases.open", "cases.change", "cases.assign", "identity.change"

_NAMED = ("first_name", "last_name", "father_name")  # what a name is found by
HEAD = {"kind", "municipality", "concerns", "risk", "signalled_on", "source", "reference"}
_LETTER = {Kind.CHILD: "F", Kind.ADULT: "R"}  # fëmijë, i rritur


# --- opening ---


@wholly
def open_case(
    *,
    by: Seat,
    kind: str,
    municipality: Municipality,
    source: Term,
    signalled_on: datetime.date,
    identity: dict[str, str],
    concerns: Sequence[str] = (),
    risk: str = "",
    reference: str = "",
    stage: str = Stage.INITIAL_ASSESSMENT,
    signal: Signal | None = None,
    is_another: bool = False,
    despite_doubt: bool = False,
) -> Case:
    """Open a case: its head, who it is, its data key, its clock, and the opener as manager where they work in its team.

    A personal number that contradicts day of birth or sex is doubted once; ``despite_doubt`` says that it was compared.
    A signal about several children becomes as many cases: from the second on, ``is_another`` says that it is meant.
    One row lock on the signal, then one on the county's running number until the transaction ends. Raises
    `ValidationError` by field.
    """
    case = _new(
        Lookups(by),
        kind=kind,
        municipality=municipality,
        source=source,
        signalled_on=signalled_on,
        concerns=concerns,
        risk=risk,
        reference=reference,
        stage=stage,
        signal=signal,
    )
    _check_reference(case)
    now = timezone.now()
    year = timezone.localdate(now).year
    if signal is not None:
        signals.take(signal, by=by, is_another=is_another)
        trail.record(by, TAKEN, signal)
    serial = Series.next(Series.Of.CASES, municipality.county, year)
    case.number = _number(case, year, serial)
    stage_deadline = _begin_stage(case, now, Lookups(by))
    case.save()
    stage_deadline.save()
    if rights.reach(by, OPEN) is Reach.TEAM:
        _name(case, seat=by, is_manager=True, by=by)
    look_again(case, by=by, right=OPEN)
    key, opened = DataKey.make(case=case)
    key.save()
    identity_row = Identity(case=case)
    give_key(opened, identity_row)
    _fill(identity_row, case, identity, despite_doubt=despite_doubt)
    settle(identity_row, by=by, right=WRITE_IDENTITY, changed=_OF_IDENTITY)
    _index(case, identity_row, is_new=True)
    trail.record(by, OPENED, case)
    return case


_OF_IDENTITY = ("data", "number_token", "index_version")


class Lookups:
    """What opening a case asks of other tables, each time anew."""

    def __init__(self, by: Seat) -> None:
        self.by = by

    def serves(self, municipality: Municipality) -> bool:
        """Whether the opener's institution serves a municipality (one query)."""
        return bool(self.by.institution.territories.filter(pk=municipality.pk).exists())

    def concerns(self, wanted: Sequence[str]) -> set[str]:
        """Those of these concerns that the list has (one query)."""
        found = Term.objects.filter(list=Term.List.CONCERN, code__in=wanted)
        return set(found.values_list("code", flat=True))

    def due_at(
        self, deadline: str, start: datetime.datetime, signal: datetime.datetime | None
    ) -> datetime.datetime | None:
        """The last moment of a deadline (two queries)."""
        return calendar.due_at(deadline, start, signal=signal)


class Remembered(Lookups):
    """The same for many cases at once: what was asked is asked no more."""

    def __init__(self, by: Seat) -> None:
        super().__init__(by)
        self.serves = cache(super().serves)  # type: ignore[method-assign]
        self.due_at = cache(super().due_at)  # type: ignore[method-assign]
        self._concerns = set(Term.objects.filter(list=Term.List.CONCERN).values_list("code", flat=True))

    def concerns(self, wanted: Sequence[str]) -> set[str]:
        return self._concerns & set(wanted)


def _new(
    lookups: Lookups,
    *,
    kind: str,
    municipality: Municipality,
    source: Term,
    signalled_on: datetime.date,
    concerns: Sequence[str] = (),
    risk: str = "",
    reference: str = "",
    stage: str = Stage.INITIAL_ASSESSMENT,
    signal: Signal | None = None,
) -> Case:
    """The head of a case to open, checked but for its reference, and without a number yet."""
    by = lookups.by
    if by.institution.kind.code != signals.UNIT:
        raise PermissionDenied(_("Cases are led by child protection units."))
    if not lookups.serves(municipality):
        raise ValidationError({"municipality": _("Your institution does not serve this municipality.")})
    if stage not in (Stage.SIGNAL, Stage.INITIAL_ASSESSMENT):
        raise ValidationError({"stage": _("A case begins as a signal or with the initial assessment.")})
    if source.list != Term.List.SOURCE:
        raise ValidationError({"source": _("Choose a source from the list.")})
    _check_concerns(concerns, lookups)
    case = Case(
        number="-",
        kind=kind,
        municipality=municipality,
        holder=by.institution,
        reference=tidy(reference),
        signal=signal,
        concerns=list(concerns),
        risk=risk,
        stage=stage,
        signalled_on=signalled_on,
        source=source,
    )
    # Stage, place and holder are known good, and the number is not there yet.
    check_only(case, {"kind", "reference", "concerns", "risk", "signalled_on", "victim_status"}, constraints=False)
    return case


def _number(case: Case, year: int, serial: int) -> str:
    """The number of a new case, of the county's running one."""
    return f"{case.municipality.county.prefix}-{year}-{serial:04}-{_LETTER[Kind(case.kind)]}"


@dataclass(frozen=True)
class Opening:
    """What `open_case` is told of one of many cases: its head and stage, and who it is."""

    head: Mapping[str, Any]
    identity: Mapping[str, str]


@wholly
def open_cases(openings: Sequence[Opening], *, by: Seat, lookups: Lookups) -> list[Case | Exception]:
    """Open many cases by the rules of `open_case`: for each the case, or why it was refused, in order.

    Their references must be free, as the caller has seen with its own query; whoever enters the same at the same time
    lets the database refuse all of them, and the caller looks again. A doubtful personal number is taken, as from any
    system. Some twelve statements, however many cases; one row lock on each county's running number.
    """
    now = timezone.now()
    year = timezone.localdate(now).year
    ended: list[Case | Exception] = []
    made: list[tuple[Case, DataKey, Identity]] = []
    for one in openings:
        try:
            case = _new(lookups, **one.head)
            key, opened = DataKey.make(case=case)
            identity_row = Identity(case=case)
            give_key(opened, identity_row)
            _fill(identity_row, case, one.identity, despite_doubt=True)
            check_only(identity_row, _OF_IDENTITY, constraints=False)
        except (ValidationError, PermissionDenied) as refusal:
            ended.append(refusal)
        else:
            made.append((case, key, identity_row))
            ended.append(case)
    if not made:
        return ended
    heads = [case for case, _key, _identity in made]
    for county in {case.municipality.county for case in heads}:
        here = [case for case in heads if case.municipality.county == county]
        first = Series.next(Series.Of.CASES, county, year, how_many=len(here))
        for serial, case in enumerate(here, first):
            case.number = _number(case, year, serial)
    clocks = [_begin_stage(case, now, lookups) for case in heads]
    Case.objects.bulk_create(heads)
    StageDeadline.objects.bulk_create(clocks)
    if rights.reach(by, OPEN) is Reach.TEAM:
        for case in heads:
            _name(case, seat=by, is_manager=True, by=by)
    DataKey.objects.bulk_create([key for _case, key, _identity in made])
    Identity.objects.bulk_create([identity_row for _case, _key, identity_row in made])
    look_again_at_all(heads, by=by, right=OPEN)
    look_again_at_all([identity_row for _case, _key, identity_row in made], by=by, right=WRITE_IDENTITY)
    NameToken.objects.bulk_create(
        NameToken(case=case, token=token)
        for case, _key, identity_row in made
        for token in sorted(identity_row.name_tokens())
    )
    for case in heads:
        trail.record(by, OPENED, case)
    return ended


def _check_reference(case: Case) -> None:
    """What the constraint of references would ask, and in a savepoint of its own (one query, none without one)."""
    of_holder = Case.objects.unscoped("whether the holder has a case with this reference").filter(holder=case.holder)
    if case.reference and of_holder.by_reference(case.reference).exists():
        raise ValidationError(_("A case with this reference is already there."), code="unique")


def _check_concerns(concerns: Sequence[str], lookups: Lookups) -> None:
    if set(concerns) - lookups.concerns(concerns) or len(set(concerns)) != len(concerns):
        raise ValidationError({"concerns": _("Choose concerns of the list, each once.")})


def as_stored(data: dict[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """An identity's data as it would stand with these words in it: blanks, capitals and codes in their kept form.

    An exact day of birth replaces the year: one that was estimated before, and one that says the same.
    """
    filled = data | {name: value.strip() for name, value in words.items()}
    filled["personal_number"] = names.compact(filled["personal_number"])
    for name, listed in codes.OF_IDENTITY.items():
        if name in words:
            filled[name] = codes.as_listed(filled[name], listed)
    if filled["birth_date"] and ("birth_year" not in words or filled["birth_date"].startswith(filled["birth_year"])):
        filled["birth_year"] = ""
    return filled


def _fill(
    identity_row: Identity, case: Case, words: Mapping[str, str], *, head: Iterable[str] = (), despite_doubt: bool
) -> None:
    """Put words into an identity and check the whole; ``head`` names what was changed with it."""
    before = dict(identity_row.data)
    filled = as_stored(before, words)
    if filled["care"] and not Term.objects.filter(list=Term.List.CARE, code=filled["care"]).exists():
        raise ValidationError({"care": _("Choose one of the list.")})
    for name, listed in codes.OF_IDENTITY.items():
        # What a system sent before codes were asked for stays until somebody changes it.
        if filled[name] not in ("", before[name], *listed):
            raise ValidationError({name: _("Choose one of the list.")})
    identity_row.data = filled
    identity_row.number_token = names.number_token(filled["personal_number"])
    identity_row.index_version = names.INDEX_VERSION
    identity_row.clean()
    _check_age(identity_row, case, {*head, *(name for name in filled if filled[name] != before[name])})
    told = ("personal_number", "birth_date", "birth_year", "sex", "citizenship")
    if not despite_doubt and any(filled[name] != before[name] for name in told):
        found = doubts(filled)
        if found:
            sentence = _("Compare it with the paper; if it is right, say so.")
            raise ValidationError({"personal_number": ValidationError(" ".join([*found, sentence]), code="doubtful")})


def _check_age(identity_row: Identity, case: Case, changed: set[str]) -> None:
    """Child or adult, as on the day of the signal; in doubt a child (docs/domain.md 10.3).

    What was changed is refused: the birth first, then the kind, then the day of the signal.
    """
    age = identity_row.age_on(case.signalled_on)
    if age is None or (age >= ADULT_AT) == (case.kind == Kind.ADULT):
        return
    born = "birth_date" if identity_row.born_on else "birth_year"
    field = next((name for name in (born, "kind", "signalled_on") if name in changed), born)
    if case.kind == Kind.CHILD:
        raise ValidationError({field: _("This person was of age on the day of the signal. Choose “adult”.")})
    raise ValidationError(
        {field: _("By what is known, this person was not of age on the day of the signal. Choose “child”.")}
    )


def _index(case: Case, identity_row: Identity, *, is_new: bool = False) -> None:
    if not is_new:
        NameToken.objects.filter(case=case).delete()
    found = identity_row.name_tokens()
    NameToken.objects.bulk_create(NameToken(case=case, token=token) for token in sorted(found))


# --- changing ---


@wholly
def change(
    case: Case,
    *,
    by: Seat,
    based_on: int | None,
    head: dict[str, Any] | None = None,
    identity: dict[str, str] | None = None,
    despite_doubt: bool = False,
    is_held: bool = False,
) -> Case:
    """Change the head, who it is, or both, as one edit with one new version; what is left out stays.

    ``head`` may name what stands in `HEAD`. Where everything stands so already, nothing is written and the version
    stays. ``despite_doubt`` as for `open_case`. One row lock; none where the case ``is_held`` already, read with its
    lock in this transaction.
    """
    if not is_held:
        case = hold(case, based_on=based_on)
    elif based_on is not None and case.version != based_on:
        raise Stale(case)
    edit = _edit(
        case,
        head or {},
        identity,
        who=lambda: _identity_to_change(case, by),
        clocks=lambda: _CLOCKS.rows(case.pk),
        lookups=Lookups(by),
        despite_doubt=despite_doubt,
    )
    if edit is None:
        look_again(case, by=by, right=CHANGE)
        return case
    if edit.clock is not None:
        edit.clock.save(update_fields=["deadline", "due_at"])
    settle(case, by=by, right=CHANGE, changed=edit.written)
    if edit.identity_row is not None:
        settle(edit.identity_row, by=by, right=WRITE_IDENTITY, changed=_OF_IDENTITY)
        if edit.is_called_otherwise:
            _index(case, edit.identity_row)
    _record(edit, by)
    return case


@dataclass
class _Edit:
    """What a change makes of a held case, checked and not saved yet."""

    case: Case
    changes: dict[str, tuple[object, object]]
    written: set[str]  # fields of the head
    identity_row: Identity | None  # where it changes
    before: dict[str, str]
    clock: StageDeadline | None  # where it changes

    @property
    def is_called_otherwise(self) -> bool:
        """Whether it is found by other names now."""
        return self.identity_row is not None and any(
            self.before[name] != self.identity_row.data[name] for name in _NAMED
        )


def _edit(
    case: Case,
    head: Mapping[str, Any],
    identity: Mapping[str, str] | None,
    *,
    who: Callable[[], Identity],
    clocks: Callable[[], list[StageDeadline]],
    lookups: Lookups,
    despite_doubt: bool,
) -> _Edit | None:
    """Put a change into the rows of a held case and check it; None where everything stands so already."""
    _must_be_open(case)
    if set(head) - HEAD:
        raise KeyError(f"The head has no {', '.join(sorted(set(head) - HEAD))} that could be changed.")
    head = {name: value for name, value in head.items() if not is_same(case, name, value)}
    if "concerns" in head:
        _check_concerns(head["concerns"], lookups)
    municipality = head.get("municipality")
    if municipality and not lookups.serves(municipality):
        raise ValidationError({"municipality": _("Your institution does not serve this municipality.")})
    changes = {name: (_plain(getattr(case, name)), _plain(value)) for name, value in head.items()}
    for name, value in head.items():
        setattr(case, name, tidy(value) if name == "reference" else value)
    edit = _Edit(case, changes, set(head), None, {}, None)
    if identity is not None or "kind" in head or "signalled_on" in head:
        identity_row = who()
        edit.before = dict(identity_row.data)
        _fill(identity_row, case, identity or {}, head=head, despite_doubt=despite_doubt)
        if identity_row.data != edit.before:
            edit.identity_row = identity_row
    if not changes and edit.identity_row is None:
        return None
    if ("risk" in head or "signalled_on" in head) and case.stage in _BEGINNINGS:
        check_only(case, {"risk", "signalled_on"}, constraints=False)  # the clock goes by them
        edit.clock = _reset_deadline(case, clocks(), lookups)
        edit.written |= _CLOCK
    return edit


def _record(edit: _Edit, by: Seat) -> None:
    """Enter what was changed into the trail."""
    if edit.changes:
        is_risk_alone = set(edit.changes) == {"risk"}
        trail.record(by, ASSESSED if is_risk_alone else CHANGED, edit.case, changes=edit.changes)
    if edit.identity_row is not None:
        now = edit.identity_row.data
        changed = {name: (edit.before[name], now[name]) for name in now if edit.before[name] != now[name]}
        trail.record(by, IDENTITY, edit.identity_row, changes=changed)


@dataclass(frozen=True)
class Changing:
    """What `change` is told of one of many held cases; ``identity_row`` is who it is, for a seat that may change it."""

    case: Case
    identity_row: Identity
    head: Mapping[str, Any]
    identity: Mapping[str, str] | None


@wholly
def change_cases(changings: Sequence[Changing], *, by: Seat, lookups: Lookups) -> list[Case | Exception]:
    """Change many held cases by the rules of `change`: for each the case, or why it was refused, in order.

    A doubtful personal number is taken, as from any system. Some ten statements, however many cases.
    """
    ended: list[Case | Exception] = []
    edits: list[_Edit] = []
    held = _clocks().filter(case__in=[one.case.pk for one in changings])
    clocks: dict[int, list[StageDeadline]] = {}
    for clock in held if changings else []:
        clocks.setdefault(clock.case_id, []).append(clock)
    for one in changings:
        try:
            edit = _edit(
                one.case,
                one.head,
                one.identity,
                who=partial(_itself, one.identity_row),
                clocks=partial(_itself, clocks.get(one.case.pk, [])),
                lookups=lookups,
                despite_doubt=True,
            )
            if edit is not None:
                check_only(one.case, edit.written, constraints=False)
            if edit is not None and edit.identity_row is not None:
                check_only(one.identity_row, _OF_IDENTITY, constraints=False)
        except (ValidationError, PermissionDenied) as refusal:
            ended.append(refusal)
        else:
            edits += [edit] if edit is not None else []
            ended.append(one.case)
    _save(edits, by)
    return ended


def _itself(thing: T) -> T:
    return thing


def _save(edits: list[_Edit], by: Seat) -> None:
    """Save what many edits changed, look again whether all of it lies within the writer's right, and record it."""
    heads = [edit.case for edit in edits]
    people = [edit.identity_row for edit in edits if edit.identity_row is not None]
    for row in [*heads, *people]:
        row.version += 1
    written = {"version", "changed_at"}.union(*(edit.written for edit in edits))
    update_many(heads, written)
    update_many(people, {"version", *_OF_IDENTITY})
    update_many([edit.clock for edit in edits if edit.clock is not None], {"deadline", "due_at"})
    look_again_at_all(heads, by=by, right=CHANGE)
    look_again_at_all(people, by=by, right=WRITE_IDENTITY)
    renamed = [edit.identity_row for edit in edits if edit.identity_row is not None and edit.is_called_otherwise]
    if renamed:
        NameToken.objects.filter(case__in=[row.case_id for row in renamed]).delete()
        NameToken.objects.bulk_create(
            NameToken(case_id=row.case_id, token=token) for row in renamed for token in sorted(row.name_tokens())
        )
    for edit in edits:
        _record(edit, by)


def is_same(case: Case, name: str, value: Any) -> bool:
    """Whether a field of the head stands so already: concerns in whichever order, references in whichever case."""
    stands = getattr(case, name)
    if name == "concerns":
        return len(stands) == len(value) and set(stands) == set(value)
    if name == "reference":
        return folded(stands) == folded(value)
    return bool(stands == value)


def _identity_to_change(case: Case, by: Seat) -> Identity:
    """Who the case is about, for whoever may change it (one query)."""
    rows = with_keys(Identity.objects.permitted(by, WRITE_IDENTITY))
    identity_row: Identity | None = rows.filter(case=case).first()
    if identity_row is None:
        raise PermissionDenied(_("This lies outside your seat's reach."))
    return identity_row


def _plain(value: object) -> object:
    return getattr(value, "code", ", ".join(value) if isinstance(value, list | tuple) else value)


def assess(case: Case, *, by: Seat, risk: str, based_on: int | None = None) -> Case:
    """Set the risk; in the initial assessment the clock runs by it from the day the stage began."""
    if not risk:
        raise ValidationError({"risk": _("Choose the level of risk.")})
    return change(case, by=by, based_on=based_on, head={"risk": risk})


@wholly
def move(
    case: Case, to: str, *, by: Seat, note: str = "", closing: Term | None = None, based_on: int | None = None
) -> Case:
    """Lead a case along its table of moves: the running clock is met, the next stage's starts. One row lock."""
    case = hold(case, based_on=based_on)
    before, after = Stage(case.stage), Stage(to)
    if (before, after) not in MOVES:
        raise ValidationError(
            _("The case stands at “%(before)s”; from there it cannot go to “%(after)s”."),
            params={"before": before.label, "after": after.label},
            code="state",
        )
    if missing := risk_is_missing(case):
        raise ValidationError(missing[0].sentence, code="state")
    if not rights.may(by, MOVES[before, after]):
        raise PermissionDenied(_("Your seat does not have the right to do this."))
    now = timezone.now()
    if after in OVER:
        _may_end(case, note, closing, needs_reason=after is Stage.CLOSED)
    case.closing = closing
    case.closed_on = timezone.localdate(now) if after is Stage.CLOSED else None
    case.stage = after
    running = StageDeadline.objects.permitted(by, "cases.view").filter(case=case, met_at=None)
    for stage_deadline in running:
        stage_deadline.met_at = now
        stage_deadline.save(update_fields=["met_at"])
    stage_deadline = _begin_stage(case, now, Lookups(by))
    moved = {"stage", "closing", "closed_on", *_CLOCK}
    settle(case, by=by, right=MOVES[before, after], changed=moved)
    stage_deadline.save()
    if note.strip():
        step = Note(case=case, kind=Note.Kind.STEP, happened_on=timezone.localdate(now), seat=by)
        step.data = {"text": note}
        step.full_clean()
        step.save()
    if after in OVER:
        for one in Assignment.objects.permitted(by, "cases.view").filter(case=case, ended_at=None):
            one.ended_at = now
            one.save(update_fields=["ended_at"])
    trail.record(by, MOVED, case, changes={"stage": (before.value, after.value)})
    return case


def _may_end(case: Case, note: str, closing: Term | None, *, needs_reason: bool) -> None:
    wrong: dict[str, str] = {}
    if needs_reason and closing is None:
        wrong["closing"] = _("Choose the reason for closing.")
    if not note.strip():
        wrong["note"] = _("Say in a sentence why the case ends.")
    if wrong:
        raise ValidationError(wrong)
    found = obstacles_to_ending(case)
    if found:
        raise ValidationError([ValidationError(one.sentence, code="state") for one in found])


@dataclass(frozen=True)
class Hindrance:
    """Why a case cannot end or go on yet, and the page on which that changes: its name, and what it is about."""

    sentence: str
    verb: str
    page: str
    code: uuid.UUID


def risk_is_missing(case: Case) -> list[Hindrance]:
    """The initial assessment ends with a level of risk, whichever way it ends (no query)."""
    if case.stage != Stage.INITIAL_ASSESSMENT or case.risk:
        return []
    return [Hindrance(_("Assess the risk first."), _("Assess the risk"), "cases:risk", case.code)]


def obstacles_to_ending(case: Case) -> list[Hindrance]:
    """Why a case cannot end yet, with the way to each (two queries)."""
    found = risk_is_missing(case)
    referrals = Referral.objects.unscoped("what still runs in a case that came through the door")
    for referral in referrals.filter(case=case).open().for_list():
        sentence = _("A referral is still open: %(institution)s. Withdraw it, or wait until it is completed.")
        sentence %= {"institution": referral.receiver}
        found.append(Hindrance(sentence, _("Open the referral"), "cases:referral", referral.code))
    obstacles = Obstacle.objects.unscoped("what still holds up a case that came through the door")
    for obstacle in obstacles.filter(case=case, state=Obstacle.State.STANDS).select_related("kind"):
        sentence = _("An obstacle still stands: %(obstacle)s. Confirm first that it is gone.")
        sentence %= {"obstacle": obstacle.kind}
        found.append(Hindrance(sentence, _("Confirm that it is gone"), "cases:obstacle_gone", obstacle.code))
    return found


def _must_be_open(case: Case) -> None:
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you change it."), code="state")


# --- deadlines of stages ---


_CLOCK = {"due_at", "clock_minutes"}  # of the head: by when something is expected, and how long that takes


def _begin_stage(case: Case, now: datetime.datetime, lookups: Lookups) -> StageDeadline:
    """The clock of the stage; the head carries its end, so that lists need not look for it. Saved by the caller, after
    the head (two queries at most; two more where the case stood in this stage's like before)."""
    code = deadline_of(case.stage, case.risk)
    due = lookups.due_at(code, now, _signal_at(case)) if code else None
    stage_deadline = StageDeadline(case=case, stage=case.stage, deadline=code, starts_at=now, due_at=due)
    if case.stage in OVER:
        stage_deadline.met_at = now
    check_only(stage_deadline, {"stage", "deadline"})
    case.expect(due, now)
    return stage_deadline


def _clocks() -> QuerySet[StageDeadline]:
    rows: QuerySet[StageDeadline] = StageDeadline.objects.unscoped("the clocks of a case that is held")
    return rows


_CLOCKS = Prepared(lambda case: _clocks().filter(case=case))


def _reset_deadline(case: Case, clocks: list[StageDeadline], lookups: Lookups) -> StageDeadline | None:
    """The deadline follows the risk, from the moment the stage began; head and clock are saved by the caller.

    ``clocks`` are all of the case's; given back is the running one, where it changed.
    """
    running = next(one for one in clocks if one.met_at is None)
    was_over = any(one.stage in OVER for one in clocks)
    code = deadline_of(case.stage, case.risk)
    due = lookups.due_at(code, running.starts_at, None if was_over else _first_heard(case))
    is_other = (code, due) != (running.deadline, running.due_at)
    running.deadline, running.due_at = code, due
    case.expect(due, running.starts_at)
    return running if is_other else None


_BEGINNINGS = (Stage.SIGNAL, Stage.INITIAL_ASSESSMENT)


def _signal_at(case: Case) -> datetime.datetime | None:
    """When the signal came, for the first stages of a case that was never over; else nothing counts from it.

    Of a day alone its end counts: nobody is late by an hour that nobody knows (two queries).
    """
    if case.stage not in _BEGINNINGS:
        return None
    deadlines = StageDeadline.objects.unscoped("whether a case that is held was over before")
    if case.pk is not None and deadlines.filter(case=case, stage__in=OVER).exists():
        return None
    return _first_heard(case)


def _first_heard(case: Case) -> datetime.datetime:
    """When the signal came: its own moment, or the end of its day (one query where there is a signal)."""
    if case.signal_id is not None:
        sent: datetime.datetime = (
            Signal.objects.unscoped("when the signal of a case that is held came")
            .filter(pk=case.signal_id)
            .values_list("sent_at", flat=True)
            .get()
        )
        return sent
    return timezone.make_aware(datetime.datetime.combine(case.signalled_on, datetime.time.max.replace(microsecond=0)))


# --- the team ---


def colleagues(seat: Seat) -> QuerySet[Seat]:
    """The seats of one's own unit that can work on a case."""
    rows = Seat.objects.unscoped("the workers of one's own unit, for its head to name").active().for_request()
    found: QuerySet[Seat] = rows.filter(institution=seat.institution_id, role__in=[Role.CHILD_WORKER, Role.UNIT_HEAD])
    return found


@transaction.atomic
def assign(case: Case, *, by: Seat, seat: Seat, is_manager: bool = False) -> Assignment:
    """Name somebody of the unit to the team, or as its manager; a former manager's place ends with it."""
    case = hold(case)
    _must_be_open(case)
    seat = hold(seat)
    works_there = seat.is_active and seat.institution_id == case.holder_id
    if not works_there or seat.role not in (Role.CHILD_WORKER, Role.UNIT_HEAD):
        raise ValidationError({"seat": _("Only somebody who works in the unit that holds the case can be named.")})
    team = Assignment.objects.permitted(by, "cases.view").filter(case=case, ended_at=None)
    for one in team:
        if one.seat_id == seat.pk or (is_manager and one.is_manager):
            _end(one, by)
    place = _name(case, seat=seat, is_manager=is_manager, by=by)
    look_again(case, by=by, right=ASSIGN)
    tell(notices.ASSIGNED, case, to=at(case.holder_id).filter(pk=seat.pk), by=by)
    return place


def _name(case: Case, *, seat: Seat, is_manager: bool, by: Seat) -> Assignment:
    place = Assignment(case=case, seat=seat, is_manager=is_manager, starts_at=timezone.now(), by=by)
    place.full_clean()
    place.save()
    trail.record(by, ASSIGNED, case, changes={"team": (None, seat.trail_words)})
    return place


@transaction.atomic
def release(place: Assignment, *, by: Seat) -> Assignment:
    """End somebody's place in a team: the next request of theirs finds nothing."""
    hold_by_id(Case, place.case_id)
    place = hold(place)
    if place.ended_at is not None:
        raise ValidationError(_("This place in the team has already ended."), code="state")
    _end(place, by)
    case = Case.objects.permitted(by, ASSIGN).filter(pk=place.case_id).first()
    if case is None:
        raise PermissionDenied(_("This lies outside your seat's reach."))
    return place


def _end(place: Assignment, by: Seat) -> None:
    place.ended_at = timezone.now()
    place.save(update_fields=["ended_at"])
    trail.record(by, RELEASED, place)


# --- notes ---

NOTED = trail.event("case.noted", gettext_lazy("wrote a note in a case"))


@transaction.atomic
def note(case: Case, *, by: Seat, kind: str, happened_on: datetime.date, text: str, is_sensitive: bool = False) -> Note:
    """Write a note; notes are only added."""
    case = hold(case)
    _must_be_open(case)
    if happened_on > timezone.localdate():
        raise ValidationError({"happened_on": _("The day lies in the future.")})
    row = Note(case=case, kind=kind, happened_on=happened_on, is_sensitive=is_sensitive, seat=by)
    row.data = {"text": text}

    settle(row, by=by, right="notes.write")
    trail.record(by, NOTED, row)
    return row
