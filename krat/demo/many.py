"""Many invented cases over all 61 municipalities, in bulk: what the registry is measured with.

The same seed makes the same cases – names, stages, days, numbers – on the same day. They are written past the verbs, in
batches, but through the models' own encryption; what they would have left in the trail is one entry for the whole.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from cases import names
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
from cases.models.keys import give_key
from cases.models.stages import OVER, Stage, VictimStatus, deadline_of
from krat.access.roles import Role
from krat.audit import trail
from krat.committee.models import Institution
from krat.demo import make
from krat.demo.accounts import FAMILY_NAME
from krat.people.models import Seat, User
from krat.reference import calendar
from krat.reference.models import Deadline, Municipality, Term

M = TypeVar("M", bound=models.Model)

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
_NOTES = (
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


def is_there(seed: int) -> bool:
    """Whether the cases of a seed were added before (one query)."""
    return Case.objects.unscoped(_WHY).filter(reference=_reference(seed, 0)).exists()


def add(count: int, seed: int) -> None:
    """Add so many cases (some minutes for 100,000), in one transaction."""
    with transaction.atomic(), translation.override("sq"):
        country = _Country(random.Random(seed), count, seed)
        for first in range(0, count, BATCH):
            _Batch(country, range(first, min(first + BATCH, count))).write()
        trail.record(None, ADDED, fields=[f"count {count}", f"seed {seed}"])


def _reference(seed: int, at: int) -> str:
    return f"S{seed}-{at}"


# --- who is there ---


@dataclass
class _Unit:
    """The unit of a municipality with its workers, and whom it refers to, by kind."""

    institution: Institution
    place: Municipality
    workers: list[Seat]
    others: dict[str, tuple[Institution, Seat]]


class _Country:
    """What every batch needs at hand: units, lists, deadlines."""

    def __init__(self, dice: random.Random, count: int, seed: int) -> None:
        self.dice, self.count, self.seed = dice, count, seed
        self.today = timezone.localdate()
        self.terms = {(one.list, one.code): one for one in Term.objects.all()}
        places = list(Municipality.objects.select_related("county").order_by("code"))
        self.weights = [_weight(place) for place in places]
        share = count / sum(self.weights) / _CASES_OF_A_WORKER
        others = {county: _others(county) for county in {place.county for place in places}}
        self.units = [
            _unit(place, others[place.county], workers=max(1, round(weight * share)))
            for place, weight in zip(places, self.weights, strict=True)
        ]
        self.deadlines = _Deadlines(self.today)

    def term(self, kind: str, code: str) -> Term:
        """A row of a list."""
        return self.terms[kind, code]


def _weight(place: Municipality) -> int:
    if place.code == "AL-11-TIRANE":
        return 14
    return 5 if place.name == place.county.name else 1


def _others(county: Any) -> dict[str, tuple[Institution, Seat]]:
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
        found[kind] = (there, _seats(there, _ROLES[kind], 1)[0])
    return found


def _unit(place: Municipality, others: dict[str, tuple[Institution, Seat]], *, workers: int) -> _Unit:
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
    return _Unit(unit, place, _seats(unit, Role.CHILD_WORKER, workers), others)


def _seats(institution: Institution, role: Role, at_least: int) -> list[Seat]:
    """The seats of a role at an institution; those missing are made, with accounts that no password opens."""
    rows = Seat.objects.unscoped(_WHY).filter(institution=institution, role=role, ended_at=None).order_by("pk")
    there = list(rows)
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
    return there + _insert(Seat(user=user, institution=institution, role=role, starts_on=starts_on) for user in users)


class _Deadlines:
    """Every deadline from every day that matters, reckoned once: two queries for each."""

    def __init__(self, today: datetime.date) -> None:
        days = [today - datetime.timedelta(days=back) for back in range(SPAN + 30)]
        self._hours: dict[str, datetime.timedelta] = {}
        self._last: dict[tuple[str, datetime.date], datetime.datetime] = {}
        for one in Deadline.objects.all():
            if one.unit == Deadline.Unit.HOURS:
                self._hours[one.code] = datetime.timedelta(hours=one.amount)
                continue
            for start, last in calendar.dues(one.code, days).items():
                end = datetime.datetime.combine(last, datetime.time.max.replace(microsecond=0))
                self._last[one.code, start] = timezone.make_aware(end)

    def due_at(self, code: str, start: datetime.datetime, day: datetime.date) -> datetime.datetime:
        """As `calendar.due_at`, without asking; ``day`` is the start's own."""
        return start + self._hours[code] if code in self._hours else self._last[code, day]


