"""What is remembered between two runs, in one SQLite file: cursor, references, marks, what waits for a person.

No name, no date, no word of a case stands in it. Each method that changes something is one transaction, or takes part
in the caller's (`Store.transaction`); killed at any moment the file is as it was before or after one.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from krat_sync.records import Marks, folded

# How the latest record of a reference stands.
TAKEN, WAITS, APPLIED, DROPPED, REFUSED, GONE = STATES = ("taken", "waits", "applied", "dropped", "refused", "gone")
KEY_LIVES = 23 * 3600  # seconds; the registry remembers a key for a day

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sent (
  reference TEXT PRIMARY KEY, written TEXT NOT NULL, marks TEXT NOT NULL, state TEXT NOT NULL,
  code TEXT NOT NULL DEFAULT '', sent_change TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS sent_by_code ON sent (code);
CREATE TABLE IF NOT EXISTS held (
  type TEXT NOT NULL, code TEXT NOT NULL, version INTEGER NOT NULL, round INTEGER NOT NULL,
  reference TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL DEFAULT '', PRIMARY KEY (type, code)
);
CREATE INDEX IF NOT EXISTS held_by_reference ON held (reference) WHERE reference <> '';
CREATE TABLE IF NOT EXISTS flight (mark TEXT PRIMARY KEY, key TEXT NOT NULL, at REAL NOT NULL);
"""


class InUse(Exception):
    """Another run works with this folder."""


@dataclass(frozen=True)
class Sent:
    """What is known of the record of one reference: the marks of what the registry acknowledged, and how it stands."""

    written: str
    marks: Marks
    state: str
    code: str = ""
    sent_change: str = ""
    why: str = ""


