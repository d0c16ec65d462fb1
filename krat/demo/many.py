"""Many invented cases over all 61 municipalities, in bulk: what the registry is measured with.

The same seed makes the same cases – names, stages, days, numbers – on the same day. They are written past models and
verbs, by `krat.demo.bulk`, but encrypted, hashed and indexed by the same functions as any other; on PostgreSQL several
processes prepare them. In the trail each leaves the entry of its opening, in the name of its worker, and one entry says
that the whole was added in bulk.
"""

from __future__ import annotations

import datetime
import gc
import json
import multiprocessing
import os
import random
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from cases import names
from cases.actions.cases import OPENED
from cases.crypto import EncryptedJSONField
from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    DataKey,
    Identification,
    Identity,
    NameToken,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    Series,
    Signal,
    SignalWords,
    StageDeadline,
)
from cases.models.case import NEVER
from cases.models.referral import OPEN as OPEN_REFERRALS
from cases.models.stages import OVER, Stage, VictimStatus, deadline_of
from krat.access.roles import Role
from krat.audit import checkpoints, trail
from krat.audit import rows as trail_rows
from krat.audit.models import Entry
from krat.committee.models import Institution
from krat.counts import triggers as counts
from krat.demo import make
from krat.demo.accounts import FAMILY_NAME
from krat.demo.bulk import Row, Table, go_on_from_there, rows_first
from krat.feed import triggers as feed
from krat.people.models import Seat, User
from krat.reference import calendar
from krat.reference.models import County, Deadline, Municipality, Term

C = TypeVar("C")

ADDED = trail.event("demo.cases_added", _("added invented cases in bulk"))

BATCH = 1000
SPAN = 3 * 365  # the first case was signalled so many days ago, the last one yesterday
_CASES_OF_A_WORKER = 150
_WHY = "the invented cases are added by nobody in particular"

_GIRLS = """Albana Anisa Arta Blerta Brunilda Çeljeta Drita Eda Elira Ema Enkeleda Fatbardha Flutura Gentiana Hana
Ina Jona Kaltrina Klea Lira Luljeta Majlinda Mira Nora Olta Pranvera Rea Rudina Shpresa Teuta Valbona Vjosa Xhensila
Yllka Zana""".split()
_BOYS = """Agim Alban Ardit Arben Besnik Blerim Dritan Edon Endrit Fatos Florian Genti Gëzim Ilir Jetmir Kastriot Klodi
Leart Lulzim Marin Mirjan Niku Orges Petrit Qemal Redi Sokol Shpëtim Taulant Valon Visar Xhevahir Ylli Zamir""".split()
# Every family name ends with what it is: prova, the trial. No family bears one.
_FAMILIES = [
    f"{first}{middle}{last}prova"
    for first in """Al Ba Be Bu Çe Da De Do Du Fa Fe Ga Ge Gjo Ha Ho Is Ja Ka Ke Ko La Le Lu Ma Me Mu Na Ne No Pa Pe
        Pre Qe Ra Re Ru Sa Sha She Ta To Tu Va Vu Xha Ze Zhu""".split()
    for middle in "bi da di ga go ja ko ku la li ma na no ra shi ta".split()
    for last in ("", "l", "n", "r")
]
_CONCERNS = """neglect street_situation school_dropout domestic_violence physical_violence psychological_violence
child_labour begging bullying disability unregistered early_marriage suspected_trafficking unaccompanied
other""".split()
_SOURCES = "police school school_psychologist health_centre municipality ngo citizen 116111 129 parents".split()
_CARE = ("both_parents", "both_parents", "one_parent", "relatives", "foster", "alone")
_NOTES_TOLD = (
    "Vizitë në familje; u bisedua me prindërit.",
    "Bisedë telefonike me mësuesen kujdestare.",
    "Takim me fëmijën në zyrën e njësisë.",
    "Familja nuk u gjet; vizita përsëritet.",
    "U dorëzuan dokumentet që mungonin.",
)
# How long after the signal a case comes to each stage: at least, at most, and how many of ten pass it.
_PATH = (
    (Stage.FULL_ASSESSMENT, 1, 6, 9),
    (Stage.CONFERENCE, 5, 15, 5),
    (Stage.PROTECTION_PLAN, 8, 25, 10),
    (Stage.IMPLEMENTATION, 7, 21, 10),
    (Stage.FOLLOW_UP, 60, 220, 8),
    (Stage.CLOSED, 45, 260, 10),
)
_ROLES = {"education": Role.EDUCATION, "ngo": Role.NGO, "health": Role.HEALTH}
_NAMES_OF = {
    "education": ("ZVA", "Zyra Vendore e Arsimit Parauniversitar"),
    "ngo": ("OJF", "Organizata Shembull"),
    "health": ("NJVKSH", "Njësia Vendore e Kujdesit Shëndetësor"),
}
_PURPOSE_OF = {"education": "school", "ngo": "counselling", "health": "health"}
_OBSTACLE_OF = {"education": "school", "ngo": "no_place", "health": "no_papers"}


