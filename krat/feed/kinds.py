"""What the feed tells of: each area declares its kinds of things in a module ``feed.py``, as ``KINDS``.

A kind says which rows make its things change and for which institutions, as SQL from which the triggers are made
(`krat.feed.triggers`), and how its things are told to a seat. Who sees a thing is a rule of reach and stays one: a test
compares what is said here with the door, for every institution and thing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from krat.access import areas
from krat.access.scoping import ScopedModel
from krat.api.requests import ApiRequest

UPSERT, GONE = ACTIONS = ("upsert", "gone")
TYPES = ("case", "institution", "meeting", "referral", "sent_change", "task")  # of all kinds, as the schema promises
VERBS = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Sight:
    """By one row, an institution sees a thing: SQL for both, where ``{row}`` is the row; ``beside`` names the tables
    that are needed besides, and ``where`` how they belong to the row."""

    institution: str
    thing: str
    beside: str = ""
    where: str = ""


@dataclass(frozen=True)
class Watched:
    """A table whose rows, when one of these verbs changes one, change what is told of a thing.

    With ``column``, an update counts only where it changes this column. ``name`` tells apart what one kind watches in
    one table for two reasons.
    """

    table: str
    sights: tuple[Sight, ...]
    verbs: tuple[str, ...] = VERBS
    column: str = ""
    name: str = ""


@dataclass(frozen=True)
class Turn:
    """What begins or ends by a day alone, without anybody writing a row: by which day, and whose sight of what.

    ``day`` is a column of the sight's tables: the first day on which it is seen, or with ``is_last`` the last one.
    """

    day: str
    sight: Sight
    is_last: bool = False


class Told(NamedTuple):
    """How a thing is told: the version of its ETag, and what GET of it gives."""

    version: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of thing in the feed.

    ``own`` is the table of the things themselves: of every row that is there, its sights name all institutions that see
    the thing. ``others`` are tables that only add to what is told. ``told`` gives those of these things that the asking
    seat sees, as GET gives each, and notes in ``request.shown`` what that shows; queries must not grow with how many.
    ``right`` is the right by which machines see it, where it is not the model's own. ``turns`` say what the calendar
    changes without anybody writing a row. ``codes`` gives the codes of things that are not named by a UUID (one query).
    """

    name: str
    model: type[ScopedModel]
    own: Watched
    others: tuple[Watched, ...]
    told: Callable[[ApiRequest, Sequence[uuid.UUID]], Mapping[uuid.UUID, Told]]
    right: str = ""
    turns: tuple[Turn, ...] = ()
    codes: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, str]] | None = None

    @property
    def watched(self) -> tuple[Watched, ...]:
        """Every table that is watched for it."""
        return self.own, *self.others


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order of the areas."""
    found = [kind for area in areas.modules("feed") for kind in area.KINDS]
    return {kind.name: kind for kind in found}
