"""What fits what was asked, among the texts that the seat's own lists show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from krat.people.models import Seat
from krat.search.asked import Asked
from krat.search.excerpts import Part, excerpt, marked
from krat.search.kinds import kinds, kinds_of
from krat.search.models import Indexed
from krat.ui.searching import Kind

FIRST = 5  # of each kind, where all are shown together


@dataclass(frozen=True)
class Shown:
    """A hit as the page shows it: its title and its sentence in parts, of which some fit."""

    title: Sequence[Part]
    url: str
    about: tuple[Any, ...]
    sentence: Sequence[Part]


@dataclass(frozen=True)
class Group:
    """The first hits of a kind, and how many there are."""

    kind: Kind
    total: int
    hits: Sequence[Shown]


def found(seat: Seat, asked: Asked) -> QuerySet[Indexed]:
    """Everything that fits and that the seat's lists show; whose own number was asked for first, then the newest.

    Each kind by its own door, so that how long it takes says nothing of what lies outside the seat's reach.
    """
    reach = Q(pk__in=())
    for kind in kinds_of(seat):
        rows = kind.listed(kind.model.objects.visible_to(seat)).filter(pk=OuterRef("thing"))
        reach |= Q(kind=kind.name) & Q(Exists(rows))  # in this order: databases ask from left to right
    own = Case(
        When(number=asked.number, then=0),
        When(number__endswith=f" {asked.number}", then=1),
        default=2,
        output_field=IntegerField(),
    )
    fits: QuerySet[Indexed] = Indexed.objects.filter(reach, words__fit=asked)
    return fits.annotate(own=own).order_by("own", "-thing")


def counted(fits: QuerySet[Indexed]) -> dict[str, int]:
    """How many there are of each kind (one statement)."""
    return dict(fits.order_by().values_list("kind").annotate(many=Count("pk")))


def first_of_each(seat: Seat, asked: Asked) -> list[Group]:
    """The first few of every kind of which there are any (one statement, and one for each of these kinds)."""
    place = Window(RowNumber(), partition_by=F("kind"), order_by=[F("own").asc(), F("thing").desc()])
    many = Window(Count(Value(1)), partition_by=F("kind"))
    rows = found(seat, asked).order_by().annotate(place=place, many=many).filter(place__lte=FIRST)
    things: dict[str, list[int]] = {}
    totals: dict[str, int] = {}
    for name, thing, total in rows.order_by("kind", "place").values_list("kind", "thing", "many"):
        things.setdefault(name, []).append(thing)
        totals[name] = total
    return [
        Group(kind, totals[name], told(seat, kind, things[name], asked))
        for name, kind in kinds().items()
        if name in things
    ]


def told(seat: Seat, kind: Kind, things: Iterable[int], asked: Asked) -> list[Shown]:
    """Things of a kind as hits, in their order; one that has left the seat's reach since is none (one query)."""
    things = list(things)
    rows = kind.listed(kind.model.objects.visible_to(seat)).filter(pk__in=things).order_by()
    there = {row.pk: row for row in rows}
    shown = []
    for row in (there[thing] for thing in things if thing in there):
        hit = kind.told(row)
        sentence = excerpt([text for text in hit.texts if text], asked)
        if _read(sentence) == str(hit.title).rstrip("."):
            sentence = []  # the title of a task is mostly the first sentence of its decision
        shown.append(Shown(marked(str(hit.title), asked), hit.url, tuple(filter(None, hit.about)), sentence))
    return shown


def _read(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts).rstrip(".")
