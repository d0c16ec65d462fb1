"""The audit trail: writing entries, and reading one thing's history.

`record` is called by verbs, in the verb's own transaction: if the row cannot be written, nothing happened.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from krat.access import crypto
from krat.access.access_logger import AccessLogFailed
from krat.access.requests import Opened, Shown
from krat.access.rights import Subject
from krat.access.scoping import ScopedModel
from krat.access.transactions import lost_against_another
from krat.audit import checkpoints, rows
from krat.audit.models import Entry, Version
from krat.audit.rows import NewEntry, NewVersion

logger = logging.getLogger("krat.incidents")

_MOST_THINGS = 500  # in one entry

_events: dict[str, str | Promise] = {}


def event(name: str, words: str | Promise) -> str:
    """Register an event with the words people read on the trail page; returns the name."""
    if name in _events:
        raise ValueError(f"The event {name} is registered twice.")
    _events[name] = words
    return name


def words_of(name: str) -> str | Promise:
    """The words of an event; its bare name for one that is no longer registered."""
    return _events.get(name, name)


def all_events() -> dict[str, str | Promise]:
    """Every registered event with its words."""
    return dict(_events)


SEEN = event("page.seen", _("opened a page"))
FORBIDDEN = event("page.forbidden", _("was refused: no right"))
NOT_THERE = event("page.not_there", _("asked for something that is not there or lies outside the seat's reach"))
NO_SEAT = event("page.no_seat", _("was refused: no active seat"))


def record(
    by: Any,
    name: str,
    thing: models.Model | None = None,
    *,
    fields: Iterable[str] = (),
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    route: str = "",
) -> None:
    """Add one entry: who (a seat, a user, or nobody known), which event, on what, and the names of the fields.

    With ``changes`` (field: old and new value) the values go, encrypted, into a `Version` of the thing. One insert;
    within a request those of all its entries together, at its end (`TrailAccessLogger.gathering`). On PostgreSQL a
    shared lock that only a checkpoint waits for.
    """
    if name not in _events:
        raise LookupError(f"The event {name!r} is not registered.")
    if changes is not None:
        changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
        fields = [*fields, *changes]
    kind, codes = (thing._meta.label_lower, [_code(thing)]) if thing is not None else ("", [])
    _write(
        [_entry(by, name, kind, codes, fields, route)],
        [_version(by, thing, changes)] if thing is not None and changes else [],
    )


def _code(thing: models.Model) -> str:
    return str(getattr(thing, "code", "") or getattr(thing, "pk", ""))


def _entry(by: Any, name: str, kind: str, codes: list[str], fields: Iterable[str], route: str) -> NewEntry:
    entry = NewEntry(
        at=timezone.now(),
        actor=getattr(by, "code", None),
        actor_words=str(getattr(by, "trail_words", ""))[:160],
        county=getattr(by, "county_code", "") or "",
        event=name,
        thing_type=kind,
        thing_code=codes[0] if len(codes) == 1 else "",
        things=codes if len(codes) > 1 else None,
        fields=sorted(set(fields)),
        route=route,
    )
    entry.mac = checkpoints.mac(entry)
    return entry


# --- written at once, or together at the end of a request ---


@dataclass(eq=False)
class _Waiting:
    """What waits for the end of its request. It stands among what the transaction does after its commit, and so goes
    with the savepoint in which it was said, if that is rolled back."""

    entries: list[NewEntry]
    versions: list[NewVersion]
    is_written: bool = False

    def __call__(self) -> None:
        """Nothing is left to do after the commit."""


_gathering: ContextVar[bool] = ContextVar("gathering", default=False)


def _write(entries: list[NewEntry], versions: list[NewVersion]) -> None:
    waiting = _Waiting(entries, versions)
    if _gathering.get() and connection.in_atomic_block:
        transaction.on_commit(waiting, robust=True)
    else:
        _insert([waiting])


def _write_what_waits() -> None:
    """Insert what was gathered so far (one statement for all entries and versions; `krat.audit.rows`)."""
    said = [one[1] for one in connection.run_on_commit]
    waiting = [one for one in said if isinstance(one, _Waiting) and not one.is_written]
    if waiting:
        _insert(waiting)


def _insert(waiting: Sequence[_Waiting]) -> None:
    entries = [entry for one in waiting for entry in one.entries]
    versions = [version for one in waiting for version in one.versions]
    rows.insert(entries, versions)
    for one in waiting:
        one.is_written = True
    checkpoints.count_written(len(entries))
    transaction.on_commit(checkpoints.take_if_due, robust=True)


def _version(by: Any, thing: models.Model, changes: Mapping[str, tuple[Any, Any]]) -> NewVersion:
    version = NewVersion(
        thing_type=thing._meta.label_lower,
        thing_code=_code(thing),
        at=timezone.now(),
        actor=by.code,
        actor_words=by.trail_words[:160],
    )
    values = {field: [_plain(old), _plain(new)] for field, (old, new) in changes.items()}
    version.ciphertext = crypto.encrypt(json.dumps(values), place=f"audit_version:sealed:{version.code}")
    version.mac = checkpoints.version_mac(version)
    return version


def _plain(value: Any) -> str | int | bool | None:
    return value if value is None or isinstance(value, str | int | bool) else str(value)


@dataclass(frozen=True)
class Change:
    """One change of a thing, opened: when, by whom, and each field's old and new value.

    What somebody changed past the registry tells nothing of that: no time, no words, no values (``is_genuine``).
    """

    at: datetime | None
    by: str
    values: dict[str, list[Any]]
    is_genuine: bool = True


def history(thing: ScopedModel, limit: int = 50) -> list[Change]:
    """The latest changes of a thing that has come through the door (one query; each row is opened)."""
    _write_what_waits()
    found = Version.objects.unscoped("the history of a thing that came through the door").filter(
        thing_type=thing._meta.label_lower, thing_code=str(thing.code)
    )
    return [_opened(row) for row in found.order_by("-id")[:limit]]


def _opened(row: Version) -> Change:
    if row.mac != checkpoints.version_mac(row):
        logger.error("version %s of the history was changed past the registry: run `manage.py audit verify`", row.pk)
        return Change(None, "", {}, is_genuine=False)
    words = crypto.decrypt(row.ciphertext, place=f"audit_version:sealed:{row.code}")
    return Change(row.at, row.actor_words, json.loads(words))


@dataclass
class Look:
    """What one actor did with a thing and what belongs to it on one day, oldest hour first."""

    actor: UUID | None
    actor_words: str
    day: date
    at: list[datetime]
    events: list[str]
    kinds: set[str]


def viewers(codes: Iterable[UUID]) -> list[Look]:
    """Who saw or changed any of these things, a line for each actor and day, the latest first (one query).

    The codes are those of a thing that came through the door, and of everything that belongs to it.
    """
    _write_what_waits()
    looks = Entry.objects.unscoped("who looked at a thing that came through the door").about(codes)
    found: dict[tuple[UUID | None, date], Look] = {}
    for one in looks.order_by("id"):
        day = timezone.localdate(one.at)
        line = found.setdefault((one.actor, day), Look(one.actor, one.actor_words, day, [], [], set()))
        moment = timezone.localtime(one.at).replace(second=0, microsecond=0)
        if moment not in line.at:
            line.at.append(moment)
        if one.event not in line.events:
            line.events.append(one.event)
        line.kinds.add(one.thing_type)
    return sorted(found.values(), key=lambda line: line.at[-1], reverse=True)


class TrailAccessLogger:
    """Writes down what the door shows and refuses."""

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """What is recorded within is written together at the end, in the same transaction: before anything is shown."""
        token = _gathering.set(True)
        try:
            yield
        finally:
            _gathering.reset(token)
        try:
            _write_what_waits()
        except DatabaseError as mistake:
            if lost_against_another(mistake):
                raise
            raise AccessLogFailed("The trail could not be written; nothing is shown or done.") from mistake

    def saw(self, seat: Subject, right: str, route: str, things: Sequence[Shown]) -> None:
        """One entry a page, or one for each kind of thing that is shown; a pair names the fields shown of a thing.

        Things of one kind of which the same fields are shown stand in one entry; one that was noted twice, once. What
        was opened by its own address has an entry of its own.
        """
        shown: dict[tuple[Any, Any], tuple[str, set[str]]] = {}
        opened: set[tuple[Any, Any]] = set()
        for one in things:
            thing, fields = one if isinstance(one, tuple) else (one, ())
            key = (type(thing), thing.pk)
            if key not in shown:
                shown[key] = (_code(thing), set())
            shown[key][1].update(fields)
            if isinstance(one, Opened):
                opened.add(key)
        alike: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
        for key, (code, names) in shown.items():
            by_itself = code if key in opened else ""
            alike.setdefault((key[0]._meta.label_lower, tuple(sorted(names)), by_itself), []).append(code)
        _write(
            [
                _entry(seat, SEEN, kind, codes[first : first + _MOST_THINGS], fields, route)
                for (kind, fields, _by_itself), codes in (alike or {("", (), ""): [""]}).items()
                for first in range(0, len(codes), _MOST_THINGS)
            ],
            [],
        )

    def refused(self, who: Any, right: str, route: str, code: str, outcome: str) -> None:
        """One entry, in a transaction of its own: the page's transaction has been rolled back."""
        name = {"forbidden": FORBIDDEN, "not_there": NOT_THERE, "no_seat": NO_SEAT}[outcome]
        with transaction.atomic():
            record(who, name, route=route, fields=[code] if code else [])