# What rows say, column by column.
_SIGNALS = Table(
    Signal,
    *("id", "code", "kind", "municipality", "sender", "sent_by", "receiver", "source", "sent_at", "due_at", "state"),
    *("answered_at", "answered_by"),
)
_SIGNAL_WORDS = Table(SignalWords, "code", "signal", "data")
_KEYS = Table(DataKey, "code", "case", "signal", "wrapped")
_CASES = Table(
    Case,
    *("id", "code", "number", "kind", "municipality", "holder", "reference", "signal", "concerns", "risk"),
    *("victim_status", "stage", "signalled_on", "source", "due_at", "clock_minutes", "closed_on", "closing"),
)
_IDENTITIES = Table(Identity, "code", "case", "data", "number_token", "index_version")
_TOKENS = Table(NameToken, "case", "token", is_plain=True)
_CLOCKS = Table(StageDeadline, "code", "case", "stage", "deadline", "starts_at", "due_at", "met_at")
_IDENTIFICATIONS = Table(Identification, "code", "case", "kind", "result", "data")
_TEAMS = Table(Assignment, "code", "case", "seat", "is_manager", "starts_at", "ended_at", "by")
_SCHOOLS = Table(SchoolPart, "code", "case", "state", "data")
_AIDS = Table(AidPart, "code", "case", "state", "data")
_COUNSELS = Table(CounsellingPart, "code", "case", "provider", "state", "data")
_NOTES = Table(Note, "code", "case", "kind", "happened_on", "is_sensitive", "seat", "data")
_OBSTACLES = Table(
    Obstacle,
    *("code", "case", "kind", "waits_for", "since", "referral", "card", "state", "marked_by", "gone_on", "gone_by"),
    "data",
)
_ENTRIES = Table(
    Entry,
    *("code", "at", "actor", "actor_words", "county", "event", "thing_type", "thing_code", "mac"),
)
# Numbered by county and year, in the order in which they are written: the number comes last.
_REFERRALS = Table(
    Referral,
    *("county", "year", "id", "code", "case", "purpose", "sender", "sent_by", "receiver", "consent", "sent_at"),
    *("due_at", "state", "accepted_at", "accepted_by", "ended_at", "data", "number"),
)
_CARDS = Table(
    Card,
    *("county", "year", "id", "code", "kind", "waits_for", "since", "asked", "age_band", "sex", "stage", "risk"),
    *("state", "closed_on", "number"),
)
_NUMBERED = {_REFERRALS: Series.Of.REFERRALS, _CARDS: Series.Of.CARDS}
# In the order of their keys to each other.
_TABLES = {
    table.name: table
    for table in (
        *(_SIGNALS, _CASES, _KEYS, _SIGNAL_WORDS, _IDENTITIES, _TOKENS, _CLOCKS, _IDENTIFICATIONS, _TEAMS, _SCHOOLS),
        *(_AIDS, _COUNSELS, _REFERRALS, _CARDS, _OBSTACLES, _NOTES, _ENTRIES),
    )
}
_STATES = {part: part.State.values for part in (SchoolPart, AidPart, CounsellingPart)}
_GIVEN_IDS = (_SIGNALS, _CASES, _REFERRALS, _CARDS)  # others point to them
_ROWS_OF_A_CASE = 25  # about
_MOST_REFERRALS = 2  # of a case


def is_there(seed: int) -> bool:
    """Whether the cases of a seed were added before (one query)."""
    return Case.objects.unscoped(_WHY).filter(reference=_reference(seed, 0)).exists()


def add(count: int, seed: int) -> None:
    """Add so many cases, in one transaction (100,000: some twenty seconds on PostgreSQL, two minutes on SQLite)."""
    with transaction.atomic(), translation.override("sq"):
        country = _Country(random.Random(seed), count, seed)
        trail_rows.hold_shared()
        checkpoints.count_written(count)
        with rows_first(list(_TABLES.values()), count * _ROWS_OF_A_CASE) as at_once, _triggers_step_aside(at_once):
            for written in _prepared(country):
                _write(country, written)
        go_on_from_there(_GIVEN_IDS)
        trail.record(None, ADDED, fields=[f"count {count}", f"seed {seed}"])


