"""The guard of committee texts: it finds what is shaped like a private person's data.

It asks nobody who is registered. It judges the shape of the words alone, so its answer is the same for a
person the registry knows and for one it has never heard of. Every pattern is bounded, so the time grows with
the length of the text and no faster.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import ngettext

DATA = Path(__file__).parent / "data"


class Kind(StrEnum):
    """What a stretch of text is shaped like."""

    NAME = "name"
    INITIALS = "initials"
    PHONE = "phone"
    PERSONAL_NUMBER = "personal_number"
    EMAIL = "email"
    ADDRESS = "address"
    FIRST_NAME = "first_name"


@dataclass(frozen=True)
class Finding:
    """One stretch of the text, by its place only: the words themselves are never carried on."""

    kind: Kind
    sentence: int
    start: int
    end: int
    stops: bool


# ---------------------------------------------------------------- reading letters

# Letters of other alphabets that look like ours: a name with one inside must not pass for another word.
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԛԜавеѕіјкмнорстухԁһԍɡıΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ",
    "ABESIJKMHOPCTYXQWabesijkmhopctyxdhggiABEZHIKMNOPTYXaeiknoptux",
)
SAME_SIGN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2019": "'", "\u2018": "'", "\u02bc": "'"})


@cache
def _plain_character(character: str) -> str:
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
    return kept.translate(LOOK_ALIKES).translate(SAME_SIGN)


def _fold(word: str) -> str:
    return "".join(map(_plain_character, word)).lower()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# ---------------------------------------------------------------- case forms

AFTER_CONSONANT = _set("i it in u ut un e es en a at et te ve eve ave sh esh ne")
AFTER_VOWEL = _set("s n t ja je jes jen se ne te ve sh a")
FOR_VOWEL = {
    "e": _set("a es en e at ave et eve"),
    "a": _set("a es en e at ave"),
    "i": _set("e et eve a ave at"),
    "u": _set("es en e"),
    "o": _set("ua oi"),
    "y": _set("i"),
}


@lru_cache(maxsize=8192)
def _forms(word: str) -> frozenset[str]:
    """The word in its case forms, folded: "Hoxha" gives hoxha, hoxhes, hoxhen, …"""
    bases = {_fold(word)}
    if re.search(r"ë[rzlnts]$", word := unicodedata.normalize("NFC", word)):
        bases.add(_fold(word[:-2] + word[-1]))  # Shkodër, Shkodrës
    found = set(bases)
    for base in bases:
        if base[-1:] in "aeiouy":
            found.update(base + ending for ending in AFTER_VOWEL)
            if len(base) > 2:
                found.update(base[:-1] + ending for ending in FOR_VOWEL[base[-1]])
        else:
            found.update(base + ending for ending in AFTER_CONSONANT)
            if base.endswith("j"):
                found.update((base + "t", base + "n", base + "s"))  # Muhaj, Muhajt
    return frozenset(found)


def _all_forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(_forms, words))


@cache
def _read(name: str) -> tuple[str, ...]:
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _first_names() -> frozenset[str]:
    return _all_forms(_read("first_names"))


@cache
def _surnames() -> frozenset[str]:
    return _all_forms(_read("surnames"))


@cache
def _common_words() -> frozenset[str]:
    return _all_forms(_read("words")) | _fixed_words()


@cache
def _fixed_words() -> frozenset[str]:
    return frozenset(map(_fold, _read("fixed_words")))


@cache
def _short_forms() -> frozenset[str]:
    return frozenset(map(_fold, _read("acronyms")))


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

Phrases = dict[str, list[tuple[frozenset[str], ...]]]
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class _Known:
    """What the caller says is nobody's secret: places, institutions, holders of an office."""

    phrases: Phrases
    holders: Phrases
    holder_words: frozenset[str]
    places: frozenset[str]
    towns: frozenset[str]


def _words_of(phrase: str) -> list[str]:
    """The words of a phrase as written, without the links between them."""
    whole = unicodedata.normalize("NFC", phrase)
    return [word for word in WORD.findall(whole) if _fold(word) not in LINKS]


def _put(phrases: Phrases, words: Sequence[str]) -> None:
    if words:
        shapes = tuple(_forms(word) for word in words)
        for form in shapes[0]:
            phrases.setdefault(form, []).append(shapes)


