"""Each role's first page: what waits for me, then the next meeting, then how things go."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.access.requests import Shown
from krat.access.views import needs
from krat.home.waiting import FirstPage
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.reports import queries
from krat.ui.rendering import render_page
from meetings.models import Meeting
from meetings.waiting import agenda_of, next_meetings


@needs("home.view", methods=("GET",))
def today(request: SignedIn) -> HttpResponse:
    """Today."""
    seat = request.seat
    page = FirstPage(seat)
    waiting = page.waiting()
    context: dict[str, Any] = {
        "waiting": waiting,
        "next": _next(seat, next(iter(page.of(next_meetings)), None)),
        "plan": queries.plan_by_pillar(page.of(queries.latest_plan), page.of(queries.pillars)),
        "institutions": queries.tasks_by_institution(page.of(queries.tasks_by_lead)),
        "in_short": queries.in_short(seat, queries.open_cards(page.of(queries.cards_of_county))),
        "counties": queries.counties(seat),
        "limit": settings.KRAT_SMALL_CELL,
        "may_file": rights.may(seat, "meetings.file"),
        "may_record": rights.may(seat, "activities.record"),
        "may_signal": rights.may(seat, "signals.send"),
        "sees_meetings": rights.may(seat, "meetings.view"),
    }
    shown: list[Shown] = [line.thing for line in waiting if line.thing is not None]
    shown += [one for line in waiting for one in line.shown]
    return render_page(request, "home/today.html", context, shown=shown)


def _next(seat: Seat, meeting: Meeting | None) -> dict[str, Any] | None:
    if meeting is None:
        return None
    items, decisions = agenda_of(meeting, seat)
    return {
        "meeting": meeting,
        "facts": [
            (_("Agenda"), ngettext("%(count)s item", "%(count)s items", items) % {"count": items}),
            (_("Returning decisions"), decisions),
        ],
        "is_open": meeting.state == Meeting.State.OPEN,
    }
