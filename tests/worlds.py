"""The databases of a test run: made once, kept, and copied.

Migrating and filling takes longer than most modules of tests. It is done once for whatever goes into it (the code that
fills, the versions of Django and of the server, the keys, the day) and kept: on SQLite as files under
``var/test-worlds``, which later runs copy as well; on PostgreSQL as template databases of the run's own cluster. Three
are kept: `BARE` is migrated and empty, `WORLD` is the invented world with the canaries, `DEMO` is what ``manage.py
demo`` makes, for servers of their own.

What a process knows of a world besides its rows, the canaries and where its counters stand, is kept beside it.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-worlds"
BARE, WORLD, DEMO = "bare", "world", "demo"
KEPT = 3  # worlds of other code or another day that stay: those of one's branches
_CODE = ("krat", "cases", "meetings", "locale", "tests/safety", "tests/worlds.py", "tests/journeys/settings.py")
# By the layers of every area (import-linter holds them) nothing that fills the world can know these.
_ABOVE = {"views", "api", "forms", "urls.py", "views.py", "api.py", "forms.py", "api_urls.py"}


# --- what a world is made of ---


def sources(root: Path = ROOT) -> list[Path]:
    """The modules and lists that may have a part in what a world holds, and the catalogues, in order."""
    places = [root / name for name in _CODE]
    found = [one for place in places for one in ([place] if place.is_file() else place.rglob("*.*"))]
    return sorted(
        one
        for one in found
        if one.suffix in (".py", ".csv", ".txt", ".json", ".mo")
        and not _ABOVE.intersection(one.relative_to(root).parts)
        and not one.name.startswith("test_")
    )


def fingerprint(root: Path = ROOT) -> str:
    """Sixteen digits that change with whatever a world is made of."""
    said = hashlib.sha256()
    for one in sources(root):
        said.update(f"{one.relative_to(root)}\0".encode() + one.read_bytes() + b"\0")
    for more in (django.__version__, platform.python_version(), sqlite3.sqlite_version, timezone.localdate()):
        said.update(f"{more}\0".encode())
    said.update(Path(settings.KRAT_KEYS).read_bytes())
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT system_identifier, version() FROM pg_control_system()")
            said.update(repr(cursor.fetchone()).encode())
    return said.hexdigest()[:16]


@cache
def _mark_of_this_run() -> str:
    return fingerprint()  # once: whoever goes on writing while tests run does not change under them what they stand on


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One process at a time; whoever waits finds what the other made."""
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    FOLDER.chmod(0o700)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keys(copy: Path) -> None:
    """Copy the keys that open the kept worlds; a test may spoil its own copy."""
    from krat.access import crypto

    with _locked("keys"):
        original = FOLDER / "keys.json"
        if not original.exists():
            crypto.make_keys(original)
    shutil.copy2(original, copy)


# --- keeping and copying ---


class Kept:
    """The databases that are kept under one fingerprint."""

    def __init__(self) -> None:
        self.mark = _mark_of_this_run()
        self.folder = FOLDER / self.mark

    def state(self) -> dict[str, Any]:
        """What was known of the world besides its rows."""
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    def file(self, kind: str) -> Path:
        """Where SQLite keeps it."""
        return self.folder / f"{kind}.sqlite3"

    def template(self, kind: str) -> str:
        """What PostgreSQL calls it."""
        return f"{kind}_{self.mark}"

    def has(self, kind: str) -> bool:
        """Whether it was made."""
        if kind == WORLD and not (self.folder / "state.json").exists():
            return False
        if connection.vendor == "sqlite":
            return self.file(kind).exists()
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template(kind)])
            return cursor.fetchone() is not None

    def keep(self, kind: str) -> None:
        """Keep the database that is connected as it stands."""
        if connection.vendor == "sqlite":
            part = self.file(kind).with_suffix(f".{os.getpid()}")
            with closing(sqlite3.connect(part)) as target:
                connection.connection.backup(target)
            part.rename(self.file(kind))
            return
        name = connection.settings_dict["NAME"]
        connection.close()
        _copy_database(name, self.template(kind))


def _kept(kind: str) -> Kept:
    """What is kept; made by the first who asks."""
    kept = _kept(BARE) if kind == DEMO else Kept()
    with _locked(DEMO if kind == DEMO else WORLD):
        if not kept.has(kind):
            kept.folder.mkdir(mode=0o700, exist_ok=True)
            clear_away(kept.folder)
            _make_demo(kept) if kind == DEMO else _make(kept)
    return kept


def collected() -> Path:
    """The static files as they are served, in a folder that the journeys of all workers share."""
    said = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for one in sorted((ROOT / "static").rglob("*.*")):
        said.update(f"{one.relative_to(ROOT)}\0".encode() + one.read_bytes())
    folder = FOLDER.parent / "test-static" / said.hexdigest()[:16]
    with _locked("static"):
        if not folder.exists():
            part = folder.with_suffix(".part")
            part.mkdir(parents=True, exist_ok=True)
            clear_away(folder)
            _command("collectstatic", "--no-input", JOURNEYS_STATIC=str(part))
            part.rename(folder)
    return folder