TITLES = _set(
    """
    z zj znj zoti zotit zotin zonja zonjes zonjen zonjusha zonjushes zonjushen
    """
)


@lru_cache(maxsize=32)
def _known(allowed_names: frozenset[str], places: frozenset[str], institutions: frozenset[str]) -> _Known:
    phrases: Phrases = {}
    holders: Phrases = {}
    single: set[str] = set()
    towns = frozenset(form for place in places for word in _words_of(place) for form in _forms(word))
    for place in (*places, *(word.replace("_", " ") for word in _read("places"))):
        words = _words_of(place)
        if len(words) == 1:
            single.update(_forms(words[0]))
        else:
            _put(phrases, words)
            single.update(form for word in words if _fold(word) not in _first_names() for form in _forms(word))
    for institution in institutions:
        _put(phrases, _words_of(institution))
    for phrase in ("Nënë Tereza", "Different Equal", "Terre des hommes"):
        _put(phrases, phrase.split())
    holder_words: set[str] = set()
    for name in allowed_names:
        words = [word for word in _words_of(name) if _fold(word) not in TITLES]
        if len(words) > 1:
            _put(holders, words)
            _put(holders, words[::-1])
        holder_words.update(form for word in words for form in _forms(word))
    return _Known(phrases, holders, frozenset(holder_words), frozenset(single), towns)


# ---------------------------------------------------------------- the page


@dataclass
class _Token:
    """One word of the plain text; `key` is its folded form without a case ending after a hyphen."""

    start: int
    end: int
    text: str
    key: str
    covered: bool = False  # part of a place, an institution or a school's name
    holder: bool = False  # part of an office-holder's full name
    taken: bool = False  # already part of a finding


Hit = tuple[Kind, int, int, bool]
CASE_ENDINGS = _set(
    """
    a e i u n s t es en it in ut un ja se ne te ve
    """
)
SEVERAL_CAPITALS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


