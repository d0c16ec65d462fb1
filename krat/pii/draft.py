"""A text of the committee made plain, word by word, with the way back to the characters as they were written."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from krat.pii.relations import FAMILY_WORDS
from krat.pii.vocabulary import (
    LINKS,
    LONG_WORD,
    WORD_ENDING,
    case_forms,
    common_words,
    first_names,
    fold,
    is_initial,
    office_words,
    phrases,
    plain_character,
    read,
    short_forms,
    surnames,
    word_set,
)


class Kind(StrEnum):
    """What a stretch of text is shaped like."""

    NAME = "name"
    INITIALS = "initials"
    PHONE = "phone"
    PERSONAL_NUMBER = "personal_number"
    CASE_NUMBER = "case_number"
    EMAIL = "email"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    DOCUMENT = "document"
    ACCOUNT = "account"
    FIRST_NAME = "first_name"


Phrases = dict[str, list[tuple[frozenset[str], ...]]]
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Known:
    """What the caller says is nobody's secret: places, institutions, holders of an office."""

    phrases: Phrases
    holders: Phrases
    holder_words: frozenset[str]
    places: frozenset[str]
    towns: frozenset[str]


def _words_of(phrase: str) -> list[str]:
    """The words of a phrase as written, without the links between them."""
    whole = unicodedata.normalize("NFC", phrase)
    return [word for word in WORD.findall(whole) if fold(word) not in LINKS]


def _put(phrases: Phrases, words: Sequence[str]) -> None:
    if words:
        shapes = tuple(case_forms(word) for word in words)
        for form in shapes[0]:
            phrases.setdefault(form, []).append(shapes)


TITLES = word_set(
    """
    z zj znj zoti zotit zotin zonja zonjes zonjen zonjusha zonjushes zonjushen
    """
)


NOTES_OF_A_FEAST = re.compile(r"^[^:]*: | *\([^)]*\)")  # "Ditë pushimi: ", "(dita të konfirmohet)"


@lru_cache(maxsize=32)
def what_is_known(
    allowed_names: frozenset[str], places: frozenset[str], institutions: frozenset[str], feasts: frozenset[str]
) -> Known:
    known: Phrases = {}
    holders: Phrases = {}
    single: set[str] = set()
    towns = frozenset(form for place in places for word in _words_of(place) for form in case_forms(word))
    for place in (*places, *(word.replace("_", " ") for word in read("places"))):
        words = _words_of(place)
        if len(words) == 1:
            single.update(case_forms(words[0]))
        else:
            _put(known, words)
            single.update(form for word in words if fold(word) not in first_names() for form in case_forms(word))
    for phrase in (*institutions, *(NOTES_OF_A_FEAST.sub("", feast) for feast in feasts), *phrases()):
        _put(known, _words_of(phrase))
    holder_words: set[str] = set()
    for name in allowed_names:
        words = [word for word in _words_of(name) if fold(word) not in TITLES]
        if len(words) > 1:
            _put(holders, words)
            _put(holders, words[::-1])
        holder_words.update(form for word in words for form in case_forms(word))
    return Known(known, holders, frozenset(holder_words), frozenset(single), towns)


# ---------------------------------------------------------------- the draft


@dataclass
class Token:
    """One word of the plain text; `key` is its folded form without a case ending after a hyphen."""

    start: int
    end: int
    text: str
    key: str
    covered: bool = False  # part of a place, an institution or a school's name
    holder: bool = False  # part of an office-holder's full name
    taken: bool = False  # already part of a finding


def _is_prefix(before: str, word: str) -> bool:
    """Whether a capital or two before an apostrophe belong to a name of another language: D', O', N'."""
    if len(before) > 2 or not before[0].isupper() or not word[0].isupper():
        return False
    return word.lower() not in common_words()


Hit = tuple[Kind, int, int, bool]
CASE_ENDINGS = word_set(
    """
    a e i u n s t es en it in ut un ja se ne te ve
    """
)
SEVERAL_CAPITALS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


