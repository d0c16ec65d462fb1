"""Eight people edit one meeting at once: nobody meets an error, and every accepted edit is one version."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import worlds

ROOT = Path(__file__).resolve().parent.parent.parent
EDITORS = 8


@pytest.mark.slow
def test_eight_editors_of_four_items_are_all_answered_and_overwrite_nobody(tmp_path, django_db_blocker, lasting):
    with worlds.copied(worlds.WORLD, tmp_path, django_db_blocker) as address:
        own = {"DATABASE_URL": address, "KRAT_KEYS": str(tmp_path / "keys.json"), "KRAT_DEMO": "1", "PLAIN_HTTP": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.many_editors", str(lasting(5)), str(EDITORS)],
            cwd=ROOT,
            env=os.environ | own | {"KRAT_TRAIL_HEAD": str(tmp_path / "trail-head")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.partition("SAID ")[2])

    statuses = {one.partition(" ")[2] for one in said["answers"]}
    assert statuses <= {"200", "302", "409"}, said["answers"]  # done, told what stands, draft kept
    assert sum(said["accepted"].values()) >= EDITORS  # that there was something to meet in
    assert said["positions"] == [1, 2, 3, 4]
    assert said["decided"] == said["decisions"] > 0
    # An edit that only pushes another aside is no version of it.
    assert {code: said["versions"][code] - 1 for code in said["accepted"]} == said["accepted"]