# --- a batch ---


def _insert(rows: Iterable[M]) -> list[M]:
    """Write rows of one model at once; unlike a verb it looks at none of them."""
    made = list(rows)
    return type(made[0])._base_manager.bulk_create(made, batch_size=BATCH) if made else []


def _insert_tokens(rows: list[tuple[int, str]]) -> None:
    """Half of all rows are tokens, and making a model of each would take half of the time."""
    name = connection.ops.quote_name
    table, *columns = [name(one) for one in (NameToken._meta.db_table, "case_id", "token")]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES (%s, %s)", rows)  # noqa: S608


@cache
def _tokens(name: str) -> frozenset[str]:
    return frozenset(names.tokens_to_store(name))


@cache
def _fathers_tokens(name: str) -> frozenset[str]:
    return frozenset(names.tokens_to_store(father=name))


@dataclass
class _Life:
    """A case as the dice tell it, before it is written."""

    at: int
    unit: _Unit
    worker: Seat
    day: datetime.date
    kind: str
    stages: list[tuple[Stage, datetime.date]]
    case: Case = field(init=False)
    key: bytes = field(init=False)  # of its data, opened

    @property
    def over_on(self) -> datetime.date | None:
        """The day on which it ended."""
        stage, day = self.stages[-1]
        return day if stage in OVER else None


