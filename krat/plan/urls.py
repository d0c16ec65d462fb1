"""Addresses of the plan, of tasks and of activities."""

from django.urls import path

from krat.plan import api
from krat.plan.views import activities, plans, tasks

app_name = "plan"
urlpatterns = [
    # plan/
    path("plan/", plans.plan_current, name="current"),
    path("plan/new/", plans.plan_begin, name="begin"),
    path("plan/<uuid:code>/", plans.plan_detail, name="detail"),
    path("plan/<uuid:code>/adopt/", plans.plan_adopt, name="adopt"),
    path("plan/<uuid:code>/undo-adoption/", plans.plan_undo_adoption, name="undo_adoption"),
    path("plan/<uuid:code>/close/", plans.plan_close, name="close"),
    path("plan/<uuid:code>/objectives/new/", plans.objective_add, name="objective_add"),
    path("plan/objectives/<uuid:code>/", plans.objective_edit, name="objective_edit"),
    path("plan/objectives/<uuid:code>/measures/new/", plans.measure_add, name="measure_add"),
    path("plan/measures/<uuid:code>/", plans.measure_detail, name="measure"),
    path("plan/measures/<uuid:code>/edit/", plans.measure_edit, name="measure_edit"),
    path("plan/measures/<uuid:code>/report/", plans.measure_report, name="measure_report"),
    path("plan/measures/<uuid:code>/tasks/new/", plans.measure_task, name="measure_task"),
    # tasks/
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/verify/", tasks.tasks_verify, name="tasks_verify"),
    path("tasks/<uuid:code>/", tasks.task_detail, name="task"),
    path("tasks/<uuid:code>/accept/", tasks.task_accept, name="task_accept"),
    path("tasks/<uuid:code>/progress/", tasks.task_progress, name="task_progress"),
    path("tasks/<uuid:code>/done/", tasks.task_done, name="task_done"),
    path("tasks/<uuid:code>/verify/", tasks.task_verify, name="task_verify"),
    path("tasks/<uuid:code>/return/", tasks.task_return, name="task_return"),
    path("tasks/<uuid:code>/cancel/", tasks.task_cancel, name="task_cancel"),
    path("tasks/<uuid:code>/edit/", tasks.task_edit, name="task_edit"),
    # activities/
    path("activities/", activities.activity_list, name="activities"),
    path("activities/new/", activities.activity_add, name="activity_add"),
    path("activities/<uuid:code>/", activities.activity_detail, name="activity"),
    path("activities/<uuid:code>/edit/", activities.activity_edit, name="activity_edit"),
]

# For machines, under api/v1/.
api_urlpatterns = [
    path("tasks/", api.Tasks.as_view(), name="tasks"),
    path("tasks/<uuid:code>/", api.TaskOne.as_view(), name="task"),
    path("tasks/<uuid:code>/progress/", api.TaskProgress.as_view(), name="task_progress"),
]
