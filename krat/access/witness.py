"""The witness: whoever keeps the trail registers here, so that the door need not know the trail (ruling 5)."""

from collections.abc import Sequence
from typing import Any, Protocol

from krat.access.rights import Subject


class Witness(Protocol):
    """Writes down what is shown and what is refused."""

    def saw(self, seat: Subject, right: str, route: str, things: Sequence[Any]) -> None:
        """Called in the transaction of the reading, before anything is shown; raising keeps it from being shown."""

    def refused(self, who: Any, right: str, route: str, code: str, outcome: str) -> None:
        """Called after the rollback, in a transaction of its own; ``who`` is a seat or a user without one."""


class NoWitness(RuntimeError):
    """Nobody would write down what is shown: nothing may be shown."""


class WitnessSilent(RuntimeError):
    """The witness could not write: what was read may not be shown. Answered with 503."""


_witness: Witness | None = None


def register(witness: Witness | None) -> Witness | None:
    """Make this the witness from now on; returns the one before (for tests)."""
    global _witness
    before, _witness = _witness, witness
    return before


def witness() -> Witness:
    """The registered witness; raises `NoWitness` when there is none."""
    if _witness is None:
        raise NoWitness("No witness is registered: krat.audit must be installed.")
    return _witness
