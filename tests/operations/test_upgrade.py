"""An operator lays a new release on yesterday's rows (promise 23): a copy first, and a refusal on doubt."""

from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from krat.operations import databases, envelope, restore, upgrade
from tests import worlds
from tests.operations.test_backup import Machine, secret  # noqa: F401 - a fixture

BEFORE = ("reference", "0004")  # an older state that goes back without losing a row


@pytest.mark.slow
def test_a_former_release_is_copied_migrated_and_examined(tmp_path, secret, django_db_setup, django_db_blocker):  # noqa: F811
    with worlds.copied(worlds.BARE, tmp_path, django_db_blocker) as database:
        machine, copies = Machine(tmp_path, database), tmp_path / "copies"
        machine.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
            "JOURNEYS_STATIC": str(tmp_path / "static"),
        }
        copies.mkdir()
        machine.does("migrate", *BEFORE, "--verbosity", "0")

        said = machine.does("upgrade", "--copy", copies, "--to", secret[1])

        assert said.startswith("reference.0005")
        assert "The registry is content with itself." in said
        (copy,) = copies.iterdir()
        with envelope.reading(copy, secret[0], tmp_path) as reader:
            before = reader.manifest
        assert not [one for one in before["migrations"] if one.startswith("reference.0005")]
        assert databases.of(database).tables()["audit_entry"]["rows"] > before["tables"]["audit_entry"]["rows"]


@pytest.fixture
def quiet(monkeypatch):
    """``quiet(complaint)``: nothing migrates, and the examination says this."""

    def says(complaint: str) -> None:
        monkeypatch.setattr(restore, "complaint", lambda *told: complaint)
        monkeypatch.setattr(upgrade, "call_command", lambda *words, **more: None)

    return says


@pytest.mark.django_db
def test_where_nothing_is_due_it_says_so_and_examines_all_the_same(quiet):
    quiet("")
    said = StringIO()

    call_command("upgrade", no_copy=True, stdout=said)

    assert said.getvalue() == "No migration is due.\nThe registry is content with itself.\n"


@pytest.mark.django_db
def test_what_is_not_content_with_itself_is_not_served(quiet):
    """The negative control of the examination."""
    quiet("row 7 was changed")

    with pytest.raises(CommandError, match=r"Do not serve it[^!]*audit verify: row 7 was changed"):
        call_command("upgrade", no_copy=True, stdout=StringIO())


@pytest.mark.django_db
def test_a_first_page_that_does_not_answer_is_told(quiet, monkeypatch):
    quiet("")
    monkeypatch.setattr(upgrade, "PAGES", ("/health/", "/nuk-ekziston/"))

    with pytest.raises(CommandError, match="/nuk-ekziston/ answered 404"):
        call_command("upgrade", no_copy=True, stdout=StringIO())


@pytest.mark.django_db
def test_what_a_newer_release_has_migrated_is_left_alone():
    MigrationRecorder.Migration.objects.create(app="cases", name="9999_from_tomorrow")

    for words in ({"plan": True}, {"no_copy": True}):
        with pytest.raises(CommandError, match=r"Nothing was changed: .* cases\.9999_from_tomorrow"):
            call_command("upgrade", stdout=StringIO(), **words)


@pytest.mark.django_db
def test_an_empty_database_is_no_former_release(monkeypatch):
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda self: {})

    with pytest.raises(CommandError, match="empty"):
        call_command("upgrade", plan=True)


@pytest.mark.django_db
def test_without_a_copy_or_a_word_about_it_nothing_begins(settings, tmp_path):
    settings.BACKUP_RECIPIENT = ""

    with pytest.raises(CommandError, match="--no-copy"):
        call_command("upgrade")
    with pytest.raises(CommandError, match="--no-copy"):
        call_command("upgrade", copy=tmp_path, no_copy=True, to="age1nobody")
    with pytest.raises(CommandError, match="For whom"):
        call_command("upgrade", copy=tmp_path)
    with pytest.raises(CommandError, match=r"Nothing was changed: .*recipient"):
        call_command("upgrade", copy=tmp_path, to="age1nobody")
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_two_upgrades_do_not_meet(quiet):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one machine.")
    quiet("")
    params = connection.get_connection_params()
    other = psycopg2.connect(
        **{name: params[name] for name in ("dbname", "host", "port", "user", "password") if name in params}
    )
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [upgrade._LOCK])
            with pytest.raises(CommandError, match="Another upgrade is running"):
                call_command("upgrade", no_copy=True, stdout=StringIO())
            cursor.execute("SELECT pg_advisory_unlock(%s)", [upgrade._LOCK])
        call_command("upgrade", no_copy=True, stdout=StringIO())
    finally:
        other.close()
