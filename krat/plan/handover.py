"""What an institution leaves behind in the plan when it ends: measures, planned activities, and tasks.

A decision keeps whom it charged, as its minutes say; what is to be done for it is its tasks, and these go along.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy, ngettext

from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Activity, Measure, Plan, Task
from krat.plan.models.plan import UNFINISHED
from krat.plan.models.task import State

HANDED_OVER = trail.event("task.handed_over", gettext_lazy("handed a task over to a successor"))
MEASURE_HANDED_OVER = trail.event(
    "measure.handed_over", gettext_lazy("handed a measure of the plan over to a successor")
)
ACTIVITY_HANDED_OVER = trail.event("activity.handed_over", gettext_lazy("handed an activity over to a successor"))


def seat_ends(seat: Seat, *, by: Seat) -> None:
    """Nothing: tasks and measures belong to the institution, and whoever sits there next finds them.

    While nobody sits there they wait on the first page of the secretariat (`krat.plan.waiting`).
    """


def _tasks() -> Any:
    return Task.objects.unscoped("tasks that are open where an institution ends")


def _measures() -> Any:
    rows = Measure.objects.unscoped("measures that are open where an institution ends")
    return rows.exclude(objective__plan__state=Plan.State.CLOSED)


def _activities(institution: Institution) -> Any:
    rows = Activity.objects.unscoped("activities that are planned where an institution ends")
    return rows.filter(organiser=institution.pk, state=Activity.State.PLANNED)


def open_work(institution: Institution) -> list[str]:
    """What it leads and has still to do, as numbers (three queries)."""
    tasks = _tasks().filter(lead=institution.pk).open().count()
    measures = _measures().filter(lead=institution.pk, state__in=Measure.OPEN).count()
    activities = _activities(institution).count()
    return [
        *([ngettext("%(n)s open task", "%(n)s open tasks", tasks) % {"n": tasks}] if tasks else []),
        *([ngettext("%(n)s open measure", "%(n)s open measures", measures) % {"n": measures}] if measures else []),
        *(
            [ngettext("%(n)s planned activity", "%(n)s planned activities", activities) % {"n": activities}]
            if activities
            else []
        ),
    ]


def fits(institution: Institution, successor: Institution) -> bool:
    """Any institution can lead a task or a measure."""
    return True


def hand_over(institution: Institution, successor: Institution, *, by: Seat) -> None:
    """The successor leads, or supports, what is not over. Row locks: plans, their measures, activities, tasks.

    A task reported done goes along: whoever verifies it may give it back. A plan that is not adopted yet reads
    differently now: whoever adopts it must have read this.
    """
    concerned = Q(lead=institution.pk) | Q(supporting=institution.pk)
    plans = _measures().filter(concerned, state__in=UNFINISHED).values("objective__plan")
    held_plans = Plan.objects.unscoped("plans of which an institution ends a part").filter(pk__in=plans)
    for plan in list(held_plans.order_by("pk").select_for_update(of=("self",))):
        held_plans.filter(pk=plan.pk).update(version=F("version") + 1)
    _follow(_measures().filter(state__in=UNFINISHED), institution, successor, MEASURE_HANDED_OVER, by=by)
    for activity in _activities(institution).order_by("pk").select_for_update(of=("self",)):
        activity.organiser = successor
        activity.version += 1
        activity.save(update_fields=["organiser", "version"])
        changes = {"organiser": (institution.code, successor.code)}
        trail.record(by, ACTIVITY_HANDED_OVER, activity, changes=changes)
    tasks = _tasks().exclude(state__in=(State.VERIFIED, State.CANCELLED))
    _follow(tasks, institution, successor, HANDED_OVER, by=by)


def _follow(rows: Any, institution: Institution, successor: Institution, event: str, *, by: Seat) -> None:
    """Put the successor where the institution leads or supports; whoever leads need not support itself."""
    ids = rows.filter(Q(lead=institution.pk) | Q(supporting=institution.pk)).values("pk")
    for thing in rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)):
        changes: dict[str, tuple[object, object]] = {}
        if thing.lead_id == institution.pk:
            thing.lead = successor
            thing.supporting.remove(successor)
            changes["lead"] = (institution.code, successor.code)
        if thing.supporting.unscoped("who supports what is held").filter(pk=institution.pk).exists():
            thing.supporting.remove(institution)
            if thing.lead_id != successor.pk:
                thing.supporting.add(successor)
            changes["supporting"] = (institution.code, successor.code)
        thing.version += 1
        thing.save(update_fields=["lead", "version"])
        trail.record(by, event, thing, changes=changes)
