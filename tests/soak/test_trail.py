"""The trail under many hands: thousands of ways to cheat are found, and nobody who only works is blamed."""

import threading
import time

import pytest
from django.db import connection, transaction

from krat.audit import checkpoints, trail
from krat.people.models import User
from tests.audit.test_checkpoints import (
    DEEDS,
    EVENT,
    covered_trail,  # noqa: F401
    entries,
    missed_of,
    taken,
    tamper,
    versions,
)

WRITERS = 4


@pytest.mark.django_db
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__.strip("_"))
def test_every_deed_is_found(deed, covered_trail, dice, times):  # noqa: F811
    """Ten thousand in all, in the long form; `tests/audit` has the short one, and a few of others here."""
    assert missed_of(deed, covered_trail, dice, times(3, -(-10_000 // len(DEEDS)))) == []
    assert checkpoints.verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_a_hundred_verifications_blame_nobody_who_writes_meanwhile(times):
    """On PostgreSQL writers write, and checkpoints are taken, while the trail is verified; on SQLite in turns."""
    tamper(lambda: (taken().delete(), entries().delete(), versions().delete()))  # a short one is read in no time
    stop, mistakes = threading.Event(), []
    someone = User.objects.order_by("pk").first()

    def write(number: int) -> None:
        with transaction.atomic():
            trail.record(someone, EVENT, someone, changes={"name": (f"Salla {number}", "Salla")})
            trail.record(None, EVENT, route=f"probe:{number}")

    def work() -> None:
        number = 0
        try:
            while not stop.is_set():
                write(number := number + 1)
                if number % 25 == 0:
                    checkpoints.take()
                time.sleep(0.2)  # the trail is read whole each time: let it not outgrow the test
        except Exception as mistake:
            mistakes.append(mistake)
        finally:
            connection.close()

    together = connection.vendor == "postgresql"
    hands = [threading.Thread(target=work) for _number in range(WRITERS if together else 0)]
    for one in hands:
        one.start()
    problems = []
    try:
        for number in range(times(10, 100)):
            if not together:
                write(number)
            verdict = checkpoints.verify()
            problems += [verdict] * (not verdict.is_whole)
    finally:
        stop.set()
        for one in hands:
            one.join(60)

    assert (problems, mistakes) == ([], [])
    assert checkpoints.verify().covered >= (2 * WRITERS if together else times(20, 200)), "each wrote at least once"
