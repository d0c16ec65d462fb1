"""What goes wrong in service: a process is killed, the disk is full, the database is stopped, many write at once.

Each test has a short form, which `make test` runs, and a long one, which `make soak` runs (``KRAT_SOAK=1``); they
differ in how long they last and in nothing else. What has no short form is marked ``soak`` and left to the long run.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import pace, postgres, worlds
from tests.soak.served import Registry

MINUTES = float(os.environ.get("KRAT_SOAK_MINUTES", "3"))  # of each test, in the long run


@pytest.fixture
def lasting() -> Callable[..., float]:
    """``lasting(2)``: so many seconds in the short form, some minutes in the long one (``SOAK_MINUTES=``)."""

    def seconds(short: float, long: float = MINUTES * 60) -> float:
        return long if pace.SOAK else short

    return seconds


@pytest.fixture
def times() -> Callable[[int, int], int]:
    """``times(2, 200)``: how often something is done in the short form and in the long one."""

    def often(short: int, long: int) -> int:
        return long if pace.SOAK else short

    return often


@pytest.fixture
def dice(record_property) -> random.Random:
    """Random moments, by a number that stands in the report: ``KRAT_SOAK_SEED=`` throws the same again."""
    seed = int(os.environ.get("KRAT_SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    record_property("seed", seed)
    print(f"KRAT_SOAK_SEED={seed}")  # noqa: T201  pytest shows it where the test fails
    return random.Random(seed)


@pytest.fixture
def serve(tmp_path, django_db_blocker) -> Iterator[Callable[..., Registry]]:
    """``serve(copy)``: a registry on a copy of the invented world; ``copy`` says where, given the world's address."""
    started: list[Registry] = []
    place = Path(tempfile.mkdtemp(prefix="krat-soak-", dir=postgres.roomy()))
    with worlds.copied(worlds.DEMO, place, django_db_blocker) as address:

        def begin(elsewhere: Callable[[str], str] | None = None, **more: int) -> Registry:
            registry = Registry(place, elsewhere(address) if elsewhere else address, **more)
            started.append(registry)
            registry.start()
            return registry

        yield begin
        for one in started:
            one.stop()
    shutil.rmtree(place, ignore_errors=True)
