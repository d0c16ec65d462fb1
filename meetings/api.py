"""Meetings for machines: what the client's institution reads as a member of its body."""

import uuid

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from krat.access.views import door
from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import CodeRelatedField, StrictSerializer
from krat.api.views import Resource
from krat.committee.models import YEARS, Body
from krat.people.models import Seat
from krat.plan.models import Task
from meetings.models import AgendaItem, Attendance, Decision, Meeting


class MeetingSerializer(StrictSerializer):
    """A meeting of a committee or of its technical table."""

    code = serializers.UUIDField()
    version = serializers.IntegerField()
    county = CodeRelatedField(source="body.county")
    body = serializers.ChoiceField(source="body.kind", choices=Body.Kind.choices)
    kind = CodeRelatedField()
    year = serializers.IntegerField()
    number = serializers.IntegerField()
    held_on = serializers.DateField()
    starts_at = serializers.TimeField(allow_null=True)
    place = serializers.CharField()
    state = serializers.ChoiceField(choices=Meeting.State.choices)
    minutes = serializers.ChoiceField(choices=Meeting.Minutes.choices)
    approved_on = serializers.DateField(allow_null=True)


class DecisionSerializer(StrictSerializer):
    """A numbered decision."""

    code = serializers.UUIDField()
    year = serializers.IntegerField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    is_recommendation = serializers.BooleanField()
    is_open = serializers.BooleanField()
    tasks = CodeRelatedField(
        many=True, read_only=True, source="shown_tasks", help_text="Codes of the tasks that the client sees."
    )


class ItemSerializer(StrictSerializer):
    """An agenda item with what was said on it and what was decided."""

    code = serializers.UUIDField()
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AgendaItem.Kind.choices)
    title = serializers.CharField(help_text="Empty for the follow-up of decisions.")
    rapporteur = CodeRelatedField(allow_null=True)
    discussion = serializers.CharField()
    is_done = serializers.BooleanField()
    decisions = DecisionSerializer(many=True, source="shown_decisions")


class AttendanceSerializer(StrictSerializer):
    """An institution at a meeting."""

    institution = CodeRelatedField()
    votes = serializers.BooleanField()
    status = serializers.ChoiceField(choices=Attendance.Status.choices)


class MeetingInFullSerializer(MeetingSerializer):
    """A meeting with its agenda, what was said and decided, and who was there."""

    agenda = ItemSerializer(many=True, source="shown_items")
    attendance = AttendanceSerializer(many=True, source="shown_attendance")


class MeetingPage(StrictSerializer):
    """A page of meetings."""

    next = serializers.CharField(allow_null=True)
    results = MeetingSerializer(many=True)


class MeetingQuery(ListQuery):
    """What to look for among the meetings."""

    year = serializers.IntegerField(required=False, min_value=YEARS[0].limit_value, max_value=YEARS[1].limit_value)
    body = serializers.ChoiceField(choices=Body.Kind.choices, required=False)
    state = serializers.ChoiceField(choices=Meeting.State.choices, required=False)

    narrowing = {"year": "year", "body": "body__kind", "state": "state"}


class Meetings(Resource):
    """Meetings."""

    rights = {"GET": "meetings.view"}
    query_class = MeetingQuery

    @extend_schema(operation_id="meetings", parameters=[MeetingQuery], responses=MeetingPage)
    def get(self, request: ApiRequest) -> Response:
        """The meetings of the bodies in which the client's institution sits, the latest first."""
        rows = Meeting.objects.visible_to(request.seat).for_list().with_hour()
        return Response(cursor_page(request, rows, MeetingSerializer, order=("-held_on", "-hour", "-pk")))


class MeetingOne(Resource):
    """One meeting."""

    rights = {"GET": "meetings.view"}

    @extend_schema(operation_id="meeting", responses=MeetingInFullSerializer)
    def get(self, request: ApiRequest, code: uuid.UUID) -> Response:
        """One meeting with its agenda, its minutes item by item, its decisions and its attendance."""
        rows = Meeting.objects.visible_to(request.seat).for_list().prefetch_related(*_paper(request.seat))
        return self.one(door(request, rows, code), MeetingInFullSerializer)


def _paper(seat: Seat) -> "list[Prefetch[str]]":
    tasks = Prefetch("tasks", Task.objects.visible_to(seat), to_attr="shown_tasks")
    decisions = Decision.objects.visible_to(seat).order_by("number").prefetch_related(tasks)
    decided = Prefetch("decisions", decisions, to_attr="shown_decisions")
    current = AgendaItem.objects.visible_to(seat).filter(withdrawn_at=None)
    items = current.select_related("rapporteur").prefetch_related(decided)
    attendance = Attendance.objects.visible_to(seat).select_related("institution").order_by("institution__sort_key")
    return [
        Prefetch("items", items, to_attr="shown_items"),
        Prefetch("attendance", attendance, to_attr="shown_attendance"),
    ]
