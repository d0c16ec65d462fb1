"""What the guard of committee texts knows of letters and words: how they are read, and which are nobody's name."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from anyascii import anyascii

DATA = Path(__file__).parent / "data"

# ---------------------------------------------------------------- reading letters

# Letters of other alphabets that look like ours: a name with one inside must not pass for another word.
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԛԜавеѕіјкмнорстухԁһԍɡıΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ",
    "ABESIJKMHOPCTYXQWabesijkmhopctyxdhggiABEZHIKMNOPTYXaeiknoptux",
)
SAME_SIGN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2019": "'", "\u2018": "'", "\u02bc": "'"})


@cache
def plain_character(character: str) -> str:
    """A character as plain letters: no accents, no look-alikes; nothing for what cannot be seen."""
    category = unicodedata.category(character)
    if character in "\u115f\u1160\u2800\u3164\uffa0":
        return ""  # letters and signs drawn as nothing
    if category == "Zs":
        return " "
    if character in "\n\r\u2028\u2029\v\f":
        return "\n"
    if category in ("Cf", "Cc", "Cn", "Co", "Cs", "Mn", "Me"):
        return " " if character == "\t" else ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    kept = "".join(c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) not in ("Mn", "Cf"))
    kept = kept.translate(LOOK_ALIKES).translate(SAME_SIGN)
    if not kept.isascii() and kept.lower() != kept.upper():
        kept = anyascii(kept)  # a letter that takes nothing apart: Đ, Ł, ø, Ж
    return kept


def fold(word: str) -> str:
    return "".join(map(plain_character, word)).lower()


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DIGRAPHS = word_set("dh gj ll nj rr sh th xh zh")


def is_initial(text: str) -> bool:
    """Whether a word is one letter of a name: "H", "Gj"."""
    return (len(text) == 1 and text.isupper()) or (text[0].isupper() and text.lower() in DIGRAPHS)


# ---------------------------------------------------------------- case forms

AFTER_CONSONANT = word_set("i it in u ut un e es en a at et te ve eve ave sh esh ne")
AFTER_VOWEL = word_set("s n t ja je jes jen se ne te ve sh a")
FOR_VOWEL = {
    "e": word_set("a es en e at ave et eve"),
    "a": word_set("a es en e at ave"),
    "i": word_set("e et eve a ave at"),
    "u": word_set("es en e"),
    "o": word_set("ua oi"),
    "y": word_set("i"),
}


@lru_cache(maxsize=8192)
def case_forms(word: str) -> frozenset[str]:
    """The word in its case forms, folded: "Hoxha" gives hoxha, hoxhes, hoxhen, …"""
    bases = {fold(word)}
    if re.search(r"ë[rzlnts]$", word := unicodedata.normalize("NFC", word)):
        bases.add(fold(word[:-2] + word[-1]))  # Shkodër, Shkodrës
    found = set(bases)
    for base in bases:
        if base[-1:] in "aeiouy":
            found.update(base + ending for ending in AFTER_VOWEL)
            if len(base) > 2:
                found.update(base[:-1] + ending for ending in FOR_VOWEL[base[-1]])
        else:
            found.update(base + ending for ending in AFTER_CONSONANT)
            if base.endswith("j"):
                found.update((base + "t", base + "n", base + "s", base + "ve"))  # Muhaj, Muhajt, Muhajve
    return frozenset(found)


def all_case_forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(case_forms, words))


@cache
def read(name: str) -> tuple[str, ...]:
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def phrases() -> tuple[str, ...]:
    """Names of several words that are nobody's: organisations, feasts, public names. One a line."""
    lines = (DATA / "phrases.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def first_names() -> frozenset[str]:
    return all_case_forms(read("first_names"))


@cache
def surnames() -> frozenset[str]:
    names = read("surnames")
    families = (name[:-1] + "aj" for name in names if name[-1] in "aiu")  # "te Hoxhajt", "Prendajve"
    return all_case_forms((*names, *families))


@cache
def common_words() -> frozenset[str]:
    return all_case_forms(read("words")) | fixed_words()


@cache
def fixed_words() -> frozenset[str]:
    return frozenset(map(fold, read("fixed_words")))


@cache
def short_forms() -> frozenset[str]:
    return frozenset(map(fold, read("acronyms")))


@cache
def bare_surnames() -> frozenset[str]:
    """Family names as they stand on a door, in no other case."""
    return frozenset(map(fold, read("surnames")))


@cache
def name_words() -> frozenset[str]:
    return all_case_forms(read("name_words"))


OFFICE_ENDINGS = word_set("i it in e es en et eve ve ja jes jen esha eshes eshen eshe eshat")


@cache
def office_words() -> frozenset[str]:
    """Offices in their forms: "drejtori", "drejtoresha", and not "drejtoria", which is a house."""
    stems = {fold(word) for word in read("offices")}
    return frozenset(stems | {stem + ending for stem in stems for ending in OFFICE_ENDINGS})


# Endings of long words that no name has: "Verifikimi", "Ngarkohet", "Bashkëpunuese". Shorter words would
# take in Bislim and Tartari.
WORD_ENDING = re.compile(
    r"(?:.{5}(?:imi|imit|imin|imet|imeve|tare|tari|tarit)|shem|shme|ueshem|ohet|ohen|ueshme|uesi|uesit|uesve|ueses|uesja|uese|esia"
    r"|esise|esine|teti|tetit|tetin|oi|uan|uar|ojne|ojme|isht|onal|onale|ional|cioni|cionit|cionin)$"
)
LONG_WORD = 8

# Short words between the parts of an institution's name: their form follows the case, so no comparison
# looks at them.
LINKS = frozenset(["i", "e", "te", "se"])
