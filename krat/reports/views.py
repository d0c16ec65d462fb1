"""The page of figures: tables first, small bars beside them, small numbers hidden. The same on screen and on paper."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone

from krat.access import rights
from krat.access.rights import Reach
from krat.access.views import needs
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.reference.models import County
from krat.reports import queries, sentences
from krat.ui.rendering import render_page


@needs("reports.view", methods=("GET",))
def numbers(request: SignedIn) -> HttpResponse:
    """The county's figures; for who sees every county, the list of them first."""
    seat = request.seat
    if rights.reach(seat, queries.VIEW) is not Reach.COUNTRY:
        return _of_county(request, seat.institution.county)
    if "county" in request.GET:
        found = County.objects.filter(code=request.GET["county"][:5]).first()
        if found is None:
            raise Http404
        return _of_county(request, found, shown=[found])
    return render_page(request, "reports/counties.html", _with_limit({"counties": queries.counties(seat)}))


def _of_county(request: SignedIn, county: County | None, *, shown: Sequence[County] = ()) -> HttpResponse:
    context: dict[str, Any] = {"county": county, "printed_at": timezone.now()}
    if county is not None:
        context |= _figures(request.seat, county, _year(request))
    return render_page(request, "reports/numbers.html", _with_limit(context), shown=shown)


def _year(request: SignedIn) -> int:
    """The year that is asked for, this one without; 404 for one that is not offered."""
    asked = request.GET.get("year", "")
    found = [year for year in queries.years() if not asked or str(year) == asked]
    if not found:
        raise Http404
    return found[0]


def _figures(seat: Seat, county: County, year: int) -> dict[str, Any]:
    is_this = year == queries.years()[0]
    referrals, until_answer = queries.referrals(seat, county, year)
    quarters = queries.by_quarter(seat, county, year)
    signals = queries.signals(seat, county, year)
    open_cases = queries.open_cases(seat, county) if is_this else None
    sees_cards = is_this and queries.sees_all_cards(seat)
    by_institution, by_kind = queries.cards(seat, county) if sees_cards else ([], [])
    return {
        "year": year,
        "years": queries.years(),
        "sentences": [
            *(sentences.of_cases(open_cases) if open_cases else []),
            *sentences.of_the_year(quarters, signals, referrals, year),
            *(sentences.of_cards(by_institution) if sees_cards else []),
        ],
        "open_cases": open_cases,
        "quarters": quarters,
        "quarters_folded": [one.title for one in quarters if one.folded],
        "signals": signals,
        "referrals": referrals,
        "until_answer": until_answer,
        "tells_days": any(row.told.value is not None or row.own for row in until_answer),
        "sees_cards": sees_cards,
        "cards_by_institution": by_institution,
        "cards_by_kind": by_kind,
        "sees_all": rights.reach(seat, queries.VIEW) is Reach.COUNTRY,
    }


def _with_limit(context: dict[str, Any]) -> dict[str, Any]:
    return context | {"limit": settings.KRAT_SMALL_CELL}
