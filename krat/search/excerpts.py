"""A hit as it is shown: the sentence in which the words stand, and which of its words they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from krat.reference.folding import PARTS
from krat.search.asked import Asked, index_words

LONGEST = 280  # letters of a sentence that is shown
_BEFORE = 90  # letters before the first hit, where a sentence is longer
# Between sentences and lines; not after "nr." or "p.sh.", which no capital letter follows.
_ENDS = re.compile(r"\n+|(?<=[.!?;])\s+(?=[“\"«„(]?[A-ZÇË])")


class Part(NamedTuple):
    """Some of a text, and whether it is what was asked for."""

    text: str
    is_hit: bool


def marked(text: str, asked: Asked) -> list[Part]:
    """A text in parts, the words that fit apart from what lies between them."""
    parts, at = [], 0
    for start, stop in _merged([(start, stop) for start, stop, _piece in _hits(text, asked)]):
        if start > at:
            parts.append(Part(text[at:start], False))
        parts.append(Part(text[start:stop], True))
        at = stop
    return [*parts, Part(text[at:], False)] if at < len(text) else parts


def excerpt(texts: Sequence[str], asked: Asked) -> list[Part]:
    """The sentence that has most of what was asked for, the first of these; of a long one what lies around the words.

    Without any of it the first sentence.
    """
    best, most, first = "", -1, 0
    for sentence in (one.strip() for text in texts for one in _ENDS.split(text)):
        if not sentence:
            continue
        hits = list(_hits(sentence, asked))
        fitting = len({piece for _start, _stop, piece in hits})
        if fitting > most:
            best, most, first = sentence, fitting, hits[0][0] if hits else 0
        if fitting == len(asked.pieces):
            break
    return marked(_around(best, first), asked)


def _around(sentence: str, first: int) -> str:
    """A sentence, shortened to what lies around the letter ``first``, between words."""
    if len(sentence) <= LONGEST:
        return sentence
    start = max(0, first - _BEFORE)
    start = 0 if start == 0 else sentence.find(" ", start) + 1
    stop = len(sentence) if start + LONGEST >= len(sentence) else sentence.rfind(" ", start, start + LONGEST)
    if stop <= start:
        stop = start + LONGEST
    return ("… " if start else "") + sentence[start:stop].strip() + (" …" if stop < len(sentence) else "")


def _hits(text: str, asked: Asked) -> Iterator[tuple[int, int, int]]:
    """Where words of a text fit: from, until, and which piece it is; of a piece of several words the whole of it."""
    places = [(found.start(), found.end(), "".join(index_words(found.group()))) for found in PARTS.finditer(text)]
    for at in range(len(places)):
        for number, piece in enumerate(asked.pieces):
            run = places[at : at + len(piece.words)]
            if len(run) == len(piece.words) and all(piece.fits(one[2], place) for place, one in enumerate(run)):
                yield run[0][0], run[-1][1], number


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found
