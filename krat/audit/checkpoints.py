"""Checkpoints of the trail: entries are inserted unchained, and chained in batches afterwards (decision 8).

A chain from row to row would make every reading queue on one lock. Instead writers hold a lock *shared*; who takes a
checkpoint has it exclusively for a moment, so that no row with a lower id can still appear, and hashes what came since
the last checkpoint together with that checkpoint. Each row carries a keyed hash of its own, so that the first bad row
can be named.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import QuerySet

from krat.access import crypto
from krat.audit import head, triggers
from krat.audit.models import Checkpoint, Entry

EVERY_ROWS = 500
EVERY_SECONDS = 60.0
_LOCK = 20_170_126  # an arbitrary number that no other advisory lock of this registry uses

_written_here = 0
_taken_here_at = time.monotonic()


def let_writers_in(rows: int = 1) -> None:
    """Hold the trail's lock shared until the writer's transaction ends. SQLite has one writer at a time anyway."""
    global _written_here
    _written_here += rows
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def mac(entry: Entry) -> str:
    """The keyed hash of one entry's content."""
    content = [
        str(entry.code),  # a copy of a row is found out: its code stands there already
        entry.at.isoformat(),
        str(entry.actor or ""),
        entry.actor_words,
        entry.county,
        entry.event,
        entry.thing_type,
        entry.thing_code,
        entry.fields,
        entry.route,
    ]
    return crypto.keyed_hash(json.dumps(content).encode(), use="trail-row")


def take_if_due() -> None:
    """Take a checkpoint when this worker has written 500 rows since its last one, or when a minute has passed."""
    if _written_here >= EVERY_ROWS or time.monotonic() - _taken_here_at > EVERY_SECONDS:
        take()


def take() -> Checkpoint | None:
    """Cover every entry since the last checkpoint (an exclusive lock while it reads them); None when there is none."""
    global _written_here, _taken_here_at
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _written_here, _taken_here_at = 0, time.monotonic()
        last = _checkpoints().order_by("-up_to").first()
        rows = list(_entries().filter(pk__gt=last.up_to if last else 0).order_by("pk"))
        if not rows:
            return None
        previous = last.digest if last else ""
        made = Checkpoint(
            up_to=rows[-1].pk,
            entries=_ranges([row.pk for row in rows]),
            previous=previous,
            digest=_digest(previous, rows),
        )
        made.save(force_insert=True)
    head.note(made)
    return made


def _checkpoints() -> QuerySet[Checkpoint]:
    return Checkpoint.objects.unscoped("verification reads every checkpoint")


def _entries() -> QuerySet[Entry]:
    return Entry.objects.unscoped("verification reads every entry")


def _digest(previous: str, rows: Iterable[Entry]) -> str:
    content = json.dumps([previous, [[row.pk, row.mac] for row in rows]])
    return crypto.keyed_hash(content.encode(), use="trail-seal")


def _ranges(ids: list[int]) -> list[list[int]]:
    """[1, 2, 3, 5] → [[1, 3], [5, 5]]."""
    ranges: list[list[int]] = []
    for one in ids:
        if ranges and one == ranges[-1][1] + 1:
            ranges[-1][1] = one
        else:
            ranges.append([one, one])
    return ranges


def _spelled_out(ranges: list[list[int]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


@dataclass
class Verdict:
    """What a verification found: how much is covered by checkpoints, and the first bad row if there is one."""

    covered: int = 0
    covered_now: int = 0
    problem: str = ""
    bad_entry: int | None = field(default=None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.problem


def verify() -> Verdict:
    """Recompute every hash and every checkpoint, compare with the head outside the database, then cover the tail.

    Reads the whole trail. Nothing is covered before it was looked at.
    """
    verdict = Verdict()
    for look in (_triggers_stand, _checkpoints_fit, _tail_fits, _head_stands):
        look(verdict)
        if not verdict.is_whole:
            return verdict
    made = take()
    verdict.covered_now = len(list(_spelled_out(made.entries))) if made else 0
    verdict.covered += verdict.covered_now
    return verdict


def _triggers_stand(verdict: Verdict) -> None:
    if gone := triggers.missing(connection):
        verdict.problem = f"the database would accept changes: trigger {gone[0]} is missing"


def _checkpoints_fit(verdict: Verdict) -> None:
    previous, before = "", 0
    for one in _checkpoints().order_by("up_to"):
        verdict.problem, verdict.bad_entry = _problem_of(one, previous, before)
        if verdict.problem:
            return
        verdict.covered += sum(last - first + 1 for first, last in one.entries)
        previous, before = one.digest, one.up_to


def _tail_fits(verdict: Verdict) -> None:
    last = _checkpoints().order_by("-up_to").first()
    for row in _entries().filter(pk__gt=last.up_to if last else 0).order_by("pk"):
        if row.mac != mac(row):
            verdict.problem, verdict.bad_entry = "entry was changed", row.pk
            return


def _head_stands(verdict: Verdict) -> None:
    """The last checkpoint noted outside the database must stand within it: else the trail was cut or emptied."""
    noted = head.last()
    if noted is not None and not _checkpoints().filter(up_to=noted.up_to, digest=noted.digest).exists():
        verdict.problem, verdict.bad_entry = "the trail was cut: its noted head is missing", noted.up_to


def _problem_of(one: Checkpoint, previous: str, before: int) -> tuple[str, int | None]:
    """What is wrong within one checkpoint, and the first bad entry."""
    wanted = list(_spelled_out(one.entries))
    rows = {row.pk: row for row in _entries().filter(pk__gt=before, pk__lte=one.up_to)}
    for number in sorted({*wanted, *rows}):
        if number not in rows:
            return "entry is missing", number
        if number not in wanted:
            return "entry was added afterwards", number
        if rows[number].mac != mac(rows[number]):
            return "entry was changed", number
    if one.previous != previous:
        return "a checkpoint before this one is missing or was changed", wanted[0] if wanted else None
    if one.digest != _digest(previous, [rows[number] for number in wanted]) or any(a >= b for a, b in pairwise(wanted)):
        return "the checkpoint does not fit its entries", wanted[0] if wanted else None
    return "", None
