"""Encrypting texts before they reach the database: AES-256-GCM, bound to the place they stand in.

Keys live in one file outside the database and outside its backups (``KRAT_KEYS``): a JSON object of named keys and the
name of the one that encrypts. A ciphertext starts with its key's name, so that old ones still open after a rotation.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12


class DecryptionError(Exception):
    """The encrypted text was moved, cut or changed, or its key is gone."""


def make_keys(path: Path) -> None:
    """Write a new key file, readable by its owner alone; an existing one is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        json.dump({"active": "k1", "keys": {"k1": key}}, file)
        file.flush()
        os.fsync(file.fileno())


@lru_cache(maxsize=4)
def _keys(path: str) -> tuple[str, dict[str, bytes]]:
    file = Path(path)
    if not file.exists():
        if not settings.KRAT_DEMO:
            raise ImproperlyConfigured(
                f"The key file {path} is missing; without it nothing that is encrypted can be read."
            )
        make_keys(file)
    if file.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"The key file {path} can be read by others. Set its mode to 0600.")
    try:
        content = json.loads(file.read_text())
        keys = {name: base64.b64decode(value, validate=True) for name, value in content["keys"].items()}
        active = str(content["active"])
    except (ValueError, TypeError, KeyError, AttributeError) as mistake:
        raise ImproperlyConfigured(
            f"The key file {path} does not hold keys in the form this registry writes."
        ) from mistake
    if active not in keys or any(len(key) != 32 for key in keys.values()):
        raise ImproperlyConfigured(f"The key file {path} names no active key of 32 bytes.")
    return active, keys


def keys_are_readable() -> None:
    """Raise `ImproperlyConfigured` with a sentence when the key file cannot be used."""
    _keys(settings.KRAT_KEYS)


@lru_cache(maxsize=64)
def _derived(key: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"krat:{use}".encode()).derive(key)


@lru_cache(maxsize=32)
def _cipher(path: str, name: str) -> AESGCM:
    return AESGCM(_derived(_keys(path)[1][name], "seal"))


def encrypt(words: str, *, place: str) -> bytes:
    """Encrypt a text for one place, ``table:column:code``; elsewhere it will not open."""
    active, _all = _keys(settings.KRAT_KEYS)
    nonce = secrets.token_bytes(_NONCE)
    ciphertext = _cipher(settings.KRAT_KEYS, active).encrypt(nonce, words.encode(), place.encode())
    return active.encode() + b":" + nonce + ciphertext


def decrypt(ciphertext: bytes | memoryview, *, place: str) -> str:
    """The text that was encrypted for this place; raises `DecryptionError`."""
    name, _sep, rest = bytes(ciphertext).partition(b":")
    try:
        cipher = _cipher(settings.KRAT_KEYS, name.decode())
        return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], place.encode()).decode()
    except (KeyError, InvalidTag, ValueError) as mistake:
        raise DecryptionError("This text does not open in this place.") from mistake


def keyed_hash(words: bytes, *, use: str) -> str:
    """A hash that only the holder of the oldest key can compute, so that nobody guesses what was hashed."""
    _active, keys = _keys(settings.KRAT_KEYS)
    first = keys[min(keys)]  # the name does not change when another key becomes active, so old hashes still compare
    return hmac.new(_derived(first, use), words, hashlib.sha256).hexdigest()
