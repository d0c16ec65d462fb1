"""The search over the committee's texts: what is typed goes by POST and stands in no address and in no log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import KeptSearch
from krat.access import rights
from krat.access.views import needs
from krat.committee.identity_guard import refuse_personal
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.search import finding, index
from krat.search.asked import Asked
from krat.search.forms import SearchForm
from krat.search.kinds import kinds_of
from krat.ui.listing import listing
from krat.ui.rendering import render_page

_SEARCH = "search:search"


@needs("search.view")
def search(request: SignedIn) -> HttpResponse:
    """What fits, by kind, each hit in its sentence; the form answers with a page.

    The same page stands for ten minutes under a code, for whoever goes back to it or reads on: ``?found=`` and the
    code, ``&kind=`` and ``&page=`` for all of one kind.
    """
    seat = request.seat
    code, form, asked = _asked(request)
    context: dict[str, Any] = {
        "form": form,
        "is_answered": bool(asked),
        "may_find_persons": rights.may(seat, "identity.view"),
        "places": [kind.label for kind in kinds_of(seat)],
    }
    if asked:
        context["is_behind"] = not index.catch_up()
        context |= _found(request, asked, code)
        if not context["total"] and request.method == "POST":
            _refuse_persons(form)
            context["is_answered"] = not form.errors
        if not code and not form.errors:
            code = str(KeptSearch.keep(seat, _SEARCH, form.cleaned_data["words"]))
        context["found_url"] = f"{reverse(_SEARCH)}?found={code}" if code else ""
    return render_page(request, "search/search.html", context)


def _asked(request: SignedIn) -> tuple[str, SearchForm, Asked]:
    """The code under which it is kept already, the form, and what was asked for; nothing where nothing was."""
    if request.method == "POST":
        form = SearchForm.of(request)
        if not form.is_accepted():
            return "", form, Asked(())
        asked = Asked.of(form.cleaned_data["words"])
        if not asked:
            form.add_error("words", _("Type a word or a number."))
        return "", form, asked
    code = request.GET.get("found", "")
    words = KeptSearch.words_of(code, request.seat, _SEARCH) if code else None
    if words is None:
        if code:
            messages.info(request, _("What was found is kept for ten minutes. Please search again."))
        return "", SearchForm.of(request), Asked(())
    form = SearchForm({"words": words})
    return code, form, Asked.of(words) if form.is_valid() else Asked(())


def _found(request: SignedIn, asked: Asked, code: str) -> dict[str, Any]:
    """Either the first of every kind, or one page of the kind that the address names."""
    seat = request.seat
    kind = next((one for one in kinds_of(seat) if code and one.name == request.GET.get("kind")), None)
    if kind is None:
        groups = finding.first_of_each(seat, asked)
        totals = {group.kind.name: group.total for group in groups}
        return {"groups": groups, "total": sum(totals.values()), "kinds": _ways(seat, totals)}
    fits = finding.found(seat, asked)
    totals = finding.counted(fits)
    page = listing(request, fits.filter(kind=kind.name), kept={"found": code, "kind": kind.name})
    hits = finding.told(seat, kind, [one.thing for one in page.rows], asked)
    return {
        "groups": [finding.Group(kind, page.total, hits)],
        "page": page,
        "kind": kind.name,
        "total": sum(totals.values()),
        "kinds": _ways(seat, totals),
    }


def _ways(seat: Seat, totals: dict[str, int]) -> list[tuple[str, Any, int]]:
    return [(one.name, one.label, totals[one.name]) for one in kinds_of(seat) if totals.get(one.name)]


def _refuse_persons(form: SearchForm) -> None:
    """Where nothing was found: what is shaped like a private person's data stands in no text of the committee, and is
    kept nowhere, not even for ten minutes. The sentence is the same, whoever the registry knows."""
    try:
        refuse_personal({"words": form.cleaned_data["words"]})
    except ValidationError:
        form.add_error(
            "words",
            _(
                "Nothing was found. This reads like the data of a private person; such data stands in no text of the"
                " committee. What you typed was not kept."
            ),
        )
