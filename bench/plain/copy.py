"""Copying the registry's cases into the plain tables: what is encrypted is opened."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction

from bench.plain import models
from cases import models as registry
from cases.models.keys import OfCase, fetch_keys
from krat.committee.models import Institution
from krat.demo import bulk
from krat.people.models import Seat
from krat.reference.models import Municipality, Term

USING = "plain"
_WHY = "the benchmark copies everything"
_BATCH = 2000
_PAIRS = (
    (models.Case, registry.Case),
    (models.Identity, registry.Identity),
    (models.StageDeadline, registry.StageDeadline),
    (models.Assignment, registry.Assignment),
    (models.SchoolPart, registry.SchoolPart),
    (models.AidPart, registry.AidPart),
    (models.CounsellingPart, registry.CounsellingPart),
    (models.Referral, registry.Referral),
    (models.Obstacle, registry.Obstacle),
    (models.Note, registry.Note),
)
# A beginning is searched for as UPPER(…) LIKE 'PRO%'. Django's indexes cannot say it for both databases.
_BEGINNINGS = [
    f"CREATE INDEX plain_by_{name} ON plain_identity (upper({name}::text) text_pattern_ops)"
    for name in ("first_name", "last_name")
]


def _table(plain: Any) -> bulk.Table:
    return bulk.Table(plain, *(field.name for field in plain._meta.concrete_fields), using=USING)


def fill() -> None:
    """Fill the plain tables; on PostgreSQL by COPY from several processes, indexes and keys made afterwards."""
    connection = connections[USING]
    tables = [_table(plain) for plain, _model in _PAIRS]
    is_postgresql = connection.vendor == "postgresql"
    dropped, made = bulk.indexes_and_keys([table.name for table in tables], USING) if is_postgresql else ([], [])
    _run(dropped)
    _lists()
    jobs = [(at, first, last) for at, (_plain, model) in enumerate(_PAIRS) for first, last in _ranges(model)]
    if is_postgresql:
        connections.close_all()  # a process that is forked must not share one
        with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
            pool.starmap(_copy, jobs, chunksize=1)
    else:
        with transaction.atomic(using=USING):
            for job in jobs:
                _copy(*job)
    _run([*made, *(_BEGINNINGS if is_postgresql else [])])
    bulk.go_on_from_there(tables, USING)


def _run(statements: list[str]) -> None:
    with connections[USING].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _lists() -> None:
    models.Municipality.objects.using(USING).bulk_create(
        models.Municipality(pk=one.pk, code=one.code, name=one.name) for one in Municipality.objects.all()
    )
    models.Term.objects.using(USING).bulk_create(
        models.Term(pk=one.pk, list=one.list, code=one.code, name=one.name_sq) for one in Term.objects.all()
    )
    models.Holder.objects.using(USING).bulk_create(
        models.Holder(pk=one.pk, code=one.code, short_name=one.short_name) for one in Institution.objects.unscoped(_WHY)
    )
    models.Worker.objects.using(USING).bulk_create(
        models.Worker(pk=one.pk, holder_id=one.institution_id, name=one.user.name)
        for one in Seat.objects.unscoped(_WHY).select_related("user")
    )


def _ranges(model: Any) -> Iterator[tuple[int, int]]:
    ids = model.objects.unscoped(_WHY).order_by("pk").values_list("pk", flat=True)
    first, last = ids.first(), ids.last()
    if first is not None:
        yield from ((at, at + _BATCH) for at in range(first, last + 1, _BATCH))


def _copy(at: int, first: int, last: int) -> None:
    plain, model = _PAIRS[at]
    rows = list(model.objects.unscoped(_WHY).filter(pk__gte=first, pk__lt=last).order_by("pk"))
    if issubclass(model, OfCase):
        fetch_keys(rows)
    table = _table(plain)
    made = [_row(plain, row) for row in rows]
    if connections[USING].vendor == "postgresql":
        table.copy(table.lines(made))
    else:
        table.insert(made)


def _row(plain: Any, row: Any) -> bulk.Row:
    words = row.data if isinstance(row, OfCase) else {}
    return tuple(
        _value(row.pk if name == "id" else words[name] if name in words else getattr(row, name))
        for name in (field.attname for field in plain._meta.concrete_fields)
    )


def _value(value: Any) -> bulk.Value:
    if isinstance(value, list):
        return json.dumps(value)
    if value is None or isinstance(value, int | str):
        return int(value) if isinstance(value, bool) else value
    return value.hex if hasattr(value, "hex") else str(value).removesuffix("+00:00")
