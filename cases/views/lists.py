"""Finding a case: the list, and the search by words of a name, by personal number or by its own number."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.finding import Found, find
from cases.forms.cases import CaseFilter, SearchForm
from cases.identity_facts import people_of
from cases.models import Case, KeptSearch
from cases.views.heads import MOST_COUNTED, Heads, lines_of, shown_in
from krat.access import rights
from krat.access.views import needs
from krat.audit import trail
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.ui.listing import listing
from krat.ui.rendering import render_page

NAMES_SHOWN = trail.event("cases.names_shown", _("asked for the names in a list of cases"))

_MOST_FOUND = 50
_SEARCH, _NAMES = "cases:search", "cases:list"


# --- the list ---


@needs("cases.view", methods=("GET",))
def case_list(request: SignedIn) -> HttpResponse:
    """Heads of cases, the most urgent on top; names only where they were asked for, each noted (decision 37)."""
    seat = request.seat
    rows = Case.objects.visible_to(seat).by_urgency()
    found = listing(request, rows, CaseFilter, read=Heads(seat, CaseFilter.stage_of(request)).read)
    heads = found.rows
    asked = request.GET.get("names", "")
    shows_names = bool(asked) and KeptSearch.words_of(asked, seat, _NAMES) is not None
    people = people_of(seat, heads) if shows_names else {}
    here = "&".join(filter(None, (found.query, f"page={found.page.number}" if found.page.number > 1 else "")))
    if shows_names:
        found.query = "&".join(filter(None, (found.query, f"names={asked}")))
    context = {
        "found": found,
        "names_url": f"{reverse('cases:names')}?{here}",
        "without_names": f"{reverse('cases:list')}?{here}",
        "cases": lines_of(heads, people, shows_names=shows_names),
        "more_than": MOST_COUNTED if found.total == MOST_COUNTED else None,
        "shows_names": shows_names,
        "search": SearchForm(),
        "may_open": rights.may(seat, "cases.open"),
        "may_search": rights.may(seat, "identity.view"),
    }
    return render_page(request, "cases/list.html", context, shown=shown_in(heads, people))


@needs("identity.view", methods=("POST",))
def case_names(request: SignedIn) -> HttpResponse:
    """Show the names in the list that was looked at, for ten minutes; what is then shown is noted row by row."""
    return with_names(request, _NAMES, reverse("cases:list"), (*CaseFilter.base_filters, "page"))


def with_names(request: SignedIn, kept_as: str, address: str, stays: Iterable[str]) -> HttpResponseRedirect:
    """Lead back to a list as it was looked at, now with names: whoever asks for them is noted (decision 37).

    ``kept_as`` is what `KeptSearch` keeps the asking under, never one of a search; ``stays`` names what of the address
    stays.
    """
    code = KeptSearch.keep(request.seat, kept_as, "")
    trail.record(request.seat, NAMES_SHOWN, route=request.resolver_match.view_name)
    looked_at = request.GET.copy()
    for name in set(looked_at) - set(stays):
        del looked_at[name]
    looked_at["names"] = str(code)
    return HttpResponseRedirect(f"{address}?{looked_at.urlencode()}")


# --- the search ---


@needs("identity.view")
def case_search(request: SignedIn) -> HttpResponse:
    """Find a case by words of a name, by personal number or by its own number; the form answers with a page.

    The same page stands for ten minutes under a code, for whoever goes back to it: ``?found=`` and the code.
    """
    seat = request.seat
    code, found = "", None
    if request.method == "POST":
        form = SearchForm.of(request)
        if form.is_accepted():
            found = _find(seat, form)
            code = str(KeptSearch.keep(seat, _SEARCH, form.cleaned_data["words"])) if found is not None else ""
    else:
        code = request.GET.get("found", "")
        words = KeptSearch.words_of(code, seat, _SEARCH) if code else None
        form = SearchForm({"words": words}) if words is not None else SearchForm.of(request)
        if words is not None and form.is_valid():
            found = _find(seat, form)
        elif code:
            messages.info(request, _("What was found is kept for ten minutes. Please search again."))
    heads = Heads(seat).first(found.cases, _MOST_FOUND + 1) if found is not None else []
    if found is not None and not heads and found.otherwise is not None:
        found = found.otherwise()
        heads = Heads(seat).first(found.cases, _MOST_FOUND + 1)
    there_are_more = len(heads) > _MOST_FOUND
    heads = heads[:_MOST_FOUND]
    people = people_of(seat, heads)
    context = {
        "form": form,
        "cases": lines_of(heads, people, shows_names=True),
        "is_answered": found is not None,
        "fits_all": found is None or found.fits_all,
        "there_are_more": there_are_more,
        "found_url": f"{reverse(_SEARCH)}?found={code}" if found is not None else "",
    }
    return render_page(request, "cases/search.html", context, shown=shown_in(heads, people))


def _find(seat: Seat, form: SearchForm) -> Found | None:
    found = find(seat, form.cleaned_data["words"])
    if found is None:
        form.add_error("words", _("Type a name or a number."))
    return found
