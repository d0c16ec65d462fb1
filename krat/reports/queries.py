"""The one counting layer: functions that take a seat and return small tables of numbers (promise 14).

Nothing else counts rows of cases; a house test watches over it. What is counted stands in kept counts, which the writes
keep (decision 41): each population is one grouped read of them, which does not grow with the cases. Counted is what
the seat cannot open row by row, told as `krat.reports.protection` says; rows that it can open anyway stand beside it,
exactly. Cards are seen one by one by whoever sees all of a county: their numbers are exact, counted from their rows.

The page takes a calendar year and no other period: cases by quarter of that year and the one before, and what was sent
in it. Years do not overlap, and each is told the same way wherever it stands, so two answers have nothing in common
that could be subtracted. Open cases are told as they stand now, with this year alone.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.models import AidPart, Card, Case, Referral, SchoolPart, Signal, UnmetNeed
from cases.models.signal import Kind
from cases.models.stages import OVER, Risk, Stage, VictimStatus
from cases.sharing import PURPOSES
from krat.access import rights
from krat.access.rights import Reach
from krat.access.scoping import ScopedModel
from krat.access.together import Numbers, Rows
from krat.committee.models import Institution
from krat.counts import declared, keeping
from krat.counts.models import KeptCount
from krat.people.models import Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import OPEN
from krat.reference.models import County, Municipality, Term
from krat.reports.protection import HIDDEN, Counts, Told, rounded, tell
from krat.ui.waiting import Moments

VIEW = "reports.view"
_QUARTERS = (
    gettext_lazy("January–March"),
    gettext_lazy("April–June"),
    gettext_lazy("July–September"),
    gettext_lazy("October–December"),
)
_LASTING_DAYS = 365
_YEARS = 5  # this one and the four before

Words = str | Promise
Labels = Sequence[tuple[Hashable, Words]]


# --- what a table of numbers is ---


@dataclass(frozen=True)
class Row:
    """One line: what it counts, what is told of it, and how many of the seat's own rows are beside that."""

    label: Words
    told: Told
    own: int = 0


@dataclass(frozen=True)
class Figures:
    """One table, its rows in the order of their list; with their total where they are the whole population."""

    name: str
    title: Words
    rows: list[Row]
    total: Row | None = None

    @property
    def most(self) -> int:
        """The length of the longest bar."""
        return max((row.told.value or 0 for row in self.rows), default=0) or 1

    @property
    def tells_nothing(self) -> bool:
        """Whether none of its rows has a number to read: it is named in one line instead."""
        return not any(row.told.value is not None or row.own for row in self.rows)


@dataclass(frozen=True)
class Population:
    """Tables that count the same rows from different sides, with their total."""

    title: Words
    total: Row
    tables: list[Figures]

    @property
    def to_read(self) -> list[Figures]:
        """Those with a number to read."""
        return [one for one in self.tables if not one.tells_nothing]

    @property
    def folded(self) -> list[Words]:
        """The titles of the others."""
        return [one.title for one in self.tables if one.tells_nothing]

    def table(self, name: str) -> Figures:
        """One of its tables."""
        return next(one for one in self.tables if one.name == name)

    @property
    def has_own(self) -> bool:
        """Whether the seat has rows of its own among them."""
        return bool(self.total.own) or any(row.own for table in self.tables for row in table.rows)


@dataclass(frozen=True)
class Days:
    """How long an institution or a kind takes: how many, of these open ones, and the median in days."""

    label: Words
    told: Told
    median: float | None
    open: int = 0
    own: int = 0
    own_median: float | None = None


# --- reading ---


@dataclass
class _Draft:
    """A table before anything is hidden: the seat's own rows and all the others, by one word of each row."""

    word: str
    title: Words
    labels: Labels
    own: Counter[Hashable] = field(default_factory=Counter)
    others: Counter[Hashable] = field(default_factory=Counter)
    rest: int | None = None

    @classmethod
    def of(
        cls, word: str, title: Words, labels: Labels, read: Iterable[dict[str, Any]], *, rest: int | None = None
    ) -> _Draft:
        draft = cls(word, title, labels, rest=rest)
        for line in read:
            (draft.own if line["own"] else draft.others)[line[word]] += line["n"]
        return draft

    def counts(self) -> Counts:
        return Counts(tuple(self.others[key] for key, _label in self.labels), self.rest)

    def figures(self, told: Sequence[Told], total: Row) -> Figures:
        cells = zip(self.labels, told, strict=True)
        rows = [Row(label, one, self.own[key]) for (key, label), one in cells]
        return Figures(self.word, self.title, rows, total if self.rest is None else None)


