"""What stands around every page: navigation by rights, the seat, the helplines. A context processor without queries."""

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from krat.access import areas, recovered_forms, rights
from krat.access.rights import Reach
from krat.access.roles import Role
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
        "nav": _nav(seat, request.path_info) if seat else (),
        "ways": _ways(seat, request.path_info) if seat else (),
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


class NavWay(NamedTuple):
    """A link of the way round; equal ones are drawn once (`krat.ui.drawing`)."""

    url: str
    label: str | Promise
    is_current: bool
    icon: str = ""


def _nav(seat: Seat, path: str) -> tuple[NavWay, ...]:
    """The places that the seat may go to; the first of its ways leads into each."""
    first = _first_part(path)
    return tuple(
        NavWay(ways[0].url, ways[0].label, first in under, icon) for icon, under, ways in _places_of(seat.role)
    )


def _ways(seat: Seat, path: str) -> tuple[NavWay, ...]:
    """The ways that the seat may go in the place where it is; none beside a single one."""
    first = _first_part(path)
    here = next((at for at, place in enumerate(places()) if first in place.under), None)
    ways = _open_ways(seat.role, here) if here is not None else []
    return tuple(NavWay(way.url, way.label, first in way.under) for way in ways) if len(ways) > 1 else ()


class _Open(NamedTuple):
    """A way that may be gone, and its address."""

    url: str
    label: str | Promise
    under: tuple[str, ...]


@cache
def _places_of(role: str) -> list[tuple[str, tuple[str, ...], list[_Open]]]:
    """Symbol, first parts of addresses, and ways of each place that a role may go to.

    Put together once: rights and addresses are the same as long as the process runs.
    """
    found = [(place.icon, place.under, _open_ways(role, at)) for at, place in enumerate(places())]
    return [one for one in found if one[2]]


@cache
def _open_ways(role: str, at: int) -> list[_Open]:
    """The ways of a place, by its number, that a role may go."""
    return [
        _Open(reverse(way.route), way.label, way.under)
        for way in places()[at].ways
        if not way.right or rights.right(way.right).reaches.get(Role(role), Reach.NONE) is not Reach.NONE
    ]


def _first_part(path: str) -> str:
    return path.strip("/").split("/")[0]


# What each page is called where the trail tells of it.
TITLES = {
    "home:today": _("Today"),
}
