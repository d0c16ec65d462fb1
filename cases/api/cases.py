"""Cases for municipal systems: opened, changed, and found again by the sender's own reference."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.actions import cases, inbox
from cases.api.serializers import (
    CasePage,
    CaseQuery,
    CaseSerializer,
    IdentitySerializer,
    NewCaseSerializer,
    QuarantinedSerializer,
)
from cases.models import Case, Identity, KnownVersion
from cases.models.case import folded
from cases.models.keys import fetch_keys
from cases.models.stages import Stage, VictimStatus
from krat.access import rights
from krat.access.scoping import hold
from krat.access.views import door
from krat.api.errors import VersionChanged
from krat.api.paging import cursor_page
from krat.api.views import Resource, based_on, etag
from krat.people.models import Seat


def _found(found: Iterable[Case], request: Any) -> dict[int, Identity]:
    """Who the cases are about, for a seat that may see it: opened, noted for the trail, and noted as known to it.

    Four queries, however many cases.
    """
    rows, seat = list(found), request.seat
    identities = {}
    if rights.may(seat, "identity.view"):
        identities = {
            identity_row.case_id: identity_row
            for identity_row in Identity.objects.visible_to(seat).filter(case__in=rows)
        }
        fetch_keys(identities.values())
        request.shown.extend(identities.values())
    known = [KnownVersion(case=case, seat=seat, version=case.version) for case in rows]
    KnownVersion.objects.bulk_create(
        known, update_conflicts=True, unique_fields=["case", "seat"], update_fields=["version"]
    )
    return identities


def in_full(rows: Sequence[Case], request: Any) -> list[dict[str, Any]]:
    """How GET of each of these cases tells it, noted for the trail and as known to the client (four queries)."""
    request.shown.extend(rows)
    context = {"request": request, "identities": _found(rows, request)}
    return list(CaseSerializer(rows, many=True, context=context).data)


@contextmanager
def _named_as_sent() -> Iterator[None]:
    """The verbs name a field of who it is plainly; in what was sent it stands below ``identity``."""
    try:
        yield
    except Invalid as refusal:
        if hasattr(refusal, "error_dict"):
            refusal.error_dict = {
                f"identity.{field}" if field in IdentitySerializer().fields else field: mistakes
                for field, mistakes in refusal.error_dict.items()
            }
        raise


class _OfCases(Resource):
    """What the addresses of cases have in common."""

    def _shown(self, case: Case, *, status: int = 200) -> Response:
        """One case as it stands now, with its tag."""
        row = Case.objects.visible_to(self.request.seat).for_list().get(pk=case.pk)
        self.request.shown.append(row)
        location = f"/api/v1/cases/{row.code}/" if status == 201 else ""
        identities = _found([row], self.request)
        return self.one(row, CaseSerializer, status=status, location=location, identities=identities)

    @_named_as_sent()
    def _open(self, sent: Mapping[str, Any]) -> Case:
        head, identity, stage = _apart(sent)
        return cases.open_case(
            by=self.request.seat,
            stage=stage or Stage.INITIAL_ASSESSMENT,
            identity=identity,
            despite_doubt=True,
            **{"kind": "child"} | head,
        )

    @_named_as_sent()
    def _change(self, case: Case, sent: Mapping[str, Any], version: int | None) -> None:
        """Apply what differs from what stands; nothing is written when nothing does."""
        seat: Seat = self.request.seat
        head, identity, stage = _differing(case, sent, seat)
        if version is not None and version != case.version:
            raise VersionChanged
        if head or identity:
            case = cases.change(
                case, by=seat, based_on=version, head=head, identity=identity or None, despite_doubt=True
            )
        if stage:
            cases.move(case, stage, by=seat, based_on=None if head or identity else version)


def _apart(sent: Mapping[str, Any], stands: str = VictimStatus.AT_RISK) -> tuple[dict[str, Any], dict[str, str], str]:
    """What was sent, as the verbs take it: head, identity, stage. ``null`` empties.

    What identification found is told and never changed here: it is an act of an authority (decision 34).
    """
    empty = {"reference": "", "risk": "", "concerns": []}
    head = {name: empty[name] if value is None else value for name, value in sent.items() if name not in _ELSEWHERE}
    if head.pop("victim_status", stands) != stands:
        raise Invalid({"victim_status": Invalid(_NEEDS_ACT, code="needs_act")})
    identity = {name: _word(value) for name, value in (sent.get("identity") or {}).items()}
    return head, identity, sent.get("stage", "")


_ELSEWHERE = ("identity", "stage", "version")
_NEEDS_ACT = gettext_lazy(
    "Identification is an act that a person records. Leave the status out, or send the one that stands."
)


def _word(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _differing(case: Case, sent: Mapping[str, Any], seat: Seat) -> tuple[dict[str, Any], dict[str, str], str]:
    head, identity, stage = _apart(sent, case.victim_status)
    head = {name: value for name, value in head.items() if not cases.is_same(case, name, value)}
    if identity:
        identity_row = Identity.objects.permitted(seat, cases.WRITE_IDENTITY).filter(case=case).first()
        if identity_row is not None:
            stands = identity_row.data
            stored = cases.as_stored(stands, identity)
            identity = {name: value for name, value in identity.items() if stored[name] != stands[name]}
    return head, identity, "" if stage == case.stage else stage


class Cases(_OfCases):
    """The cases of the institution."""

    rights = {"GET": "cases.view", "POST": "cases.open"}
    query_class = CaseQuery

    @extend_schema(operation_id="cases", parameters=[CaseQuery], responses=CasePage)
    def get(self, request: Any) -> Response:
        """The cases that the client's institution leads, in the order in which they were opened."""
        identities: dict[int, Identity] = {}
        rows = Case.objects.visible_to(request.seat).for_machines()
        page = cursor_page(
            request,
            rows,
            CaseSerializer,
            note_each=True,
            context={"identities": identities},
            prepare=lambda found: identities.update(_found(found, request)),
        )
        return Response(page)

    @extend_schema(operation_id="case_open", request=NewCaseSerializer, responses={201: CaseSerializer})
    def post(self, request: Any) -> Response:
        """Open a case: its number, its clock and its tag come back."""
        sent = self.validated(NewCaseSerializer)
        if "version" in sent:
            raise Invalid({"version": _("A new case has no version yet.")})
        return self._shown(self._open(sent), status=201)


