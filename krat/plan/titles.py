"""Titles of tasks: what is to be done, taken from the words of a decision.

A full stop ends a sentence only where a sentence has begun: not after "nr.", "p.sh." or "Drejt.", not within a date or
a number. What a decision stands on ("Sipas VKM nr. 578, datë 3.10.2018, …") comes before what it asks for and is left
out.
"""

import re

MOST = 160  # letters: what a line of a list still shows; the whole text stands in the task's details
_FEWEST = 3  # words: what is shorter asks nobody for anything yet

# What Albanian official texts shorten, folded to small letters, without its full stop.
_ABBREVIATIONS = frozenset(
    """
    adm arsim bashk d.m.th dep dept dhj dmth dok dr drejt drejtor dt ekon etj fq gjith insp inst kap komis koord kont
    lgj llog ministr nent njes nr org p.sh parag pg pol pref prof prot psh qarsh qersh rr rreg sekt shën shoq shp shtat
    soc spec tel tet urdh vol zn znj zv zyr
    """.split()
)
_BASIS = re.compile(
    r"""(sipas | (duke\ u\ )?(bazuar|mbështetur)
    | në\ (bazë|zbatim|mbështetje|përputhje|referim|vijim|kuadër))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# How the words of a basis go on after a comma: its number, day, article, or that it was amended.
_STILL_BASIS = re.compile(
    r"""(dhe\s+)? (dat[ëa]\b | dt\. | nr\b | numër | neni\w*\b | nenet\b | pik[aë]\w?\b | shkronj\w*\b | paragraf
    | (i|e|të|së)\ (ndryshuar|datës) | (ligji|vkm|urdhri|udhëzimi|vendimi)\w*\b | [“"„«\d])""",
    re.IGNORECASE | re.VERBOSE,
)
_END = re.compile(r"([.!?…])[”\"»“]?\s+(?=[“\"«„]?[A-ZÇË]|\d{1,2}[.)]\s|$)")
_LIST_MARK = re.compile(r"^\s*(?:[-–•*]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)])\s+")


def task_title(text: str) -> str:
    """The title of the task that a decision gives: its first whole sentence, without its basis and its full stop."""
    words = _without_basis(_first_sentence(" ".join(_first_point(text).split())))
    return _cut(tidy(words))


def tidy(title: str) -> str:
    """A title as lists show it: one line, no full stop at its end; an abbreviation keeps its own."""
    title = " ".join(title.split())
    if title.endswith(".") and not title.endswith("..") and not _is_abbreviation(title[:-1]):
        return title[:-1].rstrip()
    return title


def _first_point(text: str) -> str:
    """The first point of a list, without its mark; all of a text that is none."""
    lines = text.strip().splitlines()
    following = (at for at, line in enumerate(lines) if at and _LIST_MARK.match(line))
    return _LIST_MARK.sub("", "\n".join(lines[: next(following, None)]))


def _first_sentence(text: str) -> str:
    for end in _END.finditer(text):
        first = text[: end.end()].rstrip()
        if end[1] == "." and _is_abbreviation(text[: end.start()]):
            continue
        if len(first.split()) >= _FEWEST:
            return first
    return text


def _is_abbreviation(before: str) -> bool:
    """Whether the full stop after these words belongs to the last of them: "nr", "p.sh", a single letter."""
    last = before.split()[-1].lstrip('(“"«„') if before.split() else ""
    folded = last.casefold()
    return folded in _ABBREVIATIONS or (len(last) == 1 and last.isalpha())


def _without_basis(sentence: str) -> str:
    if not _BASIS.match(sentence):
        return sentence
    parts = sentence.split(", ")
    at = 1
    while at < len(parts) and _STILL_BASIS.match(parts[at]):
        at += 1
    rest = ", ".join(parts[at:])
    if len(rest.split()) < _FEWEST:
        return sentence
    return rest[0].upper() + rest[1:]


def _cut(title: str) -> str:
    if len(title) <= MOST:
        return title
    short = title[: MOST - 1].rsplit(" ", 1)[0]
    return short.rstrip(" ,;:–-") + "…"
