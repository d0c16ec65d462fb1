"""Verbs of referrals: sent, reminded of, accepted, refused, withdrawn, completed; and the parts that come of them."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import notices
from cases.actions import cases
from cases.models import AidPart, Case, CounsellingPart, Identity, Referral, SchoolPart, Series
from cases.models.parts import Part
from cases.models.referral import MOVES, ReferralState
from cases.models.signal import Kind
from cases.sharing import CONTACT, PURPOSES, USE, receivers
from krat.access.roles import Role
from krat.access.scoping import hold, hold_by_id, settle
from krat.access.transactions import wholly
from krat.audit import trail
from krat.committee.models import Institution
from krat.notify import kinds
from krat.notify.telling import at, tell
from krat.people.models import Seat
from krat.reference import calendar
from krat.services.models import Service

SENT = trail.event("referral.sent", gettext_lazy("referred a case"))
MOVED = trail.event("referral.moved", gettext_lazy("answered, withdrew or completed a referral"))
REMINDED = trail.event("referral.reminded", gettext_lazy("reminded of a referral"))
PART = trail.event("part.changed", gettext_lazy("changed a part of a case"))

SEND, ANSWER, CHANGE_PARTS = "referrals.send", "referrals.answer", "parts.change"


@transaction.atomic
def refer(
    case: Case,
    *,
    by: Seat,
    purpose: str,
    receiver: Institution,
    request: str,
    service: Service | None = None,
    consent: str = "duty",
    safe_contact: str = "",
    contact_via_unit: bool = False,
) -> Referral:
    """Refer a case to one institution for one purpose; the clock of its answer starts.

    Never silent about contact: either the family may be reached only through the unit, or who it is says how it is
    reached safely; ``safe_contact`` writes that there. ``service`` is one of the receiver's that serves the case's
    municipality; whether it takes this child is for the sender to weigh. Locks the case, then the county's number.
    """
    case = hold(case)
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you refer it."), code="state")
    if purpose not in PURPOSES:
        raise ValidationError({"purpose": _("Choose a purpose of the list.")})
    if not receivers(purpose, case, by).filter(pk=receiver.pk).exists():
        sentence = _("This institution is not one that helps with this purpose in the case's municipality.")
        raise ValidationError({"receiver": sentence})
    if service is not None:
        _check_service(service, receiver, case, by=by)
    if consent == Referral.Consent.BEST_INTEREST and decides_for_themselves(case, by):
        sentence = _("This person is of age: they are asked, and say yes or no themselves.")
        raise ValidationError({"consent": sentence})
    if PURPOSES[purpose].needs_consent and consent == Referral.Consent.DUTY:
        raise ValidationError({"consent": _("This institution may only be told with consent. Say how it was given.")})
    contact_via_unit = contact_via_unit or CONTACT not in PURPOSES[purpose].identity
    _tell_contact(case, safe_contact.strip(), by=by, must=not contact_via_unit)
    now = timezone.now()
    county, year = case.municipality.county, timezone.localdate(now).year
    referral = Referral(
        case=case,
        county=county,
        year=year,
        number=Series.next(Series.Of.REFERRALS, county, year),
        contact_via_unit=contact_via_unit,
        purpose=purpose,
        sender=case.holder,
        sent_by=by,
        receiver=receiver,
        service=service,
        consent=consent,
        sent_at=now,
        due_at=calendar.due_at("referral_answer", now),
    )
    referral.data = {"request": request}
    settle(referral, by=by, right=SEND)
    trail.record(by, SENT, referral)
    _tell(notices.REFERRAL, referral, by=by)
    return referral


def _check_service(service: Service, receiver: Institution, case: Case, *, by: Seat) -> None:
    """Refuse a service that was withdrawn meanwhile, is another institution's, or serves elsewhere (one query)."""
    if service.provider_id != receiver.pk:
        raise ValidationError({"service": _("This service is of another institution than the one you refer to.")})
    offered = Service.objects.visible_to(by).offered().serving(case.municipality)
    if not offered.filter(pk=service.pk).exists():
        raise ValidationError({"service": _("This service was withdrawn, or does not serve the case's municipality.")})


def _tell(kind: kinds.Kind, referral: Referral, *, by: Seat) -> None:
    tell(kind, referral, to=at(referral.receiver_id), by=by, day=timezone.localdate(referral.due_at))


def _tell_contact(case: Case, safe_contact: str, *, by: Seat, must: bool) -> None:
    """Write down how the family is reached safely, where that is new; ``must``: refuse where nobody knows."""
    rows = Identity.objects.permitted(by, "identity.view")
    identity = rows.filter(case=case).first()
    if identity is None:
        raise PermissionDenied(_("This lies outside your seat's reach."))
    stands = identity.data[CONTACT]
    if safe_contact and safe_contact != stands:
        cases.change(case, by=by, based_on=None, identity={CONTACT: safe_contact})
    elif must and not stands:
        sentence = _("Say how the family is reached without danger, or that contact goes only through the unit.")
        raise ValidationError({CONTACT: sentence})


