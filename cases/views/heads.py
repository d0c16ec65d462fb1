"""Heads of cases as lines of a list: read with their managers in one statement, and put into words once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import formats

from cases.identity_facts import shown_of
from cases.models import Assignment, Case, Identity
from cases.models.case import CaseQuerySet
from cases.models.stages import OVER
from cases.views.layout import due_of_case
from krat.access.requests import Shown
from krat.people.models import Seat
from krat.ui.drawing import address_of, drawn

# Beyond these nobody turns pages: the list says so in words that name the number, and counts no further.
MOST_COUNTED = 10_000
_OVER = frozenset(OVER)


class _HowMany(Subquery):
    """How many rows a subquery has, as one value of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class Heads:
    """Reads a page of heads: the open ones in their order, then those that are over, each from its own index.

    ``stage`` is the filter's: where it asks for one of the two alone, the other is not looked for. One statement for a
    page within one of the two, at most three for others.
    """

    def __init__(self, seat: Seat, stage: str = "") -> None:
        self.seat = seat
        self.shows_open = stage not in _OVER
        self.shows_over = stage in _OVER or not stage

    def read(self, rows: Any, start: int, stop: int) -> tuple[list[Case], int]:
        """The heads from one to another, each with its manager (`manager_of`), and how many there are at all, counted
        up to `MOST_COUNTED`."""
        stop = min(stop, MOST_COUNTED)
        is_by_urgency = rows.query.order_by[:1] == ("turn",)
        if is_by_urgency and self.shows_open and self.shows_over:
            found, total = self._both(rows.open(), rows.over_by_urgency(), start, stop)
        else:
            one = rows if self.shows_open or not is_by_urgency else rows.over_by_urgency()
            found = self._heads(one, start, stop, total=_how_many(one))
            total = found[0].total if found else (_counted(one) if start else 0)
        return found, min(total, MOST_COUNTED)

    def first(self, rows: CaseQuerySet, most: int) -> list[Case]:
        """The most urgent of these, each with its manager (one statement)."""
        return self._heads(rows.by_urgency(), 0, most)

    def _both(self, open_ones: Any, over: Any, start: int, stop: int) -> tuple[list[Any], int]:
        totals = {"open_ones": _how_many(open_ones), "over": _how_many(over)}
        found = self._heads(open_ones, start, stop, **totals)
        if len(found) == stop - start:
            return found, found[0].open_ones + found[0].over
        before = found[0].open_ones if found else (_counted(open_ones) if start else 0)
        more = self._heads(over, max(0, start - before), stop - before, **totals)
        told = (found or more)[:1]
        return [*found, *more], before + (told[0].over if told else (_counted(over) if start else 0))

    def _heads(self, rows: Any, start: int, stop: int, **totals: _HowMany) -> list[Any]:
        """Keys are sorted alone, from an index; what a line needs is read for those of the page."""
        if start >= stop:
            return []
        managers = Assignment.objects.visible_to(self.seat).filter(
            Assignment.standing(), case=OuterRef("pk"), is_manager=True
        )
        place = JSONObject(pk="pk", code="code", name="seat__user__name", username="seat__user__username")
        page = rows.filter(pk__in=rows.values("pk")[start:stop]).select_related(None).select_related("municipality")
        return list(
            page.only(*_SHOWN).annotate(place_of_manager=Subquery(managers.order_by().values(told=place)[:1]), **totals)
        )


_SHOWN = ("code", "number", "kind", "stage", "risk", "due_at", "closed_on", "municipality__name")


def _how_many(rows: Any) -> _HowMany:
    return _HowMany(rows.order_by().values("pk")[: MOST_COUNTED + 1])


def _counted(rows: Any) -> int:
    """How many there are, up to the most that are counted (one statement)."""
    return int(rows.order_by()[: MOST_COUNTED + 1].count())


def manager_of(case: Case) -> tuple[Assignment | None, str]:
    """The place of the manager of a head that was read here, for the trail, and the manager's name; no query."""
    told: dict[str, Any] | None = case.__dict__.get("place_of_manager")
    if told is None:
        return None, ""
    place = Assignment.from_db(None, ["id", "code", "case_id"], [told["pk"], UUID(told["code"]), case.pk])
    return place, told["name"] or told["username"]


def lines_of(cases: Iterable[Case], people: dict[int, Identity]) -> list[dict[str, Any]]:
    """The lines of a list, every word of them at hand; whom a case is about only where the page may show it."""
    return [_line(case, people.get(case.pk)) for case in cases]


def _line(case: Case, person: Identity | None) -> dict[str, Any]:
    due = due_of_case(case)
    return {
        "case": case,
        "url": address_of("cases:case", case.code),
        "person": person,
        "stage": drawn("cases/_stage.html", stage=case.stage, label=case.get_stage_display()),
        "risk": drawn("cases/_risk.html", risk=case.risk),
        "place": case.municipality.name,
        "kind": case.get_kind_display(),
        "manager": manager_of(case)[1],
        "is_open": case.is_open,
        "due": drawn("components/due.html", due=due) if due is not None else "",
        "closed_on": formats.date_format(case.closed_on, "SHORT_DATE_FORMAT") if case.closed_on else "",
    }


def shown_in(cases: Sequence[Case], people: dict[int, Identity]) -> list[Shown]:
    """What the trail is told of such a list: the heads, who manages them, and whom they are about where that stands."""
    managers = [place for place, _name in map(manager_of, cases) if place is not None]
    return [*cases, *managers, *(shown_of(one) for one in people.values())]
