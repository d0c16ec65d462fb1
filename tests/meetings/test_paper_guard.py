"""The database itself refuses to change approved minutes, as it does for the trail (decision 33)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from krat.audit import checkpoints, triggers
from krat.demo import make
from meetings.models import ApprovedMinutes
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db

TABLE = "meetings_approvedminutes"
SINCE = ("meetings", "0010_approved_minutes_are_guarded")


def papers():
    return rows(ApprovedMinutes)


def by_hand(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


CHANGES = {
    "update by the model": lambda: papers().update(content="{}"),
    "bulk update": lambda: papers().bulk_update([papers()[0]], ["content"]),
    "delete by the model": lambda: papers().delete(),
    "delete of a row": lambda: papers()[0].delete(),
    "update by hand": lambda: by_hand("UPDATE meetings_approvedminutes SET content = '{}', fingerprint = 'x'"),
    "delete by hand": lambda: by_hand("DELETE FROM meetings_approvedminutes"),
}


@pytest.fixture
def approved(examples):
    return examples.approved


def stands() -> list[tuple[str, str]]:
    return list(papers().order_by("pk").values_list("content", "fingerprint"))


def complaints() -> list[str]:
    return [one.msg for one in run_checks(databases=["default"], tags=["database"]) if one.id == "krat.E020"]


@pytest.mark.parametrize("way", CHANGES)
def test_approved_minutes_can_be_neither_changed_nor_removed(way, approved):
    before = stands()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CHANGES[way]()

    assert stands() == before


@pytest.mark.parametrize("way", CHANGES)
def test_without_the_triggers_they_could(way, approved):
    """The negative control: nothing else holds these ways up."""
    before = stands()

    with triggers.lifted(connection, TABLE):
        CHANGES[way]()

    assert stands() != before or way == "bulk update"  # which writes what stood there
    assert triggers.faults(connection) == []


def test_they_cannot_be_truncated_either(approved):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE.")
    by_hand("SET CONSTRAINTS ALL IMMEDIATE")  # else a key that waits to be checked would refuse it first

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        by_hand(f"TRUNCATE {TABLE}")


def test_new_papers_are_still_added(approved, examples):
    before = papers().count()

    examples.another_meeting(state="held", minutes="approved", held_on=make.in_days(-3))

    assert papers().count() == before + 1


def test_the_start_is_refused_and_verify_says_so_while_a_trigger_is_missing(approved):
    name = f"{TABLE}_refuses_update"
    by_hand(f"DROP TRIGGER {name}" + (f" ON {TABLE}" if connection.vendor == "postgresql" else ""))

    assert complaints() == [f"What is written once is not guarded. Trigger {name} is missing."]
    assert checkpoints.verify().problem == f"the database would accept changes: Trigger {name} is missing"
    triggers.install(connection)
    assert complaints() == []


def test_a_trigger_of_the_same_name_that_does_nothing_guards_nothing(approved):
    name = f"{TABLE}_refuses_delete"
    if connection.vendor == "sqlite":
        by_hand(f"DROP TRIGGER {name}")
        by_hand(f"CREATE TRIGGER {name} BEFORE DELETE ON {TABLE} BEGIN SELECT 1; END")
    else:
        by_hand("SET CONSTRAINTS ALL IMMEDIATE")
        by_hand(f"ALTER TABLE {TABLE} DISABLE TRIGGER {name}")

    assert complaints() == [f"What is written once is not guarded. Trigger {name} was changed."]
    triggers.install(connection)


def test_a_migration_brings_the_triggers_back(world):
    triggers.remove(connection)
    assert triggers.faults(connection, [TABLE])

    call_command("migrate", verbosity=0)

    assert triggers.faults(connection) == []


def test_an_older_registry_is_not_held_up_by_what_the_upgrade_brings(approved):
    """`migrate` runs the checks of the database before it begins: the triggers cannot stand yet."""
    recorder = MigrationRecorder(connection)
    with triggers.lifted(connection, TABLE):
        recorder.record_unapplied(*SINCE)
        assert complaints() == []
        triggers.install(connection)
        assert triggers.faults(connection, [TABLE]), "made before their migration ran"
        recorder.record_applied(*SINCE)


def test_only_the_builder_of_the_invented_world_lifts_them():
    """The builder adds to meetings that are approved; in service nobody runs it."""
    ways = re.compile(r"from krat\.audit import (\w+, )*triggers")
    lifting = re.compile(r"triggers\.(lifted|remove)\(")
    places = [Path(settings.BASE_DIR) / name for name in ("krat", "cases", "meetings")]
    sources = {path: path.read_text() for place in places for path in place.rglob("*.py")}

    found = [path for path, text in sources.items() if ways.search(text) and lifting.search(text)]

    assert [str(path.relative_to(settings.BASE_DIR)) for path in found] == ["krat/demo/make.py"]
