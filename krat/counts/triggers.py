"""Triggers by which the database itself keeps the counts, whoever writes: a verb, a bulk fill, a hand at the console.

They step aside while migrations run, because SQLite drops a rebuilt table's triggers without a word and refuses to
rename a table that another's trigger names; when migrations end they are made anew, and everything is counted again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DEFAULT_DB_ALIAS, DatabaseError

from krat.counts import keeping
from krat.counts.declared import COLUMNS, Counted, Dialect, counted, selection
from krat.counts.models import KeptCount

PREFIX = "krat_counts_"
_TABLE = KeptCount._meta.db_table
_OLD, _NEW = "old_rows", "new_rows"
_FIRES = ("O", "A")  # PostgreSQL's letters for a trigger that fires in ordinary sessions, or in all


@dataclass(frozen=True)
class Trigger:
    """One trigger: on which table, after which kind of write, and what it does then."""

    table: str
    event: str  # INSERT, UPDATE or DELETE
    name: str
    create: str  # as the database tells it afterwards, too
    body: str = ""  # of its function, on PostgreSQL
    of_function: str = ""  # what creates that


def written(vendor: str) -> list[Trigger]:
    """Every trigger as it has to stand in a database of this vendor."""
    make = _on_sqlite if vendor == "sqlite" else _on_postgresql
    found: list[Trigger] = []
    for one in counted():
        found += [make(one, event) for event in ("INSERT", "UPDATE", "DELETE")]
    parents = {one.parent for one in counted() if one.parent}
    return found + [make(next(one for one in counted() if one.table == name), "MOVE") for name in sorted(parents)]


def _children(parent: Counted) -> list[Counted]:
    return [one for one in counted() if one.parent == parent.table]


def _watched(one: Counted, event: str) -> tuple[str, ...]:
    """The columns without whose change an update has nothing to count."""
    if event == "MOVE":
        return tuple(sorted({column for child in _children(one) for column in child.of_parent}))
    return one.columns


def _statement(one: Counted, event: str, dialect: Dialect, old: str, new: str) -> str:
    """What is added to the kept counts when rows that were so are so: fewer of the old cells, more of the new ones."""
    if event == "MOVE":
        parts = [
            (times, child.cells(dialect, child.table, rows))
            for child in _children(one)
            for times, rows in ((-1, old), (1, new))
        ]
    else:
        parts = [(-1, one.cells(dialect, old, one.parent))] if event in ("UPDATE", "DELETE") else []
        parts += [(1, one.cells(dialect, new, one.parent))] if event in ("UPDATE", "INSERT") else []
    columns = ", ".join(COLUMNS)
    return (
        f"INSERT INTO {_TABLE} ({columns}, n, is_folded) SELECT {columns}, sum(n), 1 = 0"
        f" FROM ({selection(parts)}) AS changed"
        f" GROUP BY {columns} HAVING sum(n) <> 0"
    )


def _on_sqlite(one: Counted, event: str) -> Trigger:
    """A trigger for each row."""
    name = f"{PREFIX}{one.table}_{event.lower()}"
    columns = sorted({"id", *_watched(one, event), *one.columns})

    def row(state: str) -> str:
        return f"(SELECT {', '.join(f'{state}.{column} AS {column}' for column in columns)})"

    verb = "UPDATE" if event == "MOVE" else event
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _watched(one, event))
    when = f" WHEN {changed}" if verb == "UPDATE" else ""
    statement = _statement(one, event, Dialect("sqlite"), row("OLD"), row("NEW"))
    return Trigger(
        one.table, verb, name, f"CREATE TRIGGER {name} AFTER {verb} ON {one.table}{when} BEGIN {statement}; END"
    )


def _on_postgresql(one: Counted, event: str) -> Trigger:
    """A trigger for each statement, however many rows it writes."""
    name = f"{PREFIX}{one.table}_{event.lower()}"
    verb = "UPDATE" if event == "MOVE" else event
    seen = {
        "INSERT": f"NEW TABLE AS {_NEW}",
        "UPDATE": f"OLD TABLE AS {_OLD} NEW TABLE AS {_NEW}",
        "DELETE": f"OLD TABLE AS {_OLD}",
    }[verb]
    statement = f"{_statement(one, event, Dialect('postgresql'), _OLD, _NEW)};"
    if verb == "UPDATE":
        watched = _watched(one, event)
        old, new = (", ".join(f"{state}.{column}" for column in watched) for state in ("o", "n"))
        statement = (
            f"IF EXISTS (SELECT 1 FROM {_OLD} o JOIN {_NEW} n ON n.id = o.id WHERE ({old}) IS DISTINCT FROM ({new}))"
            f" THEN {statement} END IF;"
        )
    body = f" BEGIN {statement} RETURN NULL; END "
    return Trigger(
        one.table,
        verb,
        name,
        f"CREATE TRIGGER {name} AFTER {verb} ON {one.table} REFERENCING {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        body,
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
    )


# --- making and taking away ---


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew, whatever stood in their place (two or three statements each)."""
    with connection.cursor() as cursor:
        for one in written(connection.vendor):
            cursor.execute(_drop(connection, one.table, one.name))
            if one.of_function:
                cursor.execute(one.of_function)
            cursor.execute(one.create)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take away every trigger that counts; what is written from now on is not counted (one query, one for each)."""
    with connection.cursor() as cursor:
        for name, table, _state, _text, _source in _there(connection):
            cursor.execute(_drop(connection, table, name))


@contextmanager
def counted_afterwards(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Fill empty tables in bulk without counting each row: everything is counted once at the end. For an installation
    in which nobody works meanwhile: what others write is not counted until then."""
    remove(connections[using])
    try:
        yield
    finally:
        after_migrate(None, using)


