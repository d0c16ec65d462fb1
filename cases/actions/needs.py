"""Verbs of unmet needs: a case needs a service that is missing where it is."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Referral, UnmetNeed
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.people.models import Seat
from krat.reference.models import Term
from krat.services import actions as services

NEEDED = trail.event("need.noted", gettext_lazy("noted that a case needs a service that is missing"))

SEND = "referrals.send"


@transaction.atomic
def note(case: Case, *, by: Seat, kind: Term, referral: Referral | None = None) -> UnmetNeed:
    """Note that a case needs a kind of service that is missing in its municipality.

    The committee sees what is missing, where and since when, and a protected number; never which case. No words go
    along. Noted twice for one case, it is one. Locks the case, then what is missing.
    """
    case = hold(case)
    if not case.is_open:
        raise ValidationError(_("This case is over; reopen it before you change it."), code="state")
    if kind.list != Term.List.SERVICE:
        raise ValidationError({"kind": _("Choose one of the list.")})
    missing = services.note_missing(
        by=by,
        county=case.municipality.county,
        kind=kind,
        municipality=case.municipality,
        since=timezone.localdate(),
    )
    there = UnmetNeed.objects.permitted(by, SEND).filter(case=case, missing=missing).first()
    if there is not None:
        return there
    need = UnmetNeed(case=case, missing=missing, referral=referral, noted_on=timezone.localdate(), noted_by=by)
    settle(need, by=by, right=SEND)
    trail.record(by, NEEDED, need)
    return need
