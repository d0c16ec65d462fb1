"""The databases of a run: the registry's, the plain one beside it, the copy for a former commit."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit


def beside(url: str, ending: str) -> str:
    """The address of a database of the same kind in the same place."""
    if url.startswith("sqlite"):
        return url.removesuffix(".sqlite3") + f"-{ending}.sqlite3"
    return f"{url}_{ending}"


def a_tenth(url: str, cases: int) -> str:
    """The address of the database with a tenth of the cases: on SQLite that of a run with so many."""
    if url.startswith("sqlite") and f"/{cases}-" in url:
        return url.replace(f"/{cases}-", f"/{cases // 10}-")
    return beside(url, "tenth")


def make(url: str) -> None:
    """An empty database, where there is none."""
    if url.startswith("sqlite"):
        return
    with _server(url) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_name(url)])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{_name(url)}"')


def copy(url: str, to: str) -> None:
    """A copy in place of what stood there; nobody may be connected to either."""
    remove(to)
    if url.startswith("sqlite"):
        source, target = sqlite3.connect(_file(url)), sqlite3.connect(_file(to))
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        return
    with _server(url) as cursor:
        cursor.execute(f'CREATE DATABASE "{_name(to)}" TEMPLATE "{_name(url)}" STRATEGY file_copy')


def remove(url: str) -> None:
    """Away with a database, where there is one."""
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(f"{_file(url)}{end}").unlink(missing_ok=True)
        return
    with _server(url) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{_name(url)}"')


def copy_file(place: Path, to: Path) -> None:
    """A copy of a file, where there is one."""
    with suppress(FileNotFoundError):
        shutil.copyfile(place, to)


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _name(url: str) -> str:
    return url.rpartition("/")[2]


@contextmanager
def _server(url: str) -> Iterator[object]:
    import psycopg2

    parts = urlsplit(url)
    # As django-environ reads it: a socket's folder stands in the path, before the name.
    folder = unquote(parts.path.strip("/").rpartition("/")[0])
    connection = psycopg2.connect(
        dbname="postgres",
        user=parts.username,
        password=parts.password,
        port=parts.port,
        host=f"/{folder.strip('/')}" if folder else parts.hostname,
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
