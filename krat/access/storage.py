"""Durability: the database's own settings are read back on every new connection.

An unsafe value refuses the connection, and so the start. Figures behind this: with SQLite's ``synchronous=NORMAL`` a
simulated power cut lost every one of some 700 acknowledged writes; with ``FULL`` none.
"""

import os
import sqlite3
from enum import Enum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from krat.access.logs import causes

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


class Trouble(Enum):
    """Why the database could not do its work, where that is nobody's mistake and passes."""

    FULL = "full"  # there is no room on its disk
    BUSY = "busy"  # others were writing, and this one's turn did not come
    AWAY = "away"  # it does not answer, or cannot read or write its files


# By the low byte of SQLite's codes; the higher ones say what exactly it was doing.
_SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_IOERR: Trouble.AWAY,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
    sqlite3.SQLITE_READONLY: Trouble.AWAY,
    sqlite3.SQLITE_PROTOCOL: Trouble.BUSY,
}
# By PostgreSQL's SQLSTATE, or its class.
_POSTGRESQL = {
    "53100": Trouble.FULL,
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "55P03": Trouble.BUSY,
    "25006": Trouble.AWAY,  # a standby that only reads
    "53": Trouble.AWAY,
    "57P": Trouble.AWAY,
    "58": Trouble.AWAY,
    "08": Trouble.AWAY,
}
_NO_ROOM = 1 << 20  # bytes; below this SQLite cannot even begin


def trouble_in(mistake: BaseException) -> Trouble | None:
    """What the database suffers from, where a mistake comes from that; None where it has another cause.

    Read from the codes the databases give, never from their words. No query.
    """
    ours = [one for one in causes(mistake) if isinstance(one, DatabaseError | InterfaceError)]
    return next(filter(None, map(_trouble_of, ours)), None)


def _trouble_of(mistake: DatabaseError | InterfaceError) -> Trouble | None:
    told = mistake.__cause__
    if isinstance(code := getattr(told, "sqlite_errorcode", None), int):
        found = _SQLITE.get(code & 0xFF)
        # With no room left it often fails before it writes, at BEGIN: as input and output that went wrong.
        return Trouble.FULL if found is Trouble.AWAY and _has_no_room() else found
    if isinstance(state := getattr(told, "pgcode", None), str):
        return next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)
    # A server that is not there, or a connection that broke, gives no code at all.
    return Trouble.AWAY if isinstance(mistake, OperationalError | InterfaceError) else None


def _has_no_room() -> bool:
    """Whether the disk of the database's own file is full."""
    try:
        found = os.statvfs(Path(settings.DATABASES["default"]["NAME"]).parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _NO_ROOM


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
