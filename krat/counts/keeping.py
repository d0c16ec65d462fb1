"""The kept counts put together, counted anew, and compared with what there is (decision 41).

Each is right while others write: one statement sees the rows and what was counted of them in the same moment, and what
is not committed yet is in neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.db.utils import DEFAULT_DB_ALIAS

from krat.counts.declared import COLUMNS, Dialect, counted, everything, today
from krat.counts.models import KeptCount
from krat.reference.models import Municipality

EVERY_ROWS = 1000

_TABLE = KeptCount._meta.db_table
_LOCK = 20_170_127  # an arbitrary number that no other advisory lock of this registry uses
_ALL = ", ".join(COLUMNS)
_LAST = f"SELECT coalesce(max(id), 0) FROM {_TABLE}"
_OF_COUNTY = f"place_id IN (SELECT id FROM {Municipality._meta.db_table} WHERE county_id = %s)"


@dataclass(frozen=True)
class Difference:
    """A cell whose kept count is not how many rows there are."""

    cell: str
    kept: int
    there: int

    def __str__(self) -> str:
        return f"{self.cell}: kept {self.kept}, there are {self.there}"


def recount(*, using: str = DEFAULT_DB_ALIAS) -> int:
    """Count every row anew in place of what was kept; gives the number of cells. For whoever filled tables past the
    triggers, and where `differences` found some. One pass over what is counted; nobody who writes waits for it on
    PostgreSQL, everybody does on SQLite.
    """
    connection = connections[using]
    fresh = _put_together(f"({everything(Dialect(connection.vendor))})")
    with _alone(using) as cursor:
        if connection.vendor == "postgresql":
            # In one statement: both halves see the same moment.
            cursor.execute(" ".join(["WITH", _gone("1 = 1"), fresh]), _days())
        else:
            cursor.execute(_delete("1 = 1"))
            cursor.execute(fresh, _days())
        return int(cursor.rowcount)


def fold(county: int | None = None, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Put the rows of each cell together as one, and all days that are past, of one county (its id) or of all; gives
    the number of cells. What they count stays as it is at every moment, and nobody who writes waits (two or three
    statements).
    """
    which, whose = ("1 = 1", []) if county is None else (_OF_COUNTY, [county])
    with _alone(using) as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute(" ".join(["WITH", _gone(which), _put_together("gone")]), [*whose, *_days()])
            return int(cursor.rowcount)
        cursor.execute(_LAST)
        (last,) = cursor.fetchone()
        cursor.execute(_put_together(f"(SELECT * FROM {_TABLE} WHERE {which})"), [*_days(), *whose])
        cells = int(cursor.rowcount)
        cursor.execute(_delete(f"{which} AND id <= %s"), [*whose, last])
        return cells


def fold_soon(unfolded: int, county: int | None) -> None:
    """For whoever reads: fold a county's counts after this transaction, where so many rows were added since the last
    time that reading them begins to cost."""
    if unfolded >= EVERY_ROWS:
        transaction.on_commit(partial(fold, county), robust=True)


def differences(*, using: str = DEFAULT_DB_ALIAS) -> list[Difference]:
    """The cells of which another number is kept than there are rows (one statement, which reads everything)."""
    rows = everything(Dialect(connections[using].vendor))
    compared = (
        f"SELECT {_ALL}, sum(kept), sum(there) FROM ("
        f"SELECT {_columns()}, n AS kept, 0 AS there FROM {_TABLE} UNION ALL "
        f"SELECT {_columns()}, 0, n FROM ({rows}) AS counted) AS both_sides "
        f"GROUP BY {_ALL} HAVING sum(kept) <> sum(there) ORDER BY {_ALL}"
    )
    with connections[using].cursor() as cursor:
        cursor.execute(compared, [*_days(), *_days()])
        return [
            Difference(", ".join(f"{name} {value}" for name, value in zip(COLUMNS, row, strict=False)), *row[-2:])
            for row in cursor.fetchall()
        ]


def _delete(which: str) -> str:
    return f"DELETE FROM {_TABLE} WHERE {which}"


def _gone(which: str) -> str:
    return f"gone AS ({_delete(which)} RETURNING *)"


def _put_together(rows: str) -> str:
    return (
        f"INSERT INTO {_TABLE} ({_ALL}, n, is_folded) SELECT {_ALL}, sum(n), 1 = 1 FROM "
        f"(SELECT {_columns()}, n FROM {rows} AS found) AS cells GROUP BY {_ALL} HAVING sum(n) <> 0"
    )


def _columns() -> str:
    """The columns of a cell; of series by day, all past days as one word that sorts before every day."""
    listed = ", ".join(f"'{name}'" for one in counted() for name in one.by_day)
    word = f"CASE WHEN series IN ({listed}) AND word < %s THEN '' ELSE word END AS word"
    return ", ".join(word if name == "word" else name for name in COLUMNS)


def _days() -> list[str]:
    return [today()]


@contextmanager
def _alone(using: str) -> Iterator[Any]:
    """A cursor in a transaction in which nobody else puts counts together; writers go on."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield cursor
