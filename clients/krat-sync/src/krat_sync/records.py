"""Files of records, and what is remembered of a record: for each of its fields a mark that tells nothing.

A mark is a keyed hash. The key is made of the client's secret and stands nowhere in the folder of the state: whoever
has the folder cannot try out names until one fits. With another secret all marks differ, and all is sent once more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Marks = dict[str, str]  # by the name of the field, "identity.first_name"

_NOT_FIELDS = frozenset({"reference", "version", "code", "number", "holder", "changed_at", "warnings"})


@dataclass(frozen=True)
class Read:
    """One record of a file, with its line or place from 1; ``mistake`` where it is none."""

    line: int
    record: Mapping[str, Any]
    mistake: str = ""

    @property
    def reference(self) -> str:
        """The sender's own name for it, as it stands in the file."""
        return str(self.record.get("reference", ""))


def folded(reference: str) -> str:
    """A reference as the registry finds it: in capitals or not."""
    return unicodedata.normalize("NFC", reference.strip()).casefold()


def read(file: Path) -> Iterator[Read]:
    """The records of a file: a JSON array, or NDJSON, which is read line by line."""
    seen: set[str] = set()
    with file.open("rb") as source:
        first = source.read(1)
        while first.isspace():
            first = source.read(1)
        source.seek(0)
        found = _array(source.read()) if first == b"[" else _lines(source)
        for line, record in found:
            yield _checked(line, record, seen)


def _array(raw: bytes) -> Iterator[tuple[int, Any]]:
    yield from enumerate(json.loads(raw), 1)


def _lines(source: Any) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(source, 1):  # bytes are split at line feeds alone
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                yield number, None


def _checked(line: int, record: Any, seen: set[str]) -> Read:
    if not isinstance(record, dict):
        return Read(line, {}, "no_record")
    reference = record.get("reference")
    if not isinstance(reference, str) or not reference.strip():
        return Read(line, {}, "no_reference")
    if folded(reference) in seen:
        return Read(line, {"reference": reference}, "duplicate")
    seen.add(folded(reference))
    return Read(line, record)


def fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are sent and compared, those of who it is with their way."""
    found = {name: value for name, value in record.items() if name not in _NOT_FIELDS and name != "identity"}
    who = record.get("identity")
    return found | {f"identity.{name}": value for name, value in (who or {}).items()}


def record_of(reference: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The record that says these fields of `fields` alone."""
    record: dict[str, Any] = {"reference": reference}
    for name, value in wanted.items():
        whose, _dot, inner = name.partition(".")
        if inner:
            record.setdefault(whose, {})[inner] = value
        else:
            record[name] = value
    return record


class Marker:
    """Makes the marks of one client."""

    def __init__(self, client_secret: str) -> None:
        self._key = hashlib.sha256(b"krat-sync marks\0" + client_secret.encode()).digest()
        self.nothing = self._mark("nothing", None)

    def marks(self, record: Mapping[str, Any]) -> Marks:
        """A mark for each field of a record; what is empty has the same mark everywhere."""
        return {name: self.mark(name, value) for name, value in fields(record).items()}

    def mark(self, name: str, value: Any) -> str:
        """The mark of one field's value, alike for what the registry takes as the same."""
        plain = _plain(name, value)
        return self.nothing if plain is None else self._mark(name, plain)

    def of_bytes(self, said: bytes) -> str:
        """The mark of a whole call."""
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def _mark(self, name: str, plain: Any) -> str:
        return self.of_bytes(json.dumps([name, plain], sort_keys=True).encode())[:32]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).strip()
        if name == "identity.personal_number":
            value = "".join(value.split())
        if name in ("identity.personal_number", "identity.citizenship", "identity.language"):
            value = value.upper()
    if isinstance(value, list):
        value = sorted(value, key=str)
    return None if value in ("", []) else value
