"""Triggers that name what was written, in the write's own transaction, whoever writes (`krat.search.index`).

They step aside while migrations run, as those of the feed do and for its reasons; when they come back, everything is
named, and indexed anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError

from krat.search.index import catch_up_with_all
from krat.search.kinds import kinds
from krat.search.models import Indexed, Unindexed
from krat.ui.searching import Kind

_TABLE = "search_unindexed"
_FUNCTION = "search_was_written"
_SOURCE = (
    f" BEGIN INSERT INTO {_TABLE} (kind, thing)"
    " VALUES (TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END); RETURN NULL; END "
)
_MADE = f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_SOURCE}$$"


@dataclass(frozen=True)
class _Trigger:
    """One trigger: of a kind, after a verb."""

    kind: Kind
    verb: str

    @property
    def name(self) -> str:
        return f"search_{self.kind.table}_{self.verb.lower()}"

    def made(self, vendor: str) -> str:
        """The statement that makes it."""
        head = f"CREATE TRIGGER {self.name} AFTER {self.verb} ON {self.kind.table} FOR EACH ROW"
        if vendor == "sqlite":
            row = "OLD" if self.verb == "DELETE" else "NEW"
            named = f"INSERT INTO {_TABLE} (kind, thing) VALUES ('{self.kind.name}', {row}.id);"
            return f"{head}{self._when('IS NOT')} BEGIN {named} END"
        return f"{head}{self._when('IS DISTINCT FROM')} EXECUTE FUNCTION {_FUNCTION}('{self.kind.name}')"

    def _when(self, differs: str) -> str:
        if self.verb != "UPDATE":
            return ""
        return f" WHEN ({' OR '.join(f'OLD.{one} {differs} NEW.{one}' for one in self.kind.columns)})"

    def gone(self, vendor: str) -> str:
        """The statement that takes it away."""
        return f"DROP TRIGGER IF EXISTS {self.name}" + ("" if vendor == "sqlite" else f" ON {self.kind.table}")


def _all() -> list[_Trigger]:
    return [_Trigger(kind, verb) for kind in kinds().values() for verb in ("INSERT", "UPDATE", "DELETE")]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers, whatever stood in their place."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_MADE)
        for one in _all():
            cursor.execute(one.gone(connection.vendor))
            cursor.execute(one.made(connection.vendor))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, so that tables can be rebuilt; what is written meanwhile is not named."""
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for one in _all():
            if one.kind.table in there:
                cursor.execute(one.gone(connection.vendor))


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What does not name writes as it was written, each in a sentence; empty when all does (one query)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'")
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE t.tgname LIKE 'search%%' AND t.tgenabled IN ('O', 'A')"
            )
        there = dict(cursor.fetchall())
    written = {one.name: one.made("sqlite") if connection.vendor == "sqlite" else _SOURCE for one in _all()}
    return [
        *(f"Trigger {name} is missing." for name in written if name not in there),
        *(f"Trigger {name} was changed." for name, text in written.items() if there.get(name, text) != text),
    ]


def name_everything(connection: BaseDatabaseWrapper) -> None:
    """Name every thing there is, so that all is indexed anew (one insert a kind)."""
    with connection.cursor() as cursor:
        for kind in kinds().values():
            statement = f"INSERT INTO {_TABLE} (kind, thing) SELECT %s, id FROM {kind.table} ORDER BY id"
            cursor.execute(statement, [kind.name])


# --- around migrations ---


def before_migrate(sender: Any, using: str, plan: Any = (), **kwargs: Any) -> None:
    """Receiver of Django's ``pre_migrate``: out of the way, when anything is migrated at all."""
    if plan:
        remove(connections[using])


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate``: where triggers are missing they are made, and all is indexed anew."""
    connection = connections[using]
    needed = {Indexed._meta.db_table, Unindexed._meta.db_table, *(kind.table for kind in kinds().values())}
    if not needed <= set(connection.introspection.table_names()) or not _may_stand(connection):
        return
    if not faults(connection):
        return
    with transaction.atomic(using=using):
        install(connection)
        name_everything(connection)
    catch_up_with_all()


def _may_stand(connection: BaseDatabaseWrapper) -> bool:
    """Whether every column is there; not on the way back to a former release."""
    with connection.cursor() as cursor:
        return all(
            set(kind.columns)
            <= {one.name for one in connection.introspection.get_table_description(cursor, kind.table)}
            for kind in kinds().values()
        )


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    apps = {"search", *(kind.model._meta.app_label for kind in kinds().values())}
    wanted = {key for key in MigrationLoader(None).disk_migrations or {} if key[0] in apps}
    return wanted <= set(MigrationRecorder(connection).applied_migrations())


def _faults_of(connections_asked: Iterator[BaseDatabaseWrapper]) -> Iterator[checks.CheckMessage]:
    for connection in connections_asked:
        try:
            if _is_migrated(connection):  # else `migrate` makes the triggers when it ends
                for fault in faults(connection):
                    hint = "Run `manage.py migrate --skip-checks`: it makes them, and indexes everything anew."
                    yield checks.Error(f"What is written is not found. {fault}", hint=hint, id="krat.E024")
        except DatabaseError as mistake:
            yield checks.Error(f"The triggers of the search cannot be looked at: {mistake}", id="krat.E025")


@checks.register(checks.Tags.database)
def writes_are_named(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E024: what is written does not come into the index. Runs with ``check --database default`` and at the start."""
    return list(_faults_of(connections[alias] for alias in databases or []))
