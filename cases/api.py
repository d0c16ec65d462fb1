"""Cases and referrals for municipal systems. What a client may not see is absent, not null."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases import sharing
from cases.actions import cases, inbox, referrals
from cases.models import Case, Identity, KnownVersion, Referral
from cases.models.case import Risk, Stage, VictimStatus
from cases.models.encryption import fetch_keys
from cases.models.identity import Sex
from cases.models.referral import ReferralState
from cases.models.signal import Kind
from krat.access import rights
from krat.access.scoping import hold
from krat.access.views import door
from krat.api.errors import VersionChanged
from krat.api.paging import ListQuery, cursor_page
from krat.api.serializers import CodeRelatedField, StrictSerializer, UtcDateTimeField
from krat.api.views import Resource, based_on, etag
from krat.people.models import Seat
from krat.reference.models import Municipality, Term

_WORDS: dict[str, Any] = {"max_length": 80, "required": False, "allow_null": True, "allow_blank": True}
_REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z"


# --- serializers ---


class IdentitySerializer(StrictSerializer):
    """Who it is. ``birth_date``, or ``birth_year`` where no day is known."""

    first_name = serializers.CharField(**_WORDS)
    last_name = serializers.CharField(**_WORDS)
    father_name = serializers.CharField(**_WORDS)
    mother_name = serializers.CharField(**_WORDS)
    birth_date = serializers.DateField(required=False, allow_null=True)
    birth_year = serializers.IntegerField(required=False, allow_null=True, min_value=1900, max_value=2100)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False, allow_null=True)
    personal_number = serializers.CharField(**{**_WORDS, "max_length": 20})
    citizenship = serializers.CharField(**{**_WORDS, "max_length": 60})
    language = serializers.CharField(**{**_WORDS, "max_length": 60})

    def to_representation(self, instance: Identity) -> dict[str, Any]:
        """The words of an identity; what nobody knows is null."""
        words: dict[str, Any] = {str(name): instance.data[str(name)] or None for name in self.fields}
        words["birth_year"] = int(words["birth_year"]) if words["birth_year"] else None
        return words


class CaseSerializer(StrictSerializer):
    """A case. ``version`` may be sent along: then the change is applied only to that version."""

    code = serializers.UUIDField(read_only=True)
    reference = serializers.RegexField(
        _REFERENCE, required=False, allow_null=True, help_text="The sender's own; no personal number."
    )
    version = serializers.IntegerField(required=False, min_value=1)
    number = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    municipality = CodeRelatedField(lambda seat: Municipality.objects.all(), required=False)
    holder = CodeRelatedField(help_text="Code of the institution that leads the case.")
    concerns = serializers.ListField(
        child=serializers.SlugField(),
        max_length=30,
        required=False,
        allow_null=True,
        help_text="Of the list `concern`.",
    )
    risk = serializers.ChoiceField(
        choices=Risk.choices, required=False, allow_null=True, help_text="Null: not assessed yet."
    )
    stage = serializers.ChoiceField(
        choices=Stage.choices, required=False, help_text="Only along the table of moves; systems do not close cases."
    )
    signalled_on = serializers.DateField(required=False)
    source = CodeRelatedField(  # type: ignore[assignment]  # the metaclass takes fields off the class
        lambda seat: Term.objects.of(Term.List.SOURCE), required=False, help_text="Of the list `source`."
    )
    victim_status = serializers.ChoiceField(choices=VictimStatus.choices, required=False)
    identity = IdentitySerializer(required=False)
    changed_at = UtcDateTimeField(read_only=True)

    def to_representation(self, instance: Case) -> dict[str, Any]:
        """The head, and who it is where the view handed that over for a seat that may see it."""
        shown = {
            "code": str(instance.code),
            "reference": instance.reference or None,
            "version": instance.version,
            "number": instance.number,
            "kind": instance.kind,
            "municipality": instance.municipality.code,
            "holder": instance.holder.code,
            "concerns": instance.concerns,
            "risk": instance.risk or None,
            "stage": instance.stage,
            "signalled_on": instance.signalled_on.isoformat(),
            "source": instance.source.code,
            "victim_status": instance.victim_status,
        }
        identity_row = self.context["identities"].get(instance.pk)
        if identity_row is not None:
            shown["identity"] = IdentitySerializer(identity_row).data
        return shown | {"changed_at": UtcDateTimeField().to_representation(instance.changed_at)}


class NewCaseSerializer(CaseSerializer):
    """A case to open: where, since when and from whom it was heard must be said."""

    municipality = CodeRelatedField(lambda seat: Municipality.objects.all())
    signalled_on = serializers.DateField()
    source = CodeRelatedField(lambda seat: Term.objects.of(Term.List.SOURCE))


class CasePage(StrictSerializer):
    """A page of cases."""

    next = serializers.CharField(allow_null=True)
    results = CaseSerializer(many=True)


class CaseQuery(ListQuery):
    """What to look for among the cases."""

    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    risk = serializers.ChoiceField(choices=Risk.choices, required=False)
    municipality = serializers.RegexField(r"^AL-[A-Z0-9-]{1,36}\Z", required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)

    narrowing = {"stage": "stage", "risk": "risk", "municipality": "municipality__code", "kind": "kind"}


class QuarantinedSerializer(StrictSerializer):
    """A change that waits for a person: somebody else changed the case since this client last wrote or pulled it."""

    outcome = serializers.CharField()
    code = serializers.UUIDField()
    detail = serializers.CharField()


# --- cases ---


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
            by=self.request.seat, stage=stage or Stage.INITIAL_ASSESSMENT, identity=identity, **{"kind": "child"} | head
        )

    @_named_as_sent()
    def _change(self, case: Case, sent: Mapping[str, Any], version: int | None) -> None:
        """Apply what differs from what stands; nothing is written when nothing does."""
        seat: Seat = self.request.seat
        head, identity, stage = _differing(case, sent, seat)
        if version is not None and version != case.version:
            raise VersionChanged
        if head or identity:
            case = cases.change(case, by=seat, based_on=version, head=head, identity=identity or None)
        if stage:
            cases.move(case, stage, by=seat, based_on=None if head or identity else version)


def _apart(sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], str]:
    """What was sent, as the verbs take it: head, identity, stage. ``null`` empties."""
    empty = {"reference": "", "risk": "", "concerns": []}
    head = {name: empty[name] if value is None else value for name, value in sent.items() if name not in _ELSEWHERE}
    identity = {name: _word(value) for name, value in (sent.get("identity") or {}).items()}
    return head, identity, sent.get("stage", "")


_ELSEWHERE = ("identity", "stage", "version")


def _word(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _differing(case: Case, sent: Mapping[str, Any], seat: Seat) -> tuple[dict[str, Any], dict[str, str], str]:
    head, identity, stage = _apart(sent)
    head = {name: value for name, value in head.items() if getattr(case, name) != value}
    if identity:
        identity_row = Identity.objects.permitted(seat, cases.WRITE_IDENTITY).filter(case=case).first()
        stands = identity_row.data if identity_row is not None else {}
        identity = {name: value for name, value in identity.items() if stands.get(name) != value.strip()}
    return head, identity, "" if stage == case.stage else stage


class Cases(_OfCases):
    """The cases of the institution."""

    rights = {"GET": "cases.view", "POST": "cases.open"}
    query_class = CaseQuery

    @extend_schema(operation_id="cases", parameters=[CaseQuery], responses=CasePage)
    def get(self, request: Any) -> Response:
        """The cases that the client's institution leads, in the order in which they were opened."""
        identities: dict[int, Identity] = {}
        rows = Case.objects.visible_to(request.seat).select_related("holder", "municipality", "source")
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
            if sent.setdefault("reference", reference) != reference:
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
        if sent.pop("reference", reference) != reference:
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
        found: Case | None = rows.filter(holder=seat.institution_id, reference=reference).first() if reference else None
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


