"""The bench starts from a clean clone and says a line for each of its workloads; what it measures is no test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.targets import WORKLOADS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_workload_says_its_line(tmp_path):
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment |= {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bench.sqlite3'}",
        "KRAT_KEYS": str(tmp_path / "keys.json"),
        "KRAT_TRAIL_HEAD": str(tmp_path / "trail-head"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    done = subprocess.run(
        [sys.executable, "-m", "bench", "--cases", "1500", "--turns", "1"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    lines = {line.partition(" p50 ")[0].strip(): line for line in done.stdout.splitlines() if " p50 " in line}
    assert list(lines) == [workload.name for workload in WORKLOADS]
    for workload in WORKLOADS:
        assert " p95 " in lines[workload.name]
        assert not workload.beside or f"| {workload.beside} " in lines[workload.name], "beside its yardstick"
