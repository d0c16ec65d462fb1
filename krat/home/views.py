"""Each role's first page: what waits for me, then the next meeting, then how things go."""

from collections import Counter, defaultdict
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.access.rights import Reach
from krat.access.views import needs
from krat.home.waiting import next_meeting, waiting_for
from krat.people.models import Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import OPEN
from krat.ui.pages import page
from meetings.models import AgendaItem, Decision, Meeting


@needs("home.view", methods=("GET",))
def today(request: Any) -> HttpResponse:
    """Today."""
    seat = request.seat
    context: dict[str, Any] = {
        "waiting": waiting_for(seat),
        "next": _next(seat),
        "plan": _plan(seat),
        "institutions": _by_institution(seat),
        "may_file": rights.may(seat, "meetings.file"),
        "may_record": rights.may(seat, "activities.record"),
        "sees_meetings": rights.may(seat, "meetings.view"),
    }
    return page(request, "home/today.html", context)


def _next(seat: Seat) -> dict[str, Any] | None:
    meeting = next_meeting(seat) if rights.may(seat, "meetings.view") else None
    if meeting is None:
        return None
    items = AgendaItem.objects.visible_to(seat).filter(meeting=meeting, withdrawn_at=None).count()
    return {
        "meeting": meeting,
        "facts": [
            (_("Agenda"), ngettext("%(count)s item", "%(count)s items", items) % {"count": items}),
            (_("Returning decisions"), Decision.objects.visible_to(seat).returning_to(meeting).count()),
        ],
        "is_open": meeting.state == Meeting.State.OPEN,
    }


def _plan(seat: Seat) -> dict[str, Any] | None:
    """How many measures are done, by pillar (two queries)."""
    if not rights.may(seat, "plan.view") or seat.county_id is None:
        return None
    rows = Plan.objects.visible_to(seat).filter(county=seat.county_id, year__lte=timezone.localdate().year)
    plan = rows.select_related("county").order_by("-year").first()
    if plan is None:
        return None
    measures = Measure.objects.visible_to(seat).filter(objective__plan=plan).exclude(state=Measure.State.CANCELLED)
    pillars: dict[str, dict[str, Any]] = {}
    for one in measures.select_related("objective__pillar").order_by("objective__pillar__position", "number"):
        pillar = pillars.setdefault(
            one.objective.pillar.code, {"name": str(one.objective.pillar), "done": 0, "total": 0}
        )
        pillar["total"] += 1
        pillar["done"] += one.state == Measure.State.DONE
    return {"plan": plan, "pillars": list(pillars.values())}


def _by_institution(seat: Seat) -> list[dict[str, Any]]:
    """Who has what to do and who is late, for those who steer the committee (one query)."""
    if not rights.may(seat, "tasks.verify") or rights.reach(seat, "tasks.view") is not Reach.COUNTY:
        return []
    now = timezone.localdate()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Task.objects.visible_to(seat).exclude(state="cancelled").select_related("lead").order_by("lead__sort_key")
    for task in rows:
        one = counts[task.lead.short_name]
        one["late"] += task.is_late(now)
        one["open"] += task.state in OPEN
        one["done"] += task.state not in OPEN
        one["pk"] = task.lead_id
    found: list[dict[str, Any]] = [
        {"name": name, **count, "working": count["open"] - count["late"]} for name, count in counts.items()
    ]
    return sorted((one for one in found if one["open"]), key=lambda one: (-one["late"], -one["open"]))[:12]