@contextmanager
def _triggers_step_aside(at_once: bool) -> Iterator[None]:
    """Within the transaction: what is kept of each row while it is written is kept of all of them at once, if so asked.

    The counts are made anew; systems that follow the changes read again from the beginning.
    """
    if not at_once:
        yield
        return
    counts.remove(connection)
    feed.remove(connection)
    yield
    counts.after_migrate(None, connection.alias)
    feed.install(connection)
    feed.begin_anew(connection)


def _reference(seed: int, at: int) -> str:
    return f"S{seed}-{at}"


# --- preparing and writing ---

# Of a batch, by the table's name: rows, or (on PostgreSQL) the lines that COPY reads; numbered ones are always rows.
_Prepared = dict[str, bytes | list[Row]]


def _prepared(country: _Country) -> Iterator[_Prepared]:
    """Every batch in its order. Several processes prepare them where the database keeps another one busy."""
    firsts = range(0, country.count, BATCH)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if connection.vendor != "postgresql" or len(firsts) < 2 * workers or workers == 1:
        for first in firsts:
            yield _prepare(country, first)
        return
    _Process.country = country
    # Forked, so that they have the country at hand; none of them comes near the database.
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(workers, initializer=gc.disable) as pool:
        ahead: deque[Any] = deque()
        for first in firsts:
            ahead.append(pool.apply_async(_Process.prepare, [first]))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().get()
        while ahead:
            yield ahead.popleft().get()


class _Process:
    """What a preparing process has at hand."""

    country: _Country

    @classmethod
    def prepare(cls, first: int) -> _Prepared:
        """One batch."""
        return _prepare(cls.country, first)


def _prepare(country: _Country, first: int) -> _Prepared:
    rows = _Batch(country, range(first, min(first + BATCH, country.count))).rows()
    if not country.copies:
        return {table.name: made for table, made in rows.items()}
    return {table.name: made if table in _NUMBERED else table.lines(made) for table, made in rows.items()}


def _write(country: _Country, prepared: _Prepared) -> None:
    for name, table in _TABLES.items():
        rows = prepared.get(name)
        if not rows:
            continue
        if table in _NUMBERED and isinstance(rows, list):
            rows = country.numbered(table, rows)
        if isinstance(rows, bytes):
            table.copy(rows)
        elif country.copies:
            table.copy(table.lines(rows))
        else:
            table.insert(rows)


# --- who is there ---


@dataclass(frozen=True)
class _Worker:
    """A worker's seat, as rows and the trail name it."""

    pk: int
    code: uuid.UUID
    words: str


@dataclass(frozen=True)
class _Unit:
    """The unit of a municipality with its workers, and whom it refers to, by kind: institution and seat."""

    pk: int
    place: int
    county: County
    workers: list[_Worker]
    others: dict[str, tuple[int, int]]


class _Country:
    """What every batch needs at hand: units, lists, deadlines, and which numbers and ids are free."""

    def __init__(self, dice: random.Random, count: int, seed: int) -> None:
        self.count, self.seed = count, seed
        self.copies = connection.vendor == "postgresql"
        self.today = timezone.localdate().toordinal()
        self.terms = {(one.list, one.code): one.pk for one in Term.objects.all()}
        places = list(Municipality.objects.select_related("county").order_by("code"))
        weights = [_weight(place) for place in places]
        share = count / sum(weights) / _CASES_OF_A_WORKER
        others = {county: _others(county) for county in {place.county for place in places}}
        units = [
            _unit(place, others[place.county], workers=max(1, round(weight * share)))
            for place, weight in zip(places, weights, strict=True)
        ]
        self.deadlines = _Deadlines(self.today)
        self.first_id = {table: table.free_id() for table in _GIVEN_IDS}
        self.units = dice.choices(units, weights, k=count)
        self._counties = {place.county.pk: place.county for place in places}
        self.first_number = self._first_numbers()

    def day(self, at: int) -> int:
        """The day on which a case was signalled."""
        return self.today - SPAN + at * (SPAN - 1) // self.count

    def year(self, at: int) -> int:
        """That day's year."""
        return _date(self.day(at)).year

    def _first_numbers(self) -> list[dict[tuple[int, int], int]]:
        """For each batch, the next number of a case in each county and year."""
        keys = [(unit.county.pk, self.year(at)) for at, unit in enumerate(self.units)]
        free = {
            (county, year): Series.next(Series.Of.CASES, self._counties[county], year, how_many=many)
            for (county, year), many in sorted(Counter(keys).items())
        }
        firsts = []
        for first in range(0, self.count, BATCH):
            firsts.append(dict(free))
            for key in keys[first : first + BATCH]:
                free[key] += 1
        return firsts

    def numbered(self, table: Table, rows: list[Row]) -> list[Row]:
        """Rows that begin with county and year, with the number that is theirs at the end."""
        many = Counter(row[:2] for row in rows)
        free = {
            key: Series.next(_NUMBERED[table], self._counties[key[0]], key[1], how_many=amount)  # type: ignore[index, arg-type]
            for key, amount in sorted(many.items())
        }
        found: list[Row] = []
        for row in rows:
            found.append((*row, free[row[:2]]))
            free[row[:2]] += 1
        return found


