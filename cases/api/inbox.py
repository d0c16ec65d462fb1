"""What became of changes that wait for a person, for the systems that sent them: whether, never what or by whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.models import SentChange
from krat.access.views import door
from krat.api.paging import ListQuery, cursor_page
from krat.api.requests import ApiRequest
from krat.api.serializers import StrictSerializer, UtcDateTimeField
from krat.api.views import Resource, etag
from krat.people.models import Seat

RIGHT = "cases.sent"


class SentChangeSerializer(StrictSerializer):
    """A change that waits until a person decides, or about which one has decided."""

    code = serializers.UUIDField()
    case = serializers.UUIDField(source="case_code", help_text="Code of the case.")
    reference = serializers.CharField(source="case_reference", help_text="The sender's own, of the case; may be empty.")
    state = serializers.ChoiceField(
        choices=SentChange.State.choices,
        help_text="`waits`; `applied`: a person took it over; `dropped`: the case stays as it stands.",
    )
    sent_at = UtcDateTimeField(source="at")
    decided_at = UtcDateTimeField(allow_null=True)


class SentChangePage(StrictSerializer):
    """A page of them."""

    next = serializers.CharField(allow_null=True)
    results = SentChangeSerializer(many=True)


class SentChangeQuery(ListQuery):
    """What to look for among them."""

    state = serializers.ChoiceField(choices=SentChange.State.choices, required=False)

    narrowing = {"state": "state"}


def _rows(seat: Seat) -> Any:
    """What systems of the seat's institution sent of cases that it leads; nothing of what was in it."""
    rows = SentChange.objects.permitted(seat, RIGHT).defer("data")
    return rows.annotate(case_code=F("case__code"), case_reference=F("case__reference"))


def in_full(codes: Sequence[uuid.UUID], request: ApiRequest) -> list[tuple[SentChange, dict[str, Any]]]:
    """Those of these that the seat sees, each as GET of it tells it; noted for the trail (one query)."""
    rows = list(_rows(request.seat).filter(code__in=codes))
    request.shown += rows
    told = SentChangeSerializer(rows, many=True, context={"request": request}).data
    return list(zip(rows, told, strict=True))


class SentChanges(Resource):
    """What waits for a person."""

    rights = {"GET": RIGHT}
    query_class = SentChangeQuery

    @extend_schema(operation_id="sent_changes", parameters=[SentChangeQuery], responses=SentChangePage)
    def get(self, request: ApiRequest) -> Response:
        """What the institution's systems sent and a person decides or has decided about, in the order of sending."""
        return Response(cursor_page(request, _rows(request.seat), SentChangeSerializer, note_each=True))


class SentChangeOne(Resource):
    """One of them."""

    rights = {"GET": RIGHT}

    @extend_schema(operation_id="sent_change", responses=SentChangeSerializer)
    def get(self, request: ApiRequest, code: uuid.UUID) -> Response:
        """Whether a person has decided about a change that waits, and how."""
        row = door(request, _rows(request.seat), code)
        answer = self.one(row, SentChangeSerializer)
        answer["ETag"] = etag(row.edition)
        return answer