class Draft:
    """A text made plain, with the way back to the characters as they were written."""

    def __init__(self, text: str, known: Known) -> None:
        letters: list[str] = []
        self.origin: list[int] = []
        for index, character in enumerate(text):
            for letter in plain_character(character):
                letters.append(letter)
                self.origin.append(index)
        self.plain = "".join(letters)
        self.known = known
        self.tokens = self._split()
        self.breaks = _sentence_breaks(self.plain)
        self.starts = [token.start for token in self.tokens]
        self.offices = {self.sentence(token.start) for token in self.tokens if self._is_office(token)}

    def _split(self) -> list[Token]:
        tokens: list[Token] = []
        plain = self.plain
        for match in WORD.finditer(plain):
            start, end, word = match.start(), match.end(), match.group()
            last = tokens[-1] if tokens else None
            if last and start == last.end + 1 and plain[last.end] == "'" and _is_prefix(last.text, word):
                tokens[-1] = Token(last.start, end, last.text + word, (last.text + word).lower())  # D'Amico, N'Diaye
                continue
            if (
                last
                and start == last.end + 1
                and plain[last.end] == "-"
                and word.lower() in CASE_ENDINGS
                and word.islower()
            ):
                last.end = end  # "Çela-n": the ending belongs to the word before
                continue
            pieces = SEVERAL_CAPITALS.split(word)
            if len(pieces) == 1 or min(map(len, pieces)) < 3 or word.lower() in common_words():
                pieces = [word]
            for piece in pieces:
                tokens.append(Token(start, start + len(piece), piece, piece.lower()))
                start += len(piece)
        return tokens

    def _is_office(self, token: Token) -> bool:
        return token.key in office_words() or (token.key == "z" and self.plain.startswith(".", token.end))

    def sentence(self, position: int) -> int:
        """Which sentence a place in the plain text lies in, counted from one."""
        return bisect_right(self.breaks, position) + 1

    def bounds(self, position: int) -> tuple[int, int]:
        """Where that sentence begins and ends."""
        number = bisect_right(self.breaks, position)
        begin = self.breaks[number - 1] if number else 0
        return begin, self.breaks[number] if number < len(self.breaks) else len(self.plain)

    def before(self, position: int, length: int) -> str:
        """What the same sentence says just before."""
        return self.plain[max(self.bounds(position)[0], position - length) : position]

    def after(self, position: int, length: int) -> str:
        """What the same sentence says just behind."""
        return self.plain[position : min(self.bounds(max(0, position - 1))[1], position + length)]

    def gap(self, index: int) -> str:
        """What stands between a word and the next one."""
        return self.plain[self.tokens[index].end : self.tokens[index + 1].start]

    def joined(self, index: int) -> bool:
        """Whether only space (one line break at most) stands before the next word."""
        if not 0 <= index < len(self.tokens) - 1:
            return False
        gap = self.gap(index)
        return len(gap) <= 12 and not gap.strip() and gap.count("\n") <= 1

    # Classes of a word

    def is_dotted(self, index: int) -> bool:
        """Whether it is one letter with a dot: "Z." """
        token = self.tokens[index]
        return is_initial(token.text) and self.plain.startswith(".", token.end)

    def is_covered(self, position: int) -> bool:
        """Whether the word at a place of the plain text is part of a place's or an institution's name."""
        index = bisect_right(self.starts, position) - 1
        return index >= 0 and self.tokens[index].covered

    def holder_word(self, index: int) -> bool:
        """One word of an office-holder's name, in a sentence that says an office."""
        token = self.tokens[index]
        return token.key in self.known.holder_words and self.sentence(token.start) in self.offices

    def capital(self, index: int) -> bool:
        token = self.tokens[index]
        return len(token.text) >= 2 and not token.text.islower() and not token.covered

    def first(self, index: int) -> bool:
        return self.tokens[index].key in first_names()

    def last(self, index: int) -> bool:
        return self.tokens[index].key in surnames()

    def place(self, index: int) -> bool:
        return self.tokens[index].key in self.known.places

    def word(self, index: int) -> bool:
        """Whether it is nobody's name: in the committee's vocabulary, a short form, or built like no name."""
        token = self.tokens[index]
        if token.key in common_words() or token.key in TITLES or token.key in FAMILY_WORDS:
            return True
        if token.text.isupper():
            if token.key in short_forms() or not set(token.key) & set("aeiouy"):
                return True
            if len(token.text) <= 3 and not (self.first(index) or self.last(index)):
                return True
        return (
            len(token.key) >= LONG_WORD
            and WORD_ENDING.search(token.key) is not None
            and not (self.first(index) or self.last(index))
        )

    def nameable(self, index: int) -> bool:
        """Capitalised, and nothing but a name explains it."""
        return (
            self.capital(index) and len(self.tokens[index].text) >= 3 and not self.word(index) and not self.place(index)
        )

    def doubtful(self, index: int) -> bool:
        """A known name that is also a word or a place: "Besa", "Dibra"."""
        known = self.first(index) or self.last(index)
        return self.capital(index) and known and (self.word(index) or self.place(index))


QUOTES = "\"“”„«»'"

# A dot after these does not end a sentence.
ABBREVIATIONS = word_set(
    """
    z zj znj dr prof nr art ap rr tel cel sh p f fq lek v krh dt av inxh ing kap pg pika neni let shk
    pall hyr etj psh prot dtl vj
    """
)


def _sentence_breaks(plain: str) -> list[int]:
    """Where each sentence after the first begins."""
    breaks: list[int] = []
    for match in re.finditer(r"[.!?…]+|\n+", plain):
        end = match.end()
        if match.group()[0] == "\n":
            breaks.append(end)
            continue
        if match.group() == ".":
            before = plain[max(0, match.start() - 12) : match.start()]
            word = re.search(r"[^\W_]*$", before)
            piece = word.group() if word else ""
            if piece.lower() in ABBREVIATIONS - {"etj"} or len(piece) == 1 or piece.isdigit():
                continue
        after = plain[end : end + 4].lstrip("\"”»')")
        if not after:
            continue
        if after[0].isspace():
            if not after.strip()[:1].islower():
                breaks.append(end)
        elif after[0].isupper() and match.start() > 0 and plain[match.start() - 1].islower():
            breaks.append(end)
    # Breaks with nothing but space between them are one.
    kept: list[int] = []
    begin = 0
    for point in breaks:
        if plain[begin:point].strip() and plain[point : point + 200].strip():
            kept.append(point)
        begin = point
    return kept
