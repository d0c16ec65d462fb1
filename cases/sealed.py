"""Words of a case at rest: sealed by a data key of the case's own, bound to table, column and row (ruling 9).

The data key is wrapped by the master key and lives in a table of its own, so that changing the master key rewraps keys,
and disposing of a case destroys one. A column holds one sealed JSON of the fields that are read together.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from krat.access import crypto

_NONCE = 12
Sealed = bytes | memoryview


class Opened:
    """The descriptor of a sealed column: reading opens it, assigning keeps the words until the row is saved."""

    def __init__(self, field: SealedWords) -> None:
        self.field = field

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        held = row.__dict__
        name = self.field.attname
        if self._opened not in held:
            if name not in held and not row._state.adding:
                row.refresh_from_db(fields=[name])  # deferred: read now, and not taken for empty
            else:
                sealed = held.get(name)
                held[self._opened] = self.field.open(row, sealed) if sealed else self.field.empty()
        return held[self._opened]

    def __set__(self, row: Any, value: Any) -> None:
        held = row.__dict__
        if isinstance(value, dict):
            held[self._opened] = self.field.complete(value)
            held[self.field.attname] = None  # no longer deferred; what counts from now on are the words
        else:
            held.pop(self._opened, None)
            held[self.field.attname] = value

    @property
    def _opened(self) -> str:
        return f"_opened_{self.field.attname}"


class SealedWords(models.BinaryField):  # type: ignore[type-arg]  # takes no subscript at run time
    """A column of named words: a dict of strings in Python, sealed bytes in the database and in ``values()``.

    The row hands over its opened data key by ``row.data_key()``. Reading opens at once (no query where the key is at
    hand, else one).
    """

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        self.names = tuple(names)  # no part of the column: another name needs no migration
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, Opened(self))

    def empty(self) -> dict[str, str]:
        """Every name without words."""
        return dict.fromkeys(self.names, "")

    def complete(self, words: dict[str, str]) -> dict[str, str]:
        """The words with every name; a name the column does not have is a slip of the pen."""
        unknown = set(words) - set(self.names)
        if unknown:
            raise KeyError(f"{self.name} has no {', '.join(sorted(unknown))}.")
        return self.empty() | words

    def open(self, row: Any, sealed: Sealed) -> dict[str, str]:
        """The words of a row; raises `crypto.DecryptionError` where the bytes belong to another row or were changed."""
        raw = bytes(sealed)
        try:
            plain = AESGCM(row.data_key()).decrypt(raw[:_NONCE], raw[_NONCE:], self._place(row))
        except InvalidTag as mistake:
            raise crypto.DecryptionError("These words do not open in this row.") from mistake
        opened: dict[str, str] = json.loads(plain)
        return self.empty() | opened

    def pre_save(self, model_instance: Any, add: bool) -> bytes:
        """Seal the words on their way to the database, anew at every save."""
        words = getattr(model_instance, self.attname)
        nonce = secrets.token_bytes(_NONCE)
        plain = json.dumps(words, ensure_ascii=False).encode()
        return nonce + AESGCM(model_instance.data_key()).encrypt(nonce, plain, self._place(model_instance))

    def _place(self, row: Any) -> bytes:
        return f"{row._meta.db_table}:{self.column}:{row.code}".encode()


def new_key() -> bytes:
    """A data key for one case or signal."""
    return secrets.token_bytes(32)


def wrap(key: bytes, code: object) -> bytes:
    """The data key as it is stored: sealed by the master key for one row."""
    return crypto.encrypt(key.hex(), place=f"cases_datakey:wrapped:{code}")


def unwrap(wrapped: Sealed, code: object) -> bytes:
    """The opened data key; raises `crypto.DecryptionError`."""
    return bytes.fromhex(crypto.decrypt(wrapped, place=f"cases_datakey:wrapped:{code}"))
