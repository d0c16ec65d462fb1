"""Encrypting texts before they reach the database: AES-256-GCM, bound to the place they stand in.

Keys live in one file outside the database and outside its backups (``KRAT_KEYS``), by what they are for:

``{"active": "k1", "keys": {"k1": "…"}, "hash_key": "…"}``

``keys`` encrypt: the active one what is written now, the others open what they once wrote, for a ciphertext starts with
its key's name. ``hash_key`` makes the keyed hashes; a hash names no key and cannot be made again from nothing, so this
one stays when the others are rotated.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12
_KEY = 32


class DecryptionError(Exception):
    """The encrypted text was moved, cut or changed, or its key is gone."""


@dataclass(frozen=True)
class _Keys:
    """What a key file holds: the keys that encrypt by their names, the name of the active one, the one that hashes."""

    active: str
    encrypting: dict[str, bytes]
    hashing: bytes


def make_keys(path: Path) -> None:
    """Write a new key file, readable by its owner alone; an existing one is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"active": "k1", "keys": {"k1": _new_key()}, "hash_key": _new_key()}, file)
        file.flush()
        os.fsync(file.fileno())


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY)).decode()


@lru_cache(maxsize=4)
def _keys(path: str) -> _Keys:
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
        keys = _read(json.loads(file.read_text()))
    except (ValueError, TypeError, KeyError, AttributeError) as mistake:
        raise ImproperlyConfigured(
            f"The key file {path} does not hold keys in the form this registry writes."
        ) from mistake
    if keys.active not in keys.encrypting or any(len(key) != _KEY for key in keys.encrypting.values()):
        raise ImproperlyConfigured(f"The key file {path} names no active key of {_KEY} bytes.")
    if len(keys.hashing) != _KEY:
        raise ImproperlyConfigured(f"The key file {path} holds a hash key that has not {_KEY} bytes.")
    return keys


def _read(content: dict[str, Any]) -> _Keys:
    encrypting = {name: base64.b64decode(key, validate=True) for name, key in content["keys"].items()}
    if "hash_key" in content:
        hashing = base64.b64decode(content["hash_key"], validate=True)
    else:  # a file from before hashes had a key of their own: they were made with the oldest key
        hashing = encrypting[min(encrypting)]
    return _Keys(str(content["active"]), encrypting, hashing)


def keys_are_readable() -> None:
    """Raise `ImproperlyConfigured` with a sentence when the key file cannot be used."""
    _keys(settings.KRAT_KEYS)


@lru_cache(maxsize=64)
def _derived(key: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"krat:{use}".encode()).derive(key)


@lru_cache(maxsize=32)
def _cipher(path: str, name: str) -> AESGCM:
    return AESGCM(_derived(_keys(path).encrypting[name], "seal"))


def encrypt(words: str, *, place: str) -> bytes:
    """Encrypt a text for one place, ``table:column:code``; elsewhere it will not open."""
    active = _keys(settings.KRAT_KEYS).active
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


def encrypt_under(key: bytes, words: str, *, place: str) -> bytes:
    """Encrypt a text under a data key, for one place; who holds the key is the caller's affair."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, words.encode(), place.encode())


def decrypt_under(key: bytes, ciphertext: bytes | memoryview, *, place: str) -> str:
    """The text that was encrypted under this key for this place; raises `DecryptionError`."""
    raw = bytes(ciphertext)
    try:
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError) as mistake:
        raise DecryptionError("This text does not open in this place.") from mistake


def keyed_hash(words: bytes, *, use: str) -> str:
    """A hash that only the holder of the hash key can compute, so that nobody guesses what was hashed."""
    key = _derived(_keys(settings.KRAT_KEYS).hashing, use)
    return hmac.digest(key, words, "sha256").hex()
