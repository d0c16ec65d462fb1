"""The heads of the trail, noted outside the database: whoever empties or cuts the tables cannot cut this file too.

One line a checkpoint: the installation, its last entry, the hash that chains it, the hash of the whole row (lines from
before have no such fourth word). The file lies beside the keys (``KRAT_TRAIL_HEAD``), is only appended to and flushed.
Every line must stand in the database: a cut is found even when later checkpoints were noted after it, and so is a
restored older copy.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from krat.access.models import Installation
from krat.audit.models import Checkpoint


class AnotherInstallation(Exception):
    """Heads of an installation are noted that this database, which does not say what it is, may once have been."""


@dataclass(frozen=True)
class Head:
    """One checkpoint as it was noted."""

    installation: str
    up_to: int
    digest: str
    mac: str  # empty in lines from before


def begin(kind: str) -> Installation:
    """Say what this database is, where it does not say so itself.

    Raises `AnotherInstallation` where heads are noted already: then it said so once, and somebody took that away. Only
    the invented world begins anew, and sets the noted heads of the one before aside.
    """
    if not Installation.objects.filter(pk=1).exists() and noted():
        if kind != Installation.Kind.DEMO:
            raise AnotherInstallation
        path = Path(settings.KRAT_TRAIL_HEAD)
        path.replace(path.with_name(f"{path.name}.before"))
    return Installation.establish(kind)


def note(checkpoint: Checkpoint) -> None:
    """Append a checkpoint and flush it to the disk; nothing before the database knows which installation it is."""
    place = Installation.objects.filter(pk=1).first()
    if place is None:
        return
    path = Path(settings.KRAT_TRAIL_HEAD)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        # A line that a full disk cut short must not swallow this one.
        torn = file.tell() > 0 and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n"
        line = f"{place.code} {checkpoint.up_to} {checkpoint.digest} {checkpoint.mac}\n"
        file.write(b"\n" * torn + line.encode())
        file.flush()
        os.fsync(file.fileno())


def noted() -> list[Head]:
    """Every head that was noted, of whichever installation, oldest first (reads the file); torn lines are none."""
    path = Path(settings.KRAT_TRAIL_HEAD)
    if not path.exists():
        return []
    words = [line.split() for line in path.read_text(errors="replace").splitlines()]
    return [
        Head(one[0], int(one[1]), one[2], one[3] if len(one) == 4 else "")
        for one in words
        if len(one) in (3, 4) and one[1].isdigit() and all(len(each) == 64 for each in one[2:])
    ]
