"""A former commit beside this one: its code in a folder of its own, over a copy of the database in its own schema."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_LEAVES = """
import django, json
django.setup()
from django.db.migrations.loader import MigrationLoader
print(json.dumps(dict(MigrationLoader(None).graph.leaf_nodes())))
"""


def code_of(commit: str, folder: Path) -> Path:
    """The files of a commit, with today's bench laid over them; raises `SystemExit` where git knows none."""
    folder.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        raise SystemExit(f"There is no commit {commit} here: {packed.stderr.decode().strip()}")
    subprocess.run(["tar", "-x"], cwd=folder, input=packed.stdout, check=True)
    shutil.rmtree(folder / "bench", ignore_errors=True)
    shutil.copytree(ROOT / "bench", folder / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def to_its_schema(folder: Path, environment: dict[str, str]) -> None:
    """Take the copy of the database back to the migrations of that commit, by those of today."""
    then, now = _leaves(folder, environment), _leaves(ROOT, environment)
    for app, leaf in now.items():
        if then.get(app) != leaf:
            _manage(ROOT, environment, "migrate", app, then.get(app, "zero"), "--verbosity", "0")
    _manage(folder, environment, "migrate", "--verbosity", "0")  # its triggers are as it writes them
    _manage(folder, environment, "collectstatic", "--no-input", "--verbosity", "0")


def _leaves(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    said = subprocess.check_output([sys.executable, "-c", _LEAVES], cwd=folder, env=_set(environment))
    found: dict[str, str] = json.loads(said)
    return found


def _manage(folder: Path, environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "django", *words], cwd=folder, env=_set(environment), check=True)


def _set(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "bench.settings"}
