"""What the change feed tells of cases and referrals, and which rows make them change (decision 24).

Machines see a case as its holder, a referral as the holder of its case or as its receiver (`cases.access`, SYS). What
an accepted referral shares changes with the person's data and with the part of its purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from cases import sharing
from cases.api.cases import in_full as cases_in_full
from cases.api.inbox import in_full as sent_in_full
from cases.api.referrals import in_full as referrals_in_full
from cases.models import Case, Identity, Referral, SentChange
from cases.models.parts import Part
from krat.api.requests import ApiRequest
from krat.feed.kinds import Kind, Sight, Told, Watched


def _cases(request: ApiRequest, codes: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """Heads with who they are about; noted as known to the client, as a list of them is."""
    return {row.code: Told(row.version, data) for row, data in cases_in_full(codes, request)}


def _referrals(request: ApiRequest, codes: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """Referrals with what they share with this client (eight queries)."""
    rows = list(Referral.objects.visible_to(request.seat).select_related("sender", "receiver").filter(code__in=codes))
    told = referrals_in_full(rows, request)
    return {row.code: Told(row.version, data) for row, data in zip(rows, told, strict=True)}


def _sent(request: ApiRequest, codes: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """What waits for a person's decision, and what became of it (one query)."""
    return {row.code: Told(row.edition, data) for row, data in sent_in_full(codes, request)}


def _shared_by(model: type[Part] | type[Identity], purpose: str = "") -> Watched:
    """A row of a case that accepted referrals show: all of them, or those of one purpose."""
    accepted = "r.case_id = {row}.case_id AND r.state = 'accepted'" + f" AND r.purpose = '{purpose}'" * bool(purpose)
    sight = Sight("r.receiver_id", "r.code", "cases_referral r", accepted)
    return Watched(model._meta.db_table, (sight,), verbs=("INSERT", "UPDATE"))


KINDS = [
    Kind("case", Case, Watched("cases_case", (Sight("{row}.holder_id", "{row}.code"),)), (), _cases),
    Kind(
        "referral",
        Referral,
        Watched(
            "cases_referral",
            (
                Sight("{row}.receiver_id", "{row}.code"),
                Sight("c.holder_id", "{row}.code", "cases_case c", "c.id = {row}.case_id"),
            ),
        ),
        (
            # A case that goes to another unit takes its referrals along.
            Watched(
                "cases_case",
                (Sight("{row}.holder_id", "r.code", "cases_referral r", "r.case_id = {row}.id"),),
                verbs=("UPDATE",),
                column="holder_id",
            ),
            _shared_by(Identity),
            *(_shared_by(one.part, name) for name, one in sharing.PURPOSES.items() if one.part is not None),
        ),
        _referrals,
    ),
    Kind(
        "sent_change",
        SentChange,
        Watched("cases_sentchange", (Sight("c.holder_id", "{row}.code", "cases_case c", "c.id = {row}.case_id"),)),
        (
            Watched(
                "cases_case",
                (Sight("{row}.holder_id", "s.code", "cases_sentchange s", "s.case_id = {row}.id"),),
                verbs=("UPDATE",),
                column="holder_id",
            ),
        ),
        _sent,
        right="cases.sent",
    ),
]
