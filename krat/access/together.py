"""Rows of several models read by one statement: what a page about one thing shows of all that belongs to it, or what a
first page shows of all that waits.

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
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from krat.access.rights import Subject
from krat.access.scoping import ScopedQuerySet

Related = Mapping[str, Sequence[str]]
Given = int | datetime.datetime | None


@dataclass(frozen=True)
class Rows:
    """Rows to be read with others, all or the first so many (``[:50]``). They come in the order that ``order_by`` says;
    where it says none, and there is no limit, their order is the caller's.

    ``related`` names the rows they point to, each by its way from here (``seat__user``, after ``seat``), and the fields
    that are wanted of it.
    """

    queryset: QuerySet[Any]
    related: Related = field(default_factory=dict)


@dataclass(frozen=True)
class Numbers:
    """Grouped numbers to be read with others: ``values(…).annotate(…)``. They come as dicts by these names."""

    queryset: QuerySet[Any, Any]


@dataclass(frozen=True)
class _StandIn:
    """Stands for whichever seat of a role will ask, while the statement is put together."""

    role: str
    pk: Any
    institution_id: Any
    county_id: Any
    user_id: Any
    code: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass
class _Plan:
    """A statement, its parameters in order, and who makes rows.

    A parameter is a value, or the name of one that is given later with how that stands in the statement.
    """

    sql: str
    slots: list[tuple[str, str, Any]]
    makers: dict[str, Callable[[Any, Any], Any]]


class Together:
    """What is read together: ``build`` names what is read for a seat, the ids of what is asked for, and moments.

    ``build`` may look at the seat's id, person, role, institution and county, may not look into what else it is given,
    and must be the same function of them every time within a day: its statement is kept by role and day.
    """

    def __init__(self, build: Callable[..., Mapping[str, Rows | Numbers]]) -> None:
        self.build = build
        self._day: datetime.date | None = None
        self._plans: dict[Any, _Plan | None] = {}

    def read(self, seat: Subject | None, **given: Given) -> dict[str, list[Any]]:
        """What was named, by its name; what is not there under these ids is empty (one statement).

        Without a seat where nobody is asking yet: ``build`` is given a stand-in of no role.
        Binary columns come as they stand, so that what is encrypted is opened by its row; there may be one in a model.
        """
        plan = self._plan(seat, given)
        if plan is None:
            return defaultdict(list)
        values = {**given, **dict(zip(_OF_SEAT, _of(seat), strict=True))}
        found: dict[str, list[Any]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(
                plan.sql, [_FORMS[form](values[name]) if name else value for name, form, value in plan.slots]
            )
            for name, binary, told, _place in sorted(cursor.fetchall(), key=lambda line: line[3]):
                found[name].append(plan.makers[name](binary, json.loads(told)))
        return found

    def _plan(self, seat: Subject | None, given: Mapping[str, Given]) -> _Plan | None:
        today = timezone.localdate()
        if today != self._day:  # which seats give rights is a question of the day
            self._day, self._plans = today, {}
        there = tuple(sorted(name for name, value in given.items() if value is not None))
        shape = (connection.vendor, *((seat.role, seat.county_id is None) if seat is not None else ()), there)
        if shape not in self._plans:
            self._plans[shape] = self._prepare(seat, given)
        return self._plans[shape]

    def _prepare(self, seat: Subject | None, given: Mapping[str, Given]) -> _Plan | None:
        """The statement for every seat of this role: put together twice, with values that stand nowhere else in the
        place of each, so that what differs between the two is known to be exactly these. Raises `NotAlike`."""
        first, second = (self._put_together(seat, given, *start) for start in _MARKS)
        if first is None or second is None:
            return None
        if (first.sql, first.slots) != (second.sql, second.slots):
            raise NotAlike("What is read together depends on more than the ids, the moments, the seat and the day.")
        asked = {name for name, _form, _value in first.slots}
        # Not every role has something that runs by the hour.
        missing = {name for name, value in given.items() if isinstance(value, int)} - asked
        if missing:
            raise NotAlike(f"What is read together does not ask for {', '.join(sorted(missing))}.")
        return first

    def _put_together(
        self, seat: Subject | None, given: Mapping[str, Given], number: int, moment: datetime.datetime
    ) -> _Plan | None:
        marks: dict[str, Given] = {}
        for at, (name, value) in enumerate([*zip(_OF_SEAT, _of(seat), strict=True), *given.items()]):
            is_moment = isinstance(value, datetime.datetime)
            mark: Given = moment + datetime.timedelta(days=at) if is_moment else number - at
            marks[name] = None if value is None else mark
        seat_id, institution, county, person = (marks[name] for name in _OF_SEAT)
        stand_in = _StandIn(seat.role if seat is not None else "", seat_id, institution, county, person)
        wanted = self.build(stand_in, **{name: marks[name] for name in given})
        parts: list[str] = []
        values: list[Any] = []
        makers: dict[str, Callable[[Any, Any], Any]] = {}
        for name, one in wanted.items():
            if one.queryset.query.is_empty():
                continue
            try:
                sql, params = _told(name, one).query.get_compiler(connection=connection).as_sql()
            except EmptyResultSet:
                continue
            # Rows come in the order of their own selection: it is noted, for nobody promises that of several together.
            columns = f"told_as, told_binary, told_plain, {'row_number() OVER ()' if _has_order(one) else '0'}"
            parts.append(f"SELECT {columns} FROM ({sql}) AS part_{len(parts)}")  # noqa: S608  the querysets' own SQL
            values += params
            makers[name] = _Maker(one) if isinstance(one, Rows) else _NumbersMaker(one)
        if not parts:
            return None
        return _Plan(" UNION ALL ".join(parts), [_slot(value, marks) for value in values], makers)


class NotAlike(RuntimeError):
    """A statement that was to be kept for many would not be the same for all of them."""


# No id, no number of a setting, and no limit is ever so low; no moment lies so far ahead.
_MARKS = (
    (-7_300_000_000_000_000_001, datetime.datetime(2931, 3, 5, 7, 11, 13, tzinfo=datetime.UTC)),
    (-8_100_000_000_000_000_001, datetime.datetime(2952, 10, 21, 17, 31, 29, tzinfo=datetime.UTC)),
)
_OF_SEAT = ("+seat", "+institution", "+county", "+person")


def _of(seat: Any) -> tuple[Given, ...]:
    """What a queryset may know of a seat, in the order of `_OF_SEAT` and of `_StandIn`."""
    if seat is None:
        return (None,) * len(_OF_SEAT)
    return (seat.pk, seat.institution_id, seat.county_id, getattr(seat, "user_id", None))


# How a value that is given stands in a statement: a moment as the database keeps it, or as its seconds since 1970.
_FORMS: dict[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    "moment": lambda value: connection.ops.adapt_datetimefield_value(value),
    "seconds": lambda value: value.timestamp(),
}


def _slot(value: Any, marks: Mapping[str, Given]) -> tuple[str, str, Any]:
    """Whose value a parameter is, and how it stands there; else the parameter itself."""
    for name, mark in marks.items():
        forms = ("moment", "seconds") if isinstance(mark, datetime.datetime) else ("",)
        for form in forms if mark is not None else ():
            if type(told := _FORMS[form](mark)) is type(value) and told == value:
                return (name, form, None)
    return ("", "", value)


def _has_order(one: Rows | Numbers) -> bool:
    return one.queryset.query.is_sliced or bool(one.queryset.query.order_by)


def _told(name: str, one: Rows | Numbers) -> QuerySet[Any]:
    """Rows as three columns that all models have alike: which they are, what is binary, and all else as JSON."""
    if isinstance(one.queryset, ScopedQuerySet):
        one.queryset.refuse_unasked()
    told: dict[str, Any] = {}
    binary = None
    if isinstance(one, Numbers):
        told = {each: each for each in _names(one.queryset)}
    else:
        model = one.queryset.model
        plain, binary = _split(model)
        told = {each.attname: each.attname for each in plain}
        for way, names in one.related.items():
            far = _far(model, way)
            told[_key(way)] = JSONObject(**{each: f"{way}__{each}" for each in (far._meta.pk.name, *names)})
    nothing = Cast(Value(None), models.BinaryField())
    queryset = one.queryset if _has_order(one) else one.queryset.order_by()
    if isinstance(one, Rows):
        queryset = queryset.select_related(None)
    columns: QuerySet[Any] = queryset.annotate(
        told_as=Value(name, output_field=models.CharField()),
        told_binary=F(binary.name) if binary is not None else nothing,
        told_plain=JSONObject(**told),
    ).values_list("told_as", "told_binary", "told_plain")
    return columns


def _names(queryset: QuerySet[Any, Any]) -> list[str]:
    """What grouped numbers are grouped by, and the numbers."""
    return [*queryset.query.values_select, *queryset.query.annotation_select]


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


class _NumbersMaker:
    """Makes dicts of grouped numbers."""

    def __init__(self, numbers: Numbers) -> None:
        query = numbers.queryset.query.clone()
        fields = [query.resolve_ref(name).output_field for name in _names(numbers.queryset)]
        vendor = connection.vendor
        self.readers = [
            (name, _reader(one, vendor)) for name, one in zip(_names(numbers.queryset), fields, strict=True)
        ]

    def __call__(self, _binary: Any, told: dict[str, Any]) -> dict[str, Any]:
        return {name: read(told[name]) for name, read in self.readers}


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
    if not isinstance(target, _AS_TOLD):
        raise TypeError(f"Nobody said how a {type(target).__name__} is read back from JSON.")
    return lambda value: value


def _moment(value: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(value)
    return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)


_READ: dict[type[Any], Callable[[Any], Any]] = {
    models.DateTimeField: _moment,  # before DateField, which it is derived from
    models.DateField: datetime.date.fromisoformat,
    models.TimeField: datetime.time.fromisoformat,
    models.UUIDField: uuid.UUID,
    models.BooleanField: bool,
}
# What JSON tells as it is.
_AS_TOLD = (models.CharField, models.TextField, models.IntegerField, models.FloatField, models.JSONField)
