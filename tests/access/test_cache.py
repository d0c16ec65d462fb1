"""The cache forgets nothing before its time, and does not pretend."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from krat.access.models import CacheEntry

pytestmark = pytest.mark.django_db


def test_what_is_set_is_there_until_its_time():
    cache.set("guesses", [3, 2, 1], 60)

    assert cache.get("guesses") == [3, 2, 1]
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert cache.get("guesses", "nothing") == "nothing"
        assert not cache.has_key("guesses")


def test_setting_anew_gives_a_new_value_and_a_new_time():
    cache.set("guesses", [1], 60)
    cache.set("guesses", [2, 1], 600)

    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert cache.get("guesses") == [2, 1]
    assert CacheEntry.objects.count() == 1


def test_of_two_who_add_one_does():
    assert cache.add("lock", True, 10)
    assert not cache.add("lock", True, 10)

    cache.delete("lock")
    assert cache.add("lock", True, 10)


def test_what_has_expired_can_be_added_again():
    cache.add("code", "y", 30)

    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert cache.add("code", "y", 30)


def test_touching_lets_live_on():
    cache.set("guesses", 1, 10)

    assert cache.touch("guesses", 100)
    assert not cache.touch("others", 100)
    with time_machine.travel(timezone.now() + timedelta(seconds=60)):
        assert cache.get("guesses") == 1


def test_something_without_end_stays():
    cache.set("always", "y", None)

    with time_machine.travel(timezone.now() + timedelta(days=900)):
        assert cache.get("always") == "y"


def test_a_thousand_others_throw_nothing_out():
    cache.set("guesses", [1], 300)
    for number in range(1000):
        cache.set(f"other {number}", [1], 300)

    assert cache.get("guesses") == [1]
    assert CacheEntry.objects.count() == 1001


def test_what_has_expired_is_removed_and_nothing_else():
    for number in range(30):
        cache.set(f"old {number}", 1, 10)
    cache.set("guesses", [1], 300)

    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        cache.set("new", 1, 10)
        assert CacheEntry.objects.count() == 2
        assert cache.get("guesses") == [1]


def test_everything_is_removed_when_asked():
    cache.set("guesses", [1], 300)
    cache.clear()

    assert cache.get("guesses") is None


def test_the_table_tells_no_address_and_is_not_unpickled():
    cache.set("allauth:rl:login_failed:ip:203.0.113.9", [1.5], 60)

    row = CacheEntry.objects.values().get()
    assert "203.0.113.9" not in json.dumps(row, default=str)
    assert row["value"] == {"is": [1.5]}


@pytest.mark.parametrize("way", ["add", "set"])
def test_a_table_that_cannot_be_written_is_an_error(way):
    if connection.vendor != "sqlite":
        pytest.skip("The trigger is written for SQLite.")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE INSERT ON access_cacheentry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    with pytest.raises(DatabaseError), transaction.atomic():
        getattr(cache, way)("guesses", 1, 60)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_add_at_once_one_does():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time.")
    together, added = threading.Barrier(8), []

    def add() -> None:
        try:
            together.wait(10)
            added.append(cache.add("lock", True, 10))
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert sorted(added) == [False] * 7 + [True]
