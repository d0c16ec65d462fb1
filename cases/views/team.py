"""Who works on a case, and who looked at it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.actions import cases
from cases.forms.cases import HandoverForm, TeamForm
from cases.models import Assignment, Case
from cases.viewers import viewers_of
from cases.views.layout import case_at, code_of, layout, may_here
from krat.access.views import door, needs
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.ui.rendering import render_page, telling

_LINES = 50
_MOST_HANDED_OVER = 200


@needs("cases.view")
def case_team(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Who works on the case, since when; the head of the unit names them."""
    seat = request.seat
    case = case_at(request, code, right="cases.assign" if request.method == "POST" else "")
    may_assign = may_here(seat, "cases.assign") and case.is_open
    form = TeamForm.of(request, colleagues=cases.colleagues(seat)) if may_assign else None
    if form is not None and form.is_accepted():
        with form.catching():
            cases.assign(case, by=seat, **form.cleaned_data)
            messages.success(request, _("The team was named. Who is in it sees the file from now on."))
            return redirect("cases:team", code=case.code)
    places: QuerySet[Assignment] = Assignment.objects.visible_to(seat).filter(case=case)
    team = list(places.select_related("seat__user", "seat__institution", "by__user"))
    context = {
        **layout(request, case, here="team"),
        "form": form,
        "now": [one for one in team if one.stands],
        "before": [one for one in team if not one.stands],
    }
    return render_page(request, "cases/case_team.html", context, shown=team)


@needs("cases.assign")
def case_handover(request: SignedIn) -> HttpResponse:
    """Open cases that nobody leads, or that one colleague leads: given to somebody in one step.

    ``?seat=`` is the colleague's. Seven queries, however many cases; named are they one by one.
    """
    seat = request.seat
    colleagues = list(cases.colleagues(seat))
    asked = request.GET.get("seat", "")
    of = next((one for one in colleagues if str(one.code) == asked), None)
    led = Assignment.objects.permitted(seat, "cases.view").filter(Assignment.standing(), is_manager=True)
    rows = Case.objects.permitted(seat, "cases.assign").open()
    rows = rows.exclude(pk__in=led.values("case_id")) if of is None else rows.filter(pk__in=_led_by(led, of))
    found = list(rows.for_list()[:_MOST_HANDED_OVER])
    leading = set(led.values_list("seat", flat=True))
    others = cases.colleagues(seat) if of is None else cases.colleagues(seat).exclude(pk=of.pk)
    form = HandoverForm.of(request, cases=found, colleagues=others)
    if form.is_accepted():
        with form.catching():
            chosen = {str(one.code): one for one in found}
            to = form.cleaned_data["seat"]
            for code in form.cleaned_data["cases"]:
                cases.assign(chosen[code], by=seat, seat=to, is_manager=True)
            messages.success(request, _("Handed over: %(n)s. Who leads them sees them from now on.") % form.numbers())
            return redirect("cases:handover")
    context = {
        "form": form,
        "of": of,
        "cases": found,
        "leaders": [one for one in colleagues if one != of and one.pk in leading],
        "there_are_more": bool(found[_MOST_HANDED_OVER - 1 :]),
    }
    return render_page(request, "cases/handover.html", context, shown=found)


def _led_by(led: QuerySet[Assignment], seat: Seat) -> Any:
    return led.filter(seat=seat.pk).values("case_id")


@needs("cases.assign", methods=("POST",))
def team_release(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """End somebody's place in a team."""
    place = door(request, Assignment.objects.select_related("case"), code)
    with telling(request):
        cases.release(place, by=request.seat)
        messages.success(request, _("The place in the team has ended. The file is closed to them from now on."))
    return redirect("cases:team", code=code_of(request, place.case_id))


@needs("cases.viewers", methods=("GET",))
def case_viewers(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Who looked at this file, a line for each person and day."""
    case = case_at(request, code)
    lines = Paginator(viewers_of(case), _LINES).get_page(request.GET.get("page"))
    context = {"lines": lines, **layout(request, case, here="viewers")}
    return render_page(request, "cases/case_viewers.html", context, shown=())
