"""Finding a person without readable names: keyed tokens of folded words and of their beginnings.

*celaj* finds *Çelaj*, *djordjevic* and *dordevic* find *Đorđević*: words are folded to plain small letters before they
are hashed. What the tokens' frequencies still tell somebody who holds the database stands in docs/threat-model.md.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from krat.access import crypto
from krat.reference.folding import APOSTROPHES, HYPHENS, PARTS, chunks, fold

# Rises whenever the tokens of the same name change; `manage.py indexnames` makes those of an older one anew.
INDEX_VERSION = 2
SHORTEST = 3
_LENGTH = 20  # of 64 hexadecimal digits: eighty bits, so that two words do not meet
_JOINTS = f" .{APOSTROPHES}{HYPHENS}"
# Letters that some write as one and some as two.
_AS_TWO = str.maketrans({"đ": "dj", "Đ": "Dj", "ð": "dh", "ø": "oe", "Ø": "Oe", "ö": "oe", "ü": "ue", "ä": "ae"})
_CASE_NUMBER = re.compile(r"(?P<county>[A-Z]{2})-?(?P<year>\d{4})-?(?P<serial>\d{1,5})(?:-?(?P<kind>[FR]))?")
_OF_A_YEAR = re.compile(r"(?P<year>(?:19|20)\d{2})-(?P<serial>\d{1,5})(?:-?(?P<kind>[FR]))?")
_YEAR_LAST = re.compile(r"(?P<serial>\d{1,5})-(?P<year>(?:19|20)\d{2})")
_SHORT_NUMBER = re.compile(r"(?P<serial>\d{1,5})(?:-?(?P<kind>[FR]))?")


def tokens_to_store(*texts: str, father: str = "") -> set[str]:
    """The tokens by which a name is found: of each of its words, and of its beginnings from three letters.

    Joined names are found as two words and as one. The father's name has tokens of its own kind, so that whoever may
    not know it cannot ask for it.
    """
    own = {_token(one) for text in texts for word in _spellings(text) for one in _beginnings(word)}
    fathers = {_token(one, "father-name") for word in _spellings(father) for one in _beginnings(word)}
    return own | fathers


def tokens_to_find(typed: str, *, with_father: bool = True) -> list[tuple[str, ...]]:
    """For each word that somebody typed the tokens of which one must be there, the plain one of a name first."""
    found = []
    for chunk in chunks(typed):
        for part in PARTS.findall(chunk):
            spelt = dict.fromkeys((fold(part), fold(part.translate(_AS_TWO))))
            tokens = [_token(one) for one in spelt]
            found.append((*tokens, *(_token(one, "father-name") for one in spelt if with_father)))
    return list(dict.fromkeys(found))


def _spellings(text: str) -> Iterable[str]:
    """Every folded word under which a text is found."""
    for chunk in chunks(text):
        parts = PARTS.findall(chunk)
        for word in [*parts, "".join(parts)]:
            yield fold(word)
            yield fold(word.translate(_AS_TWO))


def _beginnings(word: str) -> set[str]:
    """A word and its beginnings from three letters; a shorter one is found by the whole of it."""
    return {word, *(word[:length] for length in range(SHORTEST, len(word)))}


def _token(word: str, use: str = "name") -> str:
    return crypto.keyed_hash(word.encode(), use=use)[:_LENGTH]


# --- numbers ---


@dataclass(frozen=True)
class CaseNumber:
    """The parts of a case's number that somebody typed; what was not typed is empty."""

    serial: str
    county: str = ""
    year: str = ""
    kind: str = ""

    @property
    def endings(self) -> list[str]:
        """How the numbers that were meant end."""
        middle = "-".join(("", *filter(None, (self.county, self.year)), self.serial))
        whole = middle.removeprefix("-") if self.county else middle
        return [f"{whole}-{kind}" for kind in self.kind or "FR"]


def case_number(typed: str) -> CaseNumber | None:
    """The number that was typed, as others print it, too: ``DR–2026–0016–F``, ``DR/2026/0016``, ``16-F``, ``0016``."""
    plain = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", typed).strip()).strip("-").upper()
    for shape in (_CASE_NUMBER, _OF_A_YEAR, _YEAR_LAST, _SHORT_NUMBER):
        if found := shape.fullmatch(plain):
            parts = {name: value or "" for name, value in found.groupdict().items()}
            return CaseNumber(**(parts | {"serial": f"{int(parts['serial']):04}"}))
    return None


def referral_number(typed: str) -> tuple[int, int | None] | None:
    """The number of a referral that was typed, and its year where that was: ``RF-12/2026``, ``rf 12``, ``12``."""
    plain = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", typed).strip()).strip("-").upper()
    found = re.fullmatch(r"(?:RF-?)?(?P<serial>\d{1,6})(?:-(?P<year>\d{4}))?", plain)
    return (int(found["serial"]), int(found["year"]) if found["year"] else None) if found else None


def number_token(number: str) -> str:
    """The keyed token of a personal number, by which alone it is looked up, as others print it, too (``L20514001-A``);
    empty for no number.

    A plain hash of it would be the number itself: there are few enough of them to try all.
    """
    plain = unicodedata.normalize("NFKC", compact(number))
    number = "".join(sign for sign in plain if sign.isalnum())
    return crypto.keyed_hash(number.encode(), use="personal-number") if number else ""


def compact(number: str) -> str:
    """A personal number as it is kept: capitals without blanks."""
    return "".join(number.split()).upper()


# --- what a name may be ---


def check_name(name: str) -> None:
    """Refuse what is no name: signs other than letters, or letters of two alphabets in one word (look-alikes)."""
    for word in name.split():
        letters = [sign for sign in word if sign not in _JOINTS]
        begins_well = word[0] not in _JOINTS or (word[0] in APOSTROPHES and letters)
        if not all(unicodedata.category(sign)[0] in "LM" for sign in letters) or not begins_well:
            raise ValidationError(_("A name is written in letters only. Please check what was typed."))
        alphabets = {
            unicodedata.name(sign, "").partition(" ")[0] for sign in letters if unicodedata.category(sign)[0] == "L"
        }
        if len(alphabets) > 1:
            raise ValidationError(
                _("This word mixes letters of two alphabets that look alike. Please type it again in one of them.")
            )