class _Batch:
    """So many lives, written model by model."""

    def __init__(self, country: _Country, numbers: Sequence[int]) -> None:
        self.country, self.dice = country, country.dice
        units = self.dice.choices(country.units, country.weights, k=len(numbers))
        self.lives = [self._life(at, unit) for at, unit in zip(numbers, units, strict=True)]

    def write(self) -> None:
        """Write them all."""
        self._write_cases(self._write_signals())
        self._write_identities()
        self._write_stage_deadlines()
        self._write_identifications()
        self._write_teams()
        self._write_parts()
        self._write_obstacles(self._write_referrals())
        self._write_notes()

    def _life(self, at: int, unit: _Unit) -> _Life:
        back = SPAN - at * (SPAN - 1) // self.country.count
        day = self.country.today - datetime.timedelta(days=back)
        kind = "child" if self.dice.random() < 0.93 else "adult"
        return _Life(at, unit, self.dice.choice(unit.workers), day, kind, self._stages(day))

    def _stages(self, day: datetime.date) -> list[tuple[Stage, datetime.date]]:
        dice, today = self.dice, self.country.today
        if dice.random() < 0.04:
            return [(Stage.SIGNAL, day), (Stage.REJECTED, min(day + datetime.timedelta(days=1), today))]
        passed = [(Stage.INITIAL_ASSESSMENT, day)]
        for stage, at_least, at_most, of_ten in _PATH:
            takes, is_passed = dice.randint(at_least, at_most), dice.random() * 10 < of_ten
            after = passed[-1][1] + datetime.timedelta(days=takes)
            if is_passed and after <= today:
                passed.append((stage, after))
            elif after > today:
                break
        return passed

    def _moment(self, day: datetime.date) -> datetime.datetime:
        """Some time of the office hours of a day."""
        start = datetime.datetime(day.year, day.month, day.day, 7, tzinfo=datetime.UTC)
        return start + datetime.timedelta(minutes=self.dice.randrange(8 * 60))

    def _between(self, life: _Life) -> datetime.date:
        """A day on which the case was being worked on."""
        last = life.over_on or self.country.today
        return life.day + datetime.timedelta(days=self.dice.randint(0, (last - life.day).days))

    # --- the case and what came before it ---

    def _write_signals(self) -> dict[int, Signal]:
        told = [life for life in self.lives if self.dice.random() < 0.12]
        rows = []
        for life in told:
            sender, seat = life.unit.others["education"]
            sent_at = self._moment(life.day)
            rows.append(
                Signal(
                    kind=life.kind,
                    municipality=life.unit.place,
                    sender=sender,
                    sent_by=seat,
                    receiver=life.unit.institution,
                    source=self.country.term(Term.List.SOURCE, "school"),
                    sent_at=sent_at,
                    due_at=self.country.deadlines.due_at("referral", sent_at, life.day),
                    state=Signal.State.TAKEN,
                    answered_at=sent_at,
                    answered_by=life.worker,
                )
            )
        rows = _insert(rows)
        data_keys, words = [], []
        for signal in rows:
            (key, opened), row = DataKey.make(signal=signal), SignalWords(signal=signal)
            give_key(opened, row)
            row.data = {"what": "Nxënësi mungon prej disa ditësh (shembull).", "where": "Shkolla shembull"}
            data_keys.append(key)
            words.append(row)
        _insert(data_keys)
        _insert(words)
        return {life.at: signal for life, signal in zip(told, rows, strict=True)}

    def _write_cases(self, signals: dict[int, Signal]) -> None:
        many = Counter((life.unit.place.county, life.day.year) for life in self.lives)
        free = {key: Series.next(Series.Of.CASES, *key, how_many=amount) for key, amount in many.items()}
        for life in self.lives:
            key = life.unit.place.county, life.day.year
            number, free[key] = free[key], free[key] + 1
            life.case = self._case(life, number, signals.get(life.at))
        _insert(life.case for life in self.lives)

    def _case(self, life: _Life, number: int, signal: Signal | None) -> Case:
        dice, (stage, since) = self.dice, life.stages[-1]
        risk = dice.choices(("immediate", "high", "medium", "low"), (3, 22, 45, 30))[0]
        if stage in (Stage.SIGNAL, Stage.REJECTED) or (stage is Stage.INITIAL_ASSESSMENT and dice.random() < 0.3):
            risk = ""
        status = dice.choices(("at_risk", "in_progress", "possible_victim", "not_victim"), (94, 2, 3, 1))[0]
        code = deadline_of(stage, risk)
        started = self._moment(since)
        closed = stage is Stage.CLOSED
        reason = dice.choice(("goals_reached", "goals_reached", "returned_to_family", "left_country", "turned_18"))
        letter = "F" if life.kind == "child" else "R"
        due_at = self.country.deadlines.due_at(code, started, since) if code else NEVER
        return Case(
            number=f"{life.unit.place.county.prefix}-{life.day.year}-{number:04}-{letter}",
            kind=life.kind,
            municipality=life.unit.place,
            holder=life.unit.institution,
            reference=_reference(self.country.seed, life.at) if life.at % 3 == 0 else "",
            signal=signal,
            concerns=dice.sample(_CONCERNS, dice.choice((1, 1, 2))),
            risk=risk,
            victim_status=status,
            stage=stage,
            signalled_on=life.day,
            source=self.country.term(Term.List.SOURCE, dice.choice(_SOURCES)),
            due_at=due_at,
            clock_minutes=round((due_at - started).total_seconds() / 60) if code else 1,
            closed_on=since if closed else None,
            closing=self.country.term(Term.List.CLOSING, reason) if closed else None,
        )

    def _write_identities(self) -> None:
        data_keys, people, tokens = [], [], []
        for life in self.lives:
            (key, life.key), who = DataKey.make(case=life.case), Identity(case=life.case)
            give_key(life.key, who)
            who.data = self._words(life)
            who.number_token = names.number_token(who.data["personal_number"])
            who.index_version = names.INDEX_VERSION
            data_keys.append(key)
            people.append(who)
            found = _tokens(who.data["first_name"]) | _tokens(who.data["last_name"])
            found |= _fathers_tokens(who.data["father_name"])
            tokens += [(life.case.pk, token) for token in sorted(found)]
        _insert(data_keys)
        _insert(people)
        _insert_tokens(tokens)

    def _words(self, life: _Life) -> dict[str, str]:
        dice = self.dice
        sex = dice.choice(("female", "male"))
        years = dice.randint(0, 17) if life.kind == "child" else dice.randint(18, 50)
        born = life.day - datetime.timedelta(days=years * 365 + dice.randint(0, 360))
        # A few families are many: the square of the throw falls oftener on the first ones.
        family = _FAMILIES[int(len(_FAMILIES) * dice.random() ** 2)]
        return {
            "first_name": dice.choice(_GIRLS if sex == "female" else _BOYS),
            "last_name": family,
            "father_name": dice.choice(_BOYS),
            "mother_name": dice.choice(_GIRLS),
            "birth_date": born.isoformat(),
            "sex": sex,
            # No number of the civil registry begins with Z.
            "personal_number": f"Z{life.at:08}{chr(65 + self.country.seed % 26)}" if dice.random() < 0.7 else "",
            "citizenship": "AL",
            "language": "sq",
            "care": dice.choice(_CARE),
            "safe_contact": "Nëpërmjet mësueses kujdestare (shembull)",
        }

    def _write_stage_deadlines(self) -> None:
        rows = []
        for life in self.lives:
            for (stage, since), after in zip(life.stages, [*life.stages[1:], None], strict=True):
                starts_at = self._moment(since)
                code = deadline_of(stage, life.case.risk)
                due_at = self.country.deadlines.due_at(code, starts_at, since) if code else None
                met_at = self._moment(after[1]) if after else starts_at if stage in OVER else None
                rows.append(
                    StageDeadline(
                        case_id=life.case.pk,
                        stage=stage,
                        deadline=code,
                        starts_at=starts_at,
                        due_at=life.case.due_at if met_at is None else due_at,
                        met_at=met_at,
                    )
                )
        _insert(rows)

    def _write_identifications(self) -> None:
        rows = []
        for life in self.lives:
            if life.case.victim_status == VictimStatus.AT_RISK:
                continue
            row = Identification(case=life.case, kind=Identification.Kind.CARRIED_OVER, result=life.case.victim_status)
            give_key(life.key, row)
            rows.append(row)
        _insert(rows)

    def _write_teams(self) -> None:
        rows = []
        for life in self.lives:
            starts_at = self._moment(life.day)
            ended_at = self._moment(life.over_on) if life.over_on else None
            team = [life.worker]
            if len(life.unit.workers) > 1 and self.dice.random() < 0.15:
                team.append(self.dice.choice([one for one in life.unit.workers if one is not life.worker]))
            rows += [
                Assignment(
                    case_id=life.case.pk,
                    seat_id=seat.pk,
                    is_manager=not at,
                    starts_at=starts_at,
                    ended_at=ended_at,
                    by_id=seat.pk,
                )
                for at, seat in enumerate(team)
            ]
        _insert(rows)

    # --- how it was helped ---

    def _row(self, row: Any, life: _Life, **words: str) -> Any:
        row.case_id = life.case.pk
        give_key(life.key, row)
        row.data = words
        return row

    def _write_parts(self) -> None:
        dice = self.dice
        schools, aids, counsels = [], [], []
        for life in self.lives:
            if life.kind == "child" and dice.random() < 0.6:
                school = SchoolPart(state=dice.choice(SchoolPart.State.values))
                schools.append(self._row(school, life, school="Shkolla shembull", grade=str(dice.randint(1, 9))))
            if dice.random() < 0.35:
                aid = AidPart(state=dice.choice(AidPart.State.values))
                aids.append(self._row(aid, life, basis="Familje në nevojë", amount="9000"))
            if dice.random() < 0.2:
                state = dice.choice(CounsellingPart.State.values)
                counsel = CounsellingPart(provider_id=life.unit.others["ngo"][0].pk, state=state)
                counsels.append(self._row(counsel, life, sessions=str(dice.randint(1, 12))))
        for made in (schools, aids, counsels):
            _insert(made)

    def _write_referrals(self) -> dict[int, Referral]:
        dice, rows = self.dice, []
        for life in self.lives:
            for kind in dice.sample(list(_PURPOSE_OF), dice.choices((0, 1, 2), (35, 45, 20))[0]):
                rows.append(self._referral(life, kind))
        many = Counter((row.county, row.year) for row in rows)
        free = {key: Series.next(Series.Of.REFERRALS, *key, how_many=amount) for key, amount in many.items()}
        for row in rows:
            row.number, free[row.county, row.year] = free[row.county, row.year], free[row.county, row.year] + 1
        _insert(rows)
        return {row.case_id: row for row in rows if row.is_open}

    def _referral(self, life: _Life, kind: str) -> Referral:
        dice, states = self.dice, Referral.State
        receiver, seat = life.unit.others[kind]
        day = self._between(life)
        sent_at = self._moment(day)
        ended = (states.COMPLETED, states.COMPLETED, states.REFUSED, states.WITHDRAWN)
        if life.over_on or (self.country.today - day).days > 120:
            state = dice.choice(ended)
        else:
            state = dice.choice((states.SENT, states.ACCEPTED, states.ACCEPTED, *ended[1:]))
        accepted = state in (states.ACCEPTED, states.COMPLETED)
        row = Referral(
            county=life.unit.place.county,
            year=day.year,
            purpose=_PURPOSE_OF[kind],
            sender=life.unit.institution,
            sent_by=life.worker,
            receiver=receiver,
            consent=Referral.Consent.GIVEN if kind == "ngo" else Referral.Consent.DUTY,
            sent_at=sent_at,
            due_at=self.country.deadlines.due_at("referral_answer", sent_at, day),
            state=state,
            accepted_at=sent_at if accepted else None,
            accepted_by=seat if accepted else None,
            ended_at=sent_at if state in ended else None,
        )
        answer = {"answer": "U krye (shembull)."} if state in ended else {}
        return self._row(row, life, request="Kërkesë shembull.", **answer)  # type: ignore[no-any-return]

    def _write_obstacles(self, referrals: dict[int, Referral]) -> None:
        stuck = [life for life in self.lives if life.stages[-1][0] != Stage.REJECTED and self.dice.random() < 0.08]
        for_table = [life for life in stuck if self.dice.random() < 0.5]
        days = {life.at: self._between(life) for life in stuck}
        kinds = {life.at: self.dice.choice(list(_OBSTACLE_OF)) for life in stuck}
        many = Counter((life.unit.place.county, days[life.at].year) for life in for_table)
        free = {key: Series.next(Series.Of.CARDS, *key, how_many=amount) for key, amount in many.items()}
        cards = {}
        for life in for_table:
            key = life.unit.place.county, days[life.at].year
            cards[life.at] = Card(
                county=key[0],
                year=key[1],
                number=free[key],
                kind=self.country.term(Term.List.OBSTACLE, _OBSTACLE_OF[kinds[life.at]]),
                waits_for=life.unit.others[kinds[life.at]][0],
                since=days[life.at],
                asked="Zgjidhje shembull për një rast të bllokuar.",
                age_band="10-13" if life.kind == "child" else "25+",
                sex=self.dice.choice(("female", "male")),
                stage=life.case.stage,
                risk=life.case.risk,
                state=Card.State.CLOSED if life.over_on else Card.State.OPEN,
                closed_on=life.over_on,
            )
            free[key] += 1
        _insert(cards.values())
        _insert(
            self._row(
                Obstacle(
                    kind=self.country.term(Term.List.OBSTACLE, _OBSTACLE_OF[kinds[life.at]]),
                    waits_for=life.unit.others[kinds[life.at]][0],
                    since=days[life.at],
                    referral=referrals.get(life.case.pk),
                    card=cards.get(life.at),
                    state=Obstacle.State.GONE if life.over_on else Obstacle.State.STANDS,
                    marked_by=life.worker,
                    gone_on=life.over_on,
                    gone_by=life.worker if life.over_on else None,
                ),
                life,
                asked="Zgjidhje shembull për një rast të bllokuar.",
            )
            for life in stuck
        )

    def _write_notes(self) -> None:
        dice, rows = self.dice, []
        for life in self.lives:
            for _number in range(dice.choice((0, 1, 1, 2, 3))):
                note = Note(
                    kind=dice.choice((Note.Kind.VISIT, Note.Kind.CALL, Note.Kind.MEETING)),
                    happened_on=self._between(life),
                    is_sensitive=dice.random() < 0.1,
                    seat=life.worker,
                )
                rows.append(self._row(note, life, text=dice.choice(_NOTES)))
        _insert(rows)
