"""Words in plain letters: the one rule by which a text is found however it is typed, names and papers alike."""

import re
import unicodedata

from anyascii import anyascii

# What phones, word processors and transliterations put for an apostrophe, and for a hyphen.
APOSTROPHES = "'’‘ʼʻʹʽʾʿ′‵`´＇"
HYPHENS = "-‐‑‒–—−"
PARTS = re.compile(r"[^\W_]+")

_SAME_JOINT = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-"))
_CHUNK = re.compile(r"[^\W_](?:[\w'-]*[^\W_])?")


def fold(word: str) -> str:
    """One word in small plain letters, whatever its script: *Đorđević* is *dordevic*, *Işıl* is *isil*."""
    if word.isascii() and word.isalnum():
        return word.lower()
    plain = "".join(sign for sign in anyascii(word).casefold() if sign.isalnum())
    return plain or word.casefold()


def chunks(text: str) -> list[str]:
    """What stands between blanks, commas and brackets; the joints within are told apart no more."""
    return _CHUNK.findall(unicodedata.normalize("NFKC", text.translate(_SAME_JOINT)))


def words_of(text: str) -> list[str]:
    """The folded words of a text; joined ones are two (*Ana-Maria*, *D’Ana*)."""
    return [fold(part) for chunk in chunks(text) for part in PARTS.findall(chunk)]
