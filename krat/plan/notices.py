"""What is told of tasks: to whoever leads, supports or verifies one, and of late ones to those above."""

from django.utils.translation import gettext_lazy

from krat.notify.kinds import Kind
from krat.plan.models import Task
from krat.plan.models.task import State

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
DONE = Kind(
    "task.done",
    gettext_lazy("A task waits to be verified"),
    Task,
    "tasks.verify",
    "plan:task",
    waits=lambda rows: rows.filter(state=State.DONE),
)
RETURNED = Kind(
    "task.returned",
    gettext_lazy("A task came back to your institution"),
    Task,
    "tasks.report",
    "plan:task",
    waits=lambda rows: rows.open(),
    is_mailed=True,
)
# What is told and asks for nothing: no mail comes of it.
ENDED = Kind(
    "task.ended",
    gettext_lazy("A task of your institution has ended"),
    Task,
    "tasks.report",
    "plan:task",
    waits=lambda rows: rows.none(),
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

KINDS = [GIVEN, SUPPORTED, DONE, RETURNED, ENDED, LATE]
