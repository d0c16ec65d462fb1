"""What can be searched, as areas bring it: ``KINDS`` in an area's ``search.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from krat.access.scoping import ScopedModel

Words = str | Promise


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as a list of hits tells it; ``texts`` are those in which its words are looked for."""

    title: Words
    url: str
    about: tuple[Words, ...]  # a quiet line: whose, when, how it stands
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be searched, among the rows that its model's ``view_right`` lets a seat see.

    ``listed`` narrows rows to those that their list shows, and fetches with them what the other two need.
    ``words`` gives everything a thing is found by, its own number first; ``columns`` are those of its table in which
    this stands. Texts that have not met the guard of texts are none of it (decision 15).
    """

    name: str  # a code: it stands in addresses
    label: Words
    position: int  # kinds stand in this order; tens, so that one can stand between two
    model: type[ScopedModel]
    columns: tuple[str, ...]
    listed: Callable[[QuerySet[Any]], QuerySet[Any]]
    words: Callable[[Any], tuple[str, ...]]
    told: Callable[[Any], Hit]

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.model._meta.db_table
