"""Yesterday comes back: a copy is laid into an empty place, compared row by row, and the registry examines itself.

``check`` does the same in a database that is thrown away, so that a copy is known to come back before it has to.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from krat.operations import backup, databases, envelope
from krat.operations.envelope import Reader, Unusable

EXAMINED_BY = (["check", "--database", "default"], ["audit", "verify"])


@dataclass
class Report:
    """What a copy held, and what of it is not as it was: the copy is whole when ``faults`` is empty."""

    made_at: str
    tables: int = 0
    rows: int = 0
    files: int = 0
    entries: int = 0
    older: bool = False  # made by an older release: `manage.py migrate` comes next
    faults: list[str] = field(default_factory=list)


def check(file: Path, key: Path, into: str = "") -> Report:
    """Restore into a database that is thrown away afterwards (or into the empty one ``into``), and compare."""
    with _opened(file, key) as (reader, room):
        beside = databases.of(into or backup.database_url())
        if into:
            return _laid(reader, room, beside, room / "head", room / "files")
        with beside.throw_away(room) as database:
            return _laid(reader, room, database, room / "head", room / "files")


def restore(file: Path, key: Path) -> Report:
    """Restore into the registry's own, empty database. Whoever was signed in has to sign in again.

    A head of the trail that is noted here already is set aside, under a name with the time, and not written over.
    """
    with _opened(file, key) as (reader, room):
        database, head = databases.of(backup.database_url()), Path(settings.KRAT_TRAIL_HEAD)
        if not database.is_empty():
            raise Unusable("The database is not empty: a copy is laid into an empty one only.")
        files = Path(settings.MEDIA_ROOT) if settings.MEDIA_ROOT else room / "files"
        if files.is_dir() and any(files.iterdir()):
            raise Unusable("There are files already: a copy is laid into an empty place only.")
        if head.exists():
            head.rename(head.with_name(f"{head.name}.before-{timezone.now():%Y%m%dT%H%M%SZ}"))
        report = _laid(reader, room, database, head, files)
        database.forget()
        return report


@contextmanager
def _opened(file: Path, key: Path) -> Iterator[tuple[Reader, Path]]:
    """The copy, and a folder of its own that only this user may enter and that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="krat-restore-") as folder:
        room = Path(folder)
        with envelope.reading(file, key, room) as reader:
            if reader.manifest["format"] > backup.FORMAT:
                raise Unusable("A newer release of the registry made this copy: restore it with that one.")
            if reader.manifest["keys"] != backup.fingerprint_of_keys():
                raise Unusable("KRAT_KEYS names another key file than the one this copy was made with.")
            if unknown := sorted(set(reader.manifest["migrations"]) - known_migrations()):
                raise Unusable(f"A newer release made this copy: this one does not know {unknown[0]}.")
            yield reader, room


def known_migrations() -> set[str]:
    known = MigrationLoader(None).disk_migrations or {}
    return {f"{app}.{name}" for app, name in known} | {
        f"{app}.{name}" for one in known.values() for app, name in one.replaces
    }


def _laid(reader: Reader, room: Path, database: databases.Database, head: Path, files: Path) -> Report:
    manifest = reader.manifest
    if manifest["database"] != database.vendor:
        raise Unusable(f"The copy is of {manifest['database']}, and this database is {database.vendor}.")
    if not database.is_empty():
        raise Unusable("The database is not empty: a copy is laid into an empty one only.")
    report = Report(made_at=manifest["made_at"], older=bool(known_migrations() - set(manifest["migrations"])))
    database.load(reader, room)
    reader.extract(backup.HEAD, head)
    for name in manifest["parts"]:
        if name.startswith(backup.FILES):
            place = (files / name.removeprefix(backup.FILES)).resolve()
            if not place.is_relative_to(files.resolve()):
                raise Unusable("The copy holds a file that would stand outside the place of files.")
            place.parent.mkdir(parents=True, exist_ok=True)
            reader.extract(name, place)
            report.files += 1
    _compare(manifest["tables"], database.tables(), report)
    if not report.older:  # an older copy is examined after its migrations, by the same two commands
        for command in EXAMINED_BY:
            if said := complaint(command, database.url, head):
                report.faults.append(f"manage.py {' '.join(command)}: {said}")
    return report


def _compare(wanted: databases.Tables, found: databases.Tables, report: Report) -> None:
    report.tables = len(found)
    report.rows = sum(one["rows"] for one in found.values())
    report.entries = found.get("audit_entry", {}).get("rows", 0)
    for table in sorted(wanted.keys() | found.keys()):
        if wanted.get(table) != found.get(table):
            counts = [str(one[table]["rows"]) if table in one else "no table" for one in (wanted, found)]
            report.faults.append(f"{table}: {counts[0]} rows were copied, {counts[1]} came back, and they differ")


def complaint(command: list[str], url: str, head: Path) -> str:
    """What the registry says against itself on that database; empty when it is content."""
    environment: dict[str, Any] = {
        **os.environ,
        "DATABASE_URL": url,
        "KRAT_KEYS": settings.KRAT_KEYS,
        "KRAT_TRAIL_HEAD": str(head),
    }
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip().splitlines()[-1]
