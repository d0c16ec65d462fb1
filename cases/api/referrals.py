"""Referrals for municipal systems: to and from the institution, answered by their receiver."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases import sharing
from cases.actions import referrals
from cases.api.serializers import AnswerSerializer, NothingSerializer, ReferralPage, ReferralQuery, ReferralSerializer
from cases.models import Case, Referral
from cases.models.keys import fetch_keys
from cases.models.referral import ReferralState
from krat.access.views import door
from krat.api.paging import cursor_page
from krat.api.serializers import StrictSerializer
from krat.api.views import Resource, etag
from krat.people.models import Seat


def _case_codes(found: Iterable[Referral], seat: Seat) -> dict[int, uuid.UUID]:
    """The codes of those cases that the seat sees (one query)."""
    rows = Case.objects.visible_to(seat).filter(pk__in={one.case_id for one in found})
    return dict(rows.values_list("pk", "code"))


def _used(found: Iterable[Referral], seat: Seat) -> set[int]:
    """The ids of those that the seat works with now: of the police only what it accepted itself (one query)."""
    rows = Referral.objects.permitted(seat, sharing.USE).filter(state=ReferralState.ACCEPTED)
    return set(rows.filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))


def in_full(rows: Sequence[Referral], request: Any) -> list[dict[str, Any]]:
    """How GET of each of these referrals tells it, with what it shares; noted for the trail (seven queries at most)."""
    seat = request.seat
    request.shown.extend(rows)
    used = _used(rows, seat)
    # The key of what is told in words alone: a referral that has ended tells its receiver none.
    fetch_keys(one for one in rows if _is_senders(one, seat) or one.state == ReferralState.SENT or one.pk in used)
    context = {"request": request, "cases": _case_codes(rows, seat), "used": used}
    accepted = [one for one in rows if one.receiver_id == seat.institution_id and one.state == ReferralState.ACCEPTED]
    shares = sharing.share_all(accepted, seat)
    for shared in shares.values():
        request.shown.extend(shared.seen)
    more = {one.pk: _shared(shares.get(one.pk, sharing.Shared())) for one in accepted}
    return [ReferralSerializer(one, context=context | more.get(one.pk, {})).data for one in rows]


def _is_senders(referral: Referral, seat: Seat) -> bool:
    return bool(referral.sender_id == seat.institution_id)


def _shared(shared: sharing.Shared) -> dict[str, Any]:
    part = {"state": shared.part.state, **shared.part.data} if shared.part is not None else {}
    return {"contact_via_unit": shared.contact_via_unit, "shared": shared.identity | part}


class Referrals(Resource):
    """The referrals to and from the institution."""

    rights = {"GET": "referrals.view"}
    query_class = ReferralQuery

    @extend_schema(operation_id="referrals", parameters=[ReferralQuery], responses=ReferralPage)
    def get(self, request: Any) -> Response:
        """The referrals to and from the client's institution, in the order in which they were sent."""
        codes: dict[int, uuid.UUID] = {}
        used: set[int] = set()

        def prepare(found: list[Referral]) -> None:
            fetch_keys(found)
            codes.update(_case_codes(found, request.seat))
            used.update(_used(found, request.seat))

        rows = Referral.objects.visible_to(request.seat).select_related("sender", "receiver")
        return Response(
            cursor_page(
                request,
                rows,
                ReferralSerializer,
                note_each=True,
                context={"cases": codes, "used": used},
                prepare=prepare,
            )
        )


class _OfReferral(Resource):
    """What the addresses of one referral have in common."""

    def _shown(self, referral: Referral) -> Response:
        """One referral as it stands now, with what it shares."""
        seat = self.request.seat
        row = Referral.objects.visible_to(seat).select_related("sender", "receiver").get(pk=referral.pk)
        answer = Response(in_full([row], self.request)[0])
        answer["ETag"] = etag(row.version)
        return answer

    def again(self, request: Any, code: uuid.UUID) -> Response:
        """A repeat is answered by how the referral stands now: what it shared may have been closed since."""
        return self._shown(door(request, Referral, code, right="referrals.view"))

    def _move(self, request: Any, code: uuid.UUID, to: str, serializer: type[StrictSerializer]) -> Response:
        """The door first: a body that makes no sense must not tell whether a foreign referral is there."""
        referral = door(request, Referral, code)
        sent = self.validated(serializer, request.data or {})
        return self._shown(referrals.move(referral, to, by=request.seat, **sent))


class ReferralOne(_OfReferral):
    """One referral."""

    rights = {"GET": "referrals.view"}

    @extend_schema(operation_id="referral", responses=ReferralSerializer)
    def get(self, request: Any, code: uuid.UUID) -> Response:
        """One referral; for its receiver, while it is accepted, with the fields of its purpose and no others."""
        return self._shown(door(request, Referral, code))


class ReferralAccept(_OfReferral):
    """Accepting a referral."""

    rights = {"POST": "referrals.answer"}

    @extend_schema(operation_id="referral_accept", request=NothingSerializer, responses=ReferralSerializer)
    def post(self, request: Any, code: uuid.UUID) -> Response:
        """Accept a referral: from now on the fields of its purpose are shared."""
        return self._move(request, code, ReferralState.ACCEPTED, NothingSerializer)


class ReferralRefuse(_OfReferral):
    """Refusing a referral."""

    rights = {"POST": "referrals.answer"}

    @extend_schema(operation_id="referral_refuse", request=AnswerSerializer, responses=ReferralSerializer)
    def post(self, request: Any, code: uuid.UUID) -> Response:
        """Refuse a referral, and say why."""
        return self._move(request, code, ReferralState.REFUSED, AnswerSerializer)


class ReferralComplete(_OfReferral):
    """Completing a referral."""

    rights = {"POST": "referrals.answer"}

    @extend_schema(operation_id="referral_complete", request=AnswerSerializer, responses=ReferralSerializer)
    def post(self, request: Any, code: uuid.UUID) -> Response:
        """Complete a referral, and say what was done; what it shared is closed again."""
        return self._move(request, code, ReferralState.COMPLETED, AnswerSerializer)
