"""A new release on yesterday's rows: looked at first, copied, migrated, examined; refused on doubt (promise 23).

The code of the new release stands already, the database is still that of the former one, and nobody is served
meanwhile. Nothing here reads a row through a model before the migrations have run: the tables are not yet its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from krat.access import crypto
from krat.operations import backup, restore
from krat.operations.envelope import Unusable

_LOCK = 20261129  # of PostgreSQL, for the time of an upgrade; any number that nothing else takes
# What a visitor meets first, and what watches the registry: neither shows anything about anybody.
PAGES = ("/health/", "/health/ready/", "/account/login/")


@dataclass
class Report:
    """What was done: the copy that was made, the migrations that ran, and what is not as it should be afterwards."""

    copy: Path | None = None
    migrations: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def planned() -> list[str]:
    """The migrations that would run, in their order. Raises `Unusable` where a newer release was here before."""
    known = restore.known_migrations()
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    if unknown := sorted(applied - known):
        raise Unusable(f"A newer release has worked on this database: this one does not know {unknown[0]}.")
    if not applied:
        raise Unusable("The database is empty: there is nothing to upgrade. Run `manage.py migrate`.")
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{one.app_label}.{one.name}" for one, _backwards in plan]


def upgrade(target: Path | None, recipient: str) -> Report:
    """Copy, migrate, examine. Without a ``target`` no copy is made: whoever calls has one.

    Raises `Unusable` before anything was changed; what is wrong afterwards stands under ``faults``, and the copy is the
    way back. Holds a lock of the database, so that two upgrades do not meet (PostgreSQL; SQLite has one machine).
    """
    with _alone():
        crypto.keys_are_readable()
        report = Report(migrations=planned())
        if target is not None:
            report.copy = backup.make(target, recipient)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if report.copy is not None:
            backup.note()  # the copy itself cannot hold this entry: its tables were those of the former release
        report.faults = [*_examined(), *_shown()]
    return report


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Unusable("Another upgrade is running on this database.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _examined() -> list[str]:
    """What the registry says against itself, each command in a process that begins with the new release."""
    said = {
        " ".join(one): restore.complaint(one, backup.database_url(), Path(settings.KRAT_TRAIL_HEAD))
        for one in restore.EXAMINED_BY
    }
    return [f"manage.py {command}: {words}" for command, words in said.items() if words]


def _shown() -> list[str]:
    """Which of the first pages do not answer as they should."""
    name = settings.ALLOWED_HOSTS[0].removeprefix(".").replace("*", settings.LOCAL_NAMES[0])
    client = Client(SERVER_NAME=name, raise_request_exception=False)
    answers = {page: client.get(page, secure=not settings.PLAIN_HTTP).status_code for page in PAGES}
    return [f"{page} answered {status}" for page, status in answers.items() if status != 200]
