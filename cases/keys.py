"""The data key of a case or a signal: made, wrapped by the master key for its row, opened again."""

import secrets

from krat.access import crypto


def new_key() -> bytes:
    """A data key for one case or signal."""
    return secrets.token_bytes(32)


def wrap(key: bytes, code: object) -> bytes:
    """The data key as it is stored: wrapped by the master key for one row."""
    return crypto.encrypt(key.hex(), place=f"cases_datakey:wrapped:{code}")


def unwrap(wrapped: bytes | memoryview, code: object) -> bytes:
    """The opened data key; raises `crypto.DecryptionError`."""
    return bytes.fromhex(crypto.decrypt(wrapped, place=f"cases_datakey:wrapped:{code}"))