# By which cells a seat's own rows are found, for each reach of the right by which it opens them; a reach that is not
# here is an error: to count the seat's own rows among the others would give the others away.
_OF_CASES = {
    Reach.INSTITUTION: lambda seat: Q(first=seat.institution_id),
    Reach.VICTIMS: lambda seat: Q(is_victim=True, place__county=seat.county_id),
}
_OF_SENT = {
    Reach.SENT: lambda seat: Q(first=seat.institution_id),
    Reach.RECEIVED: lambda seat: Q(second=seat.institution_id),
    Reach.INSTITUTION: lambda seat: Q(first=seat.institution_id) | Q(second=seat.institution_id),
}
_OF_PARTS = {Reach.INSTITUTION: lambda seat: Q(first=seat.institution_id)}

Line = dict[str, Any]


@dataclass
class _Cells:
    """What the kept counts of some series say, and what of it is the seat's own."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    unfolded: int = 0

    def of(self, series: str, name: str, word: str = "word", **more: Any) -> list[Line]:
        """The lines of one series, its word under a name; only those where ``more`` is so."""
        found = [line for line in self.lines[series] if all(line[key] == value for key, value in more.items())]
        return [line | {name: line[word]} for line in found]


def _cells(
    seat: Seat,
    county: County,
    whose: Mapping[str, tuple[Mapping[Reach, Callable[[Seat], Q]], str]],
    *,
    years: Sequence[int] = (0,),
    besides: Sequence[QuerySet[Any]] = (),
) -> _Cells:
    """The kept counts of a county, of the series that ``whose`` names with the right by which a row of it would be
    opened, and the paths of that right; ``besides`` is read in the same moment (one query)."""
    found = _Cells()
    if not _may_count(seat, county):
        return found
    # Past days may be put together as one: of what runs until a day, those before today are late.
    is_asked = Q(series__in=whose) & ~(Q(series="due") & Q(word__gte=declared.today()))
    mine = [
        When(Q(series=series) & paths[rights.reach(seat, right)](seat), then=Value(True))
        for series, (paths, right) in whose.items()
        if rights.may(seat, right)
    ]
    kept = (
        KeptCount.objects.filter(is_asked, place__county=county, year__in=years)
        .annotate(
            own=models.Case(*mine, default=Value(False), output_field=models.BooleanField()),
            of_place=models.Case(When(series="kind", then=F("place_id")), default=Value(0)),
        )
        .order_by()
        .values("series", "year", "word", "second", "of_place", "own")
        .annotate(total=models.Sum("n"), unfolded=models.Count("pk", filter=Q(is_folded=False)))
        .values_list("series", "year", "word", "second", "of_place", "own", "total", "unfolded")
    )
    for series, year, word, second, place, own, n, unfolded in kept.union(*besides, all=True) if besides else kept:
        line = {"year": year, "word": word, "receiver_id": second, "municipality_id": place, "own": own, "n": n}
        if n:
            found.lines[series].append(line)
        found.unfolded += unfolded
    keeping.fold_soon(found.unfolded, county.pk)
    return found


def _rows(rows: QuerySet[Any], seat: Seat, series: str, seen_by: Sequence[str], word: Any) -> QuerySet[Any]:
    """How many rows there are of each word, the seat's own apart, as `_cells` reads it besides."""
    model: type[ScopedModel] = rows.model
    mine = [
        When(model.within(rights.reach(seat, name), seat), then=Value(True))
        for name in seen_by
        if rights.may(seat, name)
    ]
    found: QuerySet[Any] = (
        rows.order_by()
        .annotate(
            series=Value(series, models.CharField()),
            of_year=Value(0),
            said=word,
            of_second=Value(0),
            of_place=Value(0),
            own=models.Case(*mine, default=Value(False), output_field=models.BooleanField()),
        )
        .values("series", "of_year", "said", "of_second", "of_place", "own")
        .annotate(total=models.Count("pk"), unfolded=Value(0))
        .values_list("series", "of_year", "said", "of_second", "of_place", "own", "total", "unfolded")
    )
    return found


