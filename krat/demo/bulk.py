"""Writing rows by the hundred thousand: COPY on PostgreSQL, `executemany` on SQLite, past models and verbs.

A row is a tuple of plain values in the order of its table's columns: texts, numbers, bytes, None; moments in UTC and
dates as ISO texts, codes as 32 hexadecimal digits. Both databases take them as they stand. What the rows do not say
bears its field's default.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.utils import timezone

Value: TypeAlias = str | int | bytes | None
Row: TypeAlias = tuple[Value, ...]

# From so many new rows on, indexes and keys between tables are made anew afterwards instead of kept row by row.
WORTH_IT = 50_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Table:
    """The table of a model, and which of its columns rows give (by the fields' names)."""

    def __init__(
        self, model: type[models.Model], *names: str, using: str = DEFAULT_DB_ALIAS, is_plain: bool = False
    ) -> None:
        """``is_plain``: rows hold numbers and texts of letters and digits alone, which are written in half the time."""
        self.model, self.using, self._is_plain = model, using, is_plain
        self.name = model._meta.db_table
        # What the database reckons itself is not written.
        fields = {field.name: field for field in model._meta.concrete_fields if not field.generated}
        self.columns = [str(fields[name].column) for name in names]
        rest = [one for one in fields.values() if one.name not in names and not (one.primary_key or one.generated)]
        self.columns += [str(field.column) for field in rest]
        self.rest: Row = tuple(_default(field) for field in rest)

    def lines(self, rows: Sequence[Row]) -> bytes:
        """Rows as COPY reads them."""
        if rows and not self.rest and self._is_plain:
            line = "\t".join(["%s"] * len(self.columns)) + "\n"
            return "".join([line % row for row in rows]).encode()
        end = "".join(f"\t{_cell(value)}" for value in self.rest) + "\n"
        return "".join("\t".join(map(_cell, row)) + end for row in rows).encode()

    def copy(self, lines: bytes) -> None:
        """Write what `lines` made (PostgreSQL)."""
        columns = self._quoted_columns
        with self._connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {self._quoted} ({columns}) FROM STDIN", io.BytesIO(lines), size=1 << 18)

    def insert(self, rows: Iterable[Row]) -> None:
        """Write rows, one prepared statement for all (SQLite)."""
        columns = self._quoted_columns
        marks = ", ".join(["%s"] * len(self.columns))
        statement = f"INSERT INTO {self._quoted} ({columns}) VALUES ({marks})"  # noqa: S608  # names of columns
        with self._connection.cursor() as cursor:
            cursor.executemany(statement, [row + self.rest for row in rows])

    def free_id(self) -> int:
        """An id above which none was ever given; nobody else is given one until the transaction ends."""
        with self._connection.cursor() as cursor:
            if self._connection.vendor == "postgresql":
                cursor.execute(f"LOCK TABLE {self._quoted} IN SHARE ROW EXCLUSIVE MODE")
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [self.name])
            else:
                cursor.execute("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = %s", [self.name])
            (found,) = cursor.fetchone()
        return int(found)

    @property
    def _connection(self) -> Any:
        return connections[self.using]

    @property
    def _quoted_columns(self) -> str:
        return ", ".join(str(self._connection.ops.quote_name(column)) for column in self.columns)

    @property
    def _quoted(self) -> str:
        return str(self._connection.ops.quote_name(self.name))


def go_on_from_there(tables: Iterable[Table], using: str = DEFAULT_DB_ALIAS) -> None:
    """Let ids that are given next follow those that rows were written with."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables]):
            cursor.execute(statement)


def _default(field: models.Field[Any, Any]) -> Value:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return f"{timezone.now():%Y-%m-%d %H:%M:%S}"
    if not (field.has_default() or field.null or field.blank) or (field.unique and not field.null):
        raise LookupError(f"{field} has no default: rows must give it.")
    value = field.get_default()
    return json.dumps(value) if isinstance(value, list | dict) else value


def _cell(value: Value) -> str:
    if type(value) is str:
        return value if "\\" not in value and value.isprintable() else value.translate(_ESCAPES)
    if type(value) is bytes:
        return f"\\\\x{value.hex()}"
    return "\\N" if value is None else str(value)


@contextmanager
def rows_first(tables: Sequence[Table], rows: int) -> Iterator[bool]:
    """Within the transaction: drop indexes and keys of these tables, and make them again over what was written.

    Only where that is worth it: for so many new rows, and at least one for ten that are there; gives whether it is. On
    SQLite indexes stay. Everything is made again under its name by the words in which the database tells it; each key
    to another table is checked for all rows while it is made. Nobody reads or writes these tables until the transaction
    ends, and if it fails they stand as before. Triggers are left alone: those of the trail refuse changes, and nothing
    is changed.
    """
    is_worth_it = rows >= max(WORTH_IT, _estimate(tables) // 10)
    if connection.vendor != "postgresql" or not is_worth_it:
        yield is_worth_it
        return
    dropped, made = indexes_and_keys([table.name for table in tables])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for its check would hinder the dropping
        for statement in dropped:
            cursor.execute(statement)
        yield True
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in made:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table.name)}")


def _estimate(tables: Sequence[Table]) -> int:
    """About how many rows are there already: as PostgreSQL last counted, or by the ids that SQLite gave."""
    names = [table.name for table in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class WHERE oid = ANY (%s::regclass[])",
                [names],
            )
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.execute(f"SELECT coalesce(sum(seq), 0) FROM sqlite_sequence WHERE name IN ({marks})", names)  # noqa: S608
        (found,) = cursor.fetchone()
    return int(found)


def indexes_and_keys(names: Sequence[str], using: str = DEFAULT_DB_ALIAS) -> tuple[list[str], list[str]]:
    """The statements that drop, and those that make again: indexes, unique constraints, keys to other tables
    (PostgreSQL; two queries)."""
    connection = connections[using]
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint c"
            " WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u')"
            # What keys of other tables point to stays: without it they would have to go, too.
            " AND NOT (contype = 'u' AND EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f'"
            " AND f.conindid = c.conindid))"
            " ORDER BY contype = 'f', conrelid::regclass::text, conname",
            [list(names)],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
            " WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary"
            " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
            " ORDER BY 1",
            [list(names)],
        )
        indexes = cursor.fetchall()
    # Keys first: they lean on the indexes.
    dropped = [f"ALTER TABLE {table} DROP CONSTRAINT {quoted(name)}" for table, name, *_more in reversed(constraints)]
    dropped += [f"DROP INDEX {name}" for name, _text in indexes]
    made = [text for _name, text in indexes]
    made += [f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} {text}" for table, name, _type, text in constraints]
    return dropped, made