# --- referrals ---


class ReferralSerializer(StrictSerializer):
    """A referral. ``case`` is there for its sender only, ``shared`` for its receiver while it is accepted."""

    code = serializers.UUIDField()
    version = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=["sent", "received"])
    purpose = serializers.ChoiceField(choices=sorted(sharing.PURPOSES))
    state = serializers.ChoiceField(choices=ReferralState.choices)
    sender = CodeRelatedField()
    receiver = CodeRelatedField()
    request = serializers.CharField(required=False, help_text="For its receiver while the referral is open.")
    answer = serializers.CharField(required=False)
    sent_at = UtcDateTimeField()
    due_at = UtcDateTimeField()
    accepted_at = UtcDateTimeField(allow_null=True)
    ended_at = UtcDateTimeField(allow_null=True)
    case = serializers.UUIDField(required=False)
    shared = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="The fields of the purpose, of who it is and of the receiver's own part.",
    )

    def to_representation(self, instance: Referral) -> dict[str, Any]:
        """What both sides see, and what each side sees alone."""
        is_sender = instance.sender_id == self.context["request"].seat.institution_id
        time = UtcDateTimeField().to_representation
        shown = {
            "code": str(instance.code),
            "version": instance.version,
            "direction": "sent" if is_sender else "received",
            "purpose": instance.purpose,
            "state": instance.state,
            "sender": instance.sender.code,
            "receiver": instance.receiver.code,
            "sent_at": time(instance.sent_at),
            "due_at": time(instance.due_at),
            "accepted_at": time(instance.accepted_at) if instance.accepted_at else None,
            "ended_at": time(instance.ended_at) if instance.ended_at else None,
        }
        if is_sender or instance.state == ReferralState.SENT or instance.pk in self.context["used"]:
            # Its end closes what was asked: a receiver's access ends with the task.
            shown |= {"request": instance.data["request"], "answer": instance.data["answer"]}
        case_code = self.context.get("cases", {}).get(instance.case_id)
        if is_sender and case_code is not None:
            shown["case"] = str(case_code)
        shared = self.context.get("shared")
        return shown | ({"shared": shared} if shared is not None else {})


