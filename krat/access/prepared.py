"""Queries that every request asks: their text is made once in a process, and run with other values.

Putting a queryset together and into SQL costs Django more than PostgreSQL needs to answer it: two milliseconds for the
one that finds out which machine is asking. Here it is done once for each shape of the question.

    _OWN = Prepared(lambda seat, codes: Case.objects.visible_to(seat).filter(code__in=codes))
    _OWN.rows(seat, codes)

So that nobody is ever answered with another's values, the query is put together twice, with values that stand nowhere
else: the two texts must be alike, and what differs between their parameters must be exactly those values. Whatever is
not so (a clock, a day or a row that is read within, a value that is changed on its way or does not stand in the query)
is asked as it stands, each time anew. The door is asked as always: the queryset names the seat. One thing nobody can
see from outside, and it is forbidden: the function must not decide by a value what it asks. It may by the role of a
seat, by how many values a list has, and by which of a seat's are None: each of these has a text of its own.
"""

from __future__ import annotations

import copy
import itertools
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from krat.access.scoping import ScopedQuerySet

_OF_A_SEAT = ("pk", "institution_id", "county_id")
_MOST_SHAPES = 500  # a list of each length is one
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _NotSo(Exception):
    """This query cannot be prepared."""


class _AnySeat:
    """Stands for whichever seat asks, of one role."""

    def __init__(self, role: str, values: dict[str, Any]) -> None:
        self.role = role
        self.__dict__.update(values)


@dataclass(frozen=True)
class _Made:
    """A query's text, its parameters, and which of them are whose value."""

    query: Any
    compiler: Any
    sql: str
    constants: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]  # of a parameter, and of the value that belongs there
    converters: list[Any] = field(default_factory=list)  # none, or one: what Django reads values by


class Prepared:
    """A query of whole rows, by a function of plain values: numbers, words, codes, moments, lists of these, a seat."""

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._made: dict[Any, _Made | None] = {}

    def rows(self, *values: Any, words: tuple[Any, ...] = ()) -> list[Any]:
        """The rows (one query). ``words`` come after the values and stand in the text itself, as a limit does: each
        has a text of its own."""
        shape = self._shape(values, words)
        if shape not in self._made:
            if len(self._made) >= _MOST_SHAPES:
                self._made.clear()
            self._made[shape] = self._make(values, words)
        made = self._made.get(shape)
        return list(self._build(*values, *words)) if made is None else _run(made, list(_plain(values)))

    def is_prepared(self, *values: Any, words: tuple[Any, ...] = ()) -> bool:
        """Whether a question of this shape is prepared, once it was asked."""
        return self._made.get(self._shape(values, words)) is not None

    @staticmethod
    def _shape(values: Sequence[Any], words: tuple[Any, ...]) -> Any:
        return (connection.vendor, connection.alias, words, *map(_shape, values))

    def _make(self, values: Sequence[Any], words: tuple[Any, ...]) -> _Made | None:
        try:
            first, second = (self._compiled(values, words, start) for start in (910_000_017, 730_000_029))
            return _compared(first, second, _always(values))
        except (_NotSo, AttributeError, TypeError, ValueError, EmptyResultSet):
            return None

    def _compiled(
        self, values: Sequence[Any], words: tuple[Any, ...], start: int
    ) -> tuple[Any, str, tuple[Any, ...], list[Any]]:
        numbers = itertools.count(start)
        others = [_other(value, numbers) for value in values]
        with connection.execute_wrapper(_refuse):
            rows: Any = self._build(*others, *words)
            if isinstance(rows, ScopedQuerySet):
                rows._ask()
            if rows._prefetch_related_lookups or not issubclass(rows._iterable_class, ModelIterable):
                raise _NotSo
            compiler = rows.query.get_compiler(using=rows.db)
            sql, params = compiler.as_sql()
        return compiler, sql, tuple(params), [_adapted(one) for one in _plain(others)]


def _refuse(*args: Any) -> Any:
    """What the database says while a query is put together may be otherwise the next time."""
    raise _NotSo


