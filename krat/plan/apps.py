"""Django app of action plans, tasks and activities."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """Objectives, measures, tasks, activities."""

    name = "krat.plan"
    verbose_name = _("action plan")
    enum_names = {
        "TaskState": "krat.plan.models.task.State",
        "TaskOrigin": "krat.plan.models.task.Task.Origin",
    }
