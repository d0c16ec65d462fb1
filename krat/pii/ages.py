"""How a text says how old somebody is, beside their name: "14 vjeç", "(13)", "e lindur më 2012", "14-vjeçarja"."""

import re

_FILLER = r"(?:(?:rreth|vetem|vec|aged|only|me|moshe|moshen|mosha|eshte|nje|vajze|djale|femije)[ ,]{1,2}){0,3}"
_YEARS = re.compile(
    rf"[ ,(\-–]{{1,4}}{_FILLER}\d{{1,2}}(?P<years> ?-? ?(?:vjec|vj\b|vjet|vit|muaj|years?[ \-]old)|\)| ?,)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"[ ,(\-–]{1,4}(?:(?:i|e) )?(?:lindur|lind\b|datelind[a-z]{1,5}|ditelind[a-z]{1,5}|vitlind[a-z]{1,5}|dtl\b)"
    r"[^\d;!?\n]{0,20}(?:\d{1,2}[./\-]\d{1,2}[./\-])?(?:19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
_AWAY = re.compile(r"[ ,]{1,2}(?:nga )?[A-Z][\w\-]{2,20}(?=, )")  # "Vjosa, Kruja, 14 vjeç"
BIRTH_YEAR = re.compile(r"[ _.\-]{0,2}(?:\((?:19[4-9]|20[0-2])\d\)|(?:19[4-9]|20[0-2])\d(?![\d/]| ?-))")
_BEFORE = re.compile(r"\d{1,2} ?-? ?(?:vjec[a-z]{0,6}|vjet)[ ,]{1,3}$", re.IGNORECASE)
_WHO_BEFORE = re.compile(r"\d{1,2} ?-? ?vjecar(?:i|it|in|ja|es|en)[ ,]{1,2}$", re.IGNORECASE)
LONGEST = 48


def is_told_after(words: str, *, sure: bool) -> bool:
    """Whether an age follows at once; a bare number in brackets or before a comma counts where the name is ``sure``."""
    years = _YEARS.match(words)
    if years and (sure or years["years"].strip(" -") not in (")", ",")):
        return True
    away = _AWAY.match(words)
    return _BORN.match(words) is not None or (away is not None and is_in_years(words[away.end() :]))


def is_in_years(words: str) -> bool:
    """Whether "14 vjeç" or a birth follows at once: what is said of persons, and not of institutions or works."""
    years = _YEARS.match(words)
    if years is not None:
        unit = years["years"].strip(" -").lower()
        return unit.endswith("old") or (unit.startswith("vj") and unit != "vjet")
    return _BORN.match(words) is not None


def is_told_before(words: str) -> bool:
    """Whether an age stands just before."""
    return _BEFORE.search(words) is not None


def says_who_before(words: str) -> bool:
    """Whether "14-vjeçarja" stands just before: a person of that age, where "9-vjeçare" is a school."""
    return _WHO_BEFORE.search(words) is not None