def decides_for_themselves(case: Case, seat: Seat) -> bool:
    """Whether consent is the person's own: an adult's case, or a child's who has come of age since (one query)."""
    if case.kind == Kind.ADULT:
        return True
    identity = Identity.objects.permitted(seat, "identity.view").filter(case=case).first()
    return identity is not None and identity.is_of_age(timezone.localdate())


@transaction.atomic
def remind(referral: Referral, *, by: Seat) -> Referral:
    """Remind the receiver of a referral without an answer: it stands on top of what waits for it."""
    referral = hold(referral)
    if referral.state != ReferralState.SENT:
        raise ValidationError(_("This referral has an answer already."), code="state")
    referral.reminded_at = timezone.now()
    settle(referral, by=by, right=SEND)
    trail.record(by, REMINDED, referral)
    _tell(notices.REMINDED, referral, by=by)
    return referral


@wholly
def move(referral: Referral, to: str, *, by: Seat, answer: str = "", based_on: int | None = None) -> Referral:
    """Answer, withdraw or complete a referral along its table of moves. Locks the case, then the referral.

    Accepting opens the fields of its purpose to the receiver, and makes its part where there is none yet; every other
    move ends that.
    """
    hold_by_id(Case, referral.case_id)  # before looking whether it has the part that accepting makes
    referral = hold(referral, based_on=based_on)
    before, after = ReferralState(referral.state), ReferralState(to)
    if before is after:
        sentence = _("Somebody was here before you: the referral is “%(state)s” already.")
        raise ValidationError(sentence, params={"state": before.label}, code="state")
    if (before, after) not in MOVES:
        raise ValidationError(
            _("The referral is “%(before)s”; it cannot become “%(after)s” any more."),
            params={"before": before.label, "after": after.label},
            code="state",
        )
    if after in (ReferralState.REFUSED, ReferralState.COMPLETED) and not answer.strip():
        raise ValidationError({"answer": _("Say in a sentence why, or what was done.")})
    if referral.purpose == "police" and by.role == Role.SYSTEM:
        raise PermissionDenied(_("An officer answers this referral, not a system."))
    now = timezone.now()
    referral.state = after
    if after is ReferralState.ACCEPTED:
        referral.accepted_at, referral.accepted_by = now, by
    else:
        referral.ended_at = now
        referral.data = referral.data | ({"answer": answer} if answer.strip() else {})
    settle(referral, by=by, right=MOVES[before, after])
    if after is ReferralState.ACCEPTED:
        _make_part(referral, by)
    trail.record(by, MOVED, referral, changes={"state": (before.value, after.value)})
    if after is not ReferralState.WITHDRAWN:
        tell(notices.ANSWERED, referral, to=at(referral.sender_id), by=by)
    return referral


def _make_part(referral: Referral, by: Seat) -> None:
    """The part that the receiver will see and write, where there is none yet."""
    kind = PURPOSES[referral.purpose].part
    if kind is None or kind.objects.permitted(by, USE).filter(case=referral.case_id).exists():
        return
    part = kind(case_id=referral.case_id)
    if isinstance(part, CounsellingPart):
        part.provider = referral.receiver
    settle(part, by=by, right=USE)


@transaction.atomic
def write_part(part: Part, *, by: Seat, right: str, based_on: int | None, state: str, **data: str) -> Part:
    """Write a part: its state and its words. ``right`` is the team's, or that of an accepted referral."""
    case = hold_by_id(Case, part.case_id)
    part = hold(part, based_on=based_on)
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you change it."), code="state")
    _check_days(data)
    changes = {"state": (part.state, state)}
    changes |= {name: (part.data[name], value) for name, value in data.items()}
    part.state, part.data = state, part.data | data
    settle(part, by=by, right=right)
    trail.record(by, PART, part, changes=changes)
    return part


def _check_days(data: dict[str, str]) -> None:
    for name, value in data.items():
        if name.endswith("_on") and value:
            try:
                datetime.date.fromisoformat(value)
            except ValueError as mistake:
                raise ValidationError({name: _("This day does not exist.")}) from mistake


@transaction.atomic
def begin_part(case: Case, kind: type[SchoolPart] | type[AidPart], *, by: Seat) -> Part:
    """The school or economic-aid part of a case, made where there is none yet."""
    case = hold(case)
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you change it."), code="state")
    part = kind.objects.permitted(by, CHANGE_PARTS).filter(case=case).first()
    return part or settle(kind(case=case), by=by, right=CHANGE_PARTS)


@transaction.atomic
def write_part_of(
    case: Case, kind: type[SchoolPart] | type[AidPart], *, by: Seat, based_on: int | None, state: str, **data: str
) -> Part:
    """The team writes a part of its case, which is made with its first saving; refused, none is made."""
    part = begin_part(case, kind, by=by)
    return write_part(part, by=by, right=CHANGE_PARTS, based_on=based_on, state=state, **data)
