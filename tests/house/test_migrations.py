"""Migrations go forward and back again, each by itself and all together."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations import RenameModel

from krat.access.checks import OWN_APPS

OWN = [one for one in apps.get_app_configs() if one.name.startswith(OWN_APPS)]


def migrations() -> dict[tuple[str, str], type]:
    """Every migration of this house, by its app's label and its name."""
    return {
        (config.label, path.stem): importlib.import_module(f"{config.name}.migrations.{path.stem}").Migration
        for config in OWN
        for path in sorted((Path(config.path) / "migrations").glob("[0-9]*.py"))
    }


def without_the_way_back(migration: type) -> bool:
    """Whether a renamed model could not be named back: Django names its content type back, too, and must know it."""
    renames = any(isinstance(one, RenameModel) for one in migration.operations)
    return renames and not any(label == "contenttypes" for label, _name in migration.dependencies)


def test_a_renamed_model_can_be_named_back():
    assert [name for name, one in migrations().items() if without_the_way_back(one)] == []
    assert any(isinstance(each, RenameModel) for one in migrations().values() for each in one.operations)


def test_one_that_cannot_be_named_back_is_found():
    """The negative control."""

    class Migration:
        dependencies = (("cases", "0001_first"),)
        operations = (RenameModel("Box", "Parcel"),)

    assert without_the_way_back(Migration)


def test_every_migration_is_named_after_what_it_does():
    assert [name for (_label, name) in migrations() if "auto" in name] == []


@pytest.mark.slow
def test_all_go_back_to_the_first_and_forward_again(tmp_path):
    """On SQLite, each command a process of its own, as an administrator would."""
    place = {"DATABASE_URL": f"sqlite:///{tmp_path / 'way.sqlite3'}", "KRAT_KEYS": str(tmp_path / "keys.json")}

    def manage(*words: str) -> None:
        command = [sys.executable, "manage.py", *words, "--verbosity", "0"]
        done = subprocess.run(command, env={**os.environ, **place}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    manage("migrate")
    # What others stand on goes last: until then every command finds the lists that it looks at.
    for label in sorted({label for label, _name in migrations()}, key=lambda label: (label == "reference", label)):
        manage("migrate", label, "0001")
    manage("migrate")
