"""Database triggers by which the trail's tables refuse UPDATE, DELETE and TRUNCATE in the database itself.

Made again after every migration: SQLite drops a table's triggers when a migration rebuilds the table, and says nothing.
A check compares what stands in the database with what was written, word for word: a trigger of the same name that does
nothing, a function that lets everything through, or one trigger too many guards nothing.
"""

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


def _names(vendor: str) -> list[tuple[str, str, str]]:
    verbs = _SQLITE if vendor == "sqlite" else _POSTGRES
    return [(table, verb, f"{table}_refuses_{verb.lower()}") for table in TABLES for verb in verbs]


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
    there = connection.introspection.table_names()
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
    with connection.cursor() as cursor:
        for table, _verb, name in _names(connection.vendor):
            cursor.execute(_drop(connection, table, name))


def _drop(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What does not guard the trail as it was written, each in a sentence; empty when all does (three queries)."""
    tables = connection.introspection.table_names()
    gone = [f"Table {table} is missing." for table in TABLES if table not in tables]
    if gone:
        return gone
    there = _sqlite_triggers(connection) if connection.vendor == "sqlite" else _postgresql_triggers(connection)
    written = _written(connection.vendor)
    return [
        *(f"Trigger {name} is missing." for name in written if name not in there),
        *(f"Trigger {name} was changed." for name, text in written.items() if there.get(name, text) != text),
        *(f"{name} stands on a table of the trail and is not ours." for name in there if name not in written),
    ]


def _sqlite_triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: text for name, table, text in cursor.fetchall() if table in TABLES}


def _postgresql_triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Their texts as PostgreSQL tells them, and rules, which would come before them; another text where one is
    switched off or calls a function of another wording."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled::text, p.prosrc, l.lanname"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang"
            " WHERE NOT t.tgisinternal AND t.tgrelid = ANY(%s::regclass[])",
            [list(TABLES)],
        )
        found = {
            name: text if (state in _FIRES and source == _REFUSES and language == "plpgsql") else ""
            for name, text, state, source, language in cursor.fetchall()
        }
        cursor.execute("SELECT rulename FROM pg_rewrite WHERE ev_class = ANY(%s::regclass[])", [list(TABLES)])
        return found | {f"Rule {name}": "" for (name,) in cursor.fetchall()}


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate`` for this app."""
    install(connections[using])


def _migrations() -> set[tuple[str, str]]:
    return {key for key in MigrationLoader(None).disk_migrations or {} if key[0] == "audit"}


@checks.register(checks.Tags.database)
def the_trail_refuses_changes(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E020: the trail's tables are not guarded. Runs with ``check --database default`` and at the server's start."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if not _migrations() <= set(MigrationRecorder(connection).applied_migrations()):
                continue  # `migrate` asks this before it begins, and makes the triggers when it ends
            for fault in faults(connection):
                hint = "Run `manage.py audit verify`, find out who did it; `manage.py migrate --skip-checks` mends it."
                found.append(checks.Error(f"The trail is not guarded. {fault}", hint=hint, id="krat.E020"))
        except DatabaseError as mistake:
            found.append(checks.Error(f"The trail's triggers cannot be looked at: {mistake}", id="krat.E021"))
    return found
