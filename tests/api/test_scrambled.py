"""Followers of the feed end with exactly what is there, in whichever order the changes were committed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests import worlds

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
def test_followers_end_with_what_is_there_whatever_the_order_of_commits(tmp_path, django_db_blocker):
    with worlds.copied(worlds.WORLD, tmp_path, django_db_blocker) as address:
        place = {"DATABASE_URL": address, "KRAT_KEYS": str(tmp_path / "keys.json"), "KRAT_DEMO": "1", "PLAIN_HTTP": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.api.scrambled"],
            cwd=ROOT,
            env={**os.environ, **place, "KRAT_TRAIL_HEAD": str(tmp_path / "trail-head")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)

    assert said["mistakes"] == []
    assert said["transactions"] == 54
    assert said["told"] > said["added"] > 15
    assert said["cases_held"] == 1
    assert said["wrong"] == []
    if connection.vendor == "postgresql":  # the negative control; on SQLite nobody commits out of turn
        assert said["missed_by_a_plain_sequence"] > 0