class _Page:
    """A text made plain, with the way back to the characters as they were written."""

    def __init__(self, text: str, known: _Known) -> None:
        letters: list[str] = []
        self.origin: list[int] = []
        for index, character in enumerate(text):
            for letter in _plain_character(character):
                letters.append(letter)
                self.origin.append(index)
        self.plain = "".join(letters)
        self.known = known
        self.tokens = self._split()
        self.breaks = _sentence_breaks(self.plain)
        self._cover(known.phrases, holders=False)
        self._cover(known.holders, holders=True)
        self._cover_schools()

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        plain = self.plain
        for match in WORD.finditer(plain):
            start, end, word = match.start(), match.end(), match.group()
            last = tokens[-1] if tokens else None
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
            if len(pieces) == 1 or min(map(len, pieces)) < 3:
                pieces = [word]
            for piece in pieces:
                tokens.append(_Token(start, start + len(piece), piece, piece.lower()))
                start += len(piece)
        return tokens

    def gap(self, index: int) -> str:
        """What stands between a word and the next one."""
        return self.plain[self.tokens[index].end : self.tokens[index + 1].start]

    def joined(self, index: int) -> bool:
        """Whether only space (one line break at most) stands before the next word."""
        if not 0 <= index < len(self.tokens) - 1:
            return False
        gap = self.gap(index)
        return len(gap) <= 12 and not gap.strip() and gap.count("\n") <= 1

    def _cover(self, phrases: Phrases, *, holders: bool) -> None:
        if not phrases:
            return
        words = [index for index, token in enumerate(self.tokens) if token.key not in LINKS]
        for position, index in enumerate(words):
            best = 0
            for shapes in phrases.get(self.tokens[index].key, ()):
                if (
                    len(shapes) > best
                    and position + len(shapes) <= len(words)
                    and self._matches(shapes, words, position)
                ):
                    best = len(shapes)
            if best:
                for token in self.tokens[index : words[position + best - 1] + 1]:
                    token.covered = True
                    token.holder = token.holder or holders

    def _matches(self, shapes: tuple[frozenset[str], ...], words: list[int], position: int) -> bool:
        for offset in range(1, len(shapes)):
            here, before = words[position + offset], words[position + offset - 1]
            if self.tokens[here].key not in shapes[offset]:
                return False
            if self.tokens[here].start - self.tokens[before].end > 12:
                return False
        return True

    def _cover_schools(self) -> None:
        """A school, square or street is often named after a person: the words right after it are its name."""
        for index, token in enumerate(self.tokens):
            if not token.key.startswith(NAMED_AFTER) or token.key in NOT_NAMED_AFTER:
                continue
            at = index + 1
            while at < len(self.tokens) and at <= index + 7 and self.tokens[at].key in SCHOOL_WORDS:
                at += 1
            if at >= len(self.tokens) or not self.tokens[at].text[0].isupper():
                continue
            between = self.plain[self.tokens[at - 1].end : self.tokens[at].start]
            if len(between) > 12 or any(sign in between for sign in ".,;:\n"):
                continue
            if any(sign in between for sign in QUOTES):
                self._cover_quoted(at)
            else:
                for name in self.tokens[at : at + self._length_of_school_name(at)]:
                    name.covered = True

    def _cover_quoted(self, at: int) -> None:
        for index in range(at, min(at + 6, len(self.tokens))):
            self.tokens[index].covered = True
            if index + 1 < len(self.tokens) and any(sign in self.gap(index)[:3] for sign in QUOTES):
                return

    def _length_of_school_name(self, at: int) -> int:
        run = 1
        while run < 5 and self.joined(at + run - 1) and self.nameable(at + run):
            run += 1
        if run == 3:
            second = self.tokens[at + 1].key
            return 1 if second in _first_names() else 3
        return min(run, 2)

    # Classes of a word

    def capital(self, index: int) -> bool:
        token = self.tokens[index]
        return len(token.text) >= 2 and not token.text.islower() and not token.covered

    def first(self, index: int) -> bool:
        return self.tokens[index].key in _first_names()

    def last(self, index: int) -> bool:
        return self.tokens[index].key in _surnames()

    def place(self, index: int) -> bool:
        return self.tokens[index].key in self.known.places

    def word(self, index: int) -> bool:
        """Whether it is nobody's name: in the committee's vocabulary, a short form, or built like no name."""
        token = self.tokens[index]
        if token.key in _common_words():
            return True
        if token.text.isupper():
            if token.key in _short_forms() or not set(token.key) & set("aeiouy"):
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
NAMED_AFTER = (
    "shkoll", "gjimnaz", "gjymnaz", "kopsht", "cerdh", "konvikt", "shesh", "rruga", "rruges", "rrugen",
    "rruget", "bulevard", "lagj", "spital",
    "teatr", "stadium", "bibliotek", "muze", "universitet", "aeroport", "hotel",
)  # fmt: skip
NOT_NAMED_AFTER = frozenset(["shkollor", "shkollore", "shkolloret"])
SCHOOL_WORDS = _set(
    """
    e i te se vjecare mesme bashkuar fillore profesionale pergjithshme publike jopublike speciale
    teknike ekonomike mbreterore rajonal rajonale memorial kombetar nderkombetar qytetit fshatit me
    emrin emri profesional publik universitar bashkiak artistik artistike
    """
)

