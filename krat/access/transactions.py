"""Where a request's transaction is opened: whoever lost against another request is tried anew.

PostgreSQL ends one of two transactions that wait for each other. Locks are taken in one order (decision 32), so that
this is rare; where it happens nothing was done, and the same request is simply run again. The same holds for a row that
another request entered while this one looked whether it was there: run again, it is found, and said in a sentence.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, transaction

A = TypeVar("A")
P = ParamSpec("P")

AGAIN_AT_MOST = 3
# SQLSTATE of PostgreSQL: serialization failure, deadlock, unique violation. SQLite has one writer at a time.
_LOST = {"40001", "40P01", "23505"}
_PAUSE = 0.05  # seconds, at random up to so much times the number of the try: who met must not meet again


def in_one_transaction(work: Callable[[], A], *, begin_again: Callable[[], None] = lambda: None) -> A:
    """Do the work in one transaction; where it lost against another, undo everything and do it again, thrice at most.

    ``begin_again`` takes back what the work left outside the database. Mails and the like belong into
    ``transaction.on_commit``: they happen once, after the try that succeeded.
    """
    for tries in range(AGAIN_AT_MOST):
        try:
            with transaction.atomic():
                return work()
        except DatabaseError as mistake:
            if not lost_against_another(mistake):
                raise
        time.sleep(random.uniform(0, _PAUSE * (tries + 1)))  # noqa: S311  nothing secret
        begin_again()
    with transaction.atomic():
        return work()


_ends_with_it: ContextVar[bool] = ContextVar("ends_with_it", default=False)


@contextmanager
def ending_with_any_mistake() -> Iterator[None]:
    """Within this block whoever asks goes on after no mistake: the transaction around it is rolled back as a whole."""
    token = _ends_with_it.set(True)
    try:
        yield
    finally:
        _ends_with_it.reset(token)


def wholly(verb: Callable[P, A]) -> Callable[P, A]:
    """A verb is done wholly or not at all: in a savepoint of its own, for a page may show its form again after it.

    Where nobody goes on after a mistake (`ending_with_any_mistake`) the transaction around it does, which spares two
    statements; whoever goes on after all opens one with ``transaction.atomic()``, and what is within is undone with it.
    """

    @functools.wraps(verb)
    def done(*args: P.args, **kwargs: P.kwargs) -> A:
        with transaction.atomic(savepoint=not _ends_with_it.get()):
            return verb(*args, **kwargs)

    return done


def lost_against_another(mistake: BaseException) -> bool:
    """Whether the database refused only because of what another transaction did at the same time."""
    cause: BaseException | None = mistake
    while cause is not None:
        if getattr(cause, "pgcode", None) in _LOST:  # as psycopg2 calls it
            return True
        cause = cause.__cause__
    return False
