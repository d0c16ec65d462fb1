"""What changed, for machines: everything a client may see that changed since its cursor, in the order of commits.

A line of the feed says only that something happened to a thing. What the thing looks like now, and whether the seat
sees it at all, is asked through the door when the line is told: as GET of that thing tells it, or ``gone``.

Without a cursor the feed is told from its beginning, which is everything that the client sees: each thing has one line,
under the number of its latest change, and what was there before the feed began was entered when it began. A thing that
changes while somebody reads moves behind them and is told again; it is never skipped.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from krat.access import crypto
from krat.api.errors import ResyncRequired
from krat.api.paging import Query
from krat.api.requests import ApiRequest
from krat.api.serializers import StrictSerializer, WholeNumberField
from krat.api.views import Resource
from krat.feed import actions
from krat.feed.kinds import ACTIONS, GONE, TYPES, UPSERT, Told, kinds
from krat.feed.models import Change, Generation

USUAL, MOST = 200, 1_000


class ChangeSerializer(StrictSerializer):
    """Something that happened to a thing; ``data`` is what GET of it gives now."""

    type = serializers.ChoiceField(choices=TYPES)
    code = serializers.CharField(help_text="As in its address: a UUID, or the readable code of an institution.")
    action = serializers.ChoiceField(choices=ACTIONS, help_text="Gone: it left the client's sight. Forget it.")
    version = WholeNumberField(allow_null=True, help_text="As in its ETag. Null for what is gone.")
    data = serializers.DictField(  # type: ignore[assignment]  # the base has a property of this name
        allow_null=True, help_text="As GET of it gives it to this client. Null for what is gone."
    )


class ChangesPage(StrictSerializer):
    """A page of changes. ``cursor`` is sent with the next call, also when nothing changed."""

    cursor = serializers.CharField()
    has_more = serializers.BooleanField()
    changes = ChangeSerializer(many=True)


class ChangesQuery(Query):
    """From where to read, and how much."""

    limit = WholeNumberField(
        required=False, min_value=1, help_text=f"How many at once; {USUAL} unless said, {MOST} at most."
    )
    cursor = serializers.CharField(
        required=False, help_text="The `cursor` of the page before; none: from the beginning. Kept as it is."
    )


@dataclass(frozen=True)
class Cursor:
    """Up to which number a client has read, and how far the feed was when it began without a cursor.

    While it still reads what was there when it began, what was forgotten before does not concern it.
    """

    number: int
    begun_at: int

    @classmethod
    def opened(cls, sent: str, request: ApiRequest, generation: Generation) -> Cursor:
        """The cursor of this client in this generation; raises `ResyncRequired` for any other, and a changed one."""
        try:
            ciphertext = base64.b64decode(sent + "=" * (-len(sent) % 4), altchars=b"-_", validate=True)
            code, number, begun_at = json.loads(crypto.decrypt(ciphertext, place=_place(request)))
        except (ValueError, crypto.DecryptionError) as mistake:
            raise ResyncRequired from mistake
        if code != generation.code.hex or number > generation.last:
            raise ResyncRequired
        return cls(number, begun_at)

    def sealed(self, request: ApiRequest, generation: Generation) -> str:
        """As the client keeps it."""
        plain = json.dumps([generation.code.hex, self.number, self.begun_at])
        return base64.urlsafe_b64encode(crypto.encrypt(plain, place=_place(request))).decode().rstrip("=")

    def is_too_old(self, forgotten_up_to: int) -> bool:
        """Whether something it has not read yet was forgotten."""
        return max(self.number, self.begun_at) < forgotten_up_to


def _place(request: ApiRequest) -> str:
    return f"changes:{request.seat.code}"


class Changes(Resource):
    """What changed."""

    rights = {"GET": "changes.view"}
    query_class = ChangesQuery
    is_up_to_date = True

    def prepare(self, request: HttpRequest) -> None:
        """Number what is committed, in short transactions of their own: other readers wait for these alone."""
        actions.turn_the_day()
        self.is_up_to_date = actions.number_committed()
        actions.tidy_if_due()

    @extend_schema(operation_id="changes", parameters=[ChangesQuery], responses=ChangesPage)
    def get(self, request: ApiRequest) -> Response:
        """Everything this client may see that changed since the cursor, each thing once, in the order of commits.

        Repeat with the cursor that came back while `has_more` is true, then every few minutes. 410 with the code
        `resync_required`: the cursor leads nowhere any more; read from the beginning, without one.
        """
        limit = min(request.asked.get("limit", USUAL), MOST)
        # How far the feed is, before its lines are read: whatever is numbered later, is behind that.
        generation = Generation.current()
        sent = request.asked.get("cursor")
        cursor = Cursor(0, generation.last) if sent is None else Cursor.opened(sent, request, generation)
        lines = Change.objects.filter(institution=request.seat.institution_id, number__gt=cursor.number)
        found = list(lines.order_by("number").values_list("kind", "thing", "number")[: limit + 1])
        # What was forgotten, after they are read: nothing that was forgotten in between is passed over.
        if cursor.is_too_old(Generation.current().forgotten_up_to):
            raise ResyncRequired
        page, has_more = found[:limit], len(found) > limit
        number = page[-1][2] if page else cursor.number
        if not has_more and self.is_up_to_date:
            number = max(number, generation.last)
        return Response(
            {
                "cursor": Cursor(number, cursor.begun_at).sealed(request, generation),
                "has_more": has_more or not self.is_up_to_date,
                "changes": self._told([(kind, thing) for kind, thing, _number in page]),
            }
        )

    def _told(self, page: list[tuple[str, uuid.UUID]]) -> list[dict[str, Any]]:
        """How the things of a page stand now, for this seat; noted for the trail before they are shown."""
        found: dict[str, Mapping[uuid.UUID, Told]] = {}
        codes: dict[str, Mapping[uuid.UUID, str]] = {}
        for name, kind in kinds().items():
            if things := [thing for of, thing in page if of == name]:
                found[name] = kind.told(self.request, things)
                codes[name] = kind.codes(things) if kind.codes is not None else {}
        return [_line(kind, codes[kind].get(thing, str(thing)), found[kind].get(thing)) for kind, thing in page]


def _line(kind: str, code: str, told: Told | None) -> dict[str, Any]:
    line = {"type": kind, "code": code}
    if told is None:
        return line | {"action": GONE, "version": None, "data": None}
    return line | {"action": UPSERT, "version": told.version, "data": told.data}
