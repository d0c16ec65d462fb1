"""Meetings for machines: what the client's institution reads as a member of its body."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from krat.access.views import door
from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import CodeRelatedField, StrictSerializer, WholeNumberField
from krat.api.views import Resource
from krat.committee.models import YEARS, Body, Institution
from krat.people.models import Seat
from krat.plan.models import Task
from meetings.models import AgendaItem, ApprovedMinutes, Attendance, Decision, Meeting
from meetings.paper import stored_papers


class MeetingSerializer(StrictSerializer):
    """A meeting of a committee or of its technical table."""

    code = serializers.UUIDField()
    version = WholeNumberField()
    county = CodeRelatedField(source="body.county")
    body = serializers.ChoiceField(source="body.kind", choices=Body.Kind.choices)
    kind = CodeRelatedField()
    year = WholeNumberField()
    number = WholeNumberField()
    label = serializers.CharField(help_text="Its number as people say it: KRAT 3/2026.")  # type: ignore[assignment]
    held_on = serializers.DateField()
    starts_at = serializers.TimeField(allow_null=True)
    ends_at = serializers.TimeField(allow_null=True)
    place = serializers.CharField()
    state = serializers.ChoiceField(choices=Meeting.State.choices)
    minutes = serializers.ChoiceField(choices=Meeting.Minutes.choices)
    approved_on = serializers.DateField(allow_null=True)


class DecisionSerializer(StrictSerializer):
    """A numbered decision."""

    code = serializers.UUIDField()
    year = WholeNumberField()
    number = WholeNumberField()
    label = serializers.CharField(help_text="Its number as people say it: KRAT 12/2026.")  # type: ignore[assignment]
    text = serializers.CharField()
    is_recommendation = serializers.BooleanField()
    is_open = serializers.BooleanField()
    tasks = CodeRelatedField(
        many=True, read_only=True, source="shown_tasks", help_text="Codes of the tasks that the client sees."
    )


class ItemSerializer(StrictSerializer):
    """An agenda item with what was said on it and what was decided."""

    code = serializers.UUIDField()
    position = WholeNumberField()
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


class ApprovedMinutesSerializer(StrictSerializer):
    """Approved minutes: the paper as it was stored with the approval."""

    fingerprint = serializers.CharField(help_text="SHA-256 of the content: its keys sorted, without blanks, in UTF-8.")
    content = serializers.JSONField(help_text="Everything the paper says, in Albanian; `schema` tells its shape.")


class MeetingInFullSerializer(MeetingSerializer):
    """A meeting with its agenda, what was said and decided, and who was there.

    Once the minutes are approved, the words of agenda and attendance are those of the approved paper.
    """

    agenda = ItemSerializer(many=True, source="shown_items")
    attendance = AttendanceSerializer(many=True, source="shown_attendance")
    paper = ApprovedMinutesSerializer(
        source="shown_paper", allow_null=True, help_text="The approved minutes; null before their approval."
    )


class MeetingPage(StrictSerializer):
    """A page of meetings."""

    next = serializers.CharField(allow_null=True)
    results = MeetingSerializer(many=True)


class MeetingQuery(ListQuery):
    """What to look for among the meetings."""

    year = WholeNumberField(required=False, min_value=YEARS[0].limit_value, max_value=YEARS[1].limit_value)
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
        meeting: Any = door(request, _in_full(request.seat), code)
        _with_papers([meeting], request.seat)
        return self.one(meeting, MeetingInFullSerializer)


def in_full(codes: Sequence[uuid.UUID], request: ApiRequest) -> list[tuple[Meeting, dict[str, Any]]]:
    """Those of these meetings that the seat sees, each as GET of it tells it (seven queries, however many)."""
    rows = list(_in_full(request.seat).filter(code__in=codes))
    _with_papers(rows, request.seat)
    return list(zip(rows, MeetingInFullSerializer(rows, many=True, context={"request": request}).data, strict=True))


def _in_full(seat: Seat) -> Any:
    return Meeting.objects.visible_to(seat).for_list().prefetch_related(*_paper(seat))


def _with_papers(meetings: Sequence[Any], seat: Seat) -> None:
    """Let each say what its approved paper says, if it has one (one query, or none)."""
    papers = stored_papers([one for one in meetings if one.is_frozen], seat)
    for meeting in meetings:
        meeting.shown_paper = None
        if meeting.is_frozen:
            _as_approved(meeting, papers[meeting.pk])


def _as_approved(meeting: Any, stored: ApprovedMinutes) -> None:
    """Let the meeting say what its approved paper says; whether a decision is open and its tasks stand are of today."""
    content = json.loads(stored.content)
    meeting.shown_paper = {"fingerprint": stored.fingerprint, "content": content}
    decisions = {str(one.code): one for item in meeting.shown_items for one in item.shown_decisions}
    items = {str(item.code): item for item in meeting.shown_items}
    meeting.shown_items = []
    for told in content["items"]:
        item = items[told["code"]]
        item.position, item.kind = told["position"], told["kind"]
        item.title = "" if told["kind"] == AgendaItem.Kind.FOLLOW_UP else told["title"]
        item.discussion, item.is_done = told["discussion"], told["is_done"]
        item.rapporteur = _institution(told["rapporteur"])
        item.shown_decisions = []
        for words in told["decisions"]:
            decision = decisions[words["code"]]
            decision.text, decision.is_recommendation = words["text"], words["is_recommendation"]
            item.shown_decisions.append(decision)
        meeting.shown_items.append(item)
    meeting.shown_attendance = [
        Attendance(institution=_institution(row["institution"]), votes=row["votes"], status=row["status"]["code"])
        for row in content["attendance"]
        if row["status"] is not None
    ]


def _institution(institution: dict[str, str] | None) -> Institution | None:
    return Institution(**institution) if institution is not None else None


def _paper(seat: Seat) -> "list[Prefetch[str]]":
    tasks = Prefetch("tasks", Task.objects.visible_to(seat), to_attr="shown_tasks")
    decisions = Decision.objects.visible_to(seat).select_related("body").order_by("number").prefetch_related(tasks)
    decided = Prefetch("decisions", decisions, to_attr="shown_decisions")
    current = AgendaItem.objects.visible_to(seat).filter(withdrawn_at=None)
    items = current.select_related("rapporteur").prefetch_related(decided)
    attendance = Attendance.objects.visible_to(seat).select_related("institution").order_by("institution__sort_key")
    return [
        Prefetch("items", items, to_attr="shown_items"),
        Prefetch("attendance", attendance, to_attr="shown_attendance"),
    ]
