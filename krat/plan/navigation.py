"""Plan, tasks and activities in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(40, "plan", (Way("plan:current", _("Plan"), "plan.view", ("plan",)),)),
    Place(50, "tasks", (Way("plan:tasks", _("Tasks"), "tasks.view", ("tasks",)),)),
    Place(60, "activities", (Way("plan:activities", _("Activities"), "activities.view", ("activities",)),)),
]
