"""Finding a person without readable names: keyed tokens of folded words and of their beginnings.

*celaj* finds *Çelaj*: words are folded (no marks, lower case) before they are hashed. What the tokens' frequencies
still tell somebody who holds the database stands in docs/threat-model.md.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from krat.access import crypto
from krat.reference.albanian import fold

SHORTEST = 3
_LENGTH = 20  # of 64 hexadecimal digits: eighty bits, so that two words do not meet
_WORD = re.compile(r"\w+")
_JOINTS = " -'’."


def words_of(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(fold(text))


def tokens_to_store(*texts: str) -> set[str]:
    """The tokens of every word of three letters or more, and of each of its beginnings from three letters."""
    return {
        _token(word[:length]) for text in texts for word in words_of(text) for length in range(SHORTEST, len(word) + 1)
    }


def tokens_to_find(typed: str) -> list[str]:
    """The tokens of what somebody typed; words shorter than three letters do not count."""
    return [_token(word) for word in dict.fromkeys(words_of(typed)) if len(word) >= SHORTEST]


def number_token(number: str) -> str:
    """The keyed token of a personal number, by which alone it is looked up; empty for no number.

    A plain hash of it would be the number itself: there are few enough of them to try all.
    """
    number = compact(number)
    return crypto.keyed_hash(number.encode(), use="personal-number") if number else ""


def compact(number: str) -> str:
    """A personal number as it is kept: capitals without blanks."""
    return "".join(number.split()).upper()


def check_name(name: str) -> None:
    """Refuse what is no name: signs other than letters, or letters of two alphabets in one word (look-alikes)."""
    for word in name.split():
        letters = [sign for sign in word if sign not in _JOINTS]
        if not all(unicodedata.category(sign)[0] in "LM" for sign in letters) or word[0] in _JOINTS:
            raise ValidationError(_("A name is written in letters only. Please check what was typed."))
        alphabets = {
            unicodedata.name(sign, "").partition(" ")[0] for sign in letters if unicodedata.category(sign)[0] == "L"
        }
        if len(alphabets) > 1:
            raise ValidationError(
                _("This word mixes letters of two alphabets that look alike. Please type it again in one of them.")
            )


def _token(word: str) -> str:
    return crypto.keyed_hash(word.encode(), use="name")[:_LENGTH]