# A dot after these does not end a sentence.
ABBREVIATIONS = _set(
    """
    z zj znj dr prof nr art ap rr tel cel sh p f fq lek v krh dt av inxh ing kap pg pika neni let shk
    pall hyr etj psh prot
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


# ---------------------------------------------------------------- the rules


def _is_pair(page: _Page, left: int, right: int) -> bool:
    """Whether two neighbouring capitalised words are shaped like name and surname, in either order."""
    if page.nameable(left) and page.nameable(right):
        return True
    if page.nameable(left) and page.first(left) and page.doubtful(right):
        return True
    if {page.tokens[left].key, page.tokens[right].key} & _fixed_words():
        return False
    if page.nameable(left) and page.doubtful(right):
        return page.last(right) or page.last(left)
    if page.doubtful(left) and page.nameable(right):
        return page.first(left) or page.last(left) or page.first(right)
    if page.doubtful(left) and page.doubtful(right):
        return page.first(left) and page.last(right)
    if page.nameable(right) and page.first(right) and page.capital(left) and page.place(left):
        return page.tokens[left].key not in page.known.towns  # "Velçani Elona": the surname first
    if not page.nameable(left) or not page.capital(right):
        return False
    # "Elona Durrës": a town or a word behind a first name is written like a surname. Behind a word that is
    # not known, a village is ("Velçani"), and a town is not: "Arsis Durrës".
    village = page.place(right) and page.tokens[right].key not in page.known.towns
    return page.first(left) or village


WEAK_GAP = re.compile(r"(?:[^\w,;:!?]|_){1,6}")


def _is_weak_pair(page: _Page, left: int) -> bool:
    """Name and surname with a sign between them; a known first name must be one of the two."""
    gap = page.gap(left)
    right = left + 1
    if gap.strip() == "," and len(gap) <= 3:
        return page.nameable(left) and page.nameable(right) and page.last(left) and page.first(right)
    if gap and (WEAK_GAP.fullmatch(gap) is None or (gap[0] == "." and len(gap) > 1)):
        return False
    return page.nameable(left) and page.nameable(right) and (page.first(left) or page.first(right))


def _names(page: _Page) -> Iterator[Hit]:
    """Runs of words shaped like a name and a surname."""
    tokens = page.tokens
    index = 0
    while index < len(tokens) - 1:
        end = index
        while end < len(tokens) - 1:
            joined = page.joined(end)
            if not (_is_pair(page, end, end + 1) if joined else _is_weak_pair(page, end)):
                break
            end += 1
        if end > index:
            for token in tokens[index : end + 1]:
                token.taken = True
            yield Kind.NAME, tokens[index].start, tokens[end].end, True
        index = end + 1


def _names_beside(page: _Page) -> Iterator[Hit]:
    """One word that a title, an initial or an office-holder's name before it makes a person's."""
    tokens = page.tokens
    for index, token in enumerate(tokens[1:], 1):
        if token.taken or not (page.nameable(index) or (page.doubtful(index) and page.last(index))):
            continue
        before = tokens[index - 1]
        gap = page.gap(index - 1)
        close = len(gap) <= 4 and not gap.strip(". ")
        if before.holder and page.joined(index - 1):
            hit = True  # a third word after an allowed name makes another person
        elif (
            (before.key in TITLES or before.key in PERSON_WORDS) and close and (before.key in TITLES or "." not in gap)
        ):
            hit = page.nameable(index) and not page.first(index) and token.key not in page.known.holder_words
        elif _is_initial(before.text) and gap.startswith(".") and close:
            hit = page.nameable(index) and token.key not in page.known.holder_words
        else:
            hit = False
        if hit:
            token.taken = True
            yield Kind.NAME, before.start, token.end, True
    for index in range(len(tokens) - 1):
        known = page.first(index) or page.last(index)
        if tokens[index + 1].holder and page.joined(index) and known and not tokens[index].taken:
            if not page.nameable(index):
                continue
            tokens[index].taken = True
            yield Kind.NAME, tokens[index].start, tokens[index + 1].end, True


def _mixed_names(page: _Page) -> Iterator[Hit]:
    """A known first name and a known surname of which one or both have no capital."""
    for index in range(len(page.tokens) - 1):
        left, right = page.tokens[index], page.tokens[index + 1]
        if left.taken or right.taken or left.covered or right.covered or not page.joined(index):
            continue
        if min(len(left.key), len(right.key)) < 4 or page.word(index) or page.place(index):
            continue
        if not (page.first(index) and page.last(index + 1)) and not (page.last(index) and page.first(index + 1)):
            continue
        if page.word(index + 1) and not left.text[0].isupper():
            continue
        left.taken = right.taken = True
        stops = left.text[0].isupper() or right.text[0].isupper()
        yield (Kind.NAME if stops else Kind.FIRST_NAME), left.start, right.end, stops


LETTER = r"(?:[Dd][Hh]|[Gg][Jj]|[Ll][Ll]|[Nn][Jj]|[Rr][Rr]|[Ss][Hh]|[Tt][Hh]|[Xx][Hh]|[Zz][Hh]|[^\W\d_])(?!\w)"
SPACED_OUT = re.compile(rf"(?<!\w){LETTER}(?: {{1,3}}{LETTER}){{5,39}}")


def _spaced_names(page: _Page) -> Iterator[Hit]:
    """A name written letter by letter: two groups that are no words, or one that begins with a known name."""
    for match in SPACED_OUT.finditer(page.plain):
        groups = [group.replace(" ", "").lower() for group in re.split(r" {2,3}", match.group())]
        strange = [
            group
            for group in groups
            if group not in _common_words() and group not in LINKS and not WORD_ENDING.search(group)
        ]
        begun = any(
            group[:cut] in _first_names() or group[:cut] in _surnames()
            for group in strange
            for cut in range(3, len(group) - 2)
        )
        if len(strange) > 1 or begun:
            yield Kind.NAME, match.start(), match.end(), True


DIGRAPHS = _set(
    """
    dh gj ll nj rr sh th xh zh
    """
)
PERSON_WORDS = _set(
    """
    vajza vajzes vajzen vajze djali djalit djalin femija femijes femijen nxenesi nxenesit nxenesin
    nxenesja nxeneses nxenesen mituri miturit miturin mitura mitures mituren shtetasi shtetasit
    shtetasin shtetasja shtetases shtetasen viktima viktimes viktimen familja familjes familjen nena
    nenes nenen babai babait baban motra motres motren vellai vellait vellain gruaja gruas gruan burri
    burrit burrin bija bijes bijen biri birit birin
    """
)
INITIALS = re.compile(
    r"(?<![\w.\-/])(?:(?:D[Hh]|G[Jj]|L[Ll]|N[Jj]|R[Rr]|S[Hh]|T[Hh]|X[Hh]|Z[Hh]|[A-Z])\. {0,2}){1,4}"
    r"(?:D[Hh]|G[Jj]|L[Ll]|N[Jj]|R[Rr]|S[Hh]|T[Hh]|X[Hh]|Z[Hh]|[A-Z])(?!\w)\.?"
)
SMALL_INITIALS = re.compile(r" {1,2}[a-z]\. {0,2}[a-z]\.(?!\w)")


def _is_initial(text: str) -> bool:
    return (len(text) == 1 and text.isupper()) or (text[0].isupper() and text.lower() in DIGRAPHS)


def _initials(page: _Page) -> Iterator[Hit]:
    """Two or three initials, a first name with an initial, or two capitals after "vajza", "nxënësi", …"""
    for match in INITIALS.finditer(page.plain):
        parts = re.findall(r"[A-Za-z]+", match.group())
        letters = "".join(parts).lower()
        apart = " " in match.group() and not match.group().endswith(".")
        if letters not in _short_forms() and len(parts) <= 3 and not apart:
            yield Kind.INITIALS, match.start(), match.end(), True
    tokens = page.tokens
    for index in range(len(tokens) - 1):
        token, after = tokens[index], tokens[index + 1]
        if token.key in PERSON_WORDS:
            small = SMALL_INITIALS.match(page.plain, token.end)
            if small:
                yield Kind.INITIALS, small.start(), small.end(), True
            elif page.joined(index) and _is_pair_of_capitals(page, after):
                yield Kind.INITIALS, after.start, after.end, True
        elif page.joined(index) and _is_initial(after.text) and page.plain.startswith(".", after.end):
            known = page.first(index) or page.last(index)
            if known and page.nameable(index) and not token.taken:
                token.taken = True
                yield Kind.INITIALS, token.start, after.end + 1, True


def _is_pair_of_capitals(page: _Page, token: _Token) -> bool:
    """Two or three capitals that are neither a short form nor the beginning of a case code."""
    if token.covered or not token.text.isupper() or not 2 <= len(token.text) <= 3:
        return False
    if token.key in _short_forms() or token.key in LINKS or token.key in _common_words():
        return False
    return re.match(r"[-/–\d]", page.plain[token.end : token.end + 1]) is None


DATES = re.compile(r"(?<!\d)(\d{1,2})[./\-](\d{1,2})[./\-]((?:19|20)\d\d)(?!\d)")
LONG_NUMBER = re.compile(r"(?<![\w])(?:\+ ?|\( ?|[Oo])?\d(?:[ .\-/()–]{0,3}\d){5,16}(?!\d)")
CALL_WORD = re.compile(
    r"\b(?:tel|cel|mob|telefon\w{0,6}|celular\w{0,4}|whatsapp|viber)[ .:]{0,4}(?:nr[ .:]{0,3})?$",
    re.IGNORECASE,
)
MONEY = re.compile(r" ?(?:leke?|lekesh|euro|eur|all|usd|dollar|€|\$)", re.IGNORECASE)
HELPLINES = _set(
    """
    116006 116111 116000 116117 129 112 127 126 128 08001212 0801010
    """
)


def _phones(page: _Page) -> Iterator[Hit]:
    plain = DATES.sub(lambda match: "#" * len(match.group()), page.plain)
    for match in LONG_NUMBER.finditer(plain):
        digits = re.sub(r"\D", "", match.group())
        if digits in HELPLINES or MONEY.match(plain, match.end()):
            continue
        groups = [len(group) for group in re.findall(r"\d+", match.group())]
        number = digits.removeprefix("00")
        abroad = match.group()[0] == "+" or digits.startswith("00")
        if (
            (abroad and 9 <= len(number) <= 15)
            or (digits.startswith("355") and 11 <= len(digits) <= 12)
            or (re.match(r"06[6-9]", digits) and len(digits) == 10)
            or (re.match(r"0[2-8][2-9]", digits) and len(digits) == 9)
            or (re.match(r"6[6-9]", digits) and len(digits) == 9 and groups != [3, 3, 3])
            or (CALL_WORD.search(plain, max(0, match.start() - 24), match.start()) and 6 <= len(digits) <= 15)
        ):
            yield Kind.PHONE, match.start(), match.end(), True


PERSONAL_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]\d{8}[A-Za-z]|[A-Z][ .\-]?\d(?:[ .\-]?\d){7}[ .\-]?[A-Z])(?![A-Za-z0-9])"
)


def _personal_numbers(page: _Page) -> Iterator[Hit]:
    for match in PERSONAL_NUMBER.finditer(page.plain):
        if not DATES.search(match.group()):
            yield Kind.PERSONAL_NUMBER, match.start(), match.end(), True


AT_SIGN = re.compile(r" ?(?:@|\(at\)|\[at\]|\{at\}) ?", re.IGNORECASE)
BEFORE_AT = re.compile(r"[\w.%+\-]{1,64}$")
AFTER_AT = re.compile(r"[\w\-]{1,63}(?: ?(?:\.|\(dot\)|\[dot\]) ?[\w\-]{1,63}){1,5}", re.IGNORECASE)


def _emails(page: _Page) -> Iterator[Hit]:
    for match in AT_SIGN.finditer(page.plain):
        before = BEFORE_AT.search(page.plain[max(0, match.start() - 64) : match.start()])
        after = AFTER_AT.match(page.plain, match.end(), match.end() + 255)
        if before and after:
            yield Kind.EMAIL, match.start() - len(before.group()), after.end(), True


NUMBERED = r"(?:\.|:)? {0,2}(?:(?i:nr)\.? {0,2}|(?i:numri) ?)?\d{1,4} ?(?:/ ?\d{1,3}|[A-Za-z](?!\w))?(?![\d])"
STREET_WORD = r"(?:[A-Z][\w\-]{0,30}|[ietse]{1,2}(?!\w))"
PART = re.compile(
    r"(?<!\w)(?:"
    r"(?P<home>(?i:pall(?:ati|atin|atit)?|godina|godines|godinen|ap|apart|apartamenti|apartamentin|banesa|banesen|banese"
    rf"|shtepia|shtepine|shtepise){NUMBERED})"
    rf"|(?P<part>(?i:lagjja|lagjes|lagjen|lagje|lagjia|l|shkalla|shk|hyrja|hyr|kati|p|k|sh){NUMBERED})"
    r"|(?P<street>(?i:rruga|rruges|rrugen|bulevardi|bulevardit|bulevardin|(?:rr|blv)(?=[. ]))"
    rf"[ .]{{0,2}}(?:[\"“„«'][^\"“”„«»'\n]{{1,60}}[\"”»']|{STREET_WORD}(?: {{1,2}}{STREET_WORD}){{0,5}}))"
    r"|(?P<number>(?i:nr)\.? {0,2}\d{1,4}[A-Za-z]?(?![\w/]))"
    r")"
)
QUARTER = re.compile(r"(?<![\w.])L\. ?\d{1,2}(?![\w/])")
HOUSE = re.compile(r"[ ,]{1,3}(?:nr\.? {0,2})?\d{1,3} ?[A-Za-z]?(?![\w/%:]|\.\d)(?! ?(?:km|m2|metra|m)\b)")


def _addresses(page: _Page) -> Iterator[Hit]:
    """A house: a street with a number, a numbered building or flat, or two numbered parts side by side."""
    plain = page.plain
    for match in QUARTER.finditer(plain):
        yield Kind.ADDRESS, match.start(), match.end(), True
    group: list[re.Match[str]] = []
    for match in PART.finditer(plain):
        between = plain[group[-1].end() : match.start()] if group else ""
        if group and (len(between) > 4 or between.strip(" ,;.-\n")):
            if _is_address(plain, group):
                yield Kind.ADDRESS, group[0].start(), group[-1].end(), True
            group = []
        group.append(match)
    if group and _is_address(plain, group):
        yield Kind.ADDRESS, group[0].start(), group[-1].end(), True


def _is_address(plain: str, group: list[re.Match[str]]) -> bool:
    kinds = [match.lastgroup for match in group]
    if "home" in kinds:
        return True
    if "street" in kinds:
        street = group[kinds.index("street")]
        capital = any(c.isupper() for c in street.group()[2:]) or any(sign in street.group() for sign in QUOTES)
        return capital and (len(group) > 1 or HOUSE.match(plain, street.end()) is not None)
    return kinds.count("part") >= 2


def _first_names_alone(page: _Page) -> Iterator[Hit]:
    """A first name without a surname only warns: many are words, and many children share one."""
    for index, token in enumerate(page.tokens):
        if not token.taken and page.nameable(index) and page.first(index) and token.key not in page.known.holder_words:
            yield Kind.FIRST_NAME, token.start, token.end, False


Rule = Callable[[_Page], Iterator[Hit]]

NAME_RULES: tuple[Rule, ...] = (_names, _names_beside, _mixed_names, _spaced_names)
OTHER_RULES: tuple[Rule, ...] = (_initials, _phones, _personal_numbers, _emails, _addresses)
RULES: tuple[Rule, ...] = (*NAME_RULES, *OTHER_RULES, _first_names_alone)


def find_personal(
    text: str,
    *,
    allowed_names: Collection[str] = (),
    places: Collection[str] = (),
    institutions: Collection[str] = (),
) -> list[Finding]:
    """Everything in the text that is shaped like a private person's data, in the order of the text."""
    page = _Page(text, _known(frozenset(allowed_names), frozenset(places), frozenset(institutions)))
    findings: dict[tuple[int, int], Finding] = {}
    for rule in RULES:
        for kind, start, end, stops in rule(page):
            first, last = page.origin[start], page.origin[end - 1] + 1
            # Marks that cannot be seen are part of what is shown as found.
            while last < len(text) and not _plain_character(text[last]):
                last += 1
            sentence = bisect_right(page.breaks, start) + 1
            findings.setdefault((first, last), Finding(kind, sentence, first, last, stops))
    return sorted(findings.values(), key=lambda finding: (finding.start, finding.end))


def message(findings: Sequence[Finding]) -> str:
    """One sentence that says where to look, and never what was found there."""
    stopping = sorted({finding.sentence for finding in findings if finding.stops})
    numbers = stopping or sorted({finding.sentence for finding in findings})
    if not numbers:
        return ""
    listed = ", ".join(map(str, numbers))
    if stopping:
        return ngettext(
            "Sentence %(numbers)s seems to carry the data of a private person: "
            "please write the card or the institution instead.",
            "Sentences %(numbers)s seem to carry the data of private persons: "
            "please write the card or the institution instead.",
            len(numbers),
        ) % {"numbers": listed}
    return ngettext(
        "Sentence %(numbers)s may call a private person by the first name: please read it again.",
        "Sentences %(numbers)s may call private persons by the first name: please read them again.",
        len(numbers),
    ) % {"numbers": listed}
