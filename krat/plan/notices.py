"""What is told of tasks: to whoever leads or supports one, and of late ones to those above."""

from django.utils.translation import gettext_lazy

from krat.notify.kinds import Kind
from krat.plan.models import Task

GIVEN = Kind(
    "task.given",
    gettext_lazy("Your institution was given a task"),
    Task,
    "tasks.report",
    "plan:task",
    waits=lambda rows: rows.open(),
)
SUPPORTED = Kind(
    "task.supported",
    gettext_lazy("Your institution supports a task"),
    Task,
    "tasks.view",
    "plan:task",
    waits=lambda rows: rows.open(),
)
LATE = Kind(
    "task.late",
    gettext_lazy("A task is late"),
    Task,
    "tasks.view",
    "plan:task",
    waits=lambda rows: rows.overdue(),
    is_mailed=True,
)

KINDS = [GIVEN, SUPPORTED, LATE]
