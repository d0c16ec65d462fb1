"""What of the plan can be searched: tasks, measures, activities."""

from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.plan.models import Activity, Measure, Task
from krat.ui.searching import Hit, Kind


def _task_told(task: Task) -> Hit:
    until = formats.date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on else _("no date")
    return Hit(
        title=task.title,
        url=reverse("plan:task", kwargs={"code": task.code}),
        about=(task.lead.short_name, task.comes_from, task.get_state_display(), until),
        texts=(task.details,),
    )


def _measure_told(measure: Measure) -> Hit:
    return Hit(
        title=f"{measure.number} {measure.title}",
        url=reverse("plan:measure", kwargs={"code": measure.code}),
        about=(
            _("Action plan %(year)s") % {"year": measure.objective.plan.year},
            measure.lead.short_name,
            measure.get_state_display(),
        ),
        texts=(measure.indicator, measure.means, measure.note),
    )


def _activity_told(activity: Activity) -> Hit:
    return Hit(
        title=activity.title,
        url=reverse("plan:activity", kwargs={"code": activity.code}),
        about=(
            formats.date_format(activity.held_on, "SHORT_DATE_FORMAT"),
            activity.organiser.short_name,
            activity.get_state_display(),
        ),
        texts=(activity.place, activity.summary),
    )


def _of_tasks(rows: Any) -> Any:
    return rows.select_related("lead")


def _of_measures(rows: Any) -> Any:
    return rows.select_related("objective__plan", "lead")


def _of_activities(rows: Any) -> Any:
    return rows.select_related("organiser")


KINDS = [
    Kind(
        "task",
        gettext_lazy("Tasks"),
        20,
        Task,
        ("source", "title", "details"),
        _of_tasks,
        lambda task: (task.source, task.title, task.details),
        _task_told,
    ),
    Kind(
        "measure",
        gettext_lazy("Measures"),
        50,
        Measure,
        ("number", "title", "indicator", "means", "note"),
        _of_measures,
        lambda measure: (measure.number, measure.title, measure.indicator, measure.means, measure.note),
        _measure_told,
    ),
    Kind(
        "activity",
        gettext_lazy("Activities"),
        60,
        Activity,
        ("title", "place", "summary"),
        _of_activities,
        lambda activity: ("", activity.title, activity.place, activity.summary),
        _activity_told,
    ),
]