def _told(title: Words, drafts: Sequence[_Draft]) -> Population:
    """What is told of one population; its first table counts every row of it."""
    whole = drafts[0]
    all_told, told = tell(whole.others.total(), [draft.counts() for draft in drafts], settings.KRAT_SMALL_CELL)
    total = Row(pgettext("sum", "All"), all_told, whole.own.total())
    return Population(title, total, [draft.figures(cells, total) for draft, cells in zip(drafts, told, strict=True)])


def median(days: Counter[int]) -> float | None:
    """The middle one of so many counted days; between the two middle ones where there is none; None of none."""
    total = days.total()
    if not total:
        return None
    ordered = sorted(days.elements())
    return (ordered[(total - 1) // 2] + ordered[total // 2]) / 2


def _a_year_ago() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=_LASTING_DAYS)


def _may_count(seat: Seat, county: County) -> bool:
    return rights.reach(seat, VIEW) is Reach.COUNTRY or (
        rights.reach(seat, VIEW) is Reach.COUNTY and seat.county_id == county.pk
    )


def _of_county(model: type[ScopedModel], seat: Seat, county: County, way: str) -> QuerySet[Any]:
    """All rows of a county, to be counted; none for a seat that may not count there."""
    rows: QuerySet[Any] = model.objects.unscoped("counted for a county, and told only with the small numbers hidden")
    return rows.filter(**{f"{way}municipality__county": county}) if _may_count(seat, county) else rows.none()


# --- cases ---


def open_cases(seat: Seat, county: County) -> Population:
    """The open cases of a county by stage, clock, municipality, risk, status and kind; their school and economic-aid
    parts by state (two queries)."""
    # What ran out before today is kept; what runs out today is few, and is counted from its rows.
    today = (
        _of_county(Case, seat, county, "")
        .exclude(stage__in=OVER)
        .filter(due_at__gte=declared.midnight(), due_at__lt=timezone.now())
    )
    besides = [_rows(today, seat, "late", ["cases.view"], Value("", models.CharField()))]
    parts = ((SchoolPart, _("School")), (AidPart, _("Economic aid")))
    for part, _title in parts:
        # Who helps by a referral opens parts of cases that are others': its own are found by the rows.
        if rights.may(seat, "referrals.use"):
            rows = _of_county(part, seat, county, "case__").exclude(case__stage__in=OVER)
            own = rows.filter(pk__in=part.objects.permitted(seat, "referrals.use").order_by().values("pk"))
            besides.append(_rows(own, seat, f"{part.purpose}_own", ["referrals.use"], F("state")))
    words = ("stage", "risk", "kind", "victim_status", "due")
    whose = dict.fromkeys(words, (_OF_CASES, "cases.view"))
    read = _cells(
        seat, county, whose | {part.purpose: (_OF_PARTS, "parts.view") for part, _title in parts}, besides=besides
    )
    places = [(one.pk, one.name) for one in Municipality.objects.filter(county=county)]
    stages = [(one.value, one.label) for one in Stage if one not in OVER]
    clocks = [(False, _("in time")), (True, _("late: the clock has run out"))]
    late = [line | {"late": True} for line in read.lines["due"] + read.lines["late"]]
    in_time = [line | {"late": False} for line in read.lines["stage"]]
    in_time += [line | {"late": False, "n": -line["n"]} for line in late]
    drafts = [
        _Draft.of("stage", _("By stage"), stages, read.of("stage", "stage")),
        _Draft.of("late", _("By clock"), clocks, [*late, *in_time]),
        _Draft.of("municipality_id", _("By municipality"), places, read.lines["kind"]),
        _Draft.of("risk", _("By risk"), [*Risk.choices, ("", _("not assessed yet"))], read.of("risk", "risk")),
        _Draft.of(
            "victim_status",
            _("By identification"),
            VictimStatus.choices,
            read.of("victim_status", "victim_status"),
        ),
        _Draft.of("kind", _("By person"), Kind.choices, read.of("kind", "kind")),
    ]
    # Parts of cases that the seat can open may themselves be closed to it: so many may lie outside the others' total.
    known = drafts[0].own.total()
    for part, title in parts:
        mine = read.of(f"{part.purpose}_own", part.purpose)
        kept = read.of(part.purpose, part.purpose) + mine + [line | {"own": False, "n": -line["n"]} for line in mine]
        drafts.append(_Draft.of(part.purpose, title, part.State.choices, kept, rest=-known))
    return _told(_("Open cases"), drafts)


def years() -> list[int]:
    """The years one may ask for, the latest first; the same for everybody, whatever is counted in them."""
    this = timezone.localdate().year
    return list(range(this, this - _YEARS, -1))


def by_quarter(seat: Seat, county: County, year: int | None = None) -> list[Population]:
    """Cases signalled and cases closed, by quarter of a year (this one) and the year before (one query)."""
    today = timezone.localdate()
    last = year or today.year
    asked = (
        ("signalled", _("Cases signalled in %(year)s")),
        ("closed", _("Cases closed in %(year)s")),
    )
    read = _cells(seat, county, {series: (_OF_CASES, "cases.view") for series, _title in asked}, years=(last - 1, last))
    found = []
    for series, title in asked:
        for each in (last, last - 1):
            begun = (today.month + 2) // 3 if each == today.year else 4
            lines = [line | {"quarter": int(line["word"])} for line in read.of(series, "quarter", year=each)]
            quarters = [(at, words) for at, words in enumerate(_QUARTERS[:begun], start=1)]
            words = title % {"year": each}
            found.append(_told(words, [_Draft.of("quarter", _("By quarter"), quarters, lines)]))
    return found


# --- signals and referrals ---


def signals(seat: Seat, county: County, year: int | None = None) -> Population:
    """Signals of a year (this one), by how they stand (one query)."""
    year = year or timezone.localdate().year
    read = _cells(seat, county, {"signals": (_OF_SENT, "signals.view")}, years=(year,))
    title = _("Signals of %(year)s") % {"year": year}
    return _told(title, [_Draft.of("state", _("By state"), Signal.State.choices, read.of("signals", "state"))])


def referrals(seat: Seat, county: County, year: int | None = None) -> tuple[Population, list[Days]]:
    """Referrals of a year (this one) by purpose, state and institution; and each institution's median days until its
    answer (two queries)."""
    year = year or timezone.localdate().year
    words = ("purpose", "referral_state", "answered")
    read = _cells(seat, county, dict.fromkeys(words, (_OF_SENT, "referrals.view")), years=(year,))
    purposes = [(code, one.label) for code, one in PURPOSES.items()]
    institutions = _institutions(read.lines["purpose"])
    drafts = [
        _Draft.of("purpose", _("By purpose"), purposes, read.of("purpose", "purpose")),
        _Draft.of("state", _("By state"), Referral.State.choices, read.of("referral_state", "state")),
        institutions,
    ]
    told = _told(_("Referrals of %(year)s") % {"year": year}, drafts)
    return told, _until_answer(read.lines["answered"], institutions, told.tables.pop())


def _institutions(read: Sequence[dict[str, Any]]) -> _Draft:
    """By institution: by name where more than a few were sent there, or the seat's own; all the rest as one line."""
    draft = _Draft.of("receiver_id", _("By institution"), [], read)
    rows = Institution.objects.unscoped("names of public institutions, for whoever reads how many were sent there")
    named_rows = rows.filter(pk__in={line["receiver_id"] for line in read}).order_by()
    names = {pk: (key, name) for pk, key, name in named_rows.values_list("pk", "sort_key", "short_name")}
    few = {key for key in names if draft.others[key] < settings.KRAT_SMALL_CELL and not draft.own[key]}
    draft.others[None] = sum(draft.others.pop(key, 0) for key in few)
    named = sorted(set(names) - few, key=lambda key: names[key])
    draft.labels = [*((key, names[key][1]) for key in named), (None, _("other institutions"))]
    return draft


def _until_answer(read: Sequence[Line], institutions: _Draft, told: Figures) -> list[Days]:
    named = {key for key, _label in institutions.labels}
    days: dict[tuple[bool, Hashable], Counter[int]] = defaultdict(Counter)
    for line in read:
        key = line["receiver_id"] if line["receiver_id"] in named else None
        days[line["own"], key][int(line["word"])] += line["n"]
    found = []
    for (key, label), row in zip(institutions.labels, told.rows, strict=True):
        others = days[False, key]
        enough = others.total() >= settings.KRAT_SMALL_CELL
        middle = median(others) if enough else None
        found.append(Days(label, row.told, middle, own=row.own, own_median=median(days[True, key])))
    return found


# --- cards ---


def sees_all_cards(seat: Seat) -> bool:
    """Whether the seat may see every card of the counties whose figures it sees."""
    return rights.may(seat, VIEW) and rights.reach(seat, "cards.view") in (Reach.COUNTY, Reach.COUNTRY)


def cards(seat: Seat, county: County) -> tuple[list[Days], list[Days]]:
    """Cards by institution waited for and by kind of obstacle, each with the median of its days: open cards until
    today, closed ones of the last twelve months until that day. Exact; nothing without sight of all (two queries)."""
    if not sees_all_cards(seat):
        return [], []
    rows = _cards(seat).filter(county=county)
    read = rows.values("waits_for__short_name", "kind_id", "since", "closed_on").annotate(n=models.Count("pk"))
    kinds = {term.pk: str(term) for term in Term.objects.filter(list=Term.List.OBSTACLE)}
    return (
        _lasting((line["waits_for__short_name"], line) for line in read),
        _lasting((kinds[line["kind_id"]], line) for line in read),
    )


def _cards(seat: Seat) -> QuerySet[Any]:
    rows: QuerySet[Any] = Card.objects.visible_to(seat)
    return rows.filter(Q(closed_on=None) | Q(closed_on__gte=_a_year_ago().date())).order_by()


def _lasting(lines: Iterable[tuple[str, dict[str, Any]]]) -> list[Days]:
    today = timezone.localdate()
    days: dict[str, Counter[int]] = defaultdict(Counter)
    waiting: Counter[str] = Counter()
    for name, line in lines:
        days[name][((line["closed_on"] or today) - line["since"]).days] += line["n"]
        waiting[name] += line["n"] if line["closed_on"] is None else 0
    found = [
        Days(name, Told(lasted.total(), lasted.total(), lasted.total()), median(lasted), open=waiting[name])
        for name, lasted in days.items()
    ]
    return sorted(found, key=lambda one: (-one.open, -(one.median or 0), str(one.label)))


# --- missing services ---


def needs(seat: Seat, missing: Sequence[int]) -> dict[int, Row]:
    """By how many cases each of these missing services is needed, by its id: the seat's own cases exactly, those of
    others rounded, small numbers hidden, and hidden altogether from whoever sees no figures (one query).

    Each number is told by itself and no sum of them is: a case may need several, and nothing can be subtracted.
    """
    if not missing:
        return {}
    rows = UnmetNeed.objects.unscoped("how many cases need a service; told rounded, small numbers hidden")
    may_open = rights.may(seat, "cases.view")
    mine = [When(UnmetNeed.within(rights.reach(seat, "cases.view"), seat), then=Value(True))] if may_open else []
    read = (
        rows.filter(missing__in=missing)
        .order_by()
        .annotate(own=models.Case(*mine, default=Value(False), output_field=models.BooleanField()))
        .values_list("missing_id", "own")
        .annotate(n=models.Count("pk"))
    )
    own: Counter[int] = Counter()
    others: Counter[int] = Counter()
    for key, is_own, n in read:
        (own if is_own else others)[key] += n
    sees = rights.may(seat, VIEW)
    return {
        key: Row("", rounded(others[key], settings.KRAT_SMALL_CELL) if sees else HIDDEN, own[key]) for key in missing
    }


# --- the whole country ---


def counties(seat: Seat) -> list[tuple[County, Told, Days | None]]:
    """Each county's open cases and cards, for who sees them all (three queries). Their sum is not told: beside the
    rounded numbers of the counties it could give a small one away."""
    if rights.reach(seat, VIEW) is not Reach.COUNTRY:
        return []
    kept = KeptCount.objects.filter(series="stage", year=0).order_by()
    there = dict(kept.values_list("place__county").annotate(total=models.Sum("n")))
    read = _cards(seat).values("county__name", "since", "closed_on").annotate(n=models.Count("pk"))
    lasting = {one.label: one for one in _lasting((line["county__name"], line) for line in read)}
    return [
        (one, rounded(there.get(one.pk, 0), settings.KRAT_SMALL_CELL), lasting.get(one.name))
        for one in County.objects.order_by("sort_key")
    ]


# --- what stands on first pages ---

_PILLAR = "objective__pillar__"


@dataclass(frozen=True)
class InShort:
    """A county in three numbers: open cases, late ones, and cards that wait for the table or its decision."""

    open: Told
    late: Told
    cards: int


def in_short(seat: Seat, cards: int) -> InShort | None:
    """The cases of the seat's county as numbers, the same as on the page, for those who steer the committee; beside
    them so many open cards (two queries)."""
    county = seat.institution.county
    if county is None or not sees_all_cards(seat):
        return None
    found = open_cases(seat, county)
    _in_time, late = found.table("late").rows
    return InShort(found.total.told, late.told, cards)


def cards_of_county(seat: Seat, _at: Moments) -> Numbers | None:
    """How many cards of the county are open, for those who see them all."""
    if seat.county_id is None or not sees_all_cards(seat):
        return None
    rows = Card.objects.visible_to(seat).filter(county=seat.county_id).open().order_by()
    return Numbers(rows.values("county").annotate(n=models.Count("pk")))


def open_cards(lines: Sequence[Line]) -> int:
    """How many these are, of what `cards_of_county` read."""
    return sum(one["n"] for one in lines)


def latest_plan(seat: Seat, _at: Moments) -> Rows | None:
    """The plan of the county of this year, or the latest before it."""
    return None if seat.county_id is None else Rows(_latest_plans(seat))


def pillars(seat: Seat, _at: Moments) -> Numbers | None:
    """How many measures of that plan there are and how many are done, by pillar."""
    if seat.county_id is None:
        return None
    measures = Measure.objects.visible_to(seat).exclude(state=Measure.State.CANCELLED)
    named = [f"{_PILLAR}{name}" for name in ("position", "code", "name_sq", "name_en")]
    return Numbers(
        measures.filter(objective__plan__in=_latest_plans(seat).values("pk"))
        .values(*named)
        .annotate(total=models.Count("pk"), done=models.Count("pk", filter=Q(state=Measure.State.DONE)))
        .order_by(*named[:2])
    )


def _latest_plans(seat: Seat) -> QuerySet[Plan]:
    rows = Plan.objects.visible_to(seat).filter(county=seat.county_id, year__lte=timezone.localdate().year)
    return rows.order_by("-year")[:1]


def plan_by_pillar(plans: Sequence[Plan], lines: Sequence[Line]) -> dict[str, Any] | None:
    """How many measures of the county's plan are done, by pillar, of what `latest_plan` and `pillars` read."""
    told = [
        {"name": str(Term(name_sq=one[f"{_PILLAR}name_sq"], name_en=one[f"{_PILLAR}name_en"]))}
        | {"done": one["done"], "total": one["total"]}
        for one in lines
    ]
    return {"plan": plans[0], "pillars": told} if plans else None


def tasks_by_lead(seat: Seat, _at: Moments) -> Numbers | None:
    """How many tasks each institution has, by how they stand, for those who steer the committee."""
    if not rights.may(seat, "tasks.verify") or rights.reach(seat, "tasks.view") is not Reach.COUNTY:
        return None
    is_open, late = Q(state__in=OPEN), Q(state__in=OPEN, due_on__lt=timezone.localdate())
    rows = Task.objects.visible_to(seat).exclude(state="cancelled")
    return Numbers(
        rows.values("lead", "lead__short_name", "lead__sort_key")
        .annotate(
            open=models.Count("pk", filter=is_open),
            late=models.Count("pk", filter=late),
            done=models.Count("pk", filter=~is_open),
        )
        .order_by("lead__sort_key")
    )


def tasks_by_institution(lines: Sequence[Line]) -> list[Line]:
    """Who has what to do and who is late, of what `tasks_by_lead` read."""
    found: list[Line] = [
        {"name": one["lead__short_name"], "pk": one["lead"], "working": one["open"] - one["late"]}
        | {name: one[name] for name in ("open", "late", "done")}
        for one in lines
        if one["open"]
    ]
    return sorted(found, key=lambda one: (-one["late"], -one["open"]))[:12]


ON_FIRST_PAGES = (cards_of_county, latest_plan, pillars, tasks_by_lead)
