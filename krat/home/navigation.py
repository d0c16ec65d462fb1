"""What stands around every page: navigation by rights, the seat, the helplines. A context processor without queries."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import recovered_forms, rights
from krat.people.models import Seat

# The closed half is one place: the first of these that the seat may see leads into it, and its lists show the others.
_CASES = [
    ("cases:list", _("Cases"), "cases.view", "cases"),
    ("cases:referrals", _("Referrals"), "referrals.view", "referrals"),
    ("cases:signals", _("Signals"), "signals.view", "signals"),
    ("cases:cards", _("Cards"), "cards.view", "cards"),
]
_UNDER_CASES = (*(one[3] for one in _CASES), "obstacles")
# Where it leads, its word, its sign, the right it asks for, and the addresses under which it is current.
_NAV: list[Any] = [
    ("home:today", _("Today"), "today", "", ()),
    _CASES,
    ("meetings:list", _("Meetings"), "meetings", "meetings.view", ("meetings",)),
    ("plan:current", _("Plan"), "plan", "plan.view", ("plan",)),
    ("plan:tasks", _("Tasks"), "tasks", "tasks.view", ("tasks",)),
    ("plan:activities", _("Activities"), "activities", "activities.view", ("activities",)),
    ("reports:numbers", _("Reports"), "reports", "reports.view", ("reports",)),
    ("committee:institutions", _("Institutions"), "institutions", "institutions.view", ("institutions", "committee")),
    ("people:list", _("People"), "people", "people.view", ("people",)),
    ("reference:lists", _("Settings"), "settings", "settings.view", ("settings",)),
    ("audit:trail", _("Trail"), "trail", "trail.view", ("trail",)),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What stands around a page; everything it needs was fetched by the middleware."""
    seat: Seat | None = getattr(request, "seat", None)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "nav": _nav(seat, request.path) if seat else [],
        "ways_in_cases": _ways_in_cases(seat, request.path) if seat else [],
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
    first = path.strip("/").split("/")[0]
    return [
        {
            "url": reverse(name),
            "label": label,
            "icon": icon,
            "is_current": first in under if under else path == "/",
        }
        for name, label, icon, right, under in (_into_cases(seat) if one is _CASES else one for one in _NAV)
        if not right or rights.may(seat, right)
    ]


def _into_cases(seat: Seat) -> tuple[str, Any, str, str, tuple[str, ...]]:
    name, label, right, _first = next((one for one in _CASES if rights.may(seat, one[2])), _CASES[0])
    return name, label, "cases", right, _UNDER_CASES


def _ways_in_cases(seat: Seat, path: str) -> list[dict[str, Any]]:
    """The lists of the closed half that the seat may see; none beside a single one."""
    found = [
        {"url": reverse(name), "label": label, "is_current": path.strip("/").split("/")[0] == first}
        for name, label, right, first in _CASES
        if rights.may(seat, right)
    ]
    return found if len(found) > 1 else []
