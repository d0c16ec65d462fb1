"""Django's cache, in a table of our own: what is counted there stays until its time is over.

Sign-in counts wrong passwords and codes in it, and remembers codes that were used. Django's database cache throws live
rows out when there are more than some hundred, so that three hundred failures with other names made it forget a
guesser; it answers "no" when the table cannot be written, which allauth takes for "too many requests"; and it unpickles
what stands in the table. Here nothing is thrown out before its time, a table that cannot be written is an error, and
values are JSON under keyed hashes, for the keys name addresses of people's machines.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

from krat.access import crypto

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_AT_ONCE = 200  # so many expired rows are removed with one write, so that no single request pays for a flood


class KeptCache(BaseCache):
    """A cache backend for ``CACHES``; values are what JSON can hold."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """One query."""
        found = self._live(key, version).values_list("value", flat=True).first()
        return default if found is None else found["is"]

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """One query."""
        return bool(self._live(key, version).exists())

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set where nothing live stands, and say whether it was (three queries). Of two at once, one adds."""
        for last in (False, True):
            self._rows().filter(key_hash=self._hashed(key, version), until__lte=timezone.now()).delete()
            try:
                with transaction.atomic():
                    self._rows().create(key_hash=self._hashed(key, version), **self._entry(value, timeout))
                return True
            except IntegrityError:
                if self.has_key(key, version):
                    return False
                if last:  # nothing stands there and nothing can be written: that is no "already there"
                    raise
        return False

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set, whatever stood there (two queries; two more to remove what has expired, when the key is new)."""
        kept = self._entry(value, timeout)
        _row, is_new = self._rows().update_or_create(key_hash=self._hashed(key, version), defaults=kept)
        if is_new:
            self.forget_expired()

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let a live value live on; says whether there was one (one query)."""
        return bool(self._live(key, version).update(until=self._until(timeout)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Remove; says whether there was something (one query)."""
        return bool(self._rows().filter(key_hash=self._hashed(key, version)).delete()[0])

    def clear(self) -> None:
        """Remove everything (one query)."""
        self._rows().all().delete()

    def forget_expired(self) -> None:
        """Remove some of what has expired, and nothing else (two queries); rows that others hold are left to them."""
        with transaction.atomic():
            expired = self._rows().select_for_update(skip_locked=True).filter(until__lte=timezone.now())
            old = list(expired.values_list("pk", flat=True)[:_AT_ONCE])
            if old:
                self._rows().filter(pk__in=old).delete()

    @staticmethod
    def _rows() -> Any:
        from krat.access.models import CacheEntry  # the settings name this module before models can be read

        return CacheEntry.objects

    def _live(self, key: Any, version: int | None) -> Any:
        return self._rows().filter(key_hash=self._hashed(key, version), until__gt=timezone.now())

    def _hashed(self, key: Any, version: int | None) -> str:
        return crypto.keyed_hash(self.make_key(key, version=version).encode(), use="cache")

    def _entry(self, value: Any, timeout: float | None) -> dict[str, Any]:
        return {"value": {"is": value}, "until": self._until(timeout)}

    def _until(self, timeout: float | None) -> datetime:
        moment = self.get_backend_timeout(timeout)
        return _NEVER if moment is None else datetime.fromtimestamp(moment, tz=UTC)