class Store:
    """The state of one client, in a folder of its own."""

    def __init__(self, folder: Path, *, alone: bool = True) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
        # A lock that ends with the process, on every system: SQLite's own, on a file in which nothing stands.
        self._lock = _open(folder / "lock.sqlite3", patience=0) if alone else None
        if self._lock is not None:
            try:
                self._lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as locked:
                self._lock.close()
                raise InUse(f"Another run works with {folder}.") from locked
        self._base = _open(folder / "state.sqlite3", patience=30)
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.executescript(_TABLES)

    def close(self) -> None:
        """Let go of both files."""
        self._base.close()
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    # --- single words ---

    def word(self, name: str, usual: str = "") -> str:
        """A single word that is remembered."""
        row = self._base.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else usual

    def remember(self, **words: object) -> None:
        """Remember single words."""
        self._base.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in words.items()],
        )

    # --- what was sent ---

    def sent(self, reference: str) -> Sent | None:
        """What is known of a reference."""
        row = self._base.execute(
            "SELECT written, marks, state, code, sent_change, why FROM sent WHERE reference = ?", [folded(reference)]
        ).fetchone()
        return Sent(row[0], json.loads(row[1]), *row[2:]) if row else None

    def keep(self, reference: str, one: Sent) -> None:
        """Keep what the registry said of a reference."""
        self._base.execute(
            "INSERT OR REPLACE INTO sent (reference, written, marks, state, code, sent_change, why, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                folded(reference),
                one.written,
                json.dumps(one.marks),
                one.state,
                one.code,
                one.sent_change,
                one.why,
                time.time(),
            ],
        )

    def decided(self, sent_change: str, state: str) -> None:
        """A person has decided about a change that waited."""
        self._base.execute(
            "UPDATE sent SET state = ? WHERE sent_change = ? AND state IN (?, ?)", [state, sent_change, WAITS, state]
        )

    def in_state(self, *states: str) -> list[Sent]:
        """Everything that stands in one of these states, by reference."""
        marks = ", ".join("?" * len(states))
        rows = self._base.execute(
            f"SELECT written, '{{}}', state, code, sent_change, why FROM sent WHERE state IN ({marks})"  # noqa: S608
            " ORDER BY reference",
            states,
        )
        return [Sent(row[0], json.loads(row[1]), *row[2:]) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many references stand in each state."""
        return dict(self._base.execute("SELECT state, count(*) FROM sent GROUP BY state ORDER BY state"))

    # --- calls whose answer has not come yet ---

    def key_for(self, mark: str) -> str:
        """The idempotency key of a call: of the very same one that was sent before and never answered, or a new one."""
        with self.transaction():
            self._base.execute("DELETE FROM flight WHERE at < ?", [time.time() - KEY_LIVES])
            row = self._base.execute("SELECT key FROM flight WHERE mark = ?", [mark]).fetchone()
            key = row[0] if row else str(uuid.uuid4())
            if row is None:
                self._base.execute("INSERT INTO flight VALUES (?, ?, ?)", [mark, key, time.time()])
        return str(key)

    def answered(self, mark: str) -> None:
        """The answer of a call has come: the same call is a new one from now on."""
        self._base.execute("DELETE FROM flight WHERE mark = ?", [mark])

    def nothing_open(self) -> None:
        """Everything was sent and answered: what was once open was sent in other calls since."""
        self._base.execute("DELETE FROM flight")

    def unanswered(self) -> int:
        """How many calls were never answered."""
        return int(self._base.execute("SELECT count(*) FROM flight").fetchone()[0])

    # --- what the registry tells ---

    def held(self, reference: str) -> Marks | None:
        """The marks of the case with this reference as the registry told it last; None where it was not told."""
        row = self._base.execute(
            "SELECT marks FROM held WHERE type = 'case' AND reference = ?", [folded(reference)]
        ).fetchone()
        return json.loads(row[0]) if row else None

    def hold(self, kind: str, code: str, version: int, reference: str = "", marks: Marks | None = None) -> None:
        """A thing that is within sight."""
        words = json.dumps(marks) if marks else ""
        round_now = int(self.word("round", "0"))
        self._base.execute(
            "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?)",
            [kind, code, version, round_now, folded(reference), words],
        )
        if kind == "case":
            self._base.execute("UPDATE sent SET state = ? WHERE code = ? AND state = ?", [TAKEN, code, GONE])

    def let_go(self, things: Iterable[tuple[str, str]]) -> None:
        """Things that left the client's sight."""
        for kind, code in things:
            self._base.execute("DELETE FROM held WHERE type = ? AND code = ?", [kind, code])
            if kind == "case":
                self._base.execute("UPDATE sent SET state = ? WHERE code = ?", [GONE, code])

    def begin_again(self) -> None:
        """Read everything from the beginning; what is not told by its end is let go then (`left_over`)."""
        self.remember(round=int(self.word("round", "0")) + 1, cursor="", is_whole="")

    def left_over(self) -> list[tuple[str, str]]:
        """What was held before the beginning and was not told since."""
        rows = self._base.execute("SELECT type, code FROM held WHERE round <> ?", [int(self.word("round", "0"))])
        return [(kind, code) for kind, code in rows]

    def not_told(self) -> list[str]:
        """Codes of cases that were sent once and are not within sight."""
        rows = self._base.execute(
            "SELECT code FROM sent WHERE code <> '' AND state <> ?"
            " AND NOT EXISTS (SELECT 1 FROM held WHERE held.type = 'case' AND held.code = sent.code)",
            [GONE],
        )
        return [row[0] for row in rows]

    def held_counts(self) -> dict[str, int]:
        """How many things of each type are within sight."""
        return dict(self._base.execute("SELECT type, count(*) FROM held GROUP BY type ORDER BY type"))


def _open(file: Path, *, patience: float) -> sqlite3.Connection:
    """A file that only its owner may read, whatever the mask of the process; what SQLite puts beside it likewise."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    file.chmod(0o600)
    return sqlite3.connect(file, timeout=patience, isolation_level=None)


def describe(one: Sent) -> dict[str, Any]:
    """A reference and how it stands, for people and programs."""
    return {"reference": one.written, "state": one.state, "code": one.code or None, "why": one.why or None}
