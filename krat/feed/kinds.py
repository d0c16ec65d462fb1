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
TYPES = ("case", "referral", "task")  # the names of all kinds, as the schema promises them
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

    With ``column``, an update counts only where it changes this column.
    """

    table: str
    sights: tuple[Sight, ...]
    verbs: tuple[str, ...] = VERBS
    column: str = ""


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
    """

    name: str
    model: type[ScopedModel]
    own: Watched
    others: tuple[Watched, ...]
    told: Callable[[ApiRequest, Sequence[uuid.UUID]], Mapping[uuid.UUID, Told]]

    @property
    def watched(self) -> tuple[Watched, ...]:
        """Every table that is watched for it."""
        return self.own, *self.others


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order of the areas."""
    found = [kind for area in areas.modules("feed") for kind in area.KINDS]
    return {kind.name: kind for kind in found}
