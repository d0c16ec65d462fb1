"""The house in order: nothing left for later, tests that mirror the code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TESTS = ROOT / "tests"

# Folders of tests that are about no part of the code: the house itself, and stories that cross it.
OF_NO_PART = {"house", "journeys", "browser", "safety", "soak"}
LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")


def written_by_us() -> list[Path]:
    kinds = {".py", ".html", ".css", ".js", ".txt", ".toml", ".md"}
    folders = [ROOT / name for name in ("krat", "meetings", "cases", "templates", "static", "tests", "docs")]
    found = [path for folder in folders for path in folder.glob("**/*") if path.suffix in kinds]
    return [path for path in [*found, *ROOT.glob("*.md"), ROOT / "Makefile"] if "vendor" not in path.parts]


def test_nothing_is_left_for_later():
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in written_by_us()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if any(word in line for word in LATER)
    ]

    assert left == []


def test_every_folder_of_tests_mirrors_a_part_of_the_code():
    folders = {one.name for one in TESTS.iterdir() if one.is_dir() and any(one.glob("test_*.py"))}
    parts = {one.parent.name for one in [*(ROOT / "krat").glob("*/__init__.py"), *ROOT.glob("*/__init__.py")]}

    assert sorted(folders - OF_NO_PART - parts) == []


def test_every_test_module_says_what_it_is_about():
    silent = [
        str(path.relative_to(ROOT))
        for path in TESTS.glob("**/*.py")
        if path.name != "__init__.py" and not path.read_text().lstrip().startswith('"""')
    ]

    assert silent == []


def test_what_could_not_run_is_said_before_the_last_line():
    """Somebody who reads only the end of the output must learn it."""
    environment = {**os.environ, "KRAT_NOT_RUN": "PostgreSQL: no server programs on this machine."}
    one_test = f"{Path(__file__).name}::test_nothing_is_left_for_later"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", one_test],
        cwd=Path(__file__).parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    *before, last = [line for line in ran.stdout.splitlines() if line.strip()]
    assert "passed" in last, ran.stdout + ran.stderr
    assert "not run: PostgreSQL: no server programs on this machine." in before


@pytest.mark.parametrize("name", ["test", "lint", "run"])
def test_the_makefile_has_its_commands(name):
    assert f"\n{name}:" in (ROOT / "Makefile").read_text()
