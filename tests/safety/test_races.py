"""Two verbs at once: what was tested still holds when it is written, and nobody waits for the other (decision 32).

In processes of their own, on a copy of the invented world, on both databases. SQLite lets one write at a time; there it
is asked that the second is told in a sentence.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests import worlds

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path, django_db_blocker):
    """A copy of the invented world, in the environment of the processes."""
    with worlds.copied(worlds.WORLD, tmp_path, django_db_blocker) as address:
        yield {**os.environ, "DATABASE_URL": address} | {
            "KRAT_KEYS": str(tmp_path / "keys.json"),
            "KRAT_TRAIL_HEAD": str(tmp_path / "trail-head"),
            "KRAT_DEMO": "1",
            "PLAIN_HTTP": "1",
        }


def run(environment, **more):
    """How every race ended."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.safety.races"],
        cwd=ROOT,
        env=environment | more,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def wrong(ended):
    """What did not end with "done" or a sentence, and what does not stand as it should."""
    return {
        name: said
        for name, said in ended.items()
        if not all(
            said[one] == "done" or said[one].split(":")[0] in ("ValidationError", "Stale") for one in ("one", "two")
        )
        or False in said.values()
        or "done" not in (said["one"], said["two"])
    }


def test_whoever_meets_another_is_done_or_told_in_a_sentence_and_what_was_tested_holds(place):
    ended = run(place)

    assert len(ended) >= 15
    assert not wrong(ended)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_without_locks_approved_minutes_would_change(place):
    """The negative control."""
    ended = run(place, KRAT_RACES_APART="1")

    # Two tabs that begin a draft do without: the later words stand.
    assert {
        "minute_and_approve",
        "draft_and_approve",
        "write_and_close_the_plan",
        "accepted_and_begun_by_the_team",
    } <= set(wrong(ended))