def _compared(first: Any, second: Any, always: set[int]) -> _Made:
    compiler, sql, params, mine = first
    _other_compiler, other_sql, other_params, theirs = second
    if sql != other_sql or len(params) != len(other_params):
        raise _NotSo
    places, constants = [], list(params)
    for place, (one, other) in enumerate(zip(params, other_params, strict=True)):
        here, there = _where(one, mine), _where(other, theirs)
        if here != there or (here is None and (one != other or _is_of_a_day(one))):
            raise _NotSo
        if here is not None:
            places.append((place, here))
            constants[place] = None
    if not always <= {here for _place, here in places}:
        raise _NotSo  # a value that is only looked at
    return _Made(compiler.query, compiler, sql, tuple(constants), tuple(places))


def _is_of_a_day(constant: Any) -> bool:
    """Whether it is a day, as today's: tomorrow it is another one. SQLite gets days as texts."""
    return isinstance(constant, date) or (isinstance(constant, str) and _DAY.match(constant) is not None)


def _where(param: Any, values: list[Any]) -> int | None:
    return next((at for at, value in enumerate(values) if type(value) is type(param) and value == param), None)


def _run(made: _Made, values: list[Any]) -> list[Any]:
    params = list(made.constants)
    for place, at in made.places:
        params[place] = _adapted(values[at])
    compiler = copy.copy(made.compiler)
    compiler.connection = connections[connection.alias]  # itself: its proxy looks it up at each word
    compiler.as_sql = lambda *args, **kwargs: (made.sql, tuple(params))
    if connection.vendor == "postgresql":
        # There they are the fields' own; on SQLite they belong to a connection.
        compiler.get_converters = lambda _expressions: _converters(made)
    question: Any = _Question(compiler, made.query)
    return list(ModelIterable(question))


def _converters(made: _Made) -> Any:
    """How the columns' values are read, put together once. All rows of a query have the same."""
    if not made.converters:
        columns = [one[0] for one in made.compiler.select[: made.compiler.col_count]]
        made.converters.append(made.compiler.get_converters(columns))
    return made.converters[0]


class _Question:
    """What Django's iterable of models asks of a queryset."""

    def __init__(self, compiler: Any, query: Any) -> None:
        self.compiler, self.model, self.query, self.db = compiler, query.model, self, compiler.using
        self._known_related_objects: dict[Any, Any] = {}

    def get_compiler(self, using: str) -> Any:
        """The compiler that has the text already."""
        return self.compiler


# --- values ---


def _shape(value: Any) -> Any:
    """What a value has to do with the text of a query: its kind, how many they are, the role of a seat."""
    if isinstance(value, list | tuple):
        return (list, tuple(_shape(one) for one in value[:1]), len(value))
    if hasattr(value, "role"):
        return (value.role, *(getattr(value, name) is None for name in _OF_A_SEAT))
    return type(value)


def _other(value: Any, numbers: Iterator[int]) -> Any:
    """A value of the same kind that stands nowhere else."""
    if isinstance(value, list | tuple):
        return [_other(one, numbers) for one in value]
    if hasattr(value, "role"):
        others = {name: None if getattr(value, name) is None else next(numbers) for name in _OF_A_SEAT}
        return _AnySeat(value.role, others)
    number = next(numbers)
    if isinstance(value, datetime):
        return datetime(2900, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=number << 64)
    if type(value) is str:
        return str(number) * 40  # longer than what is cut from it, and its beginnings differ: no part is a constant
    if type(value) is int:
        return number
    raise _NotSo


def _always(values: Sequence[Any]) -> set[int]:
    """Which of the plain values must stand in a query: all but a seat's, of which a right needs one or the other."""
    found: set[int] = set()
    at = 0
    for value in values:
        if hasattr(value, "role"):
            at += len(_OF_A_SEAT)
        else:
            many = len(value) if isinstance(value, list | tuple) else 1
            found.update(range(at, at + many))
            at += many
    return found


def _plain(values: Sequence[Any]) -> Iterator[Any]:
    """The values one by one, of a seat those that a query may know."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from value
        elif hasattr(value, "role"):
            yield from (getattr(value, name) for name in _OF_A_SEAT)
        else:
            yield value


def _adapted(value: Any) -> Any:
    """A value as the database's driver takes it from Django's fields."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
