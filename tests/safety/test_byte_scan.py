"""A stolen copy tells nothing (promise 10): the bytes of database, logs, temporary and other files hold no canary.

Negative control: a canary in a clear column is found, in the same files by the same scan.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.db import connection

from tests import postgres
from tests.safety.filling import BEGINNING

pytestmark = pytest.mark.slow
ROOT = Path(settings.BASE_DIR)


# --- the scan ---


def disguises(word: str) -> set[bytes]:
    """How a word may lie in a file: in each of the usual codes, in small, capital and mixed letters."""
    found: set[bytes] = set()
    for said in (word.lower(), word.upper(), word.title(), word[::-1]):
        for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            raw = said.encode(code)
            found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
            for before in range(3):
                # Of base64 those signs that do not depend on what stands before and behind.
                whole = base64.b64encode(bytes(before) + raw)
                found.add(whole[{0: 0, 1: 2, 2: 3}[before] : -4])
            found.add("".join(f"%{byte:02X}" for byte in raw).encode())
        found.add("".join(f"\\u{ord(sign):04x}" for sign in said).encode())
    return {one for one in found if len(one) > 7}


DISGUISES = sorted(disguises(BEGINNING))  # looked for one by one: a pattern of all of them takes ten times as long


def scan(*folders: Path, since: float = 0) -> list[str]:
    """The files below some folders that hold a canary, each with what stands around it."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_file() and not path.is_socket() and path.stat().st_mtime >= since:
                    content = path.read_bytes()
                else:
                    continue
            except FileNotFoundError:
                continue  # the database has put it away in the meantime
            places = [at for one in DISGUISES if (at := content.find(one)) >= 0]
            found += [f"{path.name}: {content[max(0, at - 60) : at + 60]!r}" for at in places[:3]]
    return found


class Filling:
    """A process that fills a database, and waits while one looks at its files."""

    def __init__(self, place: Path, url: str) -> None:
        self.place = place
        temporary = place / "tmp"
        temporary.mkdir(parents=True)
        environment = {
            **os.environ,
            **{"DATABASE_URL": url, "KRAT_KEYS": str(place / "keys.json"), "KRAT_DEMO": "1", "PLAIN_HTTP": "1"},
            **{"TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary), "DEBUG": "0"},
        }
        environment.pop("KRAT_TRAIL_HEAD", None)
        self._log = (place / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.safety.filling"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def wait_for(self, word: str) -> list[str]:
        """Until it has said this; what else it said with it."""
        said = self._process.stdout.readline().split()
        assert said[:1] == [word], (self.place / "log").read_text(errors="replace")[-3000:]
        return said[1:]

    def go_on(self) -> None:
        """Let it do the next thing."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Let it end."""
        self._process.kill()
        self._process.communicate(timeout=60)
        self._log.close()


@contextmanager
def filling(place: Path, url: str) -> Iterator[Filling]:
    """A database that is being filled."""
    process = Filling(place, url)
    try:
        yield process
    finally:
        process.end()


# --- SQLite ---


@pytest.fixture
def on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("This run is on PostgreSQL.")


def test_files_of_sqlite_hold_no_marker(tmp_path, on_sqlite):
    started = tmp_path.stat().st_mtime
    with filling(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite3'}") as process:
        (answers,) = process.wait_for("FILLED")
        names = {path.name for path in tmp_path.iterdir()}
        in_use = scan(tmp_path)
        process.go_on()
        process.wait_for("CLOSED")
        closed = scan(tmp_path)
        process.go_on()
        process.wait_for("LEAKED")
        leaked = scan(tmp_path)

    assert int(answers) > 10
    assert {"registry.sqlite3", "registry.sqlite3-wal", "registry.sqlite3-shm", "log", "tmp"} <= names
    assert in_use == []
    assert closed == []
    assert scan(ROOT / "var", since=started) == []
    # The negative control: a canary in a clear column is found, by the same scan in the same files.
    assert any(one.startswith("registry.sqlite3-wal:") for one in leaked)


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("how", ["plain", "capitals", "hex", "base64", "base64, moved", "backwards"])
def test_the_scan_sees_through_every_disguise(code, how, tmp_path):
    """The negative control of the scan itself."""
    said = f"x {BEGINNING.upper() if how == 'capitals' else BEGINNING}ab y".encode(code)
    disguised = {
        "hex": said.hex().encode(),
        "base64": base64.b64encode(said),
        "base64, moved": base64.b64encode(b"12" + said),
        "backwards": said.decode(code)[::-1].encode(code),
    }
    (tmp_path / "file").write_bytes(b"\0\1" + disguised.get(how, said) + b"\2\3")

    assert scan(tmp_path)


# --- PostgreSQL ---


@pytest.fixture(scope="module")
def on_postgresql(django_db_blocker):
    """A cluster of its own, which writes every statement and every error into its log: all that could be told.

    The blocker is not used: by it the run on PostgreSQL knows that this is about the database.
    """
    if connection.vendor != "postgresql":
        pytest.skip("This run is on SQLite.")
    import psycopg2

    with postgres.cluster() as url:
        folder = Path(unquote(url.partition(f":{postgres.PORT}/")[2])).parent

        def run(*statements: str) -> None:
            server = psycopg2.connect(host=str(folder), port=postgres.PORT, user=postgres.NAME, dbname=postgres.NAME)
            server.autocommit = True
            with server.cursor() as cursor:
                for one in statements:
                    cursor.execute(one)
            server.close()

        run("ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_min_duration_statement = 0")
        run("ALTER SYSTEM SET log_parameter_max_length_on_error = -1", "ALTER SYSTEM SET log_error_verbosity = verbose")
        run("SELECT pg_reload_conf()")
        yield folder, url, run


def test_a_whole_cluster_holds_no_marker(tmp_path, on_postgresql):
    folder, url, run = on_postgresql
    with filling(tmp_path, url) as process:
        (answers,) = process.wait_for("FILLED")
        run("CHECKPOINT")
        in_use = scan(folder, tmp_path)
        log = (folder / "log").read_text(errors="replace")
        process.go_on()
        process.wait_for("CLOSED")
        process.go_on()
        process.wait_for("LEAKED")
        run("CHECKPOINT")
        leaked = scan(folder)

    assert int(answers) > 10
    assert 'INSERT INTO "cases_identity"' in log  # it does write statements down
    assert log.count("ERROR:") >= 2  # and those that failed
    assert in_use == []
    # The negative control: a canary in a clear column is found in the log, and in the files of the tables.
    assert any(one.startswith("log:") for one in leaked)
    assert any(re.match(r"[0-9A-F]+:", one) for one in leaked)
