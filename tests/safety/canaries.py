"""Canaries: words, dates and numbers that stand in one field of one row of the planted cases and nowhere else.

Whoever meets one knows what was shown. Words carry a common beginning, so that one look at a page finds all of them;
dates and numbers cannot, so they lie where nothing else in the run does (decision 30).
"""

from __future__ import annotations

import datetime
import itertools
import re
from dataclasses import astuple, dataclass
from typing import Any

from django.utils import dateformat, formats, translation

BEGINNING = "zqx"
_LETTERS = "abcdefghijklmnopqrstuvwxy"  # no z: a canary never runs into the next one's beginning
_LENGTH = 6
WORD = re.compile(rf"{BEGINNING}[{_LETTERS}]{{{_LENGTH}}}")
NUMBER = re.compile(r"\b[a-z]{2}-20\d\d-\d{4,}-[fr]\b")  # of a case, as it stands in a page that was folded
_NEVER_WITHIN = r"(?<![\w-]){}(?![\w-])"


@dataclass(frozen=True)
class Place:
    """Where a canary stands: which model, which row, which field."""

    model: str
    code: str
    field: str

    def __str__(self) -> str:
        return f"{self.model}.{self.field} of {self.code}"


_count = itertools.count(1)
_words: dict[str, Place] = {}
_values: dict[str, tuple[re.Pattern[str], str, Place]] = {}  # what a page says: how it stands there, whose it is
_codes: dict[str, Place] = {}


def place_of(row: Any, field: str) -> Place:
    """A field of a row."""
    return Place(row._meta.label, str(row.code), field)


def new(row: Any, field: str) -> str:
    """A new word for one text; the builder's hook (`make.canary`)."""
    left, letters = next(_count), ""
    for _digit in range(_LENGTH):
        left, at = divmod(left, len(_LETTERS))
        letters += _LETTERS[at]
    word = BEGINNING + letters
    _words[word] = place_of(row, field)
    return word


def value(row: Any, field: str, text: str, *, said: str = "") -> None:
    """Remember a number or a short code that stands in one field only, and how else a page may say it."""
    for one in {text, said or text}:
        _values[one.lower()] = (_pattern_of(one.lower()), text, place_of(row, field))


def _pattern_of(said: str) -> re.Pattern[str]:
    return re.compile(_NEVER_WITHIN.format(re.escape(said)))


def date(row: Any, field: str, day: datetime.date) -> None:
    """Remember a day that stands in one field only, in every form in which a page may say it."""
    for language in ("sq", "en"):
        with translation.override(language):
            said = [formats.date_format(day, name) for name in ("DATE_FORMAT", "SHORT_DATE_FORMAT")]
            said += [dateformat.format(day, "j F Y"), dateformat.format(day, "F j, Y"), dateformat.format(day, "d/m/Y")]
        for one in [*said, day.isoformat(), day.strftime("%d.%m.%Y")]:
            value(row, field, day.isoformat(), said=one)


def code(row: Any) -> None:
    """Remember the code of a row: whoever may not see the row may not learn it."""
    _codes[str(row.code)] = place_of(row, "code")


def forget() -> None:
    """Nothing is planted any more."""
    for register in (_words, _values, _codes):
        register.clear()


def dump() -> dict[str, Any]:
    """All that is planted, in a form that JSON takes; for a world that is kept."""
    return {
        "count": next(_count),
        "words": {word: astuple(place) for word, place in _words.items()},
        "values": {said: (text, astuple(place)) for said, (_pattern, text, place) in _values.items()},
        "codes": {code: astuple(place) for code, place in _codes.items()},
    }


def load(dumped: dict[str, Any]) -> None:
    """Know what is planted in a world that was kept."""
    global _count
    forget()
    _count = itertools.count(dumped["count"])
    _words.update((word, Place(*place)) for word, place in dumped["words"].items())
    _values.update((said, (_pattern_of(said), text, Place(*place))) for said, (text, place) in dumped["values"].items())
    _codes.update((code, Place(*place)) for code, place in dumped["codes"].items())


def texts() -> dict[str, Place]:
    """Every canary of a text, by its word."""
    return dict(_words)


def numbers() -> set[str]:
    """The planted numbers and days, as they stand in their rows."""
    return {text for _pattern, text, _place in _values.values()}


def places() -> list[Place]:
    """Everywhere that something is planted."""
    return [*_words.values(), *(place for _pattern, _text, place in _values.values()), *_codes.values()]


def where(word: str) -> Place | None:
    """Where a word is planted."""
    return _words.get(word)


@dataclass(frozen=True)
class Found:
    """Something planted that was met: what was read, and where it stands."""

    said: str
    place: Place


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def words_in(folded: str) -> set[str]:
    """The canary words in a text that is in small letters."""
    return set(WORD.findall(folded)) if BEGINNING in folded else set()


def met_in(folded: str) -> list[Found]:
    """Everything planted that a text in small letters says; of numbers of cases see `numbers_in`."""
    found = [Found(word, _words[word]) for word in sorted(words_in(folded)) if word in _words]
    for said, (pattern, text, place) in _values.items():
        if said in folded and pattern.search(folded):
            found.append(Found(text, place))
    if _codes:
        found += [Found(one, _codes[one]) for one in sorted(set(_UUID.findall(folded)) & _codes.keys())]
    return list(dict.fromkeys(found))


def numbers_in(folded: str) -> set[str]:
    """The numbers of cases in a text in small letters, of planted ones and of all others."""
    return {one.upper() for one in NUMBER.findall(folded)}
