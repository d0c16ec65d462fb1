"""Encrypted data opens in their own place, with their own key, and nowhere else."""

import base64
import json
import secrets
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from krat.access import crypto

WORDS = "Shembull: një fjalë që s'duhet ta lexojë kush."
PLACE = "meetings_minutedraft:sealed:6a1e"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _keys_of(names: list[str], active: str, path: Path) -> Path:
    content = {"active": active, "keys": {name: _key() for name in names}, "hash_key": _key()}
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    return path


@pytest.fixture
def use(settings):
    """``use(path)``: from now on this is the key file."""

    def chosen(path: Path) -> Path:
        settings.KRAT_KEYS = str(path)
        crypto._keys.cache_clear()
        crypto._cipher.cache_clear()
        return path

    yield chosen
    crypto._keys.cache_clear()
    crypto._cipher.cache_clear()


def _rewrite(path: Path, change) -> Path:
    """Let ``change`` work on what the key file holds."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return path


# --- bound to a place ---


def test_words_open_in_their_place():
    assert crypto.decrypt(crypto.encrypt(WORDS, place=PLACE), place=PLACE) == WORDS


def test_words_from_the_database_open_too():
    ciphertext = memoryview(crypto.encrypt(WORDS, place=PLACE))  # as PostgreSQL's driver hands them over

    assert crypto.decrypt(ciphertext, place=PLACE) == WORDS


def test_moved_to_another_row_they_do_not_open():
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(crypto.encrypt(WORDS, place=PLACE), place=PLACE + "0")


def test_moved_to_another_column_they_do_not_open():
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(crypto.encrypt(WORDS, place=PLACE), place=PLACE.replace("sealed", "note"))


@pytest.mark.parametrize("position", [3, 10, 16, -1])
def test_a_changed_byte_is_noticed(position):
    ciphertext = bytearray(crypto.encrypt(WORDS, place=PLACE))
    ciphertext[position] ^= 1

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(bytes(ciphertext), place=PLACE)


@pytest.mark.parametrize("rest", [b"", b"k1", b"k1:", b"k1:short", b"\xff\xfe:" + b"0" * 40, b"k9:" + b"0" * 40])
def test_what_was_never_sealed_does_not_open(rest):
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(rest, place=PLACE)


def test_the_same_words_are_never_sealed_alike():
    assert crypto.encrypt(WORDS, place=PLACE) != crypto.encrypt(WORDS, place=PLACE)


def test_the_sealed_bytes_hold_no_word():
    ciphertext = crypto.encrypt(WORDS, place=PLACE)

    assert not [word for word in WORDS.encode().split() if word in ciphertext and len(word) > 2]


# --- keys ---


def test_another_key_does_not_open_them(tmp_path, use):
    use(_keys_of(["k1"], "k1", tmp_path / "one.json"))
    ciphertext = crypto.encrypt(WORDS, place=PLACE)

    use(_keys_of(["k1"], "k1", tmp_path / "other.json"))

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(ciphertext, place=PLACE)


def test_after_a_rotation_old_words_still_open(tmp_path, use):
    path = use(_keys_of(["k1", "k2"], "k1", tmp_path / "keys.json"))
    before, hashed = crypto.encrypt(WORDS, place=PLACE), crypto.keyed_hash(b"4711", use="probe")

    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "active": "k2"}))
    use(path)

    assert crypto.decrypt(before, place=PLACE) == WORDS
    assert crypto.encrypt(WORDS, place=PLACE).startswith(b"k2:")
    assert crypto.keyed_hash(b"4711", use="probe") == hashed


def test_once_the_old_key_is_gone_old_words_stay_shut(tmp_path, use):
    path = use(_keys_of(["k1", "k2"], "k1", tmp_path / "keys.json"))
    before = crypto.encrypt(WORDS, place=PLACE)

    content = json.loads(path.read_text())
    path.write_text(json.dumps({"active": "k2", "keys": {"k2": content["keys"]["k2"]}}))
    use(path)

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(before, place=PLACE)


# --- the keyed hash ---


def _hashed() -> str:
    return crypto.keyed_hash(b"4711", use="probe")


def test_a_hash_depends_on_its_use_and_its_key(tmp_path, use):
    path = use(_keys_of(["k1"], "k1", tmp_path / "keys.json"))
    here = _hashed()
    assert crypto.keyed_hash(b"4711", use="other") != here

    use(_rewrite(path, lambda content: content.update(hash_key=_key())))
    assert _hashed() != here


def test_hashes_stay_when_every_key_that_encrypts_is_replaced(tmp_path, use):
    path = use(_keys_of(["k1"], "k1", tmp_path / "keys.json"))
    before = _hashed()

    use(_rewrite(path, lambda content: content.update(active="k2", keys={"k2": _key()})))

    assert _hashed() == before


def _as_once_written(content) -> None:
    del content["hash_key"]


def test_a_key_file_from_before_hashes_as_it_did(tmp_path, use):
    """Names and personal numbers are found by tokens that an earlier file made: their value stands here."""
    once = {
        "active": "k2",
        "keys": {"k2": base64.b64encode(b"2" * 32).decode(), "k1": base64.b64encode(b"1" * 32).decode()},
    }
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(once))
    path.chmod(0o600)
    use(path)

    assert _hashed() == "2604b267378f2db67c7ffb63d7d3541b78205b9092c495bb10ef67def82b1150"


def test_a_key_file_from_before_takes_its_oldest_key_as_hash_key_and_is_free_to_drop_it(tmp_path, use):
    path = use(_rewrite(_keys_of(["k1", "k2"], "k2", tmp_path / "keys.json"), _as_once_written))
    before = _hashed()

    def parted(content):
        content["hash_key"] = content["keys"].pop("k1")

    use(_rewrite(path, parted))

    assert _hashed() == before


def test_a_key_file_from_before_that_drops_its_oldest_key_without_that_finds_nothing_again(tmp_path, use):
    path = use(_rewrite(_keys_of(["k1", "k2"], "k2", tmp_path / "keys.json"), _as_once_written))
    before = _hashed()

    use(_rewrite(path, lambda content: content["keys"].pop("k1")))

    assert _hashed() != before


# --- the key file ---


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_file_that_others_can_read_is_refused(mode, tmp_path, use):
    use(_keys_of(["k1"], "k1", tmp_path / "keys.json")).chmod(mode)

    with pytest.raises(ImproperlyConfigured, match="mode to 0600"):
        crypto.encrypt(WORDS, place=PLACE)


def test_a_new_key_file_is_its_owners_alone(tmp_path):
    crypto.make_keys(tmp_path / "deep" / "keys.json")

    assert (tmp_path / "deep" / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_new_key_file_has_another_key_for_hashes_than_for_encrypting(tmp_path):
    crypto.make_keys(tmp_path / "keys.json")
    content = json.loads((tmp_path / "keys.json").read_text())

    assert content["hash_key"] not in content["keys"].values()


def test_a_key_file_is_never_overwritten(tmp_path):
    path = _keys_of(["k1"], "k1", tmp_path / "keys.json")
    before = path.read_text()

    with pytest.raises(CommandError, match="there already"):
        call_command("makekeys", str(path))

    assert path.read_text() == before


def test_the_command_makes_keys_that_work(tmp_path, use, capsys):
    call_command("makekeys", str(tmp_path / "keys.json"))
    use(tmp_path / "keys.json")

    assert crypto.decrypt(crypto.encrypt(WORDS, place=PLACE), place=PLACE) == WORDS


def test_in_service_a_missing_key_file_is_not_made_up(tmp_path, use, settings):
    settings.KRAT_DEMO = False
    use(tmp_path / "nowhere.json")

    with pytest.raises(ImproperlyConfigured, match="is missing"):
        crypto.keys_are_readable()
    assert not (tmp_path / "nowhere.json").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"active": "k1", "keys": {}}',
        '{"active": "k1", "keys": {"k1": "c2hvcnQ="}}',
        '{"active": "k1", "keys": []}',
        f'{{"active": "k1", "keys": {{"k1": "{_key()}"}}, "hash_key": "c2hvcnQ="}}',
        f'{{"active": "k1", "keys": {{"k1": "{_key()}"}}, "hash_key": null}}',
        f'{{"active": "k1", "keys": {{"k1": "{_key()}"}}, "hash_key": "{_key()}="}}',
    ],
    ids=range(9),  # new keys would be another name in each worker
)
def test_a_key_file_of_another_shape_is_refused_with_a_sentence(content, tmp_path, use):
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    use(path)

    with pytest.raises(ImproperlyConfigured, match="key file"):
        crypto.keys_are_readable()


def test_the_start_is_refused_when_the_keys_cannot_be_used(tmp_path, use):
    use(_keys_of(["k1"], "k1", tmp_path / "keys.json")).chmod(0o644)

    assert [one.id for one in run_checks(tags=["security"]) if one.id == "krat.E010"] == ["krat.E010"]