def _weight(place: Municipality) -> int:
    if place.code == "AL-11-TIRANE":
        return 14
    return 5 if place.name == place.county.name else 1


def _others(county: Any) -> dict[str, tuple[int, int]]:
    """The county's education office, organisation and health unit, each with a seat."""
    places = list(Municipality.objects.filter(county=county))
    found = {}
    for kind, (short, name) in _NAMES_OF.items():
        code = f"{county.code}-{short}"
        there = Institution.objects.unscoped(_WHY).filter(code=code).first()
        there = there or make.institution(
            code,
            county=county,
            kind=kind,
            name=f"{name} {county.name} (shembull)",
            short_name=f"{short} {county.name}",
            territories=places,
        )
        found[kind] = (there.pk, _seats(there, _ROLES[kind], 1)[0].pk)
    return found


def _unit(place: Municipality, others: dict[str, tuple[int, int]], *, workers: int) -> _Unit:
    code = f"{place.county.code}-NJMF-{place.code[6:]}"
    unit = Institution.objects.unscoped(_WHY).filter(code=code).first()
    unit = unit or make.institution(
        code,
        county=place.county,
        kind="child_protection_unit",
        name=f"Njësia për Mbrojtjen e Fëmijës, Bashkia {place.name}",
        short_name=f"NJMF {place.name}",
        territories=[place],
    )
    _seats(unit, Role.UNIT_HEAD, 1)
    seats = _seats(unit, Role.CHILD_WORKER, workers)
    return _Unit(
        unit.pk, place.pk, place.county, [_Worker(seat.pk, seat.code, seat.trail_words[:160]) for seat in seats], others
    )


def _seats(institution: Institution, role: Role, at_least: int) -> list[Seat]:
    """The seats of a role at an institution; those missing are made, with accounts that no password opens."""
    rows = Seat.objects.unscoped(_WHY).filter(institution=institution, role=role, ended_at=None).order_by("pk")
    there = list(rows.select_related("user", "institution"))
    first_names = _GIRLS + _BOYS
    users = [
        User(
            username=f"{role.value}{number}.{institution.code.lower()}",
            name=f"{first_names[number % len(first_names)]} {FAMILY_NAME}",
            email=f"{role.value}{number}.{institution.code.lower()}@shembull.invalid",
            password=make_password(None),
        )
        for number in range(len(there) + 1, at_least + 1)
    ]
    User.objects.bulk_create(users)
    starts_on = timezone.localdate() - datetime.timedelta(days=SPAN + 30)
    made = (Seat(user=user, institution=institution, role=role, starts_on=starts_on) for user in users)
    return there + Seat._base_manager.bulk_create(made)


# --- moments ---

# Reckoning with moments is reckoning with minutes (UTC), with days is reckoning with their ordinals: there are many.
_DAY = 24 * 60
_OPENS = 7 * 60  # the offices


_deadline_of = cache(deadline_of)


@cache
def _date(day: int) -> datetime.date:
    return datetime.date.fromordinal(day)


@cache
def _iso(day: int) -> str:
    return _date(day).isoformat()


def _moment(minute: int) -> str:
    day, rest = divmod(minute, _DAY)
    return f"{_iso(day)} {rest // 60:02}:{rest % 60:02}:00"


def _minute(moment: datetime.datetime) -> int:
    """The minute that a moment ends in or with."""
    return moment.toordinal() * _DAY + moment.hour * 60 + moment.minute + (moment.second > 0)


_NEVER = _minute(NEVER), f"{NEVER:%Y-%m-%d %H:%M:%S}"