class ReferralPage(StrictSerializer):
    """A page of referrals."""

    next = serializers.CharField(allow_null=True)
    results = ReferralSerializer(many=True)


class ReferralQuery(ListQuery):
    """What to look for among the referrals."""

    state = serializers.ChoiceField(choices=ReferralState.choices, required=False)
    purpose = serializers.ChoiceField(choices=sorted(sharing.PURPOSES), required=False)

    narrowing = {"state": "state", "purpose": "purpose"}


class NothingSerializer(StrictSerializer):
    """Nothing has to be said."""


class AnswerSerializer(StrictSerializer):
    """Why it was refused, or what was done."""

    answer = serializers.CharField(max_length=4000)


def _case_codes(found: Iterable[Referral], seat: Seat) -> dict[int, uuid.UUID]:
    """The codes of those cases that the seat sees (one query)."""
    rows = Case.objects.visible_to(seat).filter(pk__in={one.case_id for one in found})
    return dict(rows.values_list("pk", "code"))


def _used(found: Iterable[Referral], seat: Seat) -> set[int]:
    """The ids of those that the seat works with now: of the police only what it accepted itself (one query)."""
    rows = Referral.objects.permitted(seat, sharing.USE).filter(state=ReferralState.ACCEPTED)
    return set(rows.filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))


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
        self.request.shown.append(row)
        context: dict[str, Any] = {"cases": _case_codes([row], seat), "used": _used([row], seat)}
        if row.receiver_id == seat.institution_id and row.state == ReferralState.ACCEPTED:
            shared = sharing.share(row, seat)
            self.request.shown.extend(shared.seen)
            context["shared"] = shared.identity | (
                {"state": shared.part.state, **shared.part.data} if shared.part is not None else {}
            )
        return self.one(row, ReferralSerializer, **context)

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
