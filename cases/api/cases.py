"""Cases for municipal systems: opened, changed, and found again by the sender's own reference."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, transaction
from django.db.models import F
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
from cases.models.inbox import with_known_version
from cases.models.keys import with_keys
from cases.models.stages import Stage, VictimStatus
from krat.access import rights
from krat.access.prepared import Prepared
from krat.access.rights import Reach
from krat.access.views import door
from krat.api.errors import VersionChanged
from krat.api.paging import cursor_page
from krat.api.views import Resource, based_on, etag
from krat.people.models import Seat


def _rows(seat: Seat) -> Any:
    """The cases that a seat sees, as a record tells them: of what they point to the code alone."""
    codes = {f"{name}_code": F(f"{name}__code") for name in ("municipality", "holder", "source")}
    return with_known_version(Case.objects.visible_to(seat).annotate(**codes), seat)


_PAGE = Prepared(lambda seat, after, most: _rows(seat).filter(pk__gt=after).order_by("pk")[:most])


def people_of(cases: Iterable[Case], seat: Seat) -> dict[int, Identity]:
    """Who the cases are about, for a seat that may see it (one query, however many cases)."""
    if not rights.may(seat, "identity.view"):
        return {}
    found = _PEOPLE.rows(seat, [case.pk for case in cases])
    return {identity_row.case_id: identity_row for identity_row in found}


_PEOPLE = Prepared(lambda seat, cases: with_keys(Identity.objects.visible_to(seat).filter(case__in=cases)))


def note_known(cases: Iterable[Case], seat: Seat) -> None:
    """Note which versions a machine has got, where it did not know them before (one statement, or none)."""
    news = [case for case in cases if case.__dict__.get("known_version") != case.version]
    KnownVersion.objects.bulk_create(
        [KnownVersion(case=case, seat=seat, version=case.version) for case in news],
        update_conflicts=True,
        unique_fields=["case", "seat"],
        update_fields=["version"],
    )


def in_full(codes: Sequence[uuid.UUID], request: Any) -> list[tuple[Case, dict[str, Any]]]:
    """Those of these cases that the seat sees, each with what GET of it gives; noted for the trail, and as known to the
    client (three queries)."""
    rows = list(_rows(request.seat).filter(code__in=codes))
    people = people_of(rows, request.seat)
    request.shown += [*rows, *people.values()]
    note_known(rows, request.seat)
    told = CaseSerializer(rows, many=True, context={"request": request, "identities": people}).data
    return list(zip(rows, told, strict=True))


def _to_hold(seat: Seat) -> Any:
    """Cases to be held: those that a seat may change and its institution leads, with the version that it knows."""
    rows = with_known_version(Case.objects.permitted(seat, cases.CHANGE), seat).select_related(*Case.held_with)
    return rows.filter(holder=seat.institution_id).select_for_update(of=("self",), no_key=True)


def held_by_reference(references: Iterable[str], seat: Seat) -> list[Any]:
    """The cases with these references of the seat's institution, each with the version that the seat knows, held until
    the transaction ends: else somebody could change one between the look at its version and the change (one query, a
    row lock each, in their order)."""
    return list(_to_hold(seat).by_references(references).order_by("pk"))


@contextmanager
def named_as_sent() -> Iterator[None]:
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

    def _shown(self, case: Case, *, status: int = 200, identity_row: Identity | None = None) -> Response:
        """One case as it stands now, with its tag; ``identity_row`` is who it is, where that was read already."""
        seat = self.request.seat
        people = {case.pk: identity_row} if identity_row is not None else people_of([case], seat)
        note_known([case], seat)
        self.request.shown += [case, *people.values()]
        location = f"/api/v1/cases/{case.code}/" if status == 201 else ""
        return self.one(case, CaseSerializer, status=status, location=location, identities=people)

    def _again(self, case: Case) -> Case:
        """A case that a verb has changed, read again through the door (one query)."""
        row: Case = _rows(self.request.seat).get(pk=case.pk)
        return row

    @named_as_sent()
    def _open(self, sent: Mapping[str, Any]) -> Case:
        head, identity, stage = apart(sent)
        return cases.open_case(
            by=self.request.seat,
            stage=stage or Stage.INITIAL_ASSESSMENT,
            identity=identity,
            despite_doubt=True,
            **{"kind": "child"} | head,
        )

    @named_as_sent()
    def _change(self, case: Case, sent: Mapping[str, Any], version: int | None, *, is_held: bool = False) -> Response:
        """Apply what differs from what stands, and show it; nothing is written when nothing does."""
        seat: Seat = self.request.seat
        people = people_of([case], seat) if _reach_alike(seat, cases.WRITE_IDENTITY, Identity.view_right) else {}
        head, identity, stage = differing(case, sent, seat, people.get(case.pk))
        if version is not None and version != case.version:
            raise VersionChanged
        if head or identity:
            case = cases.change(
                case,
                by=seat,
                based_on=version,
                head=head,
                identity=identity or None,
                despite_doubt=True,
                is_held=is_held,
            )
        if stage:
            case = cases.move(case, stage, by=seat, based_on=None if head or identity else version)
        if not is_held or not _reach_alike(seat, cases.CHANGE, Case.view_right):
            case = self._again(case)  # else the verb has looked whether the seat still sees it
        return self._shown(case, identity_row=None if identity else people.get(case.pk))


def _reach_alike(seat: Seat, one: str, other: str) -> bool:
    """Whether a seat has one right wherever it has the other: what was read by one need not be read by the other."""
    return rights.reach(seat, one) is rights.reach(seat, other) is not Reach.NONE


def apart(sent: Mapping[str, Any], stands: str = VictimStatus.AT_RISK) -> tuple[dict[str, Any], dict[str, str], str]:
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


def differing(
    case: Case, sent: Mapping[str, Any], seat: Seat, identity_row: Identity | None = None
) -> tuple[dict[str, Any], dict[str, str], str]:
    """What was sent and does not stand so: head, identity, stage. ``identity_row`` is who it is, where that is at hand
    for a seat that may write it; else it is read (one query)."""
    head, identity, stage = apart(sent, case.victim_status)
    head = {name: value for name, value in head.items() if not cases.is_same(case, name, value)}
    if identity:
        if identity_row is None:
            rows = with_keys(Identity.objects.permitted(seat, cases.WRITE_IDENTITY))
            identity_row = rows.filter(case=case).first()
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

        def prepare(found: list[Case]) -> None:
            identities.update(people_of(found, request.seat))
            request.shown.extend(identities.values())
            note_known(found, request.seat)

        page = cursor_page(
            request,
            lambda: _rows(request.seat),
            CaseSerializer,
            prepared=_PAGE,
            note_each=True,
            context={"identities": identities},
            prepare=prepare,
        )
        return Response(page)

    @extend_schema(operation_id="case_open", request=NewCaseSerializer, responses={201: CaseSerializer})
    def post(self, request: Any) -> Response:
        """Open a case: its number, its clock and its tag come back."""
        sent = self.validated(NewCaseSerializer)
        if "version" in sent:
            raise Invalid({"version": _("A new case has no version yet.")})
        return self._shown(self._again(self._open(sent)), status=201)


class CaseOne(_OfCases):
    """One case."""

    rights = {"GET": "cases.view", "PATCH": "cases.change"}

    @extend_schema(operation_id="case", responses=CaseSerializer)
    def get(self, request: Any, code: uuid.UUID) -> Response:
        """One case as it stands now."""
        return self._shown(door(request, _rows(request.seat), code))

    @extend_schema(operation_id="case_change", request=CaseSerializer, responses=CaseSerializer)
    def patch(self, request: Any, code: uuid.UUID) -> Response:
        """Change a case: what is left out stays, null empties. The tag it is based on is sent as If-Match."""
        version = based_on(request)
        case = door(request, Case.objects.for_list(), code)
        sent = self.validated(CaseSerializer, stands=case)
        if sent.get("version", version) != version:
            raise VersionChanged
        return self._change(case, sent, version)


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
                    return self._shown(self._again(self._open(sent)), status=201)
            except (IntegrityError, Invalid):
                case = self._find(reference)  # somebody sent the same at the same time
                if case is None:
                    raise
        sent = self.validated(CaseSerializer, stands=case)
        if folded(sent.pop("reference", reference) or "") != folded(reference):
            raise _another_reference()
        version = sent.pop("version", None)
        if version is None and case.known_version != case.version:
            return self._hold_back(case, sent)
        return self._change(case, sent, version, is_held=True)

    def _find(self, reference: str) -> Any:
        """The case with this reference, held until the transaction ends: else somebody could change it between the
        look at its version and the change (one query, one row lock)."""
        seat = self.request.seat
        return next(iter(_HELD.rows(seat, folded(reference))), None)

    def _hold_back(self, case: Case, sent: Mapping[str, Any]) -> Response:
        head, identity, stage = differing(case, sent, self.request.seat)
        if not (head or identity or stage):
            return self._shown(self._again(case))
        sent_change = inbox.send_change(case, by=self.request.seat, head=head, identity=identity, stage=stage)
        self.request.shown.append(case)
        detail = _("Somebody else changed the case. Your change waits until a person decides about it.")
        waits = {"outcome": "quarantined", "code": case.code, "sent_change": sent_change.code, "detail": detail}
        answer = Response(QuarantinedSerializer(waits).data, status=202)
        answer["ETag"] = etag(case.version)
        return answer


_HELD = Prepared(lambda seat, reference: _to_hold(seat).by_reference(reference).order_by())


def _another_reference() -> Invalid:
    return Invalid({"reference": _("The reference in the address and in the record differ.")})
