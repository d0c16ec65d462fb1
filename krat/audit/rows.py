"""How entries get into their table: one statement, whatever it holds, whose text never changes.

On PostgreSQL it takes the trail's lock first, shared, then gives the rows their numbers (decision 8), and writes by
which of several things they are found. SQLite has one writer at a time, and a statement of its own for those things.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

LOCK = 20_170_126  # an arbitrary number that no other advisory lock of this registry uses


@dataclass(slots=True)
class NewEntry:
    """An entry on its way into the trail: what `krat.audit.models.Entry` holds, without the weight of a model."""

    at: datetime
    actor: UUID | None
    actor_words: str
    county: str
    event: str
    thing_type: str
    thing_code: str
    things: list[str] | None
    fields: list[str]
    route: str
    code: UUID = field(default_factory=uuid4)
    mac: str = ""


@dataclass(slots=True)
class NewVersion:
    """The values of one change on their way to the trail: what `krat.audit.models.Version` holds."""

    thing_type: str
    thing_code: str
    at: datetime
    actor: UUID
    actor_words: str
    code: UUID = field(default_factory=uuid4)
    ciphertext: bytes = b""
    mac: str = ""


_COLUMNS = "code, at, actor, actor_words, county, event, thing_type, thing_code, things, fields, route, mac"
_NAMES = _COLUMNS.split(", ")
_VERSION = "code, at, actor, actor_words, thing_type, thing_code, mac"
_VERSION_NAMES = _VERSION.split(", ")
_HELD = f"WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({LOCK}))"
_VERSIONS = f"""
versioned AS (
  INSERT INTO audit_version ({_VERSION}, sealed)
  SELECT one.code, one.at, one.actor, one.actor_words, one.thing_type, one.thing_code, one.mac,
    decode(one.sealed, 'base64')
  FROM held, jsonb_to_recordset(%s::jsonb) AS one (
    code uuid, at timestamptz, actor uuid, actor_words text, thing_type text, thing_code text, mac text, sealed text
  )
)"""  # noqa: S608  # names of columns alone
_ENTRIES = f"""
entered AS (
  INSERT INTO audit_entry ({_COLUMNS})
  SELECT one.code, one.at, one.actor, one.actor_words, one.county, one.event, one.thing_type, one.thing_code,
    one.things, one.fields, one.route, one.mac
  FROM held, jsonb_to_recordset(%s::jsonb) AS one (
    code uuid, at timestamptz, actor uuid, actor_words text, county text, event text, thing_type text,
    thing_code text, things jsonb, fields jsonb, route text, mac text
  )
  RETURNING id, things
)
INSERT INTO audit_entrything (entry_id, thing_code)
SELECT entered.id, one.code FROM entered, jsonb_array_elements_text(entered.things) AS one (code)
"""  # noqa: S608  # names of columns alone
_POSTGRESQL = f"{_HELD},{_ENTRIES}"
_POSTGRESQL_WITH_VERSIONS = f"{_HELD},{_VERSIONS},{_ENTRIES}"
_SQLITE_THINGS = """
INSERT INTO audit_entrything (entry_id, thing_code)
SELECT entry.id, one.value FROM audit_entry AS entry, json_each(entry.things) AS one
WHERE entry.code IN (SELECT value FROM json_each(%s))
"""


def hold_shared() -> None:
    """Hold the trail's lock shared until the transaction ends, for entries that get in by COPY."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def insert(entries: Sequence[NewEntry], versions: Sequence[NewVersion] = ()) -> None:
    """Insert entries, and the values of changes under the same lock (one statement; on SQLite one more for each of
    versions, and entries that name several things)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            told = _json(entries, _NAMES)
            if not versions:
                cursor.execute(_POSTGRESQL, [told])
                return
            sealed = [{**_told(one, _VERSION_NAMES), "sealed": b64encode(one.ciphertext).decode()} for one in versions]
            cursor.execute(_POSTGRESQL_WITH_VERSIONS, [json.dumps(sealed, default=_as_text), told])
            return
        cursor.execute(_sqlite(len(entries)), [value for one in entries for value in _as_sqlite_keeps(one)])
        if several := [one.code.hex for one in entries if one.things]:
            cursor.execute(_SQLITE_THINGS, [json.dumps(several)])
        if versions:
            values = [value for one in versions for value in _version_as_sqlite_keeps(one)]
            cursor.execute(_sqlite_versions(len(versions)), values)


def _told(one: NewEntry | NewVersion, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _json(rows: Sequence[NewEntry], names: Sequence[str]) -> str:
    return json.dumps([_told(one, names) for one in rows], default=_as_text)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@lru_cache(maxsize=64)
def _sqlite(rows: int) -> str:
    row = f"({', '.join(['%s'] * len(_NAMES))})"
    return f"INSERT INTO audit_entry ({_COLUMNS}) VALUES {', '.join([row] * rows)}"  # noqa: S608  # names alone


def _as_sqlite_keeps(one: NewEntry) -> list[Any]:
    """The values in the order of the columns, as Django's fields keep them there."""
    return [
        one.code.hex,
        connection.ops.adapt_datetimefield_value(one.at),
        one.actor.hex if one.actor else None,
        one.actor_words,
        one.county,
        one.event,
        one.thing_type,
        one.thing_code,
        json.dumps(one.things) if one.things else None,
        json.dumps(one.fields),
        one.route,
        one.mac,
    ]


@lru_cache(maxsize=64)
def _sqlite_versions(rows: int) -> str:
    row = f"({', '.join(['%s'] * (len(_VERSION_NAMES) + 1))})"
    return f"INSERT INTO audit_version ({_VERSION}, sealed) VALUES {', '.join([row] * rows)}"  # noqa: S608  # names alone


def _version_as_sqlite_keeps(one: NewVersion) -> list[Any]:
    return [
        one.code.hex,
        connection.ops.adapt_datetimefield_value(one.at),
        one.actor.hex,
        one.actor_words,
        one.thing_type,
        one.thing_code,
        one.mac,
        one.ciphertext,
    ]
