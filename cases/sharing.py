"""What a referral shares. Each purpose's fields are data; only this module opens a case for whoever is referred to.

School: name, birth date or year, how to reach the family safely, the school part, the request; never the concern, the
risk, notes or other parts (decision 12).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import names
from cases.finding import hits_of
from cases.models import AidPart, Case, CounsellingPart, Identity, Referral, SchoolPart
from cases.models.keys import fetch_keys, lend_key
from cases.models.parts import Part
from krat.access.requests import Shown
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import Term

USE = "referrals.use"
CONTACT = "safe_contact"


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
        ("first_name", "last_name", "birth_date", "birth_year", "safe_contact"),
        SchoolPart,
    ),
    "economic_aid": Purpose(
        _("economic aid"),
        frozenset({"municipality"}),
        ("first_name", "last_name", "father_name", "birth_date", "birth_year", "personal_number", "safe_contact"),
        AidPart,
    ),
    "counselling": Purpose(
        _("counselling"),
        frozenset({"ngo"}),
        ("first_name", "last_name", "birth_date", "birth_year", "language", "safe_contact"),
        CounsellingPart,
        needs_consent=True,
    ),
    "health": Purpose(
        _("health care"),
        frozenset({"health"}),
        ("first_name", "last_name", "birth_date", "birth_year", "personal_number", "language", "safe_contact"),
    ),
    "shelter": Purpose(
        _("shelter"),
        frozenset({"shelter"}),
        ("first_name", "last_name", "birth_date", "birth_year", "sex", "citizenship", "language"),
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
            "birth_year",
            "sex",
            "citizenship",
            "language",
            "safe_contact",
        ),
    ),
}


# Which kind of service is missing where a purpose finds nobody, most likely; the worker may say another.
KIND_OF_PURPOSE: Mapping[str, str] = {
    "school": "school",
    "economic_aid": "economic_aid",
    "counselling": "counselling",
    "health": "health",
    "shelter": "emergency_shelter",
}


@dataclass(frozen=True)
class Shared:
    """What one accepted referral shows: nothing of the case but this."""

    identity: dict[str, str] = field(default_factory=dict)
    part: Part | None = None
    seen: list[Shown] = field(default_factory=list)  # for the trail; of the identity with the names of its fields
    contact_via_unit: bool = True  # also where nobody has said how the family is reached safely


def share(referral: Referral, seat: Seat) -> Shared:
    """Open for this seat what an accepted referral shares; nothing where it is not the seat's, or not accepted now.

    It is never silent about contact: ``safe_contact`` tells how the family is reached, or that it is not to be.
    Four queries. The caller says with its page that ``seen`` is shown.
    """
    return share_all([referral], seat).get(referral.pk, Shared())


def share_all(referrals: Sequence[Referral], seat: Seat) -> dict[int, Shared]:
    """`share` for many referrals, by their ids: those that are not the seat's, or not accepted now, stay away.

    Three queries, and one for each kind of part, however many; none where there is no referral.
    """
    if not referrals:
        return {}
    rows = Referral.objects.permitted(seat, USE).filter(state=Referral.State.ACCEPTED)
    held = set(rows.filter(pk__in=[one.pk for one in referrals]).values_list("pk", flat=True))
    used = [one for one in referrals if one.pk in held]
    of = [one.case_id for one in used]
    everybody = Identity.objects.unscoped("only the fields of the purpose leave this module").filter(case__in=of)
    people = {one.case_id: one for one in everybody} if used else {}
    parts: dict[tuple[type[Part], int], Part] = {}
    for kind in {kind for one in used if (kind := PURPOSES[one.purpose].part) is not None}:
        concerned = [one.case_id for one in used if PURPOSES[one.purpose].part is kind]
        for part in kind.objects.permitted(seat, USE).filter(case__in=concerned):
            parts.setdefault((kind, part.case_id), part)
    fetch_keys(used)
    return {one.pk: _share(one, people[one.case_id], parts) for one in used}


def _share(referral: Referral, identity: Identity, parts: Mapping[tuple[type[Part], int], Part]) -> Shared:
    purpose = PURPOSES[referral.purpose]
    part = parts.get((purpose.part, referral.case_id)) if purpose.part is not None else None
    lend_key(referral, identity, part)
    fields = [name for name in fields_of(purpose, identity) if name != CONTACT]
    tells_contact = CONTACT in purpose.identity and not referral.contact_via_unit and bool(identity.data[CONTACT])
    words = {name: identity.data[name] for name in fields}
    words[CONTACT] = identity.data[CONTACT] if tells_contact else no_contact()
    seen: list[Shown] = [(identity, [*fields, CONTACT] if tells_contact else fields)]
    return Shared(words, part, [*seen, *([part] if part is not None else [])], not tells_contact)


def fields_of(purpose: Purpose, identity: Identity) -> list[str]:
    """The fields that a purpose shares of somebody: the year of birth only in place of a day that nobody knows."""
    data = identity.data
    stands_in = bool(data["birth_year"]) and not data["birth_date"]
    return [name for name in purpose.identity if name != "birth_year" or stands_in]


def no_contact() -> str:
    """What a receiver reads where it must not reach the family by itself."""
    return gettext("Do not contact the family. Ask the child protection unit first.")


# --- in one line ---


@dataclass(frozen=True)
class Named:
    """Whom an accepted referral is about, as a list tells it, and what the trail is to hold of that."""

    words: str
    shown: Shown


def named_in_lists(referrals: Iterable[Referral], seat: Seat) -> dict[int, Named]:
    """First name and year of birth by the id of each of these referrals that this seat works with now.

    Three queries, however many; the caller notes what it shows.
    """
    used = list(
        Referral.objects.permitted(seat, USE)
        .filter(pk__in=[one.pk for one in referrals], state=Referral.State.ACCEPTED)
        .only("pk", "case_id", "purpose")
    )
    rows = Identity.objects.unscoped("of a person only what every purpose shares leaves this module")
    people = {one.case_id: one for one in rows.filter(case__in=[one.case_id for one in used])}
    fetch_keys(people.values())
    return {one.pk: _named(people[one.case_id], PURPOSES[one.purpose]) for one in used}


def _named(identity: Identity, purpose: Purpose) -> Named:
    born = "birth_date" if identity.data["birth_date"] else "birth_year"
    fields = [name for name in ("first_name", born) if name in purpose.identity and identity.data[name]]
    told = {"first_name": identity.data["first_name"], born: identity.year_of_birth}
    return Named(" ".join(told[name] for name in fields), (identity, fields))


def found_by_name(typed: str, seat: Seat) -> Any:
    """The referrals that this seat works with now whose person's name and surname fit most of what was typed.

    Of a name only what their purposes share is looked for; the father's is not.
    """
    by_name = [code for code, purpose in PURPOSES.items() if {"first_name", "last_name"} <= set(purpose.identity)]
    used = Referral.objects.permitted(seat, USE).filter(state=Referral.State.ACCEPTED, purpose__in=by_name)
    words = names.tokens_to_find(typed, with_father=False)
    if not words:
        return used.none()
    hits = hits_of(words).filter(case__in=used.order_by().values("case_id"))
    most = hits.order_by("-fitting").values_list("fitting", flat=True).first()
    return used.filter(case__in=hits.filter(fitting=most).values("case_id")) if most else used.none()


def receivers(purpose: str, case: Case, seat: Seat) -> Any:
    """The institutions that a case can be referred to for a purpose: of its kinds, serving its municipality."""
    rows = Institution.objects.visible_to(seat).working()
    kinds = Term.objects.filter(list=Term.List.INSTITUTION, code__in=PURPOSES[purpose].kinds)
    return rows.filter(kind__in=kinds, territories=case.municipality_id)
