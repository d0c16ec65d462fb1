"""Checkpoints of the trail: rows are inserted unchained, and chained in batches afterwards (decision 8).

A chain from row to row would make every reading queue on one lock. Instead writers hold a lock *shared*; who takes a
checkpoint has it exclusively for a moment, so that no row with a lower id can still appear, and hashes what came since
the last checkpoint together with that checkpoint. Each row carries a keyed hash of its own, so that the first bad row
can be named. Versions (old and new values) are covered as entries are: each binds its values to thing, actor and time.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from krat.access import crypto
from krat.access.models import Installation
from krat.audit import head, triggers
from krat.audit.models import Checkpoint, Entry, EntryThing, Version
from krat.audit.rows import LOCK, NewEntry, NewVersion

EVERY_ROWS = 500
EVERY_SECONDS = 60.0
MOST_ROWS = 20_000  # entries under one checkpoint: verifying holds as many in memory
_AT_ONCE = 1000

_written_here = 0
_taken_here_at = time.monotonic()


def count_written(rows: int) -> None:
    """Note how many rows this worker has written, for `take_if_due`. They were written under the shared lock."""
    global _written_here
    _written_here += rows


def mac(entry: Entry | NewEntry) -> str:
    """The keyed hash of one entry's content; several things come last, so that older entries keep theirs."""
    content: list[Any] = [
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
        *([entry.things] if entry.things is not None else []),
    ]
    return crypto.keyed_hash(json.dumps(content).encode(), use="trail-row")


def version_mac(version: Version | NewVersion) -> str:
    """The keyed hash that binds a version's values to the thing they are of, to who changed them, and when."""
    content = [
        str(version.code),
        version.at.isoformat(),
        str(version.actor),
        version.actor_words,
        version.thing_type,
        version.thing_code,
        hashlib.sha256(bytes(version.ciphertext)).hexdigest(),
    ]
    return crypto.keyed_hash(json.dumps(content).encode(), use="trail-version")


def checkpoint_mac(one: Checkpoint, versions: Iterable[tuple[int, str]]) -> str:
    """The keyed hash of a checkpoint's whole row, and of the versions that it covers (ids and their hashes)."""
    content = [
        one.at.isoformat(),
        one.up_to,
        one.entries,
        one.previous,
        one.digest,
        one.versions_up_to,
        one.versions,
        [list(each) for each in versions],
    ]
    return crypto.keyed_hash(json.dumps(content).encode(), use="trail-checkpoint")


def take_if_due() -> None:
    """Take a checkpoint when this worker has written 500 rows since its last one, or when a minute has passed."""
    if _written_here >= EVERY_ROWS or time.monotonic() - _taken_here_at > EVERY_SECONDS:
        take()


def take() -> Checkpoint | None:
    """Cover every row since the last checkpoint, at most `MOST_ROWS` entries by each (an exclusive lock while it reads
    them); the last one taken, None when there was nothing to cover."""
    made = None
    while one := _take_one():
        made = one
        if sum(last - first + 1 for first, last in one.entries) < MOST_ROWS:
            break
    return made


def _take_one() -> Checkpoint | None:
    global _written_here, _taken_here_at
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _written_here, _taken_here_at = 0, time.monotonic()
        last = _checkpoints().order_by("-up_to").first()
        rows = _hashes(_entries().filter(pk__gt=last.up_to if last else 0), most=MOST_ROWS)
        if not rows:
            return None
        before = last.versions_up_to if last else 0
        versions = _hashes(_versions().filter(pk__gt=before))
        previous = last.digest if last else ""
        made = Checkpoint(
            at=timezone.now(),
            up_to=rows[-1][0],
            entries=_ranges([pk for pk, _mac in rows]),
            previous=previous,
            digest=_digest(previous, rows),
            versions_up_to=versions[-1][0] if versions else before,
            versions=_ranges([pk for pk, _mac in versions]),
        )
        made.mac = checkpoint_mac(made, versions)
        made.save(force_insert=True)
    head.note(made)
    return made


