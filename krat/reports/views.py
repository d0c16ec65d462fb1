"""The page of figures: tables first, small bars beside them, small numbers hidden. The same on screen and on paper."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone

from krat.access import rights
from krat.access.rights import Reach
from krat.access.views import needs
from krat.people.requests import SignedIn
from krat.reference.models import County
from krat.reports import queries
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
        seat = request.seat
        told, until_answer = queries.referrals(seat, county)
        by_institution, by_kind = queries.cards(seat, county)
        context |= {
            "open_cases": queries.open_cases(seat, county),
            "quarters": queries.by_quarter(seat, county),
            "signals": queries.signals(seat, county),
            "referrals": told,
            "until_answer": until_answer,
            "sees_cards": queries.sees_all_cards(seat),
            "cards_by_institution": by_institution,
            "cards_by_kind": by_kind,
            "sees_all": rights.reach(seat, queries.VIEW) is Reach.COUNTRY,
        }
    return render_page(request, "reports/numbers.html", _with_limit(context), shown=shown)


def _with_limit(context: dict[str, Any]) -> dict[str, Any]:
    return context | {"limit": settings.KRAT_SMALL_CELL}
