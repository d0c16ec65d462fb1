"""What an Albanian personal number tells: the day of birth and the sex of its holder.

``L25514001A``: a letter for the decade (A is 1900, L is 2010), the year in it, the month (+50 for women, +30 for
foreigners who live here), the day, three digits and a letter. Source: the numbers of the civil registry as they are
commonly described; no act was read, so what contradicts it is doubted and never refused. A number of any other shape is
another country's, and nothing is known of it.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models.identity import Sex

_SHAPE = re.compile(r"[A-Z]\d{8}[A-Z]", re.ASCII)
_FIRST_DECADE = 1900
_KNOWN_TO_HAVE_COME = 2020  # of years before it nobody need ask the clock: lists tell of many persons
_FOREIGNERS, _WOMEN = 30, 50
_MONTHS = 12
OURS = ("", "AL")  # citizenships whose number is read: not known, and Albania


@dataclass(frozen=True)
class Told:
    """What a number tells; no day where there is none such, no sex where the month cannot be."""

    year: int
    born_on: datetime.date | None
    sex: str


def told_by(number: str) -> Told | None:
    """What a number of our shape tells; None for any other, and for a decade that has not come."""
    year = _FIRST_DECADE + 10 * (ord(number[0]) - ord("A")) + int(number[1]) if _SHAPE.fullmatch(number) else None
    if year is None or (year >= _KNOWN_TO_HAVE_COME and year // 10 > timezone.localdate().year // 10):
        return None
    month, day = int(number[2:4]), int(number[4:6])
    sex = Sex.FEMALE if month > _WOMEN else Sex.MALE
    month -= _WOMEN if month > _WOMEN else 0
    month -= _FOREIGNERS if month > _FOREIGNERS else 0
    try:
        return Told(year, datetime.date(year, month, day), sex)
    except ValueError:
        return Told(year, None, sex if 1 <= month <= _MONTHS else "")


def doubts(data: dict[str, str]) -> list[str]:
    """Why a personal number does not fit what else is known of the person, as sentences; empty where it may be right.

    ``data`` is that of an identity: personal_number, citizenship, birth_date (2015-03-14), birth_year, sex.
    """
    told = told_by(data["personal_number"]) if data["citizenship"] in OURS else None
    if told is None:
        return []
    if told.born_on is None:
        return [_("This personal number tells a day of birth that does not exist.")]
    found = []
    if data["birth_date"] and data["birth_date"] != told.born_on.isoformat():
        day = formats.date_format(told.born_on, "SHORT_DATE_FORMAT")
        found.append(_("By this personal number the day of birth is %(day)s.") % {"day": day})
    elif data["birth_year"] and data["birth_year"] != str(told.year):
        found.append(_("By this personal number the year of birth is %(year)s.") % {"year": told.year})
    if data["sex"] and data["sex"] != told.sex:
        of_women = _("This personal number is a woman's.")
        found.append(of_women if told.sex == Sex.FEMALE else _("This personal number is a man's."))
    return found