def _checkpoints() -> QuerySet[Checkpoint]:
    return Checkpoint.objects.unscoped("verification reads every checkpoint")


def _entries() -> QuerySet[Entry]:
    return Entry.objects.unscoped("verification reads every entry")


def _things() -> QuerySet[EntryThing]:
    return EntryThing.objects.unscoped("verification reads by which things entries are found")


def _versions() -> QuerySet[Version]:
    return Version.objects.unscoped("verification reads every version")


def _hashes(rows: QuerySet[Any], most: int | None = None) -> list[tuple[int, str]]:
    """The ids of these rows, at most so many, with their hashes, in order (one query)."""
    return list(rows.order_by("pk").values_list("pk", "mac")[:most])


def _digest(previous: str, rows: Iterable[tuple[int, str]]) -> str:
    content = json.dumps([previous, [list(row) for row in rows]])
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
    bad_entry: int | None = None
    bad_version: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.problem

    def found(self, problem: str, *, entry: int | None = None, version: int | None = None) -> None:
        """Note what was found; the first counts."""
        if not self.problem:
            self.problem, self.bad_entry, self.bad_version = problem, entry, version


def verify() -> Verdict:
    """Recompute every hash and every checkpoint, compare with the heads outside the database, then cover the tail.

    Reads the whole trail. Nothing is covered before it was looked at.
    """
    verdict = Verdict()
    for look in (_guards_stand, _installation_stands, _checkpoints_fit, _tail_fits, _heads_stand, _things_fit):
        look(verdict)
        if not verdict.is_whole:
            return verdict
    last = _checkpoints().order_by("-up_to").first()
    if take():
        made = _checkpoints().filter(up_to__gt=last.up_to if last else 0)
        verdict.covered_now = sum(len(list(_spelled_out(one.entries))) for one in made)
        verdict.covered += verdict.covered_now
    return verdict


def _guards_stand(verdict: Verdict) -> None:
    """Tables and triggers are there, word for word as they were made."""
    gone = {Installation._meta.db_table} - set(connection.introspection.table_names())
    for fault in [*(f"Table {name} is missing." for name in gone), *triggers.faults(connection)]:
        verdict.found(f"the database would accept changes: {fault.rstrip('.')}")


def _installation_stands(verdict: Verdict) -> None:
    """This database is the one whose heads were noted: the row that says so was made by a holder of the keys.

    Without it anybody could say that this is another installation, of which nothing has been noted yet.
    """
    noted = head.noted()  # before the database is asked: a head is noted after its checkpoint is on disk
    place = Installation.objects.filter(pk=1).first()
    if place is None:
        if noted:
            verdict.found("the row of the installation is missing, whose heads are noted", entry=noted[-1].up_to)
        return
    if not place.is_genuine:
        verdict.found("the row of the installation was changed: it was not made with these keys")
    for one in noted:
        if one.installation != str(place.code):
            verdict.found("a head of another installation is noted: this database took its place", entry=one.up_to)


def _checkpoints_fit(verdict: Verdict) -> None:
    before: Checkpoint | None = None
    for one in _checkpoints().order_by("up_to"):
        _look_at(verdict, one, before)
        if not verdict.is_whole:
            return
        verdict.covered += sum(last - first + 1 for first, last in one.entries)
        before = one


def _tail_fits(verdict: Verdict) -> None:
    """What no checkpoint covers yet fits at least its own hash."""
    last = _checkpoints().order_by("-up_to").first()
    for row in _entries().filter(pk__gt=last.up_to if last else 0).order_by("pk"):
        if row.mac != mac(row):
            verdict.found("entry was changed", entry=row.pk)
    for version in _versions().filter(pk__gt=last.versions_up_to if last else 0).order_by("pk"):
        if version.mac != version_mac(version):
            verdict.found("version was changed", version=version.pk)


