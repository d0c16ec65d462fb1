"""What somebody typed, as both databases are asked for it; and which words of a text fit it.

Each piece between blanks is one thing asked for, and all must be there: *trajnim mes* finds *Trajnimi i mësuesve*. A
piece of several words is asked for as it stands, one word after the other: *3/2026* is no *2026/3*, *GJ-2020-0012* is
what others write *GJ 2020 12*. The last word of a piece may be a beginning, from two letters on; numbers are whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from krat.reference.folding import words_of

SHORTEST = 2  # letters of a beginning
_MOST = 12  # pieces


def index_words(text: str) -> list[str]:
    """The words of a text as they are indexed: folded, numbers without the noughts before them."""
    return [word.lstrip("0") or "0" if word.isdecimal() else word for word in words_of(text)]


@dataclass(frozen=True)
class Piece:
    """Words that must follow each other; of the last a beginning will do, if it is one."""

    words: tuple[str, ...]
    is_beginning: bool

    def fits(self, word: str, at: int) -> bool:
        """Whether a word of a text is the piece's word there."""
        wanted = self.words[at]
        return word == wanted or (self.is_beginning and at == len(self.words) - 1 and word.startswith(wanted))


@dataclass(frozen=True)
class Asked:
    """The pieces that were typed, the same one once."""

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, typed: str) -> Asked:
        """What was typed; without pieces where it holds no letter and no digit."""
        found = []
        for piece in typed.split():
            words = index_words(piece)
            if words:
                last = words[-1]
                found.append(Piece(tuple(words), len(last) >= SHORTEST and not last.isdecimal()))
        return cls(tuple(dict.fromkeys(found))[:_MOST])

    def __bool__(self) -> bool:
        return bool(self.pieces)

    @property
    def number(self) -> str:
        """All of it as the number of a thing is indexed."""
        return " ".join(word for piece in self.pieces for word in piece.words)

    @property
    def for_postgresql(self) -> str:
        """As ``tsquery``: words are letters and digits only, and each is quoted."""
        return " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in one.words) + (":*" if one.is_beginning else "") + ")"
            for one in self.pieces
        )

    @property
    def for_sqlite(self) -> str:
        """As FTS5 reads it."""
        return " AND ".join(f'"{" ".join(one.words)}"' + (" *" if one.is_beginning else "") for one in self.pieces)
