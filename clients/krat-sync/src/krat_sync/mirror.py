"""A folder in which everything stands that the client sees: a file for each thing, as GET of it gives it.

    FOLDER/case/0b6c….json, FOLDER/referral/….json, FOLDER/institution/AL-02-ZVA.json

It holds readable data of children, and is written only where one asks for it: with names by codes alone, for its owner
alone. A file is replaced whole or not at all.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_MARK = ".krat-sync"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")


class NotOurs(Exception):
    """The folder holds something else; nothing in it is touched."""


class Mirror:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mark = folder / _MARK
        self.is_new = not self._mark.exists()
        if self.is_new and any(folder.iterdir()):
            raise NotOurs(f"{folder} is not empty. Name an empty folder: what left your sight is deleted there.")
        folder.chmod(0o700)

    def begin(self) -> None:
        """From now on it is ours, and everything is written into it from the beginning."""
        self._mark.touch(mode=0o600)

    def take(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Write what is told, delete what is gone. Taken twice it is the same."""
        for one in changes:
            file = self._file(one["type"], one["code"])
            if one["action"] == "gone":
                file.unlink(missing_ok=True)
            else:
                self._write(file, one["data"])

    def forget(self, things: Iterable[tuple[str, str]]) -> None:
        """Delete these."""
        for kind, code in things:
            self._file(kind, code).unlink(missing_ok=True)

    def _file(self, kind: str, code: str) -> Path:
        if not (_NAME.match(kind) and _NAME.match(code)):
            raise ValueError("The registry named a thing in a way that cannot be a file's name.")
        return self.folder / kind / f"{code}.json"

    def _write(self, file: Path, data: Any) -> None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        part = file.with_suffix(".part")
        handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            json.dump(data, target, ensure_ascii=False, indent=1)
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
