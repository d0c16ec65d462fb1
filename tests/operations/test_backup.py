"""Yesterday comes back: an operator makes a copy, sees that it would, and brings it back (promises 21, 22)."""

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from krat.access import crypto
from krat.operations import backup as making
from krat.operations import databases, envelope
from krat.operations import restore as restoring
from tests import worlds

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A machine of its own: database, keys, head of the trail; commands as an operator calls them."""

    def __init__(self, place: Path, database: str, keys: Path | None = None) -> None:
        place.mkdir(exist_ok=True)
        self.database, self.keys = database, keys or place / "keys.json"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ},
            "DATABASE_URL": database,
            "KRAT_KEYS": str(self.keys),
            "KRAT_TRAIL_HEAD": str(place / "trail-head"),
            "KRAT_DEMO": "1",
            "KRAT_NO_DOTENV": "1",
        }

    def does(self, *command: object, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def old(tmp_path_factory, django_db_setup, django_db_blocker):
    """The machine of yesterday, with the invented world."""
    place = tmp_path_factory.mktemp("old")
    with worlds.copied(worlds.DEMO, place, django_db_blocker) as database:
        yield Machine(place, database)


@pytest.fixture(scope="module")
def secret(tmp_path_factory) -> tuple[Path, str]:
    """The key that opens copies, and for whom they are written."""
    path, said = tmp_path_factory.mktemp("safe") / "backup.key", StringIO()
    call_command("makebackupkey", path, stdout=said)
    return path, said.getvalue().strip()


@pytest.fixture(scope="module")
def copy(tmp_path_factory, old, secret) -> Path:
    """One copy of yesterday's machine."""
    folder = tmp_path_factory.mktemp("copies")
    said = old.does("backup", folder, BACKUP_RECIPIENT=secret[1])
    (made,) = folder.iterdir()
    assert said.startswith(str(made))
    return made


@pytest.fixture
def check(old, secret, monkeypatch):
    """``check(file)``: what `restore --check` says of it on yesterday's machine; complaints are raised."""
    monkeypatch.setenv("DATABASE_URL", old.database)

    def restore(file: Path, key: Path = secret[0]) -> str:
        said = StringIO()
        call_command("restore", file, key=key, check=True, stdout=said)
        return said.getvalue()

    return restore


@pytest.fixture
def forge(copy, secret, tmp_path):
    """``forge(change)``: the same copy under another manifest."""

    def write(change) -> Path:
        file = tmp_path / "forged.age"
        with envelope.reading(copy, secret[0], tmp_path) as reader:
            change(reader.manifest)
            parts = list(reader.manifest["parts"])
            with file.open("wb") as out, envelope.writing(out, secret[1], reader.manifest) as writer:
                for name in parts:
                    writer.add(name, reader.pieces(name))
        return file

    return write


@pytest.fixture
def content_with_itself(monkeypatch):
    """The registry does not examine itself on what came back: that takes two processes, and has tests of its own."""
    monkeypatch.setattr(restoring, "complaint", lambda *told: "")


def test_yesterday_comes_back_on_an_empty_machine(old, copy, secret, tmp_path, django_db_blocker):
    with worlds.empty(tmp_path, django_db_blocker) as database:
        new = Machine(tmp_path / "new", database, old.keys)

        said = new.does("restore", copy, "--key", secret[0])

        assert "Every table holds the rows it held." in said
        assert "The triggers stand, and the trail is whole." in said
        assert databases.of(database).tables()["django_session"]["rows"] == 0
        # A cursor of after the copy must not lead on from it: the feed begins a new generation.
        assert databases.of(old.database).tables()["feed_generation"]["rows"] == 1
        assert databases.of(database).tables()["feed_generation"]["rows"] == 0
        assert databases.of(database).tables()["feed_pending"] == databases.of(old.database).tables()["feed_pending"]
        assert (
            databases.of(database).tables()["cases_identity"] == databases.of(old.database).tables()["cases_identity"]
        )


def test_a_copy_is_seen_to_come_back_and_a_living_registry_is_never_written_over(
    check, old, copy, secret, content_with_itself
):
    before = databases.of(old.database).tables()

    assert "Every table holds the rows it held." in check(copy)

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", copy, key=secret[0])
    assert databases.of(old.database).tables() == before


def test_the_name_of_a_copy_tells_the_time_and_nothing_else(copy):
    assert re.fullmatch(r"krat-\d{8}T\d{6}Z\.krat\.age", copy.name)
    assert copy.stat().st_mode & 0o777 == 0o600


# --- who may read it -----------------------------------------------------------------------------------------


def test_the_machine_that_wrote_a_copy_cannot_read_it(check, old, copy, tmp_path):
    call_command("makebackupkey", tmp_path / "other.key", stdout=StringIO())

    with pytest.raises(CommandError, match="does not open"):
        check(copy, tmp_path / "other.key")
    with pytest.raises(CommandError, match="no secret key"):
        check(copy, old.keys)


