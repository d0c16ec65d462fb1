"""Sending what changed here, and taking over what changed there; stopped at any point, both go on where they were.

**Sending.** Of each record the fields are sent that changed since the registry acknowledged it. Where somebody in the
registry has changed one of these fields in the meantime, nothing is overwritten: what was sent waits there until a
person decides. A record that nobody changed here is not sent again, whatever became of it there.

**Taking over.** The changes of a page are written into the mirror first, then remembered with the page's cursor. Killed
in between, the same page is read and written once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from krat_sync import records
from krat_sync.mirror import Mirror
from krat_sync.records import Marker, Marks, Read
from krat_sync.registry import AT_ONCE, BeginAgain, Refused, Registry, lines
from krat_sync.store import APPLIED, DROPPED, GONE, REFUSED, TAKEN, WAITS, Sent, Store

LONGEST = 65_536  # bytes of one record
# What opens a case; a change without them that is refused for it has no case to change any more.
_OPENING = frozenset({"municipality", "signalled_on", "source"})
_STATES = {"created": TAKEN, "updated": TAKEN, "unchanged": TAKEN, "quarantined": WAITS, "refused": REFUSED}


@dataclass(frozen=True)
class Todo:
    """What has to be sent of a record: the fields that changed here; ``asks``: a person has to decide about them."""

    read: Read
    record: Mapping[str, Any]
    marks: Marks
    asks: bool = False


@dataclass
class Pushed:
    """How a push ended."""

    counts: dict[str, int] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    records: int = 0

    def count(self, outcome: str) -> None:
        """One more record that ended so."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1


@dataclass
class Pulled:
    """How a pull ended: how many things were written and how many are gone, and whether it began anew."""

    upserts: int = 0
    gone: int = 0
    began_again: bool = False


