"""The two databases, as copies need them: dumped while people work, loaded into an empty place, compared row by row."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import environ
import psycopg2

from krat.operations.envelope import Reader, Unusable, Writer

_PIECE = 1 << 20
# What ends with the machine: nobody is signed in on a restored one, and no limit or ticket of before counts there.
ENDS_WITH_THE_MACHINE = (
    "django_session",
    "usersessions_usersession",
    "allauth_idp_oidc_token",
    "access_cacheentry",
    "feed_generation",  # a cursor of after the copy must not lead on from it: machines read from the beginning
)
Tables = dict[str, dict[str, Any]]


def of(url: str) -> "Database":
    """The database behind an address as DATABASE_URL takes it; each method opens and closes its own connection."""
    parsed = environ.Env.db_url_config(url)
    if parsed["ENGINE"].endswith("sqlite3"):
        return Sqlite(Path(parsed["NAME"]))
    return Postgresql(url, parsed)


# --- SQLite -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sqlite:
    """A database in one file."""

    path: Path
    vendor = "sqlite"
    _part = "database.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def dump(self, writer: Writer) -> tuple[Tables, list[str]]:
        """Write its part, and tell of the same moment: each table's rows and their hash, the applied migrations."""
        # In one go: a copy made page by page begins again at each commit of somebody else. Beside the database, where
        # what it holds lies already, and gone at once.
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=self.path.parent) as room:
            copy = Sqlite(Path(room) / "copy.sqlite3")
            with closing(self._open()) as source, closing(sqlite3.connect(copy.path)) as target:
                source.backup(target, pages=-1)
            tables, migrations = copy.tables(), copy._migrations()
            with copy.path.open("rb") as file:
                writer.add(self._part, iter(lambda: file.read(_PIECE), b""))
        return tables, migrations

    def is_empty(self) -> bool:
        """Whether there is no table."""
        if not self.path.exists():
            return True
        with closing(self._open()) as connection:
            return not _names(connection.execute(_SQLITE_TABLES).fetchall())

    def load(self, reader: Reader, room: Path) -> None:
        """Fill it, when it is empty: all or nothing."""
        loaded = self.path.with_name(f".{self.path.name}.restoring")
        loaded.unlink(missing_ok=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            reader.extract(self._part, loaded)
            with closing(sqlite3.connect(loaded)) as connection:
                found = connection.execute("PRAGMA integrity_check").fetchall()
            if found != [("ok",)]:
                raise Unusable(f"SQLite says of the restored file: {found[0][0]}")
            for leftover in ("-wal", "-shm"):  # of an empty database that somebody opened
                self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
            loaded.replace(self.path)
            flush_folder(self.path.parent)
        finally:
            loaded.unlink(missing_ok=True)

    def tables(self) -> Tables:
        """Each table's rows and their hash now (reads everything)."""
        with closing(self._open()) as connection:
            names = _names(connection.execute(_SQLITE_TABLES).fetchall())
            return {name: self._told(connection, name) for name in names}

    @staticmethod
    def _told(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
        rows, digest = 0, hashlib.sha256()
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):  # noqa: S608 - names of our tables
            digest.update(repr(row).encode())
            rows += 1
        return {"rows": rows, "sha256": digest.hexdigest()}

    def _migrations(self) -> list[str]:
        with closing(self._open()) as connection:
            return [f"{app}.{name}" for app, name in connection.execute(_MIGRATIONS)]

    def forget(self) -> None:
        """Empty what ends with the machine."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            there = _names(connection.execute(_SQLITE_TABLES).fetchall())
            for table in set(ENDS_WITH_THE_MACHINE).intersection(there):
                connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our tables

    @contextmanager
    def throw_away(self, room: Path) -> Iterator["Sqlite"]:
        """An empty database of the same kind beside it, gone at the end."""
        yield Sqlite(room / "checked.sqlite3")

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise Unusable(f"There is no database at {self.path}.")
        return sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True)


# Tables alone: an index of words (FTS5) is a table made of tables, and follows from the rows it is about.
_SQLITE_TABLES = """
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name
"""
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def _names(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[0] for row in rows]


def flush_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only when the folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# --- PostgreSQL ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Postgresql:
    """A database of a PostgreSQL server, dumped and loaded by the server's own programs."""

    url: str
    parsed: dict[str, Any]
    vendor = "postgresql"
    _part = "database.dump"

    def dump(self, writer: Writer) -> tuple[Tables, list[str]]:
        """See `Sqlite`."""
        with closing(self._connect()) as connection:
            # One moment for the dump and for what is told of it: the dump reads in this transaction's snapshot.
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                command = [_program("pg_dump"), "--format=custom", "--compress=1", f"--snapshot={snapshot}"]
                # Never plain SQL: since 2025 that carries a word of chance, which is another one each time.
                writer.add(self._part, self._said(command), packed=True)
                cursor.execute(_MIGRATIONS)
                migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
                tables = _told(cursor)
            connection.rollback()
        return tables, migrations

    def is_empty(self) -> bool:
        """See `Sqlite`."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(_POSTGRESQL_TABLES)
            return cursor.fetchone() is None

    def load(self, reader: Reader, room: Path) -> None:
        """See `Sqlite`."""
        # Whole, and not the data alone: then triggers are made after the rows, and stand as they stood.
        dumped = room / self._part
        reader.extract(self._part, dumped)
        command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        try:
            for _piece in self._said([*command, f"--dbname={self.parsed['NAME']}", str(dumped)]):
                pass
        finally:
            dumped.unlink()

    def tables(self) -> Tables:
        """See `Sqlite`."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            return _told(cursor)

    def forget(self) -> None:
        """See `Sqlite`."""
        with closing(self._connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(_POSTGRESQL_TABLES)
            for table in set(ENDS_WITH_THE_MACHINE).intersection(_names(cursor.fetchall())):
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our tables

    @contextmanager
    def throw_away(self, room: Path) -> Iterator["Postgresql"]:
        """See `Sqlite`."""
        name = f"krat_check_{uuid4().hex[:12]}"
        with closing(self._connect()) as connection:
            connection.autocommit = True
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            except psycopg2.errors.InsufficientPrivilege as mistake:
                words = "The database's user may not make a database to check in. Name an empty one with --into."
                raise Unusable(words) from mistake
            try:
                yield Postgresql(_renamed(self.url, name), {**self.parsed, "NAME": name})
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    # --- connections and programs ---

    def _connect(self) -> Any:
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        given = {names[key]: self.parsed[key] for key in names if self.parsed.get(key)}
        return psycopg2.connect(**given, **self.parsed.get("OPTIONS", {}))

    def _said(self, command: list[str]) -> Iterator[bytes]:
        """What a program of the server says; raises `Unusable` with its complaint. No password in its arguments."""
        names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment |= {names[key]: str(self.parsed[key]) for key in names if self.parsed.get(key)}
        environment |= {f"PG{key.upper()}": str(value) for key, value in self.parsed.get("OPTIONS", {}).items()}
        with tempfile.TemporaryFile() as complaints:
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=complaints) as running:
                while piece := running.stdout.read(_PIECE) if running.stdout else b"":
                    yield piece
            if running.returncode != 0:
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").strip().splitlines()
                raise Unusable(f"{Path(command[0]).name} failed: {said[0] if said else running.returncode}")


_POSTGRESQL_TABLES = """
    SELECT c.relname, a.attname, t.typcategory = 'N'
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    LEFT JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'r' ORDER BY c.relname
"""


class _Digest:
    """A file that only counts lines and hashes them: what COPY writes is nowhere kept."""

    def __init__(self) -> None:
        self.rows, self.sha256 = 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.rows += piece.count(b"\n")
        self.sha256.update(piece)
        return len(piece)


def _told(cursor: Any) -> Tables:
    # What a row looks like as text depends on the session, and what comes first on the database's own language.
    cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = 'hex'")
    cursor.execute(_POSTGRESQL_TABLES)
    told: Tables = {}
    for table, key, is_number in cursor.fetchall():
        order = f'"{key}"' if is_number else f'"{key}"::text COLLATE "C"'
        digest = _Digest()
        cursor.copy_expert(f'COPY (SELECT * FROM "{table}" ORDER BY {order}) TO STDOUT', digest)  # noqa: S608
        told[table] = {"rows": digest.rows, "sha256": digest.sha256.hexdigest()}
    return told


def _program(name: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda one: int(one.parts[4]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if not found:
        raise Unusable(f"{name} is not on this machine: install PostgreSQL's client programs.")
    return found


Database = Sqlite | Postgresql


def _renamed(url: str, name: str) -> str:
    """The same server, another database."""
    head, mark, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{mark}{options}"
