"""What an institution leaves behind in the plan when it ends: the tasks it leads or supports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Task

HANDED_OVER = trail.event("task.handed_over", gettext_lazy("handed a task over to a successor"))


def seat_ends(seat: Seat, *, by: Seat) -> None:
    """Nothing: a task belongs to the institution, and whoever sits there next finds it."""


def _led(institution: Institution) -> Any:
    return Task.objects.unscoped("tasks that are open where an institution ends").filter(lead=institution.pk).open()


def open_work(institution: Institution) -> list[str]:
    """The open tasks it leads, as a number (one query)."""
    tasks = _led(institution).count()
    return [ngettext("%(n)s open task", "%(n)s open tasks", tasks) % {"n": tasks}] if tasks else []


def fits(institution: Institution, successor: Institution) -> bool:
    """Any institution can lead a task."""
    return True


def hand_over(institution: Institution, successor: Institution, *, by: Seat) -> None:
    """The successor leads, or supports, what is open. Row locks on these tasks."""
    for task in _led(institution).order_by("pk").select_for_update(of=("self",)):
        task.lead = successor
        task.version += 1
        task.save(update_fields=["lead", "version"])
        trail.record(by, HANDED_OVER, task, changes={"lead": (institution.code, successor.code)})
    for task in (
        Task.objects.unscoped("tasks that are open where an institution ends").filter(supporting=institution.pk).open()
    ):
        task.supporting.remove(institution)
        if task.lead_id != successor.pk:
            task.supporting.add(successor)
        trail.record(by, HANDED_OVER, task)