class Sync:
    """One client at work. ``at`` is told before each step that something could break off; tests stop it there."""

    def __init__(
        self,
        registry: Registry,
        store: Store,
        *,
        at: Callable[[str], None] = lambda step: None,
        progress: Callable[[int], None] = lambda done: None,
        at_once: int = AT_ONCE,
    ) -> None:
        self.registry, self.store, self.at, self.progress, self.at_once = registry, store, at, progress, at_once
        self.marker = Marker(registry.client_secret)

    # --- sending ---

    def push(self, file: Path, *, dry_run: bool = False, anew: bool = False) -> Pushed:
        """Send what changed in a file; ``anew`` sends every record whole, as if nothing had ever been sent."""
        ended = Pushed()
        todo = self._todo(records.read(file), ended, anew)
        while some := list(islice(todo, self.at_once)):
            for asks in (False, True):
                if group := [one for one in some if one.asks is asks]:
                    self._send(group, ended, asks=asks, dry_run=dry_run)
            self.progress(ended.records)
        if not dry_run:
            self.store.nothing_open()
        return ended

    def _todo(self, found: Iterable[Read], ended: Pushed, anew: bool) -> Iterator[Todo]:
        for read in found:
            ended.records += 1
            if read.mistake:
                self._refuse(read, ended, {read.mistake: [{"code": read.mistake}]})
                continue
            before = self.store.sent(read.reference) if not anew else None
            if before is not None and before.state == GONE:
                ended.count(GONE)
                continue
            todo = self._changed(read, before)
            if todo is None:
                ended.count("unchanged")
            elif len(lines([todo.record])) > LONGEST:
                self._refuse(read, ended, {"record": [{"code": "too_large"}]})
            else:
                yield todo

    def _changed(self, read: Read, before: Sent | None) -> Todo | None:
        """What changed here since the registry acknowledged the record; None where nothing did."""
        marks, nothing = self.marker.marks(read.record), self.marker.nothing
        base: Marks = before.marks if before is not None else {}
        wanted = records.fields(read.record)
        if base:
            wanted = {name: value for name, value in wanted.items() if marks[name] != base.get(name, nothing)}
            if not wanted:
                return None
        there = self.store.held(read.reference)
        asks = there is not None and any(
            there.get(name, nothing) not in (marks[name], base.get(name, nothing)) for name in wanted
        )
        return Todo(read, records.record_of(read.reference, wanted), base | marks, asks)

    def _send(self, group: list[Todo], ended: Pushed, *, asks: bool, dry_run: bool) -> None:
        body = lines(one.record for one in group)
        if dry_run:
            outcomes = self.registry.push_lines(body, dry_run=True, ask=asks)
            for todo, outcome in zip(group, outcomes, strict=True):
                self._count(todo.read, outcome, ended)
            return
        mark = self.marker.of_bytes(body + (b"?" if asks else b"!"))
        self.at("before a call has its key")
        key = self.store.key_for(mark)
        self.at("before a call is sent")
        outcomes = self.registry.push_lines(body, key=key, ask=asks)
        self.at("before an answer is kept")
        with self.store.transaction():
            for todo, outcome in zip(group, outcomes, strict=True):
                self._keep(todo, outcome)
                self._count(todo.read, outcome, ended)
            self.at("while an answer is kept")
            self.store.answered(mark)
        self.at("after an answer was kept")

    def _keep(self, todo: Todo, outcome: Mapping[str, Any]) -> None:
        before = self.store.sent(todo.read.reference)
        state, code = _STATES[outcome["outcome"]], outcome.get("code", "") or (before.code if before else "")
        if state != REFUSED:
            sent = Sent(todo.read.reference, todo.marks, state, code, outcome.get("sent_change", ""))
        else:
            errors = outcome.get("errors", {})
            if before is not None and before.marks and _OPENING & set(errors) - set(todo.record):
                state = GONE  # what is left of the record cannot be a case of its own, and is not meant to be
            marks = before.marks if before is not None else {}
            sent = Sent(todo.read.reference, marks, state, code, "", _why(errors))
        self.store.keep(todo.read.reference, sent)

    def _count(self, read: Read, outcome: Mapping[str, Any], ended: Pushed) -> None:
        if outcome["outcome"] == "refused":
            self._refuse(read, ended, outcome.get("errors", {}))
        else:
            ended.count(outcome["outcome"])

    def _refuse(self, read: Read, ended: Pushed, errors: Mapping[str, Any]) -> None:
        ended.count("refused")
        ended.refusals.append({"line": read.line, "reference": read.reference, "why": _why(errors)})

    # --- taking over ---

    def pull(self, mirror: Mirror | None = None) -> Pulled:
        """Take over what changed; with a mirror, written there too. What is in one but not in the other is mended by
        beginning anew, as where the registry says so (410)."""
        ended = Pulled()
        where = str(mirror.folder.resolve()) if mirror is not None else ""
        is_new = mirror is not None and (mirror.is_new or where != self.store.word("mirror"))
        if is_new or not self.store.word("round"):
            self._begin_again(ended)
        if mirror is not None:
            mirror.begin()
        self.store.remember(mirror=where)  # a mirror that is passed over once is behind
        while True:
            self.at("before a page is asked for")
            try:
                page = self.registry.changes(self.store.word("cursor"), self.at_once)
            except BeginAgain:
                if not self.store.word("cursor"):
                    raise
                self._begin_again(ended)
                continue
            self.at("before a page is written")
            if mirror is not None:
                mirror.take(page.changes)
            self.at("before a page is kept")
            with self.store.transaction():
                for change in page.changes:
                    self._take(change, ended)
                self.at("while a page is kept")
                self.store.remember(cursor=page.cursor)
            self.progress(ended.upserts + ended.gone)
            if not page.has_more:
                break
        if not self.store.word("is_whole"):
            self._let_go_of_the_rest(mirror, ended)
        return ended

    def _begin_again(self, ended: Pulled) -> None:
        self.at("before beginning again")
        ended.began_again = True
        with self.store.transaction():
            self.store.begin_again()

    def _let_go_of_the_rest(self, mirror: Mirror | None, ended: Pulled) -> None:
        """Everything was told from the beginning: what was held and was not told is gone."""
        rest = self.store.left_over()
        self.at("before the rest is deleted")
        if mirror is not None:
            mirror.forget(rest)
        self.at("before the rest is let go")
        with self.store.transaction():
            self.store.let_go(rest)
            self.store.let_go([("case", code) for code in self.store.not_told()])
            self.store.remember(is_whole="1")
        ended.gone += len(rest)

    def _take(self, change: Mapping[str, Any], ended: Pulled) -> None:
        kind, code, data = change["type"], change["code"], change["data"]
        if change["action"] == "gone":
            self.store.let_go([(kind, code)])
            ended.gone += 1
            return
        ended.upserts += 1
        if kind == "case":
            self.store.hold(kind, code, change["version"], data.get("reference") or "", self.marker.marks(data))
        else:
            self.store.hold(kind, code, change["version"])
        if kind == "sent_change" and data["state"] in (APPLIED, DROPPED):
            self.store.decided(code, data["state"])


def _why(errors: Mapping[str, Any]) -> str:
    """The fields that were refused, each with the code of its mistake: never what stood in them."""
    return ", ".join(
        f"{name}: {one.get('code', 'invalid')}" for name, mistakes in sorted(errors.items()) for one in mistakes
    )


__all__ = ["Pulled", "Pushed", "Refused", "Sync"]
