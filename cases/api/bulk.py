"""Many cases at once, by the sender's own references: what ``PUT`` by reference does with each, by the same rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Invalid
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.exceptions import ValidationError as Misshapen
from rest_framework.response import Response

from cases.actions import cases, inbox
from cases.api.cases import apart, differing, held_by_reference, named_as_sent, note_known, people_of
from cases.api.serializers import CaseSerializer, NewCaseSerializer
from cases.models import Case, Identity
from cases.models.case import REFERENCE, folded
from cases.models.stages import Stage
from krat.access.transactions import ending_with_any_mistake
from krat.access.views import watched
from krat.api import idempotency
from krat.api.errors import VersionChanged, errors_of
from krat.api.paging import Query
from krat.api.records import ARRAY, LINES, Body, Sent
from krat.api.requests import ApiRequest
from krat.api.serializers import StrictSerializer, WholeNumberField, plain_words
from krat.api.views import Resource

GROUP = 200  # records in one transaction
CREATED, UPDATED, UNCHANGED, QUARANTINED, REFUSED = OUTCOMES = (
    "created",
    "updated",
    "unchanged",
    "quarantined",
    "refused",
)
_REFUSALS = (Misshapen, Invalid, PermissionDenied, VersionChanged)

Outcome = dict[str, Any]


class BulkQuery(Query):
    """How to send many records."""

    dry_run = serializers.BooleanField(required=False, help_text="True: nothing is changed, and all is told as if.")
    ask = serializers.BooleanField(
        required=False,
        help_text="True: what would change a case waits for a person, also where nobody else changed the case. For a "
        "sender that knows that a field was changed on both sides.",
    )


class CountsSerializer(StrictSerializer):
    """How many records ended how."""

    created = WholeNumberField()
    updated = WholeNumberField()
    unchanged = WholeNumberField()
    quarantined = WholeNumberField()
    refused = WholeNumberField()


class OutcomeSerializer(StrictSerializer):
    """How one record ended."""

    line = WholeNumberField(help_text="Its line, or its place in the array, from 1.")
    reference = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    code = serializers.UUIDField(required=False)
    version = WholeNumberField(required=False, help_text="Of the case as it stands now.")
    sent_change = serializers.UUIDField(
        required=False,
        help_text="Of what waits for a person, as the feed tells the decision; where it was quarantined.",
    )
    errors = serializers.DictField(  # type: ignore[assignment]  # the base has a property of this name
        required=False, help_text="By field, as in a problem; where it was refused."
    )


class BulkAnswerSerializer(StrictSerializer):
    """How a call with many records ended: one outcome for each record, in order."""

    dry_run = serializers.BooleanField()
    counts = CountsSerializer()
    outcomes = OutcomeSerializer(many=True)


class _Checker:
    """One serializer for many records: its fields are made once, and a code is looked up once."""

    def __init__(self, serializer: type[StrictSerializer], request: ApiRequest) -> None:
        self.context: dict[str, Any] = {"request": request, "stands": None, "found": {}}
        self.serializer = serializer(data={}, context=self.context)

    def checked(self, record: Any, stands: Case | None = None) -> dict[str, Any]:
        """What was sent, or raises by field."""
        self.context["stands"] = stands
        return dict(self.serializer.run_validation(record))


class CaseBulk(Resource):
    """Many cases at once."""

    rights = {"POST": "cases.open"}
    query_class = BulkQuery

    # --- one call: groups of records, each a transaction of its own ---

    def _read(self, request: HttpRequest) -> None:
        """The body is read while its records are taken."""
        self.body = Body(request, self.request.content_type or "")

    def done(self, request: ApiRequest, right: str) -> Response:
        """Not one transaction, but one for each group: what was taken before the line broke stays taken."""
        watched(request, right, partial(self._begin, request))
        key_hash = idempotency.key_of(request)
        answered = idempotency.first_answer(key_hash) if key_hash else None
        if answered is not None:
            for _piece in self.body.pieces():
                pass  # only its hash is wanted
            return idempotency.replayed(request, answered, self.body.hash)
        answer = self.post(request)
        if key_hash:
            idempotency.keep(request, key_hash, self.body.hash, answer)
        return answer

    def _begin(self, request: ApiRequest) -> None:
        self.check_permissions(request)
        request.query_class = self.query_class
        request.asked = self.query_class.of(request)

    @extend_schema(
        operation_id="case_bulk",
        parameters=[BulkQuery],
        request={ARRAY: NewCaseSerializer(many=True), LINES: NewCaseSerializer},
        responses=BulkAnswerSerializer,
    )
    def post(self, request: ApiRequest) -> Response:
        """Open or change up to 10,000 cases, each by its `reference`, as a JSON array or as NDJSON.

        Good records are taken and bad ones named; sent again, nothing changes. Records are taken in groups: of a call
        whose line broke some may be, and the same call sent again takes the rest.
        """
        self.is_dry, self.asks = bool(request.asked.get("dry_run")), bool(request.asked.get("ask"))
        self.fresh, self.changed = _Checker(NewCaseSerializer, request), _Checker(CaseSerializer, request)
        self.lookups = cases.Remembered(request.seat)
        self.seen: set[str] = set()
        outcomes: list[Outcome] = []
        records = self.body.records()
        while group := self._with_references(list(islice(records, GROUP))):
            outcomes += watched(request, request.right, partial(self._land, request, group))
        counts = dict.fromkeys(OUTCOMES, 0)
        for one in outcomes:
            counts[one["outcome"]] += 1
        return Response({"dry_run": self.is_dry, "counts": counts, "outcomes": outcomes})

    def _with_references(self, group: list[Sent]) -> list[tuple[Sent, str, Exception | None]]:
        """Each record with its reference, or why it is refused: it has none, or one that came before in this call."""
        return [(one, *self._reference(one)) for one in group]

    def _reference(self, sent: Sent) -> tuple[str, Exception | None]:
        if sent.mistake is not None:
            return "", sent.mistake
        if not isinstance(sent.record, Mapping):
            return "", Misshapen([ErrorDetail(_("A record is an object."), code="invalid")])
        reference = sent.record.get("reference")
        if not isinstance(reference, str) or not reference.strip():
            return "", Misshapen({"reference": [ErrorDetail(_("Each record says its reference."), code="required")]})
        try:
            reference = plain_words(reference)
        except Invalid as mistake:
            return "", Invalid({"reference": mistake})
        if folded(reference) in self.seen:
            sentence = _("This reference stands in this call before.")
            return reference, Misshapen({"reference": [ErrorDetail(sentence, code="duplicate")]})
        self.seen.add(folded(reference))
        return reference, None

    # --- one group ---

    def _land(self, request: ApiRequest, group: list[tuple[Sent, str, Exception | None]]) -> list[Outcome]:
        with transaction.atomic():
            taken = _Group(self, request).take(group)
            if self.is_dry:
                transaction.set_rollback(True)
        return taken


class _Group:
    """Some records that are taken in one transaction."""

    def __init__(self, call: CaseBulk, request: ApiRequest) -> None:
        self.call, self.request, self.seat = call, request, request.seat
        self.known: list[Case] = []
        self.changings: list[tuple[Sent, str, cases.Changing]] = []

    def take(self, group: Iterable[tuple[Sent, str, Exception | None]]) -> list[Outcome]:
        """How each of them ended, in order."""
        named = list(group)
        wanted = [
            reference for _sent, reference, mistake in named if mistake is None and re.match(REFERENCE, reference)
        ]
        held = {folded(case.reference): case for case in held_by_reference(wanted, self.seat)}
        people = people_of(held.values(), self.seat) if held else {}
        ended: dict[int, Outcome] = {}
        openings: list[tuple[Sent, str, cases.Opening]] = []
        for sent, reference, mistake in named:
            try:
                if mistake is not None:
                    raise mistake
                case = held.get(folded(reference))
                if case is None:
                    openings.append((sent, reference, self._opening(sent.record)))
                else:
                    ended[sent.line] = self._change(sent, reference, case, people.get(case.pk))
            except _REFUSALS as refusal:
                ended[sent.line] = _outcome(sent, reference, REFUSED, errors=errors_of(refusal))
        ended |= dict(self._open(openings))
        ended |= dict(self._change_many())
        note_known(self.known, self.seat)
        return [ended[sent.line] for sent, _reference, _mistake in named]

    def _opening(self, record: Any) -> cases.Opening:
        sent = self.call.fresh.checked(record)
        if sent.pop("version", None) is not None:
            raise VersionChanged
        head, identity, stage = apart(sent)
        return cases.Opening({"kind": "child", "stage": stage or Stage.INITIAL_ASSESSMENT} | head, identity)

    def _open(self, openings: list[tuple[Sent, str, cases.Opening]]) -> Iterator[tuple[int, Outcome]]:
        made = cases.open_cases([one for *_sent, one in openings], by=self.seat, lookups=self.call.lookups)
        for (sent, reference, _opening), case in zip(openings, made, strict=True):
            if isinstance(case, Case):
                self.known.append(case)
                told = {} if self.call.is_dry else {"code": str(case.code), "version": case.version}
                yield sent.line, _outcome(sent, reference, CREATED, **told)
            else:
                yield sent.line, _outcome(sent, reference, REFUSED, errors=_errors_as_sent(case))

    def _change(self, sent: Sent, reference: str, case: Any, identity_row: Identity | None) -> Outcome:
        record = self.call.changed.checked(sent.record, case)
        record.pop("reference")
        version = record.pop("version", None)
        if version is not None and version != case.version:
            raise VersionChanged
        known = case.known_version
        with named_as_sent():
            head, identity, stage = differing(case, record, self.seat, identity_row)
            # What was compared is told by the outcome, and so stands in the trail.
            self.request.shown.append(case)
            if identity_row is not None and record.get("identity"):
                self.request.shown.append((identity_row, sorted(record["identity"])))
            if not (head or identity or stage):
                return _outcome(sent, reference, UNCHANGED, code=str(case.code), version=case.version)
            if self.call.asks or (version is None and known != case.version):
                with transaction.atomic(), ending_with_any_mistake():
                    waits = inbox.send_change(case, by=self.seat, head=head, identity=identity, stage=stage)
                told = {"code": str(case.code), "version": case.version}
                told |= {} if self.call.is_dry else {"sent_change": str(waits.code)}
                return _outcome(sent, reference, QUARANTINED, **told)
            if identity_row is not None and not stage:
                change = cases.Changing(case, identity_row, head, identity or None)
                self.changings.append((sent, reference, change))
                return _outcome(sent, reference, UPDATED)
            with transaction.atomic(), ending_with_any_mistake():
                if head or identity:
                    case = cases.change(
                        case,
                        by=self.seat,
                        based_on=None,
                        head=head,
                        identity=identity or None,
                        despite_doubt=True,
                        is_held=True,
                    )
                case = cases.move(case, stage, by=self.seat) if stage else case
        self.known.append(case)
        return _outcome(sent, reference, UPDATED, code=str(case.code), version=case.version)

    def _change_many(self) -> Iterator[tuple[int, Outcome]]:
        """What differs in head or identity alone, all at once."""
        changed = cases.change_cases([one for *_sent, one in self.changings], by=self.seat, lookups=self.call.lookups)
        for (sent, reference, _changing), case in zip(self.changings, changed, strict=True):
            if isinstance(case, Case):
                self.known.append(case)
                yield sent.line, _outcome(sent, reference, UPDATED, code=str(case.code), version=case.version)
            else:
                yield sent.line, _outcome(sent, reference, REFUSED, errors=_errors_as_sent(case))


def _errors_as_sent(refusal: Exception) -> Mapping[str, Any]:
    try:
        with named_as_sent():
            raise refusal
    except _REFUSALS as told:
        return errors_of(told)


def _outcome(sent: Sent, reference: str, outcome: str, **more: Any) -> Outcome:
    return {"line": sent.line, "reference": reference[:80] or None, "outcome": outcome, **more}