class _Deadlines:
    """Every deadline from every day that matters, reckoned once: two queries for each."""

    def __init__(self, today: int) -> None:
        days = [_date(today - back) for back in range(SPAN + 30)]
        self._hours: dict[str, int] = {}
        self._last: dict[tuple[str, int], tuple[int, str]] = {}
        for one in Deadline.objects.all():
            if one.unit == Deadline.Unit.HOURS:
                self._hours[one.code] = one.amount
                continue
            for start, last in calendar.dues(one.code, days).items():
                end = datetime.datetime.combine(last, datetime.time.max.replace(microsecond=0))
                end = timezone.make_aware(end).astimezone(datetime.UTC)
                self._last[one.code, start.toordinal()] = _minute(end), f"{end:%Y-%m-%d %H:%M:%S}"

    def due(self, code: str, start: int) -> tuple[int, str]:
        """As `calendar.due_at`, without asking: the minute, and the moment as it is written."""
        if code in self._hours:
            minute = start + self._hours[code] * 60
            return minute, _moment(minute)
        return self._last[code, start // _DAY]


# --- a batch ---


@cache
def _tokens(name: str) -> frozenset[str]:
    return frozenset(names.tokens_to_store(name))


@cache
def _fathers_tokens(name: str) -> frozenset[str]:
    return frozenset(names.tokens_to_store(father=name))


class _Codes:
    """Random codes (UUID, version 4), sixteen thousand bytes at a time: asking for each would take a tenth of all."""

    def __init__(self) -> None:
        self._at, self._digits = 0, ""

    def next(self) -> str:
        """A code as the database writes it: 32 hexadecimal digits."""
        if self._at == len(self._digits):
            self._at, self._digits = 0, os.urandom(1 << 14).hex()
        found = self._digits[self._at : self._at + 32]
        self._at += 32
        return f"{found[:12]}4{found[13:16]}{'89ab'[int(found[16], 16) & 3]}{found[17:]}"


def _with_dashes(code: str) -> str:
    """A code as what is encrypted is bound to it."""
    return f"{code[:8]}-{code[8:12]}-{code[12:16]}-{code[16:20]}-{code[20:]}"


@dataclass
class _Life:
    """A case as the dice tell it."""

    at: int
    pk: int
    code: str
    unit: _Unit
    worker: _Worker
    day: int
    kind: str
    stages: list[tuple[Stage, int]]  # since which minute it is, or was, in each
    risk: str = ""
    status: str = ""
    due: tuple[int, str] = _NEVER
    key: bytes = field(init=False)  # of its data, opened

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.stages[-1][0]

    @property
    def over_on(self) -> int | None:
        """The day on which it ended."""
        stage, minute = self.stages[-1]
        return minute // _DAY if stage in OVER else None


class _Batch:
    """So many lives, as rows of every table. Its dice are its own, so that it may be thrown anywhere, in any order."""

    def __init__(self, country: _Country, numbers: range) -> None:
        self.country = country
        self.dice = random.Random(f"{country.seed} {numbers.start}")
        self.codes = _Codes()
        self.numbers = dict(country.first_number[numbers.start // BATCH])
        self.made: dict[Table, list[Row]] = {table: [] for table in _TABLES.values()}
        self.lives = [self._life(at) for at in numbers]

    def rows(self) -> dict[Table, list[Row]]:
        """All of them."""
        for life in self.lives:
            self._case(life, self._signal(life))
            self._identity(life)
            self._clocks(life)
            self._team(life)
            self._parts(life)
            self._obstacle(life, self._referrals(life))
            self._notes(life)
            self._entry(life)
        return self.made

    def _life(self, at: int) -> _Life:
        dice, unit, day = self.dice, self.country.units[at], self.country.day(at)
        kind = "child" if dice.random() < 0.93 else "adult"
        pk = self.country.first_id[_CASES] + at
        return _Life(at, pk, self.codes.next(), unit, self._one_of(unit.workers), day, kind, self._stages(day))

    def _stages(self, day: int) -> list[tuple[Stage, int]]:
        dice, yesterday = self.dice, self.country.today - 1
        if dice.random() < 0.04:
            start = self._minute_of(day)
            return [(Stage.SIGNAL, start), (Stage.REJECTED, max(start, self._minute_of(min(day + 1, yesterday))))]
        passed = [(Stage.INITIAL_ASSESSMENT, self._minute_of(day))]
        for stage, at_least, at_most, of_ten in _PATH:
            day += self._up_to(at_most - at_least) + at_least
            if day > yesterday:
                break
            if dice.random() * 10 < of_ten:
                passed.append((stage, self._minute_of(day)))
        return passed

    def _one_of(self, choices: Sequence[C]) -> C:
        """As `random.choice`, in half its time."""
        return choices[int(self.dice.random() * len(choices))]

    def _up_to(self, most: int) -> int:
        """From nought to so many."""
        return int(self.dice.random() * (most + 1))

    def _minute_of(self, day: int) -> int:
        """Some time of the office hours of a day."""
        return day * _DAY + _OPENS + int(self.dice.random() * 8 * 60)

    def _between(self, life: _Life) -> int:
        """A day on which the case was being worked on."""
        last = life.over_on or self.country.today - 1
        return life.day + self._up_to(last - life.day)

    def _sealed(self, table: Table, life: _Life, text: str) -> tuple[str, bytes]:
        """A new code, and a text encrypted by the case's key for the row that bears it."""
        code = self.codes.next()
        return code, _data_of(table).encrypt_text(life.key, _with_dashes(code), text)

    # --- the case and what came before it ---

    def _key(self, *, case: int | None = None, signal: int | None = None) -> bytes:
        """A new data key, written wrapped; gives it opened."""
        code = self.codes.next()
        wrapped, opened = DataKey.wrap_new(_with_dashes(code))
        self.made[_KEYS].append((code, case, signal, wrapped))
        return opened

    def _signal(self, life: _Life) -> int | None:
        if self.dice.random() >= 0.12:
            return None
        pk = self.country.first_id[_SIGNALS] + life.at
        sender, seat = life.unit.others["education"]
        sent = life.stages[0][1]
        sent_at, (_due, due_at) = _moment(sent), self.country.deadlines.due("referral", sent)
        self.made[_SIGNALS].append(
            (
                *(pk, self.codes.next(), life.kind, life.unit.place, sender, seat, life.unit.pk),
                *(self.country.terms[Term.List.SOURCE, "school"], sent_at, due_at, Signal.State.TAKEN.value),
                *(sent_at, life.worker.pk),
            )
        )
        text = _text(_SIGNAL_WORDS, what="Nxënësi mungon prej disa ditësh (shembull).", where="Shkolla shembull")
        code, key = self.codes.next(), self._key(signal=pk)
        data = _data_of(_SIGNAL_WORDS).encrypt_text(key, _with_dashes(code), text)
        self.made[_SIGNAL_WORDS].append((code, pk, data))
        return pk

    def _case(self, life: _Life, signal: int | None) -> None:
        dice, unit, (stage, started) = self.dice, life.unit, life.stages[-1]
        life.risk = dice.choices(("immediate", "high", "medium", "low"), cum_weights=(3, 25, 70, 100))[0]
        if stage in (Stage.SIGNAL, Stage.REJECTED) or (stage is Stage.INITIAL_ASSESSMENT and dice.random() < 0.3):
            life.risk = ""
        life.status = dice.choices(
            ("at_risk", "in_progress", "possible_victim", "not_victim"), cum_weights=(94, 96, 99, 100)
        )[0]
        code = _deadline_of(stage, life.risk)
        life.due = self.country.deadlines.due(code, started) if code else _NEVER
        is_closed = stage is Stage.CLOSED
        reason = self._one_of(("goals_reached", "goals_reached", "returned_to_family", "left_country", "turned_18"))
        source = self.country.terms[Term.List.SOURCE, self._one_of(_SOURCES)]
        year = _date(life.day).year
        number, letter = self.numbers[unit.county.pk, year], "F" if life.kind == "child" else "R"
        self.numbers[unit.county.pk, year] += 1
        self.made[_CASES].append(
            (
                *(life.pk, life.code, f"{unit.county.prefix}-{year}-{number:04}-{letter}", life.kind),
                *(unit.place, unit.pk, _reference(self.country.seed, life.at) if life.at % 3 == 0 else "", signal),
                *(json.dumps(dice.sample(_CONCERNS, self._one_of((1, 1, 2)))), life.risk, life.status, stage.value),
                *(_iso(life.day), source, life.due[1], life.due[0] - started if code else 1),
                _iso(started // _DAY) if is_closed else None,
                self.country.terms[Term.List.CLOSING, reason] if is_closed else None,
            )
        )

    def _identity(self, life: _Life) -> None:
        life.key = self._key(case=life.pk)
        words = self._words(life)
        code, data = self._sealed(_IDENTITIES, life, _data_of(_IDENTITIES).as_text(words))
        number_token = names.number_token(words["personal_number"])
        self.made[_IDENTITIES].append((code, life.pk, data, number_token, names.INDEX_VERSION))
        found = _tokens(words["first_name"]) | _tokens(words["last_name"]) | _fathers_tokens(words["father_name"])
        self.made[_TOKENS] += [(life.pk, token) for token in sorted(found)]

    def _words(self, life: _Life) -> dict[str, str]:
        dice = self.dice
        sex = self._one_of(("female", "male"))
        years = self._up_to(17) if life.kind == "child" else 18 + self._up_to(32)
        # A few families are many: the square of the throw falls oftener on the first ones.
        family = _FAMILIES[int(len(_FAMILIES) * dice.random() ** 2)]
        return {
            "first_name": self._one_of(_GIRLS if sex == "female" else _BOYS),
            "last_name": family,
            "father_name": self._one_of(_BOYS),
            "mother_name": self._one_of(_GIRLS),
            "birth_date": _iso(life.day - years * 365 - self._up_to(360)),
            "sex": sex,
            # No number of the civil registry begins with Z.
            "personal_number": f"Z{life.at:08}{chr(65 + self.country.seed % 26)}" if dice.random() < 0.7 else "",
            "citizenship": "AL",
            "language": "sq",
            "care": self._one_of(_CARE),
            "safe_contact": "Nëpërmjet mësueses kujdestare (shembull)",
        }

    def _clocks(self, life: _Life) -> None:
        for (stage, start), after in zip(life.stages, [*life.stages[1:], None], strict=True):
            code = _deadline_of(stage, life.risk)
            met = after[1] if after else start if stage in OVER else None
            due_at = self.country.deadlines.due(code, start)[1] if code else None
            self.made[_CLOCKS].append(
                (
                    *(self.codes.next(), life.pk, stage.value, code, _moment(start)),
                    *(due_at, None if met is None else _moment(met)),
                )
            )
        if life.status != VictimStatus.AT_RISK:
            code, data = self._sealed(_IDENTIFICATIONS, life, _text(_IDENTIFICATIONS))
            kind = Identification.Kind.CARRIED_OVER.value
            self.made[_IDENTIFICATIONS].append((code, life.pk, kind, life.status, data))

    def _team(self, life: _Life) -> None:
        starts_at = _moment(life.stages[0][1])
        ended_at = _moment(life.stages[-1][1]) if life.over_on else None
        team = [life.worker]
        if len(life.unit.workers) > 1 and self.dice.random() < 0.15:
            at = life.unit.workers.index(life.worker) + 1 + self._up_to(len(life.unit.workers) - 2)
            team.append(life.unit.workers[at % len(life.unit.workers)])
        self.made[_TEAMS] += [
            (self.codes.next(), life.pk, one.pk, int(one is life.worker), starts_at, ended_at, one.pk) for one in team
        ]

    # --- how it was helped ---

    def _parts(self, life: _Life) -> None:
        dice = self.dice
        if life.kind == "child" and dice.random() < 0.6:
            grade = str(1 + self._up_to(8))
            code, data = self._sealed(_SCHOOLS, life, _text(_SCHOOLS, school="Shkolla shembull", grade=grade))
            self.made[_SCHOOLS].append((code, life.pk, self._one_of(_STATES[SchoolPart]), data))
        if dice.random() < 0.35:
            code, data = self._sealed(_AIDS, life, _text(_AIDS, basis="Familje në nevojë", amount="9000"))
            self.made[_AIDS].append((code, life.pk, self._one_of(_STATES[AidPart]), data))
        if dice.random() < 0.2:
            code, data = self._sealed(_COUNSELS, life, _text(_COUNSELS, sessions=str(1 + self._up_to(11))))
            provider, state = life.unit.others["ngo"][0], self._one_of(_STATES[CounsellingPart])
            self.made[_COUNSELS].append((code, life.pk, provider, state, data))

    def _referrals(self, life: _Life) -> int | None:
        """Writes them; gives one that is still open."""
        dice, is_open = self.dice, None
        many = dice.choices((0, 1, 2), cum_weights=(35, 80, 100))[0]
        for at, kind in enumerate(dice.sample(list(_PURPOSE_OF), many)):
            pk = self.country.first_id[_REFERRALS] + _MOST_REFERRALS * life.at + at
            if self._referral(life, kind, pk) in OPEN_REFERRALS:
                is_open = pk
        return is_open

    def _referral(self, life: _Life, kind: str, pk: int) -> str:
        states = Referral.State
        receiver, seat = life.unit.others[kind]
        day = self._between(life)
        sent = self._minute_of(day)
        ended = (states.COMPLETED, states.COMPLETED, states.REFUSED, states.WITHDRAWN)
        if life.over_on or self.country.today - day > 120:
            state = self._one_of(ended)
        else:
            state = self._one_of((states.SENT, states.ACCEPTED, states.ACCEPTED, *ended[1:]))
        is_accepted = state in (states.ACCEPTED, states.COMPLETED)
        consent = Referral.Consent.GIVEN if kind == "ngo" else Referral.Consent.DUTY
        answer = {"answer": "U krye (shembull)."} if state in ended else {}
        code, data = self._sealed(_REFERRALS, life, _text(_REFERRALS, request="Kërkesë shembull.", **answer))
        sent_at = _moment(sent)
        self.made[_REFERRALS].append(
            (
                *(life.unit.county.pk, _date(day).year, pk, code, life.pk, _PURPOSE_OF[kind], life.unit.pk),
                *(life.worker.pk, receiver, consent.value, sent_at),
                *(self.country.deadlines.due("referral_answer", sent)[1], state.value),
                *((sent_at, seat) if is_accepted else (None, None)),
                *(sent_at if state in ended else None, data),
            )
        )
        return state.value

    def _obstacle(self, life: _Life, referral: int | None) -> None:
        dice = self.dice
        if life.stage == Stage.REJECTED or dice.random() >= 0.08:
            return
        kind, since = self._one_of(list(_OBSTACLE_OF)), _iso(self._between(life))
        term = self.country.terms[Term.List.OBSTACLE, _OBSTACLE_OF[kind]]
        waits_for, over_on = life.unit.others[kind][0], _iso(life.over_on) if life.over_on else None
        asked, card = "Zgjidhje shembull për një rast të bllokuar.", None
        if dice.random() < 0.5:
            card = self.country.first_id[_CARDS] + life.at
            stands = Card.State.CLOSED if over_on else Card.State.OPEN
            band, sex = "10-13" if life.kind == "child" else "25+", self._one_of(("female", "male"))
            self.made[_CARDS].append(
                (
                    *(life.unit.county.pk, int(since[:4]), card, self.codes.next(), term, waits_for, since, asked),
                    *(band, sex, life.stage.value, life.risk, stands.value, over_on),
                )
            )
        code, data = self._sealed(_OBSTACLES, life, _text(_OBSTACLES, asked=asked))
        state = Obstacle.State.GONE if over_on else Obstacle.State.STANDS
        gone_by = life.worker.pk if over_on else None
        self.made[_OBSTACLES].append(
            (
                *(code, life.pk, term, waits_for, since, referral, card, state.value, life.worker.pk),
                *(over_on, gone_by, data),
            )
        )

    def _notes(self, life: _Life) -> None:
        dice = self.dice
        for _number in range(self._one_of((0, 1, 1, 2, 3))):
            kind = self._one_of((Note.Kind.VISIT, Note.Kind.CALL, Note.Kind.MEETING))
            code, data = self._sealed(_NOTES, life, _text(_NOTES, text=self._one_of(_NOTES_TOLD)))
            is_sensitive = int(dice.random() < 0.1)
            happened_on = _iso(self._between(life))
            self.made[_NOTES].append((code, life.pk, kind.value, happened_on, is_sensitive, life.worker.pk, data))

    def _entry(self, life: _Life) -> None:
        code, minute = self.codes.next(), life.stages[0][1]
        at = datetime.datetime.combine(_date(minute // _DAY), datetime.time.min, datetime.UTC)
        entry = trail_rows.NewEntry(
            code=uuid.UUID(code),
            at=at + datetime.timedelta(minutes=minute % _DAY),
            actor=life.worker.code,
            actor_words=life.worker.words,
            county=life.unit.county.code,
            event=OPENED,
            thing_type=Case._meta.label_lower,
            thing_code=_with_dashes(life.code),
            things=None,
            fields=[],
            route="",
        )
        self.made[_ENTRIES].append(
            (
                *(code, _moment(minute), life.worker.code.hex, entry.actor_words, entry.county, entry.event),
                *(entry.thing_type, entry.thing_code, checkpoints.mac(entry)),
            )
        )


@cache
def _data_of(table: Table) -> EncryptedJSONField:
    found = table.model._meta.get_field("data")
    assert isinstance(found, EncryptedJSONField)  # noqa: S101
    return found


@cache
def _text(table: Table, **words: str) -> str:
    """Words that many rows say, as they are encrypted."""
    return _data_of(table).as_text(words)
