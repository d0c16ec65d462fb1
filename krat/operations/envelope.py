"""One encrypted file with parts in it: a ZIP inside the age format, written and read as a stream.

Encrypted for a recipient's public key: the machine that writes it cannot read it (promise 22). Memory stays flat, and
nothing readable is written on the way out. Whoever reads checks the size and the hash of each part.
"""

import hashlib
import json
import os
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyrage

_PIECE = 1 << 20
_MANIFEST = "manifest.json"


class Unusable(Exception):
    """The file, or the key for it, is of no use; the message says why, in a sentence."""


@dataclass(frozen=True)
class Part:
    """A part as it was written: bytes, and their SHA-256."""

    size: int
    sha256: str


class Writer:
    """Takes parts, one after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: dict[str, Part] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = False) -> None:
        """Add a part; ``packed`` when its bytes are compressed already."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        size, digest = 0, hashlib.sha256()
        with self._archive.open(entry, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        self.parts[name] = Part(size, digest.hexdigest())


@contextmanager
def writing(out: IO[bytes], recipient: str, manifest: dict[str, Any]) -> Iterator[Writer]:
    """Write parts to ``out``; at the end the manifest, with the parts in it, is the last one.

    The manifest may be filled until then. When ``out`` takes no more (a full disk), `Unusable` says so.
    """
    to = _recipient(recipient)
    reading, feeding = os.pipe()
    failed: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(reading, "rb") as plain:
                pyrage.encrypt_io(plain, out, [to])
        except BaseException as mistake:
            failed.append(mistake)

    thread = threading.Thread(target=encrypt)
    thread.start()
    try:
        with (
            os.fdopen(feeding, "wb") as pipe,
            zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            writer = Writer(archive)
            yield writer
            manifest["parts"] = {name: asdict(part) for name, part in writer.parts.items()}
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    except BrokenPipeError:
        thread.join()
        if not failed:
            raise
    finally:
        thread.join()
    if failed:
        raise Unusable(str(failed[0])) from failed[0]


def _recipient(words: str) -> "pyrage.x25519.Recipient":
    try:
        return pyrage.x25519.Recipient.from_str(words.strip())
    except pyrage.RecipientError as mistake:
        raise Unusable("This is no recipient: it starts with “age1”, as makebackupkey prints it.") from mistake


def new_identity(path: Path) -> str:
    """Write a new secret key, readable by its owner alone, and give the recipient that belongs to it."""
    identity = pyrage.x25519.Identity.generate()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"# recipient: {identity.to_public()}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(identity.to_public())


def _identity(path: Path) -> "pyrage.x25519.Identity":
    lines = [line.strip() for line in path.read_text().splitlines()]
    try:
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line and not line.startswith("#")))
    except (StopIteration, pyrage.IdentityError) as mistake:
        raise Unusable(f"{path} holds no secret key of a backup.") from mistake


class Reader:
    """A file that was opened: its manifest, and its parts, each checked while it is read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))

    def __contains__(self, name: str) -> bool:
        return name in self.manifest["parts"]

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part's bytes; raises `Unusable` at its end when they are not those that were written."""
        wanted = Part(**self.manifest["parts"][name])
        size, digest = 0, hashlib.sha256()
        with self._archive.open(name) as part:
            while piece := part.read(_PIECE):
                size += len(piece)
                digest.update(piece)
                yield piece
        if Part(size, digest.hexdigest()) != wanted:
            raise Unusable(f"The part {name} is not the one that was written.")

    def extract(self, name: str, to: Path) -> None:
        """Write the part into a new file of its own and flush it."""
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in self.pieces(name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())


def _decrypt(source: IO[bytes], out: IO[bytes], identity: "pyrage.x25519.Identity") -> None:
    try:
        pyrage.decrypt_io(source, out, [identity])
    except (pyrage.DecryptError, OSError) as mistake:  # pyrage 1.4.0 says the second of a file that was changed
        if isinstance(mistake, OSError) and mistake.errno is not None:
            raise  # the disk's own word
        raise Unusable("The file does not open: another key, or it was cut or changed.") from mistake


@contextmanager
def reading(file: Path, key: Path, room: Path) -> Iterator[Reader]:
    """Open a file with the secret key; what is readable stands in ``room`` (a folder) until the end.

    The library leaves the plain beginning of a cut file behind it: it is decrypted into a new file and that is dropped.
    """
    plain = room / "opened"
    try:
        with (
            file.open("rb") as source,
            os.fdopen(os.open(plain, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as opened,
        ):
            _decrypt(source, opened, _identity(key))
            opened.flush()
            with zipfile.ZipFile(opened) as archive:
                yield Reader(archive)
    except (zipfile.BadZipFile, KeyError, ValueError) as mistake:
        raise Unusable("What is in the file is not a whole backup of this registry.") from mistake
    finally:
        with suppress(FileNotFoundError):
            plain.unlink()
