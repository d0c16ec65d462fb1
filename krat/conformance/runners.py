"""Who runs the client that is checked: a program by its command, or a person who is told what to do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

PATIENCE = 300  # seconds for one run


class Runner(Protocol):
    """Runs ``push FILE`` or ``pull FOLDER`` with an environment."""

    def run(self, verb: str, argument: Path, environment: Mapping[str, str]) -> int:
        """How it ended: 0 is done, anything else is not, and it may be run again."""
        ...

    def kill(self) -> None:
        """End it now, as SIGKILL does; called while it waits for an answer."""
        ...


class Program:
    """A command with its arguments, ``push FILE`` or ``pull FOLDER`` behind it."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.command, self.log = list(command), log
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, verb: str, argument: Path, environment: Mapping[str, str]) -> int:
        """One run; what it says goes into the log."""
        command = [*self.command, verb, str(argument)]
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
            try:
                return self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return -1

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()


class Person:
    """Somebody at a client without a command line: is told what to do, and says how it ended."""

    def __init__(self, say: Callable[[str], None], ask: Callable[[str], str]) -> None:
        self.say, self.ask = say, ask

    def run(self, verb: str, argument: Path, environment: Mapping[str, str]) -> int:
        """Tell, and wait for an answer."""
        words = {"push": "Send the records of", "pull": "Take over what changed, and write what you hold into"}
        self.say(f"\n{words[verb]} {argument}")
        for name, value in environment.items():
            self.say(f"  {name}={value}")
        return 0 if self.ask("Did your client say that all is done? [y/n] ").strip().lower().startswith("y") else 1

    def kill(self) -> None:
        """Nobody can be that quick."""
        self.say("  (End your client now, whatever it is doing.)")
