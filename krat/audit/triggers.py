"""Database triggers by which the trail's tables refuse UPDATE, DELETE and TRUNCATE in the database itself.

Made again after every migration, idempotently: SQLite drops a table's triggers when a migration rebuilds the table, and
says nothing. A check counts them.
"""

from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

TABLES = ("audit_entry", "audit_seal")
_SQLITE = ("UPDATE", "DELETE")
_POSTGRES = ("UPDATE", "DELETE", "TRUNCATE")


def _names(vendor: str) -> list[tuple[str, str, str]]:
    verbs = _SQLITE if vendor == "sqlite" else _POSTGRES
    return [(table, verb, f"{table}_refuses_{verb.lower()}") for table in TABLES for verb in verbs]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers that are missing (one statement each)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION krat_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for table, verb, name in _names(connection.vendor):
            if connection.vendor == "sqlite":
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
                )
            else:
                level = "STATEMENT" if verb == "TRUNCATE" else "ROW"
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} "
                    f"FOR EACH {level} EXECUTE FUNCTION krat_append_only()"
                )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for tests that empty their tables, and for nothing else."""
    with connection.cursor() as cursor:
        for table, _verb, name in _names(connection.vendor):
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that should be there and are not (one query)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        there = {row[0] for row in cursor.fetchall()}
    return [name for _table, _verb, name in _names(connection.vendor) if name not in there]


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate`` for this app."""
    install(connections[using])


@checks.register(checks.Tags.database)
def the_trail_refuses_changes(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E020: a trigger of the trail is missing. Runs with ``check --database default`` and at the server's start."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if "audit_entry" not in connection.introspection.table_names():
                continue  # before the first migration there is nothing to guard
            for name in missing(connection):
                hint = "Run `manage.py migrate`; it makes the triggers again."
                found.append(checks.Error(f"The trail's trigger {name} is missing.", hint=hint, id="krat.E020"))
        except DatabaseError as mistake:
            found.append(checks.Error(f"The trail's triggers cannot be counted: {mistake}", id="krat.E021"))
    return found
