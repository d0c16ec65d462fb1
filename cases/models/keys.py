"""The data key of a case or a signal: made and wrapped by the master key here alone, opened for its rows."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from cases.models.reach import Caseload, InCase
from krat.access import crypto
from krat.access.processing import Level, Processing
from krat.access.scoping import CheckedModel, VersionedModel

_AT_HAND = "_data_key"
_LENGTH = 32


class DataKey(CheckedModel):
    """The key that encrypts the data of one case or one signal, itself encrypted by the master key."""

    processing = Processing(_("encryption"), Level.TECHNICAL, Caseload.KEPT, Caseload.BASIS)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signal = models.OneToOneField("cases.Signal", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wrapped = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, signal=None) | Q(case=None, signal__isnull=False),
                name="key_is_of_a_case_or_of_a_signal",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)

    @classmethod
    def make(cls, **owner: models.Model) -> tuple[DataKey, bytes]:
        """A new key for one case (``case=``) or one signal (``signal=``), to be saved, and the same opened."""
        row = cls(**owner)
        row.wrapped, opened = cls.wrap_new(row.code)
        return row, opened

    @classmethod
    def wrap_new(cls, code: uuid.UUID | str) -> tuple[bytes, bytes]:
        """A new key for the row with this code: wrapped by the master key, and the same opened."""
        opened = secrets.token_bytes(_LENGTH)
        return crypto.encrypt(opened.hex(), place=_place(code)), opened

    def open(self) -> bytes:
        """The opened key; raises `crypto.DecryptionError`."""
        return _unwrapped(self.wrapped, self.code)


def _unwrapped(wrapped: bytes | memoryview, code: uuid.UUID) -> bytes:
    return bytes.fromhex(crypto.decrypt(wrapped, place=_place(code)))


def _place(code: uuid.UUID | str) -> str:
    return f"cases_datakey:wrapped:{code}"


def key_of(row: Any, **owner: int) -> bytes:
    """The opened data key of a row's case or signal, kept on the row for as long as it lives (one query)."""
    held: dict[str, Any] = row.__dict__
    if _AT_HAND not in held and held.get("key_wrapped") is not None:
        held[_AT_HAND] = _unwrapped(held["key_wrapped"], held["key_code"])
    if _AT_HAND not in held:
        found = DataKey.objects.filter(**owner).first()
        if found is None:
            raise crypto.DecryptionError("The data key is gone.")
        held[_AT_HAND] = found.open()
    key: bytes = held[_AT_HAND]
    return key


def lend_key(owner: Any, *rows: Any) -> None:
    """Hand the data key that one row has at hand to others of the same case, so that each need not fetch it."""
    give_key(owner.data_key(), *(row for row in rows if row is not None))


def give_key(key: bytes, *rows: Any) -> None:
    """Put an opened data key at the hand of rows of its case or signal, new ones or read ones."""
    for row in rows:
        row.__dict__[_AT_HAND] = key


def with_keys(rows: Any) -> Any:
    """These rows of cases, each with its data key: in the same query, and opened when it is needed."""
    keys = DataKey.objects.filter(case=OuterRef("case"))
    return rows.annotate(key_code=Subquery(keys.values("code")), key_wrapped=Subquery(keys.values("wrapped")))


def fetch_keys(rows: Iterable[Any]) -> None:
    """Have the data keys of many rows of cases at hand (one query, however many)."""
    wanting = [row for row in rows if _AT_HAND not in row.__dict__ and row.__dict__.get("key_wrapped") is None]
    found = {key.case_id: key for key in DataKey.objects.filter(case__in={row.case_id for row in wanting})}
    for row in wanting:
        if row.case_id not in found:
            raise crypto.DecryptionError("The data key is gone.")
        give_key(found[row.case_id].open(), row)


class OfCase:
    """A row whose data is encrypted by its case's key."""

    case_id: int

    def data_key(self) -> bytes:
        """The opened data key of its case."""
        return key_of(self, case_id=self.case_id)


class EncryptedInCase(OfCase, InCase):
    """A row of a case with encrypted data."""

    class Meta(InCase.Meta):
        abstract = True


class EditedEncryptedInCase(OfCase, InCase, VersionedModel):
    """A row of a case with encrypted data that several people edit."""

    class Meta(VersionedModel.Meta):
        abstract = True
