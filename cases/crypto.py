"""What is told of a case, at rest: encrypted by a key of the case's own, bound to table, column and row (decision 9).

The data key is wrapped by the master key and lives in a table of its own, so that changing the master key rewraps keys,
and disposing of a case destroys one. A column holds one encrypted JSON of the fields that are read together.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models

from krat.access import crypto

Ciphertext = bytes | memoryview

_as_text = json.JSONEncoder(ensure_ascii=False).encode


class DecryptedAttribute:
    """The descriptor of an encrypted column: reading decrypts, assigning keeps the data until the row is saved."""

    def __init__(self, field: EncryptedJSONField) -> None:
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
                ciphertext = held.get(name)
                held[self._opened] = self.field.open(row, ciphertext) if ciphertext else self.field.empty()
        return held[self._opened]

    def __set__(self, row: Any, value: Any) -> None:
        held = row.__dict__
        if isinstance(value, dict):
            held[self._opened] = self.field.complete(value)
            held[self.field.attname] = None  # no longer deferred; what counts from now on is the data
        else:
            held.pop(self._opened, None)
            held[self.field.attname] = value

    @property
    def _opened(self) -> str:
        return f"_opened_{self.field.attname}"


class EncryptedJSONField(models.BinaryField):  # type: ignore[type-arg]  # takes no subscript at run time
    """Named texts in one column: a dict of strings in Python, ciphertext in the database and in ``values()``.

    The row hands over its opened data key by ``row.data_key()``. Reading opens at once (no query where the key is at
    hand, else one).
    """

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        self.names = tuple(names)  # no part of the column: another name needs no migration
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, DecryptedAttribute(self))

    def empty(self) -> dict[str, str]:
        """Every name with an empty text."""
        return dict.fromkeys(self.names, "")

    def complete(self, data: dict[str, str]) -> dict[str, str]:
        """The data with every name; a name the column does not have is a slip of the pen."""
        unknown = set(data) - set(self.names)
        if unknown:
            raise KeyError(f"{self.name} has no {', '.join(sorted(unknown))}.")
        return self.empty() | data

    def open(self, row: Any, ciphertext: Ciphertext) -> dict[str, str]:
        """The data of a row; raises `crypto.DecryptionError` where the bytes belong to another row or were changed."""
        place = self._place(row.code)
        opened: dict[str, str] = json.loads(crypto.decrypt_under(row.data_key(), ciphertext, place=place))
        return self.empty() | opened

    def pre_save(self, model_instance: Any, add: bool) -> bytes:
        """Encrypt the data on its way to the database, anew at every save."""
        data = getattr(model_instance, self.attname)
        return self.encrypt(model_instance.data_key(), model_instance.code, data)

    def encrypt(self, key: bytes, code: uuid.UUID | str, data: dict[str, str]) -> bytes:
        """Encrypt data under an opened data key for the row with this code, and for no other."""
        return self.encrypt_text(key, code, _as_text(data))

    def encrypt_text(self, key: bytes, code: uuid.UUID | str, text: str) -> bytes:
        """The same for data as `as_text` gives it: many rows may say the same."""
        return crypto.encrypt_under(key, text, place=self._place(code))

    def as_text(self, data: dict[str, str]) -> str:
        """The data with every name, as it is encrypted."""
        return _as_text(self.complete(data))

    def _place(self, code: uuid.UUID | str) -> str:
        return f"{self.model._meta.db_table}:{self.column}:{code}"
