"""Somebody has the database's password, all rights in it, and patience; not the keys, and not the file of noted heads.

Each attack is written in SQL, past the registry. `audit verify` says what was done, on both databases.
"""

import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from krat.access.models import Installation
from krat.audit import checkpoints, head, trail, triggers
from krat.home.start import refuse_wrong_place
from krat.people.models import User
from tests.audit.test_checkpoints import change, covered_trail, entries, taken, tamper, versions, write  # noqa: F401

pytestmark = pytest.mark.django_db


def sql(*statements: str) -> None:
    """Run these, past the registry."""
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


def on_each(deed: Callable[[str, str], str]) -> list[str]:
    """A statement for each table of the trail and each verb its triggers refuse."""
    return [deed(table, verb) for table in triggers.TABLES for verb in ("UPDATE", "DELETE")]


def written(code: uuid.UUID) -> str:
    """A code as it stands in this database."""
    return f"'{code if connection.vendor == 'postgresql' else code.hex}'"


def another_code() -> str:
    return f"UPDATE access_installation SET code = {written(uuid.uuid4())}"  # noqa: S608


CUT = [
    "DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)",
    "DELETE FROM audit_entry WHERE id > (SELECT max(up_to) FROM audit_seal)",
]
EMPTY = ["DELETE FROM audit_seal", "DELETE FROM audit_entry", "DELETE FROM audit_version"]
OTHER_THING = (
    "UPDATE audit_version SET thing_code = (SELECT max(thing_code) FROM audit_version) "
    "WHERE thing_code = (SELECT min(thing_code) FROM audit_version)"
)

TEN: dict[str, Callable[[], list[str]]] = {
    "one word of one entry": lambda: [
        "UPDATE audit_entry SET actor_words = 'x' WHERE id = (SELECT min(id) FROM audit_entry)"
    ],
    "the end is cut": lambda: CUT,
    "the end is cut, and the installation called another": lambda: [*CUT, another_code()],
    "all is emptied, and the installation called another": lambda: [*EMPTY, another_code()],
    "all is emptied, and the installation too": lambda: [*EMPTY, "DELETE FROM access_installation"],
    "the history of values is emptied": lambda: ["DELETE FROM audit_version"],
    "another is blamed for every change, at another time": lambda: [
        "UPDATE audit_version SET actor_words = 'koordinator.gjirokaster', at = '2020-01-01 00:00:00',"  # noqa: S608
        f" actor = {written(uuid.UUID(int=7))}"
    ],
    "one thing's history hangs on another thing": lambda: [OTHER_THING],
    "the day of every checkpoint": lambda: ["UPDATE audit_seal SET at = '2001-01-01 00:00:00'"],
}  # the tenth, triggers that do nothing, leaves the rows alone: below
MORE: dict[str, Callable[[], list[str]]] = {
    "the end is cut, and the installation goes": lambda: [*CUT, "DELETE FROM access_installation"],
    "the history of one thing is cut": lambda: [
        "DELETE FROM audit_version WHERE thing_code = (SELECT min(thing_code) FROM audit_version)"
    ],
    "the installation is called service": lambda: ["UPDATE access_installation SET kind = 'service'"],
    "the installation's hash is copied to another code": lambda: [another_code()],
    "only the checkpoints go": lambda: ["DELETE FROM audit_seal"],
    "a checkpoint no longer covers the versions": lambda: ["UPDATE audit_seal SET versions = '[]', versions_up_to = 0"],
}
ATTACKS = TEN | MORE


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attack_is_found(attack, covered_trail):  # noqa: F811
    assert checkpoints.verify().is_whole

    tamper(lambda: sql(*ATTACKS[attack]()))

    assert not checkpoints.verify().is_whole


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found_as_well_after_work_went_on(attack, covered_trail):  # noqa: F811
    """Later checkpoints, noted in their turn, heal nothing."""
    tamper(lambda: sql(*ATTACKS[attack]()))
    write(3)
    change("Salla e re")
    checkpoints.take()
    write(2)

    assert not checkpoints.verify().is_whole


def test_the_ten_attacks_of_the_report_are_tried():
    assert len(TEN) + 1 == 10


def test_the_command_says_so_and_ends_with_one(covered_trail):  # noqa: F811
    tamper(lambda: sql(*EMPTY, "DELETE FROM access_installation"))
    said = StringIO()

    with pytest.raises(SystemExit) as exit:
        call_command("audit", "verify", stderr=said)

    assert exit.value.code == 1
    assert "the row of the installation is missing" in said.getvalue()


# --- the guards themselves ---


def noop(table: str, verb: str) -> str:
    name = f"{table}_refuses_{verb.lower()}"
    if connection.vendor == "sqlite":
        return f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN 0 BEGIN SELECT 1; END"
    return (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW WHEN (false) EXECUTE FUNCTION krat_append_only()"
    )


def _by_others_of_the_same_name() -> list[str]:
    triggers.remove(connection)
    return on_each(noop)


def _by_one_too_many() -> list[str]:
    if connection.vendor == "sqlite":
        return ["CREATE TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END"]
    return ["CREATE RULE quiet AS ON INSERT TO audit_entry DO INSTEAD NOTHING"]