def _drop(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")


def _there(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str, str, str]]:
    """The triggers that stand there: name, table, state, text, source (one query)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name, 'O', sql, '' FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT t.tgname, c.relname, t.tgenabled::text, pg_get_triggerdef(t.oid, true), p.prosrc"
                " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
            )
        found = cursor.fetchall()
    return (row for row in found if row[0].startswith(PREFIX))


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Which triggers do not count as they were written, each in a sentence (one query)."""
    there = {name: (state, text, source) for name, _table, state, text, source in _there(connection)}
    wanted = written(connection.vendor)
    return [
        *(f"Trigger {one.name} is missing." for one in wanted if one.name not in there),
        *(
            f"Trigger {one.name} was changed."
            for one in wanted
            if one.name in there and not _is_as_written(one, *there[one.name])
        ),
        *(f"Trigger {name} is not one of today." for name in there if name not in {one.name for one in wanted}),
    ]


def _is_as_written(one: Trigger, state: str, text: str, source: str) -> bool:
    return state in _FIRES and text == one.create and source == one.body


# --- around migrations ---


def before_migrate(sender: Any, using: str, plan: Any = (), **kwargs: Any) -> None:
    """Receiver of Django's ``pre_migrate``: where tables will change, nothing counts them meanwhile."""
    if plan:
        remove(connections[using])


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate``: where the triggers did not stand, they are made, and all is counted."""
    connection = connections[using]
    if not _may_stand(connection) or not faults(connection):
        return
    with transaction.atomic(using=using):
        remove(connection)
        install(connection)
        keeping.recount(using=using)


def _may_stand(connection: BaseDatabaseWrapper) -> bool:
    """Whether every table and column is there; not on the way back to a former release."""
    there = set(connection.introspection.table_names())
    needed = {one.table: one.columns for one in counted()}
    if not {_TABLE, *needed} <= there:
        return False
    with connection.cursor() as cursor:
        return all(
            set(columns) <= {one.name for one in connection.introspection.get_table_description(cursor, table)}
            for table, columns in needed.items()
        )


@checks.register(checks.Tags.database)
def the_counts_are_kept(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E022: somebody took away, changed or switched off a trigger that counts. Runs with ``check --database default``
    and at the server's start; whether the numbers are right says ``manage.py counts check``."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            disk = set(MigrationLoader(None).disk_migrations or {})
            if not {key for key in disk if key[0] in ("counts", "cases")} <= set(
                MigrationRecorder(connection).applied_migrations()
            ):
                continue  # `migrate` asks this before it begins, and makes the triggers when it ends
            found += [
                checks.Error(
                    f"Counts are not kept. {fault}",
                    hint="`manage.py migrate --skip-checks` makes the triggers anew and counts everything again.",
                    id="krat.E022",
                )
                for fault in faults(connection)
            ]
        except DatabaseError as mistake:
            found.append(checks.Error(f"The triggers that count cannot be looked at: {mistake}", id="krat.E023"))
    return found
