"""What a referral shares. Each purpose's fields are data; only this module opens a case for whoever is referred to.

School: name, birth date, how to reach the family safely, the school part, the request; never the concern, the risk,
notes or other parts (decision 12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import AidPart, Case, CounsellingPart, Identity, Referral, SchoolPart
from cases.models.keys import lend_key
from cases.models.parts import Part
from krat.access.requests import Shown
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import Term

USE = "referrals.use"


@dataclass(frozen=True)
class Purpose:
    """One purpose of referrals: who may be asked, what they then see of who it is, and which part they write."""

    label: str | Promise
    kinds: frozenset[str]  # codes of the list of kinds of institution
    identity: tuple[str, ...]
    part: type[Part] | None = None
    needs_consent: bool = False


PURPOSES: Mapping[str, Purpose] = {
    "school": Purpose(
        _("school registration and support"),
        frozenset({"education"}),
        ("first_name", "last_name", "birth_date", "safe_contact"),
        SchoolPart,
    ),
    "economic_aid": Purpose(
        _("economic aid"),
        frozenset({"municipality"}),
        ("first_name", "last_name", "father_name", "birth_date", "personal_number", "safe_contact"),
        AidPart,
    ),
    "counselling": Purpose(
        _("counselling"),
        frozenset({"ngo"}),
        ("first_name", "last_name", "birth_date", "language", "safe_contact"),
        CounsellingPart,
        needs_consent=True,
    ),
    "health": Purpose(
        _("health care"),
        frozenset({"health"}),
        ("first_name", "last_name", "birth_date", "personal_number", "language", "safe_contact"),
    ),
    "shelter": Purpose(
        _("shelter"),
        frozenset({"shelter"}),
        ("first_name", "last_name", "birth_date", "sex", "citizenship", "language"),
        needs_consent=True,
    ),
    "police": Purpose(
        _("police protection"),
        frozenset({"local_police"}),
        (
            "first_name",
            "last_name",
            "father_name",
            "mother_name",
            "birth_date",
            "sex",
            "citizenship",
            "language",
            "safe_contact",
        ),
    ),
}


@dataclass(frozen=True)
class Shared:
    """What one accepted referral shows: nothing of the case but this."""

    identity: dict[str, str] = field(default_factory=dict)
    part: Part | None = None
    seen: list[Shown] = field(default_factory=list)  # for the trail; of the identity with the names of its fields


def share(referral: Referral, seat: Seat) -> Shared:
    """Open for this seat what an accepted referral shares; nothing where it is not the seat's, or not accepted now.

    Three queries. The caller says with its page that ``seen`` is shown.
    """
    purpose = PURPOSES[referral.purpose]
    held = Referral.objects.permitted(seat, USE).filter(pk=referral.pk, state=Referral.State.ACCEPTED)
    if not held.exists():
        return Shared()
    identity = Identity.objects.unscoped("only the fields of the purpose leave this module").get(case=referral.case_id)
    part = None
    if purpose.part is not None:
        part = purpose.part.objects.permitted(seat, USE).filter(case=referral.case_id).first()
    lend_key(identity, part, referral)
    words = {name: identity.data[name] for name in purpose.identity}
    return Shared(words, part, [(identity, purpose.identity), *([part] if part is not None else [])])


def receivers(purpose: str, case: Case, seat: Seat) -> Any:
    """The institutions that a case can be referred to for a purpose: of its kinds, serving its municipality."""
    rows = Institution.objects.visible_to(seat).working()
    kinds = Term.objects.filter(list=Term.List.INSTITUTION, code__in=PURPOSES[purpose].kinds)
    return rows.filter(kind__in=kinds, territories=case.municipality_id)
