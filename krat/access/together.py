"""Rows of several models read by one statement: what a page about one thing shows of all that belongs to it.

Each queryset keeps its own door. The statement is put together once for every role and day and then only asked with
other values, for putting it together takes longer than the database needs to answer it. What comes back are rows of
their models as any query gives them; of the rows they point to only what was asked for is there.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from krat.access.rights import Subject
from krat.access.scoping import ScopedQuerySet

Related = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Rows:
    """Rows to be read with others: unsliced, their order is the caller's to make.

    ``related`` names the rows they point to, each by its way from here (``seat__user``, after ``seat``), and the fields
    that are wanted of it.
    """

    queryset: QuerySet[Any]
    related: Related = field(default_factory=dict)


@dataclass(frozen=True)
class _StandIn:
    """Stands for whichever seat of a role will ask, while the statement is put together."""

    role: str
    pk: Any
    institution_id: Any
    county_id: Any
    code: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass
class _Plan:
    """A statement, its parameters in order (a value, or the name of one that is given later), and who makes rows."""

    sql: str
    slots: list[tuple[str, Any]]
    makers: dict[str, _Maker]


class Together:
    """What is read together: ``build`` names the querysets for a seat and the ids of what is asked for.

    ``build`` may look at the seat's id, role, institution and county, may not look into the ids it is given, and must
    be the same function of them every time within a day: its statement is kept by role and day.
    """

    def __init__(self, build: Callable[..., Mapping[str, Rows]]) -> None:
        self.build = build
        self._day: datetime.date | None = None
        self._plans: dict[Any, _Plan | None] = {}

    def read(self, seat: Subject, **ids: int | None) -> dict[str, list[Any]]:
        """The rows of each queryset, by its name; one that is not there under these ids is empty (one statement).

        Binary columns come as they stand, so that what is encrypted is opened by its row; there may be one in a model.
        """
        plan = self._plan(seat, ids)
        if plan is None:
            return defaultdict(list)
        given = {**ids, "+seat": seat.pk, "+institution": seat.institution_id, "+county": seat.county_id}
        found: dict[str, list[Any]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, [given[name] if name else value for name, value in plan.slots])
            for name, binary, told in cursor.fetchall():
                found[name].append(plan.makers[name](binary, json.loads(told)))
        return found

    def _plan(self, seat: Subject, ids: Mapping[str, int | None]) -> _Plan | None:
        today = timezone.localdate()
        if today != self._day:  # which seats give rights is a question of the day
            self._day, self._plans = today, {}
        there = tuple(sorted(name for name, value in ids.items() if value is not None))
        shape = (connection.vendor, seat.role, seat.county_id is None, there)
        if shape not in self._plans:
            self._plans[shape] = self._prepare(seat, ids)
        return self._plans[shape]

    def _prepare(self, seat: Subject, ids: Mapping[str, int | None]) -> _Plan | None:
        """The statement for every seat of this role: put together twice, with numbers that are no ids in the place of
        each, so that what differs between the two is known to be exactly these. Raises `NotAlike`."""
        first, second = (self._put_together(seat, ids, start) for start in _MARKS)
        if first is None or second is None:
            return None
        if (first.sql, first.slots) != (second.sql, second.slots):
            raise NotAlike("What is read together depends on more than the ids, the seat's role and the day.")
        missing = {name for name, value in ids.items() if value is not None} - {name for name, _one in first.slots}
        if missing:
            raise NotAlike(f"What is read together does not ask for {', '.join(sorted(missing))}.")
        return first

    def _put_together(self, seat: Subject, ids: Mapping[str, int | None], start: int) -> _Plan | None:
        names = ["+seat", "+institution", *(["+county"] if seat.county_id is not None else [])]
        names += [name for name, value in ids.items() if value is not None]
        marks = {name: start - at for at, name in enumerate(names)}
        stand_in = _StandIn(seat.role, marks["+seat"], marks["+institution"], marks.get("+county"))
        wanted = self.build(stand_in, **{name: marks.get(name) for name in ids})
        read = {name: rows for name, rows in wanted.items() if not rows.queryset.query.is_empty()}
        if not read:
            return None
        first, *others = [_told(name, rows) for name, rows in read.items()]
        query = (first.union(*others, all=True) if others else first).query
        try:
            sql, values = query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            return None
        name_of = {mark: name for name, mark in marks.items()}
        slots = [(name_of[one], None) if type(one) is int and one in name_of else ("", one) for one in values]
        return _Plan(sql, slots, {name: _Maker(rows) for name, rows in read.items()})


class NotAlike(RuntimeError):
    """A statement that was to be kept for many would not be the same for all of them."""


# No id, no number of a setting, and no limit is ever so low.
_MARKS = (-7_300_000_000_000_000_001, -8_100_000_000_000_000_001)


def _told(name: str, rows: Rows) -> QuerySet[Any]:
    """The rows as three columns that all models have alike: which they are, what is binary, and all else as JSON."""
    if isinstance(rows.queryset, ScopedQuerySet):
        rows.queryset.refuse_unasked()
    model = rows.queryset.model
    plain, binary = _split(model)
    told: dict[str, Any] = {one.attname: one.attname for one in plain}
    for way, names in rows.related.items():
        far = _far(model, way)
        told[_key(way)] = JSONObject(**{one: f"{way}__{one}" for one in (far._meta.pk.name, *names)})
    column = F(binary.name) if binary is not None else Value(None, output_field=models.BinaryField())
    queryset = rows.queryset.order_by().select_related(None)
    columns: QuerySet[Any] = queryset.annotate(
        told_as=Value(name, output_field=models.CharField()), told_binary=column, told_plain=JSONObject(**told)
    ).values_list("told_as", "told_binary", "told_plain")
    return columns


def _split(model: type[models.Model]) -> tuple[list[Any], Any]:
    fields = model._meta.concrete_fields
    binary = [one for one in fields if isinstance(one, models.BinaryField)]
    if len(binary) > 1:
        raise TypeError(f"{model.__name__} has more than one binary column.")
    return [one for one in fields if one not in binary], next(iter(binary), None)


def _far(model: type[models.Model], way: str) -> type[models.Model]:
    for name in way.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model


def _key(way: str) -> str:
    return f"+{way}"  # no field is called so


class _Maker:
    """Makes rows of one model again from what the statement told of them."""

    def __init__(self, rows: Rows) -> None:
        self.model, self.using = rows.queryset.model, connection.alias
        plain, binary = _split(self.model)
        vendor = connection.vendor
        self.plain = [(one.attname, _reader(one, vendor)) for one in plain]
        self.binary = binary.attname if binary is not None else None
        self.related = []
        for way, names in rows.related.items():
            far = _far(self.model, way)
            fields = [far._meta.pk, *(far._meta.get_field(name) for name in names)]
            readers = [(one.name, one.attname, _reader(one, vendor)) for one in fields]  # type: ignore[union-attr]
            self.related.append((way.split("__"), _key(way), far, readers))

    def __call__(self, binary: Any, told: dict[str, Any]) -> Any:
        names = [name for name, _read in self.plain]
        values = [read(told[name]) for name, read in self.plain]
        if self.binary is not None:
            names.append(self.binary)
            values.append(binary)
        row = _as_read(self.model, self.using, names, values)
        for way, key, far, readers in self.related:
            one = told[key]
            values = [read(one[name]) for name, _attname, read in readers]
            there = _as_read(far, self.using, [attname for _n, attname, _r in readers], values)
            owner = row
            for name in way[:-1]:
                owner = getattr(owner, name)
            setattr(owner, way[-1], there if values[0] is not None else None)
        return row


def _as_read(model: type[models.Model], using: str, names: list[str], values: list[Any]) -> Any:
    """A row as a query gives it; in the order of the model's fields, as Django wants them."""
    given = dict(zip(names, values, strict=True))
    order = [one.attname for one in model._meta.concrete_fields if one.attname in given]
    return model.from_db(using, order, [given[name] for name in order])


def _reader(one: Any, vendor: str) -> Callable[[Any], Any]:
    """How a value of a field is read back from JSON."""
    target = one.target_field if one.is_relation else one
    if isinstance(target, models.GeneratedField):
        target = target.output_field
    for kind, read in _READ.items():
        if isinstance(target, kind):
            return lambda value: None if value is None else read(value)
    if isinstance(target, models.JSONField) and vendor == "sqlite":
        return lambda value: value if value is None else json.loads(value)
    return lambda value: value


def _moment(value: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(value)
    return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)


_READ: dict[type[Any], Callable[[Any], Any]] = {
    models.DateTimeField: _moment,  # before DateField, which it is derived from
    models.DateField: datetime.date.fromisoformat,
    models.UUIDField: uuid.UUID,
    models.BooleanField: bool,
}
