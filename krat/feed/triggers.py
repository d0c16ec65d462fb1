"""Triggers that enter what changed, in the change's own transaction, whoever changes it: a verb, a bulk, a migration.

They are taken away before migrations and made again after them: SQLite drops a table's triggers when a migration
rebuilds the table, and refuses to rename a table while another's trigger names one that is not there. What changed
without them was not entered; so whoever makes them enters everything that is there, and begins a new generation.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError
from django.utils import timezone

from krat.feed.kinds import Kind, Sight, Watched, kinds
from krat.feed.models import Generation, Pending

TABLE = "feed_pending"
_INTO = f"INSERT INTO {TABLE} (kind, institution_id, thing) "


def _select(kind: Kind, sight: Sight, vendor: str, row: str = "", also_from: str = "", besides: str = "") -> str:
    # A code that is put together of words has to be called a UUID; SQLite keeps its 32 digits as they are.
    thing = sight.thing if vendor == "sqlite" else f"CAST({sight.thing} AS uuid)"
    words = f"SELECT '{kind.name}' AS kind, {sight.institution} AS institution_id, {thing} AS thing"
    tables = ", ".join(filter(None, (also_from, sight.beside)))
    where = " AND ".join(filter(None, (sight.where, besides)))
    words += f" FROM {tables}" * bool(tables) + f" WHERE {where}" * bool(where)
    return words.format(row=row)


def everything(kind: Kind, vendor: str) -> str:
    """SQL for every thing of a kind that is there, with each institution that sees it: (kind, institution, thing)."""
    return " UNION ".join(_select(kind, sight, vendor, "own", f"{kind.own.table} own") for sight in kind.own.sights)


def turned(kind: Kind, vendor: str) -> Iterator[str]:
    """SQL that enters what the calendar changes, one statement a turn; wants the day of the last look, and today."""
    for turn in kind.turns:
        behind, until = (">=", "<") if turn.is_last else (">", "<=")
        yield _INTO + _select(kind, turn.sight, vendor, besides=f"{turn.day} {behind} %s AND {turn.day} {until} %s")


def _enters(kind: Kind, watched: Watched, verb: str, vendor: str) -> str:
    """What a trigger does: a line for each institution that sees the thing by the row as it is, or as it was."""
    rows = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}[verb]
    return _INTO + " UNION ".join(_select(kind, sight, vendor, row) for row in rows for sight in watched.sights) + ";"


class _Trigger:
    """One trigger: of a kind, on a table, after a verb."""

    def __init__(self, kind: Kind, watched: Watched, verb: str, vendor: str) -> None:
        self.table, self.verb, self.column = watched.table, verb, watched.column if verb == "UPDATE" else ""
        self.vendor = vendor
        self.name = "_".join(filter(None, ("feed", kind.name, watched.table, watched.name, verb.lower())))
        self.enters = _enters(kind, watched, verb, vendor)

    @property
    def source(self) -> str:
        """The body of its function on PostgreSQL."""
        return f" BEGIN {self.enters} RETURN NULL; END "

    def made(self) -> Iterator[str]:
        """The statements that make it."""
        head = f"CREATE TRIGGER {self.name} AFTER {self.verb} ON {self.table} FOR EACH ROW"
        differs = "IS NOT" if self.vendor == "sqlite" else "IS DISTINCT FROM"  # where there may be none
        when = f" WHEN (OLD.{self.column} {differs} NEW.{self.column})" if self.column else ""
        if self.vendor == "sqlite":
            yield f"{head}{when} BEGIN {self.enters} END"
            return
        if self.verb == "UPDATE" and not when:
            when = " WHEN (OLD.* IS DISTINCT FROM NEW.*)"
        yield f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $${self.source}$$"
        yield f"{head}{when} EXECUTE FUNCTION {self.name}()"

    def gone(self) -> str:
        """The statement that takes it away."""
        return f"DROP TRIGGER IF EXISTS {self.name}" + ("" if self.vendor == "sqlite" else f" ON {self.table}")


def _all(vendor: str) -> list[_Trigger]:
    return [
        _Trigger(kind, watched, verb, vendor)
        for kind in kinds().values()
        for watched in kind.watched
        for verb in watched.verbs
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers, whatever stood in their place; leave those whose table is not there (yet)."""
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for one in _all(connection.vendor):
            if one.table in there:
                cursor.execute(one.gone())
                for statement in one.made():
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, so that tables can be rebuilt."""
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for one in _all(connection.vendor):
            if one.table in there:
                cursor.execute(one.gone())


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What does not enter changes as it was written, each in a sentence; empty when all does (one query)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'feed%'")
            there = dict(cursor.fetchall())
            written = {one.name: next(one.made()) for one in _all("sqlite")}
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE t.tgname LIKE 'feed%%' AND t.tgenabled IN ('O', 'A')"
            )
            there = dict(cursor.fetchall())
            written = {one.name: one.source for one in _all(connection.vendor)}
    return [
        *(f"Trigger {name} is missing." for name in written if name not in there),
        *(f"Trigger {name} was changed." for name, text in written.items() if there.get(name, text) != text),
    ]


@transaction.atomic
def begin_anew(connection: BaseDatabaseWrapper) -> None:
    """Enter everything that is there, and begin a new generation: every system reads again from the beginning.

    With the triggers in place nothing is skipped: what others change meanwhile they enter themselves when they commit.
    One insert a kind; some seconds for a million things.
    """
    generation = Generation.current()
    generation.code, generation.turned_on = uuid.uuid4(), timezone.localdate()
    generation.save(update_fields=["code", "turned_on"])
    with connection.cursor() as cursor:
        for kind in kinds().values():
            statement = _INTO + everything(kind, connection.vendor)
            cursor.execute(statement)


def before_migrate(sender: Any, using: str, plan: Any = (), **kwargs: Any) -> None:
    """Receiver of Django's ``pre_migrate``: out of the way, when anything is migrated at all."""
    if plan:
        remove(connections[using])


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate``: where triggers are missing, they are made, and the feed begins anew."""
    connection = connections[using]
    there = connection.introspection.table_names()
    tables = {Pending._meta.db_table, Generation._meta.db_table, *(kind.own.table for kind in kinds().values())}
    if tables <= set(there) and _is_up_to_date(connection) and faults(connection):
        install(connection)
        begin_anew(connection)


def _is_up_to_date(connection: BaseDatabaseWrapper) -> bool:
    """Whether all migrations of the feed have run: on the way back its tables are not those of the models."""
    ours = {key for key in MigrationLoader(None).disk_migrations or {} if key[0] == "feed"}
    return ours <= set(MigrationRecorder(connection).applied_migrations())


@checks.register(checks.Tags.database)
def changes_are_entered(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E022: changes are not entered. Runs with ``check --database default`` and at the server's start."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            if not _is_up_to_date(connection):
                continue  # `migrate` asks this before it begins, and makes the triggers when it ends
            for fault in faults(connection):
                hint = (
                    "Run `manage.py migrate --skip-checks`: it makes them, and systems read again from the beginning."
                )
                found.append(checks.Error(f"Changes are missing in the feed. {fault}", hint=hint, id="krat.E022"))
        except DatabaseError as mistake:
            found.append(checks.Error(f"The feed's triggers cannot be looked at: {mistake}", id="krat.E023"))
    return found
