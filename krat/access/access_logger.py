"""The access logger: whoever keeps the trail registers here, so that the door need not know the trail (decision 5)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from krat.access.requests import Shown
from krat.access.rights import Subject


class AccessLogger(Protocol):
    """Writes down what is shown and what is refused."""

    def gathering(self) -> AbstractContextManager[None]:
        """Around the work of one request, within its transaction: what is noted meanwhile stands there at the end."""

    def saw(self, seat: Subject, right: str, route: str, things: Sequence[Shown]) -> None:
        """Called in the transaction of the reading, before anything is shown; raising keeps it from being shown."""

    def refused(self, who: Any, right: str, route: str, code: str, outcome: str) -> None:
        """Called after the rollback, in a transaction of its own; ``who`` is a seat or a user without one."""


class NoAccessLogger(RuntimeError):
    """Nobody would write down what is shown: nothing may be shown."""


class AccessLogFailed(RuntimeError):
    """The access logger could not write: what was read may not be shown. Answered with 503."""


_logger: AccessLogger | None = None


def register(logger: AccessLogger | None) -> AccessLogger | None:
    """Make this the access logger from now on; returns the one before (for tests)."""
    global _logger
    before, _logger = _logger, logger
    return before


def access_logger() -> AccessLogger:
    """The registered access logger; raises `NoAccessLogger` when there is none."""
    if _logger is None:
        raise NoAccessLogger("No access logger is registered: krat.audit must be installed.")
    return _logger