class CaseOne(_OfCases):
    """One case."""

    rights = {"GET": "cases.view", "PATCH": "cases.change"}

    @extend_schema(operation_id="case", responses=CaseSerializer)
    def get(self, request: Any, code: uuid.UUID) -> Response:
        """One case as it stands now."""
        return self._shown(door(request, Case, code))

    @extend_schema(operation_id="case_change", request=CaseSerializer, responses=CaseSerializer)
    def patch(self, request: Any, code: uuid.UUID) -> Response:
        """Change a case: what is left out stays, null empties. The tag it is based on is sent as If-Match."""
        version = based_on(request)
        case = door(request, Case.objects.for_list(), code)
        sent = self.validated(CaseSerializer)
        if sent.get("version", version) != version:
            raise VersionChanged
        self._change(case, sent, version)
        return self._shown(case)


class CaseByReference(_OfCases):
    """One case by the sender's own reference."""

    rights = {"PUT": "cases.open"}

    @extend_schema(
        operation_id="case_by_reference",
        request=CaseSerializer,
        parameters=[
            OpenApiParameter("reference", OpenApiTypes.STR, OpenApiParameter.PATH, description="Sender's own.")
        ],
        responses={
            200: CaseSerializer,
            201: CaseSerializer,
            202: OpenApiResponse(QuarantinedSerializer, description="It waits for a person's decision."),
        },
    )
    def put(self, request: Any, reference: str) -> Response:
        """Open or change the case with this reference; sent twice, it is one case.

        Without a version the change is applied only if nobody but this client changed the case since it last wrote or
        pulled it; else it waits in the human inbox.
        """
        case = self._find(reference)
        if case is None:
            sent = self.validated(NewCaseSerializer)
            if folded(sent.setdefault("reference", reference)) != folded(reference):
                raise _another_reference()
            if sent.pop("version", None) is not None:
                raise VersionChanged
            try:
                with transaction.atomic():
                    return self._shown(self._open(sent), status=201)
            except (IntegrityError, Invalid):
                case = self._find(reference)  # somebody sent the same at the same time
                if case is None:
                    raise
        sent = self.validated(CaseSerializer)
        if folded(sent.pop("reference", reference) or "") != folded(reference):
            raise _another_reference()
        version = sent.pop("version", None)
        case = hold(case)  # else somebody could change it between the look at its version and the change
        if version is None and self._was_changed_by_others(case):
            return self._hold_back(case, sent)
        self._change(case, sent, version)
        return self._shown(case)

    def _find(self, reference: str) -> Case | None:
        seat = self.request.seat
        rows = Case.objects.permitted(seat, cases.CHANGE).for_list()
        found: Case | None = rows.filter(holder=seat.institution_id).by_reference(reference).first()
        return found

    def _was_changed_by_others(self, case: Case) -> bool:
        known = KnownVersion.objects.filter(case=case, seat=self.request.seat).first()
        return known is None or known.version != case.version

    def _hold_back(self, case: Case, sent: Mapping[str, Any]) -> Response:
        head, identity, stage = _differing(case, sent, self.request.seat)
        if not (head or identity or stage):
            return self._shown(case)
        inbox.send_change(case, by=self.request.seat, head=head, identity=identity, stage=stage)
        self.request.shown.append(case)
        detail = _("Somebody else changed the case. Your change waits until a person decides about it.")
        waits = {"outcome": "quarantined", "code": case.code, "detail": detail}
        answer = Response(QuarantinedSerializer(waits).data, status=202)
        answer["ETag"] = etag(case.version)
        return answer


def _another_reference() -> Invalid:
    return Invalid({"reference": _("The reference in the address and in the record differ.")})
