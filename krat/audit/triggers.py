"""Database triggers by which the trail's tables refuse UPDATE, DELETE and TRUNCATE in the database itself, and with
them what other areas write once (`guard`).

Made again after every migration: SQLite drops a table's triggers when a migration rebuilds the table, and says nothing.
A check compares what stands in the database with what was written, word for word: a trigger of the same name that does
nothing, a function that lets everything through, or one trigger too many guards nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError

TABLES = ("audit_entry", "audit_seal", "audit_version", "audit_entrything")
_SQLITE = ("UPDATE", "DELETE")
_POSTGRES = ("UPDATE", "DELETE", "TRUNCATE")
_FUNCTION = "krat_append_only"
_REFUSES = " BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'integrity_constraint_violation'; END "
_MAKES = f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_REFUSES}$$"
_FIRES = ("O", "A")  # PostgreSQL's letters for a trigger that fires in ordinary sessions, or in all


# Tables of other areas, each with the migration since which it is guarded.
_others: dict[str, tuple[str, str]] = {}


def guard(table: str, *, since: tuple[str, str]) -> None:
    """Let a table of another area refuse changes as the trail's do: its rows are written once.

    ``since`` is the migration (app label and name) after which it does. Taken back, that migration drops the triggers;
    a later one that has to change a row drops them too: they are made anew when migrating ends.
    """
    _others[table] = since


def guarded() -> list[str]:
    """Every table that refuses changes: the trail's, and those of other areas."""
    return [*TABLES, *_others]


def _names(vendor: str) -> list[tuple[str, str, str]]:
    verbs = _SQLITE if vendor == "sqlite" else _POSTGRES
    return [(table, verb, f"{table}_refuses_{verb.lower()}") for table in guarded() for verb in verbs]


def _written(vendor: str) -> dict[str, str]:
    """What each trigger's text has to be, by its name: as it is created, and as the database tells it."""
    if vendor == "sqlite":
        return {
            name: f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            for table, verb, name in _names(vendor)
        }
    return {
        name: f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {_FUNCTION}()"
        for table, verb, name in _names(vendor)
    }


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew, whatever stood in their place (two statements each)."""
    applied = MigrationRecorder(connection).applied_migrations()
    waiting = [table for table, since in _others.items() if since not in applied]
    there = set(connection.introspection.table_names()).difference(waiting)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_MAKES)
        written = _written(connection.vendor)
        for table, _verb, name in _names(connection.vendor):
            if table in there:
                cursor.execute(_drop(connection, table, name))
                cursor.execute(written[name])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for tests that empty their tables, and for nothing else."""
    _take_away(connection, guarded())


@contextmanager
def lifted(connection: BaseDatabaseWrapper, table: str) -> Iterator[None]:
    """Within this block one table takes changes: for the builder of the invented world and for tests, nothing else."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no trigger is dropped while a key waits to be checked
    _take_away(connection, [table])
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for one, _verb, name in _names(connection.vendor):
            if one == table:
                cursor.execute(_written(connection.vendor)[name])


def _take_away(connection: BaseDatabaseWrapper, tables: Collection[str]) -> None:
    with connection.cursor() as cursor:
        for table, _verb, name in _names(connection.vendor):
            if table in tables:
                cursor.execute(_drop(connection, table, name))


def _drop(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")


def faults(connection: BaseDatabaseWrapper, only: Collection[str] | None = None) -> list[str]:
    """What does not guard a table as it was written, each in a sentence; empty when all does (three queries).

    ``only`` are the tables asked for; all guarded ones without it.
    """
    asked = guarded() if only is None else list(only)
    tables = connection.introspection.table_names()
    gone = [f"Table {table} is missing." for table in asked if table not in tables]
    if gone or not asked:
        return gone
    there = _sqlite_triggers(connection) if connection.vendor == "sqlite" else _postgresql_triggers(connection)
    names = {name for table, _verb, name in _names(connection.vendor) if table in asked}
    written = {name: text for name, text in _written(connection.vendor).items() if name in names}
    return [
        *(f"Trigger {name} is missing." for name in written if name not in there),
        *(f"Trigger {name} was changed." for name, text in written.items() if there.get(name, (text,))[0] != text),
        *(
            f"{name} stands on a table {_whose(table)} and is not ours."
            for name, (_text, table) in there.items()
            if table in asked and name not in written
        ),
    ]


def _whose(table: str) -> str:
    return "of the trail" if table in TABLES else "that is written once"


def _sqlite_triggers(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str]]:
    """Each trigger's text and table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: (text, table) for name, table, text in cursor.fetchall() if table in guarded()}


def _postgresql_triggers(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str]]:
    """Their texts as PostgreSQL tells them, and rules, which would come before them, each with its table; another text
    where one is switched off or calls a function of another wording."""
    tables = [table for table in guarded() if table in connection.introspection.table_names()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled::text, p.prosrc, l.lanname, c.relname"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgrelid = ANY(%s::regclass[])",
            [tables],
        )
        found = {
            name: (text if (state in _FIRES and source == _REFUSES and language == "plpgsql") else "", table)
            for name, text, state, source, language, table in cursor.fetchall()
        }
        cursor.execute(
            "SELECT r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
            " WHERE r.ev_class = ANY(%s::regclass[])",
            [tables],
        )
        return found | {f"Rule {name}": ("", table) for name, table in cursor.fetchall()}


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate`` for this app."""
    install(connections[using])


def _migrations() -> set[tuple[str, str]]:
    return {key for key in MigrationLoader(None).disk_migrations or {} if key[0] == "audit"}


@checks.register(checks.Tags.database)
def the_trail_refuses_changes(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E020: the trail's tables, or others written once, are not guarded. Runs with ``check --database default``
    and at the server's start."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            applied = set(MigrationRecorder(connection).applied_migrations())
            # `migrate` asks this before it begins, and makes the triggers when it ends.
            is_current = _migrations() <= applied
            of_the_trail = TABLES if is_current else ()
            others = [table for table, since in _others.items() if is_current and since in applied]
            told = [
                *(f"The trail is not guarded. {fault}" for fault in faults(connection, of_the_trail)),
                *(f"What is written once is not guarded. {fault}" for fault in faults(connection, others)),
            ]
            hint = "Run `manage.py audit verify`, find out who did it; `manage.py migrate --skip-checks` mends it."
            found += [checks.Error(one, hint=hint, id="krat.E020") for one in told]
        except DatabaseError as mistake:
            found.append(checks.Error(f"The trail's triggers cannot be looked at: {mistake}", id="krat.E021"))
    return found
