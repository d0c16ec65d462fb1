"""The head of the trail, noted outside the database: whoever empties or cuts the tables cannot cut this file with them.

One line a checkpoint: the installation, its last entry, its hash. The file lies beside the keys (``KRAT_TRAIL_HEAD``),
is only appended to and flushed; a restored older database is found out by it, too.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from krat.access.models import Installation
from krat.audit.models import Checkpoint


@dataclass(frozen=True)
class Head:
    """The last checkpoint that was noted."""

    up_to: int
    digest: str


def note(checkpoint: Checkpoint) -> None:
    """Append a checkpoint and flush it to the disk; nothing before the database knows which installation it is."""
    place = Installation.objects.filter(pk=1).first()
    if place is None:
        return
    path = Path(settings.KRAT_TRAIL_HEAD)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(f"{place.code} {checkpoint.up_to} {checkpoint.digest}\n")
        file.flush()
        os.fsync(file.fileno())


def last() -> Head | None:
    """The last checkpoint noted of this installation; None when there is none yet (reads the file)."""
    place = Installation.objects.filter(pk=1).first()
    path = Path(settings.KRAT_TRAIL_HEAD)
    if place is None or not path.exists():
        return None
    lines = [line.split() for line in path.read_text().splitlines() if line.startswith(f"{place.code} ")]
    return Head(int(lines[-1][1]), lines[-1][2]) if lines else None
