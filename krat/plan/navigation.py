"""Plan, tasks and activities in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(40, "plan", (Way("plan:current", _("Plan"), "plan.view", ("plan",)),)),
    Place(50, "tasks", (Way("plan:tasks", _("Tasks"), "tasks.view", ("tasks",)),)),
    Place(60, "activities", (Way("plan:activities", _("Activities"), "activities.view", ("activities",)),)),
]

# What each page is called where the trail tells of it.
TITLES = {
    "plan:current": _("Action plan"),
    "plan:begin": _("Begin a plan"),
    "plan:detail": _("Action plan"),
    "plan:adopt": _("Adopting a plan"),
    "plan:close": _("Closing a plan"),
    "plan:objective_add": _("New objective"),
    "plan:objective_edit": _("An objective"),
    "plan:measure_add": _("New measure"),
    "plan:measure": _("A measure"),
    "plan:measure_edit": _("A measure, changing"),
    "plan:measure_report": _("Reporting on a measure"),
    "plan:measure_task": _("New task of a measure"),
    "plan:tasks": _("Tasks"),
    "plan:task": _("A task"),
    "plan:task_progress": _("Reporting on a task"),
    "plan:task_done": _("Reporting a task done"),
    "plan:task_verify": _("Verifying a task"),
    "plan:tasks_verify": _("Verifying several tasks"),
    "plan:task_return": _("Returning a task"),
    "plan:task_cancel": _("Cancelling a task"),
    "plan:task_edit": _("A task, changing"),
    "plan:activities": _("Activities"),
    "plan:activity": _("An activity"),
    "plan:activity_add": _("Record an activity"),
    "plan:activity_edit": _("An activity, changing"),
}
