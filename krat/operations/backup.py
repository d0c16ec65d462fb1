"""A copy of the registry in one encrypted file, made while people work (promises 21, 22).

In it: the database as it stands at one moment, the files, the head of the trail, the settings that are no secrets, and
a manifest that counts and hashes them. Never in it: the key file, without which what is encrypted stays encrypted, and
the secret key that opens the copy itself.
"""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import crypto
from krat.audit import checkpoints, trail
from krat.operations import databases, envelope

FORMAT = 1  # raised when an older release could not read it
SUFFIX = ".krat.age"
HEAD = "trail-head"
FILES = "files/"
MADE = trail.event("backup.made", _("a backup was made"))
_PIECE = 1 << 20
# What a restored registry is set up by again; never a password, a key or an address of a server.
_SETTINGS = ("ALLOWED_HOSTS", "LANGUAGE_CODE", "KRAT_SMALL_CELL", "SESSION_COOKIE_AGE", "DEFAULT_FROM_EMAIL")


def database_url() -> str:
    """The address of the registry's own database, as the environment gives it."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{settings.DATABASES['default']['NAME']}"


def fingerprint_of_keys() -> str:
    """By it a key file is known again, and nothing learned of it."""
    return crypto.keyed_hash(b"which key file", use="backup")


def name_at(moment: datetime) -> str:
    """Sorted by name is sorted by time. No county, no office: a name tells nothing (promise 11)."""
    return f"krat-{moment:%Y%m%dT%H%M%SZ}{SUFFIX}"


def note() -> None:
    """Write into the trail that a copy is made, and take a checkpoint, so that the head covers all of it."""
    with transaction.atomic():
        trail.record(None, MADE)
    checkpoints.take()


def make(target: Path, recipient: str) -> Path:
    """Write a copy into the folder ``target``, or to that new file; gives its path.

    Never writes over a file and needs no right to delete one, so the target may be append-only; a copy that could not
    be finished is taken away where that is allowed, and never opens. Reads everything once; memory stays flat. Whoever
    asks for it writes its entry of the trail (`note`): first, so that the copy holds it, where the tables allow that.
    """
    place = target / name_at(timezone.now()) if target.is_dir() else target
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            write(out, recipient)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            with suppress(OSError):
                place.unlink()
            raise
    databases.flush_folder(place.parent)
    return place


def write(out: IO[bytes], recipient: str) -> dict[str, Any]:
    """Write a copy to an open file; gives the manifest."""
    database = databases.of(database_url())
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "database": database.vendor,
        "python": platform.python_version(),
        "keys": fingerprint_of_keys(),
        "settings": {name: getattr(settings, name) for name in _SETTINGS if hasattr(settings, name)},
    }
    with envelope.writing(out, recipient, manifest) as writer:
        # The head before the database: entries that come in between stand in the copy and are not missed by its head.
        writer.add(HEAD, _pieces_of(Path(settings.KRAT_TRAIL_HEAD)))
        manifest["tables"], manifest["migrations"] = database.dump(writer)
        # Files after the rows that tell of them: a row of the copy never lacks its file.
        for file in _files():
            writer.add(f"{FILES}{file.relative_to(settings.MEDIA_ROOT)}", _pieces_of(file), packed=True)
    return manifest


def keep_newest(folder: Path, keep: int) -> list[Path]:
    """Take away the oldest copies in a folder until ``keep`` are left; gives those that are gone."""
    gone = sorted(folder.glob(f"krat-*{SUFFIX}"))[:-keep]
    for one in gone:
        one.unlink()
    return gone


def _files() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT) if settings.MEDIA_ROOT else None
    if root is not None and root.is_dir():
        yield from sorted(one for one in root.rglob("*") if one.is_file())


def _pieces_of(file: Path) -> Iterator[bytes]:
    with suppress(FileNotFoundError), file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
