"""Heads of cases as lines of a list: read with their managers in one statement, and put into words once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.identity_facts import shown_of
from cases.models import Assignment, Case, Identity
from cases.models.case import CaseQuerySet
from cases.models.stages import OVER
from cases.views.layout import due_of_case
from krat.access.requests import Shown
from krat.people.models import Seat
from krat.ui.drawing import address_of, drawn
from krat.ui.listing import how_many

# Beyond these nobody turns pages: the list says so in words that name the number, and counts no further.
MOST_COUNTED = 10_000
_OVER = frozenset(OVER)


class Heads:
    """Reads a page of heads from the index of a unit's list, by one statement.

    ``stage`` is the filter's: what is over stands in that index in the order of the list. Open cases are sorted, those
    with immediate risk first and alone: a page sorts no more than it must show.
    """

    def __init__(self, seat: Seat, stage: str = "") -> None:
        self.seat = seat
        self.is_over = stage in _OVER

    def read(self, rows: Any, start: int, stop: int) -> tuple[list[Case], int]:
        """The heads from one to another, each with its manager (`manager_of`), and how many there are at all, counted
        up to `MOST_COUNTED`."""
        if self.is_over and rows.query.order_by[:1] == ("turn",):
            rows = rows.over_by_urgency()
        found = self._heads(rows, start, min(stop, MOST_COUNTED), total=how_many(rows, MOST_COUNTED + 1))
        total = found[0].total if found else (_counted(rows) if start else 0)
        return found, min(total, MOST_COUNTED)

    def first(self, rows: CaseQuerySet, most: int) -> list[Case]:
        """The most urgent of these, each with its manager (one statement)."""
        return self._heads(rows.by_urgency(), 0, most)

    def _heads(self, rows: Any, start: int, stop: int, **totals: Subquery) -> list[Any]:
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


def lines_of(cases: Iterable[Case], people: dict[int, Identity], *, shows_names: bool) -> list[dict[str, Any]]:
    """The lines of a list, every word of them at hand; whom a case is about only where the page shows it."""
    return [_line(case, people.get(case.pk), shows_names) for case in cases]


def _line(case: Case, person: Identity | None, shows_names: bool) -> dict[str, Any]:
    return {
        "case": case,
        "person": person,
        "person_words": _in_words(person) if shows_names else "",
        "url": address_of("cases:case", case.code),
        "number": case.number,
        "stage": drawn("cases/_stage.html", stage=case.stage, label=case.get_stage_display()),
        "risk": drawn("cases/_risk.html", risk=case.risk),
        "place": case.municipality.name,
        "kind": case.get_kind_display(),
        "manager": manager_of(case)[1] or drawn("cases/_nobody.html", is_open=case.is_open),
        "until": drawn("cases/_until.html", due=due_of_case(case), closed_on=case.closed_on),
    }


def _in_words(person: Identity | None) -> SafeString:
    """Whom a case is about, in one line: name, surname, year of birth. The page notes it for the trail."""
    if person is None:
        return drawn("cases/_nobody.html", is_open=False)
    year = format_html(' <span class="tabular">{}</span>', person.year_of_birth) if person.year_of_birth else ""
    return format_html('<span class="strong">{}</span>{}', person.full_name, year)


def shown_in(cases: Sequence[Case], people: dict[int, Identity]) -> list[Shown]:
    """What the trail is told of such a list: the heads, who manages them, and whom they are about where that stands."""
    managers = [place for place, _name in map(manager_of, cases) if place is not None]
    return [*cases, *managers, *(shown_of(one) for one in people.values())]
