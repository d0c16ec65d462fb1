"""Tasks for machines: those of the institution, and how their work goes."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from krat.access.views import door
from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import CodeRelatedField, DayField, StrictSerializer, UtcDateTimeField, WholeNumberField
from krat.api.views import Resource
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.actions import tasks
from krat.plan.models import Step, Task
from krat.plan.models.task import OPEN, State, TaskQuerySet


class TaskSerializer(StrictSerializer):
    """A task: one responsible institution, a day, and a state that ends only with a verification."""

    code = serializers.UUIDField()
    version = WholeNumberField()
    title = serializers.CharField()
    details = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    origin = serializers.ChoiceField(choices=Task.Origin.choices)
    source = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes fields off the class
        help_text="Number of the decision or measure it comes from."
    )
    county = CodeRelatedField()
    lead = CodeRelatedField(help_text="Code of the responsible institution.")
    supporting = CodeRelatedField(
        many=True, read_only=True, source="shown_supporting", help_text="Codes of the supporting institutions."
    )
    given_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True, help_text="Null only for a task from before the registry.")
    done_on = serializers.DateField(allow_null=True)
    verified_on = serializers.DateField(allow_null=True)


class StepSerializer(StrictSerializer):
    """A step in the life of a task."""

    at = UtcDateTimeField()
    institution = CodeRelatedField(source="seat.institution")
    state = serializers.ChoiceField(choices=State.choices)
    note = serializers.CharField()


class TaskInFullSerializer(TaskSerializer):
    """A task with its steps, the latest first."""

    steps = StepSerializer(many=True, source="shown_steps")


class TaskPage(StrictSerializer):
    """A page of tasks."""

    next = serializers.CharField(allow_null=True)
    results = TaskSerializer(many=True)


def _late(rows: "QuerySet[Any]", is_late: bool) -> "QuerySet[Any]":
    late = {"state__in": OPEN, "due_on__lt": timezone.localdate()}
    return rows.filter(**late) if is_late else rows.exclude(**late)


class TaskQuery(ListQuery):
    """What to look for among the tasks."""

    state = serializers.ChoiceField(choices=State.choices, required=False)
    late = serializers.BooleanField(required=False, help_text="Open, and their day has passed.")
    due_until = DayField(required=False)

    narrowing = {"state": "state", "late": _late, "due_until": "due_on__lte"}


class ProgressSerializer(StrictSerializer):
    """How the work goes, in words. Names of persons have no place in them."""

    note = serializers.CharField(max_length=4000, help_text="What was done. No names of persons.")


def _shown_to(seat: Seat) -> TaskQuerySet:
    """Tasks with what their serializer shows, as far as the seat sees it."""
    supporting = Prefetch("supporting", Institution.objects.visible_to(seat), to_attr="shown_supporting")
    rows: TaskQuerySet = Task.objects.visible_to(seat).select_related("lead", "county").prefetch_related(supporting)
    return rows


def shown_in_full(seat: Seat) -> TaskQuerySet:
    """Tasks with what `in_full` tells of each, as far as the seat sees it."""
    steps = Step.objects.visible_to(seat).select_related("seat__institution")
    return _shown_to(seat).prefetch_related(Prefetch("steps", steps, to_attr="shown_steps"))


def in_full(rows: Sequence[Task], request: ApiRequest) -> list[dict[str, Any]]:
    """How GET of each of these tasks, as `shown_in_full` gives them, tells it (no query)."""
    return list(TaskInFullSerializer(rows, many=True, context={"request": request}).data)


class Tasks(Resource):
    """The tasks of the institution."""

    rights = {"GET": "tasks.view"}
    query_class = TaskQuery

    @extend_schema(operation_id="tasks", parameters=[TaskQuery], responses=TaskPage)
    def get(self, request: ApiRequest) -> Response:
        """The tasks that the client's institution leads or supports, in the order in which they were entered."""
        return Response(cursor_page(request, _shown_to(request.seat), TaskSerializer))


class TaskOne(Resource):
    """One task."""

    rights = {"GET": "tasks.view"}

    @extend_schema(operation_id="task", responses=TaskInFullSerializer)
    def get(self, request: ApiRequest, code: uuid.UUID) -> Response:
        """One task with its steps."""
        return self.one(door(request, shown_in_full(request.seat), code), TaskInFullSerializer)


class TaskProgress(Resource):
    """Progress of a task."""

    rights = {"POST": "tasks.report"}

    @extend_schema(operation_id="task_progress", request=ProgressSerializer, responses=TaskInFullSerializer)
    def post(self, request: ApiRequest, code: uuid.UUID) -> Response:
        """Report how the work on a task goes: the responsible institution does, while the task is open."""
        task = door(request, Task, code)
        tasks.report_progress(task, by=request.seat, **self.validated(ProgressSerializer))
        return self.one(shown_in_full(request.seat).get(pk=task.pk), TaskInFullSerializer)