def clear_away(folder: Path) -> None:
    """Remove what other code left beside this folder, but for the newest."""
    others = [one for one in folder.parent.iterdir() if one.is_dir() and one.stem != folder.stem]
    for one in sorted(others, key=lambda one: one.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(one, ignore_errors=True)


def _make(kept: Kept) -> None:
    """A migrated database, and the invented world in it."""
    from krat.demo import make
    from krat.demo import world as invented
    from tests.safety import canaries, canary_world

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    kept.keep(BARE)
    canary_world.number_rows_high()
    invented.fill()
    canary_world.fill()
    kept.keep(WORLD)
    part = kept.folder / "state.part"
    part.write_text(json.dumps({"canaries": canaries.dump(), "numbers": make.number()}))
    part.rename(kept.folder / "state.json")
    connection.creation.destroy_test_db(before, verbosity=0)


def _make_demo(kept: Kept) -> None:
    """What ``make run`` would show: made by its own command, in a migrated database."""
    part = kept.file(DEMO).with_suffix(".part")
    address = f"sqlite:///{part}"
    if connection.vendor == "postgresql":
        _copy_database(kept.template(BARE), part := f"{kept.template(DEMO)}_part")
        address = beside(part)
    else:
        shutil.copy2(kept.file(BARE), part)
    _command("demo", DATABASE_URL=address, KRAT_TRAIL_HEAD=str(kept.folder / "trail-head"))
    if connection.vendor == "postgresql":
        _say(f'ALTER DATABASE "{part}" RENAME TO "{kept.template(DEMO)}"')
        return
    with closing(sqlite3.connect(part)) as made:
        made.execute("PRAGMA journal_mode=DELETE")  # all in one file
    part.rename(kept.file(DEMO))


def _command(*words: str, **more: str) -> None:
    """A command of the registry, in the environment of the journeys and whatever the environment of the tests says."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.journeys.settings", "JOURNEYS_STATIC": str(FOLDER)}
    environment |= {"KRAT_KEYS": settings.KRAT_KEYS, "KRAT_DEMO": "1", "PLAIN_HTTP": "1"}
    environment |= {"KRAT_NO_DOTENV": "1", "LANGUAGE_CODE": "sq"} | more
    done = subprocess.run(
        [sys.executable, "manage.py", *words, "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words[0]} failed:\n{done.stdout}\n{done.stderr}"


def _say(statement: str) -> None:
    """To the cluster, through a database that each has."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _copy_database(name: str, copy: str) -> None:
    _say(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
    _say(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')


def _point_to(name: str) -> None:
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name


def beside(name: str) -> str:
    """The address of another database of this run's cluster, as DATABASE_URL takes it."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


# --- the tests' own database ---

LAST_NUMBER = 900  # no test counts further: what is planted lies beyond what builders make of it

_entered: Kept | None = None
_numbers = 1


def enter() -> None:
    """Connect to a copy of the invented world, and know what was planted in it."""
    global _entered, _numbers
    from tests.safety import canaries

    _entered = _kept(WORLD)
    state = _entered.state()
    canaries.load(state["canaries"])
    _numbers = state["numbers"]
    _point_to(connection.creation._get_test_db_name())
    begin_again()


def begin_again() -> None:
    """Let everything stand as it was filled: after a test whose transactions were real."""
    assert _entered is not None, "no world was entered"
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(_entered.file(WORLD))) as original:
            original.backup(connection.connection)
        return
    connection.close()
    _copy_database(_entered.template(WORLD), connection.settings_dict["NAME"])


def leave() -> None:
    """Leave nothing of the copy."""
    if connection.vendor == "postgresql":
        connection.close()
        _say(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}" WITH (FORCE)')


def first_number() -> int:
    """Where the builder goes on counting after the world was filled."""
    return _numbers


def count_again() -> None:
    """Let the builder count on from the world: each test gives its rows the numbers that it gives them alone."""
    from krat.demo import make

    make._numbers = itertools.count(_numbers)


# --- databases for processes of their own ---


@contextmanager
def copied(kind: str, place: Path, blocker: Any) -> Iterator[str]:
    """The address of a copy in a folder, or in the cluster of this run; what opens it lies in the folder: keys.json."""
    shutil.copy2(settings.KRAT_KEYS, place / "keys.json")
    with blocker.unblock():
        kept = _kept(kind)
        if connection.vendor == "sqlite":
            copy = place / f"{kind}.sqlite3"
            shutil.copy2(kept.file(kind), copy)
            address = f"sqlite:///{copy}"
        else:
            copy = f"{kind}_of_{os.getpid()}_{next(_copies)}"
            _copy_database(kept.template(kind), copy)
            address = beside(copy)
    yield address
    if connection.vendor == "postgresql":
        with blocker.unblock():
            _say(f'DROP DATABASE "{copy}" WITH (FORCE)')


@contextmanager
def empty(place: Path, blocker: Any) -> Iterator[str]:
    """The address of a database without a table, in a folder or in the cluster of this run."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{place / 'empty.sqlite3'}"
        return
    name = f"empty_of_{os.getpid()}_{next(_copies)}"
    with blocker.unblock():
        _say(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield beside(name)
    with blocker.unblock():
        _say(f'DROP DATABASE "{name}" WITH (FORCE)')


_copies = itertools.count(1)