def _heads_stand(verdict: Verdict) -> None:
    """Every checkpoint noted outside the database stands within it: else the trail was cut, emptied or made anew."""
    noted = head.noted()
    there = {up_to: (digest, whole) for up_to, digest, whole in _checkpoints().values_list("up_to", "digest", "mac")}
    for one in noted:
        digest, whole = there.get(one.up_to, ("", ""))
        if digest != one.digest:
            verdict.found("the trail was cut: its noted head is missing", entry=one.up_to)
        elif one.mac not in ("", whole):
            verdict.found("the checkpoint is not the one that was noted", entry=one.up_to)


def _things_fit(verdict: Verdict) -> None:
    """Every entry that names several things is found from each of them, and from nothing else.

    Else somebody could hide from a case who had seen it, and leave the entry as it was.
    """
    last = 0
    while several := list(_entries().filter(things__isnull=False, pk__gt=last).order_by("pk")[:_AT_ONCE]):
        found = _found_from(last, several[-1].pk)
        for entry in several:
            wanted = sorted(entry.things or ())
            # What was written between the two looks is looked at once more.
            if found.pop(entry.pk, []) != wanted and _found_from(entry.pk - 1, entry.pk).get(entry.pk, []) != wanted:
                verdict.found("entry is not found from all that it names", entry=entry.pk)
        for pk in found:
            if not _entries().filter(pk=pk, things__isnull=False).exists():
                verdict.found("entry is found from what it does not name", entry=pk)
        last = several[-1].pk
    astray = _things().filter(entry__gt=last).order_by("entry").values_list("entry_id", flat=True).first()
    if astray is not None and not _entries().filter(pk=astray, things__isnull=False).exists():
        verdict.found("entry is found from what it does not name", entry=astray)


def _found_from(after: int, up_to: int) -> dict[int, list[str]]:
    """From which things each of these entries is found (one query)."""
    found: dict[int, list[str]] = {}
    for pk, code in _things().filter(entry__gt=after, entry__lte=up_to).values_list("entry_id", "thing_code"):
        found.setdefault(pk, []).append(code)
    return {pk: sorted(codes) for pk, codes in found.items()}


def _look_at(verdict: Verdict, one: Checkpoint, before: Checkpoint | None) -> None:
    """What is wrong within one checkpoint, and the first bad row."""
    rows = {row.pk: row for row in _entries().filter(pk__gt=before.up_to if before else 0, pk__lte=one.up_to)}
    wanted = list(_spelled_out(one.entries))
    for number in sorted({*wanted, *rows}):
        if problem := _problem_of(rows.get(number), number in wanted, mac):
            verdict.found(f"entry {problem}", entry=number)
            return
    after = before.versions_up_to if before else 0
    versions = {row.pk: row for row in _versions().filter(pk__gt=after, pk__lte=one.versions_up_to)}
    wanted_versions = list(_spelled_out(one.versions))
    for number in sorted({*wanted_versions, *versions}):
        if problem := _problem_of(versions.get(number), number in wanted_versions, version_mac):
            verdict.found(f"version {problem}", version=number)
            return
    first = wanted[0] if wanted else None
    if one.previous != (before.digest if before else ""):
        verdict.found("a checkpoint before this one is missing or was changed", entry=first)
    in_order = all(a < b for each in (wanted, wanted_versions) for a, b in pairwise(each))
    covered = [(number, rows[number].mac) for number in wanted]
    if one.digest != _digest(one.previous, covered) or not in_order:
        verdict.found("the checkpoint does not fit its entries", entry=first)
    if one.mac != checkpoint_mac(one, [(number, versions[number].mac) for number in wanted_versions]):
        verdict.found("the checkpoint was changed, or does not fit its versions", entry=first)


def _problem_of(row: Any, is_wanted: bool, hash_of: Callable[[Any], str]) -> str:
    if row is None:
        return "is missing"
    if not is_wanted:
        return "was added afterwards"
    return "was changed" if row.mac != hash_of(row) else ""
