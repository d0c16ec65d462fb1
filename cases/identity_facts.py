"""Who a case is about, as its sheet tells it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.forms.cases import IdentityFields
from cases.models import Case, Identity
from cases.models.codes import CITIZENSHIPS, LANGUAGES
from cases.models.identity import Sex
from cases.models.keys import with_keys
from cases.personal_number import doubts
from krat.access import rights
from krat.access.requests import Shown
from krat.people.models import Seat
from krat.reference.models import Term

# What stands on the sheet even when nobody knows it yet, so that it is asked for.
_ALWAYS = ("birth_date", "safe_contact")
_ORDER = (
    "birth_date",
    "sex",
    "father_name",
    "mother_name",
    "personal_number",
    "citizenship",
    "language",
    "care",
    "safe_contact",
    "address",
)


def facts_of(identity: Identity, terms: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    """The sheet of an identity, whose words must be at hand: what is known, and what should be (no query)."""
    rows = [(pgettext("person", "Name"), identity.full_name)]
    for name in _ORDER:
        words = _in_words(identity, name, terms)
        if words or name in _ALWAYS:
            rows.append((str(IdentityFields.base_fields[name].label), words))
        if name == "birth_date" and (since := identity.of_age_since) and since <= timezone.localdate():
            rows.append((_("Of age since"), _of_age(identity, since)))
    return rows


def _of_age(identity: Identity, since: datetime.date) -> str:
    """Since when, and what it changes: from the year alone, the day by which it is certain."""
    words = {"day": formats.date_format(since, "SHORT_DATE_FORMAT")}
    if identity.born_on is None:
        return _("%(day)s at the latest. Consent is asked of the person.") % words
    return _("%(day)s. Consent is asked of the person.") % words


def fields_shown(identity: Identity) -> list[str]:
    """The names of the fields that its sheet tells, for the trail."""
    return [name for name, words in identity.data.items() if words]


def _in_words(identity: Identity, name: str, terms: dict[tuple[str, str], str]) -> str:
    word: str = identity.data[name]
    if name == "birth_date":
        return _born(identity)
    if name == "personal_number":
        return " · ".join([word, *doubts(identity.data)]) if word else ""
    if name == "care":
        return terms.get((Term.List.CARE, word), word)
    lists: dict[str, Any] = {"sex": Sex.choices, "citizenship": CITIZENSHIPS, "language": LANGUAGES}
    choices = lists.get(name)
    return str(dict(choices).get(word, word)) if choices and word else word


def _born(identity: Identity) -> str:
    """The day of birth and the age; from the year alone the age that protects as a child in doubt."""
    age = identity.age_on(timezone.localdate())
    if age is None:
        return ""
    day = (
        formats.date_format(identity.born_on, "SHORT_DATE_FORMAT") if identity.born_on else identity.data["birth_year"]
    )
    years = ngettext("%(years)s year old", "%(years)s years old", age) % {"years": age}
    return f"{day} · {years}"


# --- in one line: the name and the year of birth (decision 37) ---


def people_of(seat: Seat, cases: Iterable[Case]) -> dict[int, Identity]:
    """Whom these cases are about, by the case's id, where the seat may know it (one query).

    Whoever shows a name says so to the trail with `shown_of`.
    """
    if not rights.may(seat, "identity.view"):
        return {}
    ids = [one.pk for one in cases]
    if not ids:
        return {}
    found = list(with_keys(Identity.objects.permitted(seat, "identity.view").filter(case__in=ids)))
    return {one.case_id: one for one in found}


def shown_of(identity: Identity) -> Shown:
    """What a line about a person tells the trail: its name and, where it is known, the day or year of birth."""
    names = ("first_name", "last_name", "birth_date" if identity.data["birth_date"] else "birth_year")
    return identity, [name for name in names if identity.data[name]]
