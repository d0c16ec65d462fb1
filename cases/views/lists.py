"""Finding a case: the list, and the search by words of a name, by personal number or by its own number."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cases import names
from cases.forms.cases import CaseFilter, SearchForm
from cases.models import Assignment, Case, Identity, NameToken
from cases.models.case import CaseQuerySet
from cases.views.layout import due_of_case
from krat.access import rights
from krat.access.views import needs
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.ui.listing import listing
from krat.ui.rendering import render_page

_NUMBER = re.compile(r"([A-Z]{2})[- ]?(\d{4})[- ]?(\d{1,5})(?:[- ]?[FR])?", re.IGNORECASE)
_MOST_FOUND = 50


@needs("cases.view", methods=("GET",))
def case_list(request: SignedIn) -> HttpResponse:
    """Heads of cases, what is expected first on top; never a name."""
    seat = request.seat
    rows = Case.objects.visible_to(seat).for_list()
    found = listing(request, rows, CaseFilter)
    managers = _managers(seat, found.rows)
    context = {
        "found": found,
        "cases": _heads(found.rows, managers),
        "search": SearchForm(),
        "may_open": rights.may(seat, "cases.open"),
        "may_search": rights.may(seat, "identity.view"),
    }
    return render_page(request, "cases/list.html", context, shown=[*found.rows, *managers.values()])


def _managers(seat: Seat, rows: list[Case]) -> dict[int, Assignment]:
    """Who manages each of these cases (one query)."""
    places = Assignment.objects.visible_to(seat).filter(case__in=rows, is_manager=True, ended_at=None)
    return {one.case_id: one for one in places.select_related("seat__user")}


def _heads(rows: list[Case], managers: dict[int, Assignment]) -> list[dict[str, Any]]:
    """Heads with their managers and chips."""
    return [{"case": one, "manager": managers.get(one.pk), "due": due_of_case(one)} for one in rows]


@needs("identity.view", methods=("POST",))
def case_search(request: SignedIn) -> HttpResponse:
    """Find a case by words of a name, by personal number or by its own number; the form answers with a page."""
    form = SearchForm.of(request)
    found: list[Case] = []
    is_answered = form.is_accepted()
    if is_answered:
        rows = _search(request.seat, form.cleaned_data["words"])
        if rows is None:
            form.add_error("words", _("Type at least three letters of a name."))
            is_answered = False
        else:
            found = list(rows.for_list()[: _MOST_FOUND + 1])
    heads = found[:_MOST_FOUND]
    managers = _managers(request.seat, heads)
    context = {
        "form": form,
        "cases": _heads(heads, managers),
        "is_answered": is_answered,
        "there_are_more": len(found) > _MOST_FOUND,
    }
    return render_page(request, "cases/search.html", context, shown=[*heads, *managers.values()])


def _search(seat: Seat, typed: str) -> CaseQuerySet | None:
    """The cases that fit what was typed, among those whose person this seat may know; None for words too short."""
    rows = Case.objects.permitted(seat, "identity.view")
    number = _NUMBER.fullmatch(typed.strip())
    if number:
        county, year, serial = number.groups()
        return rows.filter(number__startswith=f"{county.upper()}-{year}-{int(serial):04}-")
    if any(sign.isdigit() for sign in typed):
        people = Identity.objects.permitted(seat, "identity.view")
        return rows.filter(pk__in=people.filter(number_token=names.number_token(typed)).values("case_id"))
    tokens = names.tokens_to_find(typed)
    for token in tokens:
        rows = rows.filter(pk__in=NameToken.objects.filter(token=token).values("case_id"))
    return rows if tokens else None