GUARDS: dict[str, Callable[[], list[str]]] = {
    "triggers of the same name that do nothing": _by_others_of_the_same_name,
    "one more, which keeps entries out": _by_one_too_many,
    "a table that is gone": lambda: ["DROP TABLE audit_version"],
    "all tables gone": lambda: [f"DROP TABLE {table}" for table in triggers.TABLES],
}
ON_POSTGRESQL: dict[str, Callable[[], list[str]]] = {
    "a function that lets everything through": lambda: [
        "CREATE OR REPLACE FUNCTION krat_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    ],
    "triggers that are switched off": lambda: ["ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_refuses_delete"],
    "triggers that fire for a copy only": lambda: [
        "ALTER TABLE audit_version ENABLE REPLICA TRIGGER audit_version_refuses_update"
    ],
    "another function": lambda: [
        "CREATE FUNCTION lets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
        "CREATE OR REPLACE TRIGGER audit_seal_refuses_delete BEFORE DELETE ON audit_seal"
        " FOR EACH ROW EXECUTE FUNCTION lets()",
    ],
}


@pytest.mark.parametrize("attack", GUARDS | ON_POSTGRESQL)
def test_a_guard_that_no_longer_guards_is_found(attack, covered_trail):  # noqa: F811
    if attack in ON_POSTGRESQL and connection.vendor != "postgresql":
        pytest.skip("SQLite has no functions, and no triggers that are switched off.")
    assert triggers.faults(connection) == []

    with transaction.atomic():
        sql(*(GUARDS | ON_POSTGRESQL)[attack]())
        verdict = checkpoints.verify()
        refused = [one.msg for one in run_checks(databases=["default"]) if one.id == "krat.E020"]
        transaction.set_rollback(True)

    assert verdict.problem.startswith("the database would accept changes")
    assert refused


def test_a_guard_that_lets_everything_through_is_put_right_by_a_migration(covered_trail):  # noqa: F811
    sql(*_by_others_of_the_same_name())

    call_command("migrate", verbosity=0)

    assert triggers.faults(connection) == []


def test_by_their_names_alone_such_guards_would_pass(covered_trail):  # noqa: F811
    """The negative control."""
    sql(*_by_others_of_the_same_name())
    told = triggers._sqlite_triggers if connection.vendor == "sqlite" else triggers._postgresql_triggers

    assert set(told(connection)) >= {f"{table}_refuses_delete" for table in triggers.TABLES}


# --- which installation this is ---


def test_the_server_gives_an_emptied_database_no_new_name(covered_trail, settings):  # noqa: F811
    settings.KRAT_DEMO = False
    tamper(lambda: sql(*EMPTY, "DELETE FROM access_installation"))

    with pytest.raises(ImproperlyConfigured, match="emptied or replaced"):
        refuse_wrong_place()

    assert not Installation.objects.exists()


def test_a_new_registry_gets_its_name_at_the_first_start(world, settings):
    settings.KRAT_DEMO = False
    Installation.objects.all().delete()

    refuse_wrong_place()

    assert Installation.objects.get().is_genuine


def test_the_invented_world_may_begin_anew(covered_trail):  # noqa: F811
    """Whoever removes the invented world's database does not have to know of the file beside its keys."""
    tamper(lambda: sql(*EMPTY, "DELETE FROM access_installation"))

    refuse_wrong_place()

    assert head.noted() == []
    assert checkpoints.verify().is_whole


def test_without_the_keys_nobody_makes_a_name(covered_trail):  # noqa: F811
    place = Installation.objects.get()
    forged = Installation(pk=1, kind=place.kind)
    forged.mac = place.mac

    assert place.is_genuine
    assert not forged.is_genuine


def test_heads_of_another_database_are_a_problem_of_their_own(covered_trail, settings):  # noqa: F811
    with Path(settings.KRAT_TRAIL_HEAD).open("a") as file:
        file.write(f"{uuid.uuid4()} 7 {'0' * 64} {'0' * 64}\n")

    verdict = checkpoints.verify()

    assert (verdict.problem.partition(":")[0], verdict.bad_entry) == ("a head of another installation is noted", 7)


# --- heads as they are noted ---


def as_before(heads: Path) -> None:
    """The file as an older release wrote it: lines of three words."""
    heads.write_text("".join(" ".join(line.split()[:3]) + "\n" for line in heads.read_text().splitlines()))


def test_a_head_from_before_still_counts(covered_trail, settings):  # noqa: F811
    as_before(Path(settings.KRAT_TRAIL_HEAD))
    assert checkpoints.verify().is_whole

    tamper(lambda: sql(*CUT))

    assert not checkpoints.verify().is_whole


def test_a_line_that_a_full_disk_cut_short_swallows_no_other_one(covered_trail, settings):  # noqa: F811
    before = len(head.noted())
    with Path(settings.KRAT_TRAIL_HEAD).open("a") as file:
        file.write(str(uuid.uuid4())[:20])
    write(1)

    checkpoints.take()

    assert len(head.noted()) == before + 1
    assert checkpoints.verify().is_whole


# --- the history of values ---


@pytest.fixture
def two_histories(world) -> list[User]:
    """Two things, each with a change by itself, and no other history."""
    tamper(lambda: versions().delete())
    change("Salla")
    return list(User.objects.order_by("pk")[:2])


def test_a_history_names_who_and_when(two_histories):
    (line,) = trail.history(two_histories[0])

    assert (line.is_genuine, line.by, line.values) == (
        True,
        two_histories[0].trail_words,
        {"name": ["Salla 0", "Salla"]},
    )


@pytest.mark.parametrize(
    "attack", ["another is blamed for every change, at another time", "one thing's history hangs on another thing"]
)
def test_a_history_that_was_changed_names_nobody(attack, two_histories):
    tamper(lambda: sql(*ATTACKS[attack]()))

    told = [line for one in two_histories for line in trail.history(one) if not line.is_genuine]

    assert told
    assert {(line.at, line.by, len(line.values)) for line in told} == {(None, "", 0)}
