"""What stands around every page: navigation by rights, the seat, the helplines. A context processor without queries."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import areas, recovered_forms, rights
from krat.people.models import Seat
from krat.ui.navigation import Place, Way

PLACES = [Place(10, "today", (Way("home:today", _("Today"), "", ("",)),))]


@cache
def places() -> list[Place]:
    """What every area declares, in order."""
    declared = [place for area in areas.modules("navigation") for place in getattr(area, "PLACES", [])]
    return sorted(declared, key=lambda place: place.position)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What stands around a page; everything it needs was fetched by the middleware."""
    seat: Seat | None = getattr(request, "seat", None)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "nav": _nav(seat, request.path_info) if seat else [],
        "ways": _ways(seat, request.path_info) if seat else [],
        "seat": seat,
        "seats": [one for one in getattr(request, "seats", []) if one != seat],
        "county_name": seat.institution.county.name if seat and seat.institution.county else "",
        "form_token": recovered_forms.new_token(user.code, seat.code if seat else None)
        if signed_in and user is not None
        else "",
        "today": timezone.localdate(),
        "helplines": getattr(request, "helplines", []),
        "is_demo": settings.KRAT_DEMO,
    }


def _nav(seat: Seat, path: str) -> list[dict[str, Any]]:
    found = [(place, _open_ways(place, seat)) for place in places()]
    return [
        {
            "url": reverse(ways[0].route),
            "label": ways[0].label,
            "icon": place.icon,
            "is_current": _first_part(path) in place.under,
        }
        for place, ways in found
        if ways
    ]


def _ways(seat: Seat, path: str) -> list[dict[str, Any]]:
    """The ways that the seat may go in the place where it is; none beside a single one."""
    first = _first_part(path)
    here = next((place for place in places() if first in place.under), None)
    found = [
        {"url": reverse(way.route), "label": way.label, "is_current": first in way.under}
        for way in (_open_ways(here, seat) if here else [])
    ]
    return found if len(found) > 1 else []


def _open_ways(place: Place, seat: Seat) -> list[Way]:
    return [way for way in place.ways if not way.right or rights.may(seat, way.right)]


def _first_part(path: str) -> str:
    return path.strip("/").split("/")[0]


# What each page is called where the trail tells of it.
TITLES = {
    "home:today": _("Today"),
}