def test_a_secret_key_is_never_written_over(secret):
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("makebackupkey", secret[0])
    assert secret[0].stat().st_mode & 0o777 == 0o600


def test_without_the_key_file_of_the_registry_a_copy_is_refused_with_a_sentence(check, copy, tmp_path, settings):
    crypto.make_keys(tmp_path / "other.json")
    settings.KRAT_KEYS = str(tmp_path / "other.json")

    with pytest.raises(CommandError, match="another key file"):
        check(copy)


def test_the_key_file_is_not_in_the_copy_and_no_secret_of_the_settings(copy, secret, old, tmp_path):
    with envelope.reading(copy, secret[0], tmp_path) as reader:
        told = json.dumps(reader.manifest)
        assert len(reader.manifest["parts"]) == 2
    assert not list(tmp_path.iterdir()), "what was opened is gone"
    for secret_of_ours in json.loads(old.keys.read_text())["keys"].values():
        assert secret_of_ours not in told
    assert "demo-only" not in told


def test_a_stolen_copy_tells_nothing(copy):
    assert copy.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"Durr" not in copy.read_bytes()


# --- what is not whole -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hurt", ["cut", "changed"])
def test_a_copy_that_was_cut_or_changed_is_refused_and_leaves_nothing(copy, secret, tmp_path, hurt):
    content = bytearray(copy.read_bytes())
    if hurt == "cut":
        del content[len(content) // 2 :]
    else:
        content[len(content) // 2] ^= 1
    broken, room = tmp_path / "broken.age", tmp_path / "room"
    broken.write_bytes(content)
    room.mkdir()

    with pytest.raises(envelope.Unusable, match="does not open"), envelope.reading(broken, secret[0], room):
        pytest.fail("it opened")
    assert not list(room.iterdir())


def test_a_row_that_came_back_otherwise_is_told_by_its_table(check, forge, content_with_itself):
    """The negative control of the comparison."""

    def change(manifest):
        manifest["tables"]["cases_note"]["sha256"] = "0" * 64

    with pytest.raises(CommandError, match=r"cases_note: .* and they differ"):
        check(forge(change))


def test_a_registry_that_is_not_content_with_itself_is_told(check, copy, monkeypatch):
    """The negative control of the examination: the head that was noted belongs to another trail."""
    head = restoring.backup.HEAD

    def another(self, name, to):
        to.write_bytes(b"" if name == head else b"".join(self.pieces(name)))
        if name == head:
            monkeypatch.setattr(restoring, "EXAMINED_BY", (["audit", "verify", "--nonsense"],))

    monkeypatch.setattr(envelope.Reader, "extract", another)
    with pytest.raises(CommandError, match="audit verify"):
        check(copy)


def test_a_copy_of_a_newer_release_is_refused(check, forge):
    with pytest.raises(CommandError, match=r"does not know cases\.9999_from_tomorrow"):
        check(forge(lambda manifest: manifest["migrations"].append("cases.9999_from_tomorrow")))


# --- writing ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_copy_is_never_written_over(copy, secret):
    before = copy.read_bytes()

    with pytest.raises(CommandError, match="never overwritten"):
        call_command("backup", copy, to=secret[1])
    assert copy.read_bytes() == before


@pytest.mark.django_db
def test_without_a_recipient_nothing_is_left(tmp_path):
    with pytest.raises(CommandError, match="For whom"):
        call_command("backup", tmp_path)
    with pytest.raises(CommandError, match="no recipient"):
        call_command("backup", tmp_path, to="age1nobody")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told(secret):
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(envelope.Unusable, match="No space left"):  # noqa: SIM117
        with envelope.writing(full, secret[1], {}) as writer:
            writer.add("much", (os.urandom(1 << 20) for _ in range(8)))


def test_the_newest_copies_are_left(tmp_path):
    for day in ("01", "02", "03"):
        (tmp_path / f"krat-202601{day}T000000Z.krat.age").touch()
    (tmp_path / "somebody-elses.age").touch()

    gone = making.keep_newest(tmp_path, 2)

    assert [one.name for one in gone] == ["krat-20260101T000000Z.krat.age"]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_part_that_is_not_the_one_that_was_written_is_refused(secret, tmp_path):
    file = tmp_path / "file.age"
    with file.open("wb") as out, envelope.writing(out, secret[1], {"more": 1}) as writer:
        writer.add("a", iter([b"one", b"two"]))
        writer.add("b", iter([b"three"]))
        writer.parts["b"] = envelope.Part(5, "0" * 64)

    with envelope.reading(file, secret[0], tmp_path) as reader:
        assert b"".join(reader.pieces("a")) == b"onetwo"
        assert reader.manifest["more"] == 1
        with pytest.raises(envelope.Unusable, match="not the one"):
            list(reader.pieces("b"))
