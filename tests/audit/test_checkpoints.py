"""Checkpoints: whatever is changed, cut or slipped into the trail is found, and the first bad row is named."""

import hashlib
import json
import random
import threading
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from krat.access import crypto
from krat.access.models import Installation
from krat.audit import checkpoints, trail, triggers
from krat.audit.models import Checkpoint, Entry, Version
from krat.people.models import User

EVENT = trail.SEEN


def entries():
    return Entry.objects.unscoped("the test reads the trail").order_by("pk")


def taken():
    return Checkpoint.objects.unscoped("the test reads the checkpoints").order_by("up_to")


def versions():
    return Version.objects.unscoped("the test reads the versions").order_by("pk")


def write(how_many: int) -> list[int]:
    """Add entries of nobody's; gives their ids."""
    before = set(entries().values_list("pk", flat=True))
    for number in range(how_many):
        trail.record(None, EVENT, route=f"probe:{number}")
    return [pk for pk in entries().values_list("pk", flat=True) if pk not in before]


# --- checkpoints ---


@pytest.mark.django_db
def test_what_a_checkpoint_covers_is_whole(world):
    write(7)

    verdict = checkpoints.verify()

    assert verdict.is_whole
    assert verdict.covered == entries().count()


@pytest.mark.django_db
def test_there_is_nothing_to_cover_twice(world):
    write(3)

    assert checkpoints.take() is not None
    assert checkpoints.take() is None


@pytest.mark.django_db
def test_a_checkpoint_names_its_entries_and_the_one_before(world):
    write(2)
    first = checkpoints.take()
    ids = write(3)
    second = checkpoints.take()

    assert second.previous == first.digest
    assert second.up_to == ids[-1]
    assert second.entries == [[ids[0], ids[-1]]]


@pytest.mark.django_db
def test_the_command_says_how_much_is_covered(world):
    write(2)
    said = StringIO()

    call_command("audit", "verify", stdout=said)

    assert said.getvalue().startswith("The trail is whole:")


@pytest.mark.django_db
def test_the_command_names_the_first_bad_row(world):
    ids = write(5)
    checkpoints.take()
    tamper(lambda: entries().filter(pk=ids[2]).update(event="other"))
    said = StringIO()

    with pytest.raises(SystemExit) as exit:
        call_command("audit", "verify", stderr=said)

    assert exit.value.code == 1
    assert f"entry {ids[2]}." in said.getvalue()


@pytest.mark.django_db
def test_rows_that_no_checkpoint_covers_yet_are_guarded_by_their_own_hash(world):
    checkpoints.take()
    ids = write(3)
    tamper(lambda: entries().filter(pk=ids[1]).update(actor_words="somebody else"))

    verdict = checkpoints.verify()

    assert (verdict.is_whole, verdict.bad_entry) == (False, ids[1])


# --- three hundred and more ways to cheat ---


def tamper(deed) -> None:
    """Somebody who owns the database takes the triggers away, does it, and puts them back."""
    triggers.remove(connection)
    deed()
    triggers.install(connection)


def _change_a_field(rng: random.Random, ids: list[int]) -> int:
    target = rng.choice(ids)
    other = rng.choice(
        [
            {"event": rng.choice([trail.FORBIDDEN, trail.NOT_THERE, trail.NO_SEAT])},
            {"actor_words": f"somebody {rng.random()}"},
            {"actor": uuid.UUID(int=rng.getrandbits(128))},
            {"at": timezone.now() - timedelta(days=rng.randint(1, 900))},
            {"county": "AL-09"},
            {"thing_type": "meetings.meeting"},
            {"thing_code": str(rng.random())},
            {"fields": ["text"]},
            {"route": "other:page"},
            {"mac": "0" * 64},
        ]
    )
    entries().filter(pk=target).update(**other)
    return target


def _cut_a_row(rng: random.Random, ids: list[int]) -> int:
    target = rng.choice(ids)
    entries().filter(pk=target).delete()
    return target


def _cut_a_stretch(rng: random.Random, ids: list[int]) -> int:
    first = rng.randrange(len(ids) - 1)
    last = rng.randrange(first, len(ids))
    entries().filter(pk__gte=ids[first], pk__lte=ids[last]).delete()
    return ids[first]


def _swap_two_rows(rng: random.Random, ids: list[int]) -> int:
    one, other = sorted(rng.sample(ids, 2))
    left, right = entries().get(pk=one), entries().get(pk=other)
    left.pk, right.pk = other, one
    entries().filter(pk__in=[one, other]).delete()
    Entry.objects.bulk_create([left, right])
    return one


def _rewrite_with_another_key(rng: random.Random, ids: list[int]) -> int:
    """Whoever has the database but not the keys computes a hash of their own."""
    target = rng.choice(ids)
    row = entries().get(pk=target)
    row.event = trail.FORBIDDEN
    entries().filter(pk=target).update(event=row.event, mac=_forged(row))
    return target


def _forged(row: Entry) -> str:
    return hashlib.sha256(json.dumps([row.at.isoformat(), row.event, row.route]).encode()).hexdigest()


def _copy_a_row_to_the_past(rng: random.Random, ids: list[int]) -> int:
    """A genuine row with a genuine hash, in a place where none was."""
    gap = ids[0] + 1  # made by the harness: the second id of every trail is left out
    row = entries().get(pk=rng.choice(ids))
    row.pk, row.code = gap, uuid.UUID(int=rng.getrandbits(128))
    Entry.objects.bulk_create([row])
    return gap


def _replace_a_row_by_a_copy(rng: random.Random, ids: list[int]) -> int:
    target, source = rng.sample(ids, 2)
    row = entries().get(pk=source)
    entries().filter(pk=target).delete()
    row.pk, row.code = target, uuid.UUID(int=rng.getrandbits(128))
    Entry.objects.bulk_create([row])
    return target


def _change_a_checkpoints_list(rng: random.Random, ids: list[int]) -> None:
    one = rng.choice(list(taken()))
    taken().filter(pk=one.pk).update(entries=[[one.entries[0][0], one.entries[-1][1] - 1]])


def _change_a_checkpoint(rng: random.Random, ids: list[int]) -> None:
    one = rng.choice(list(taken()))
    taken().filter(pk=one.pk).update(digest=crypto.keyed_hash(b"other", use="other"))


def _cut_a_checkpoint(rng: random.Random, ids: list[int]) -> None:
    every = list(taken())
    taken().filter(pk=rng.choice(every[:-1]).pk).delete()


# Versions: whatever is done to one is found at it, and no entry is blamed.


def _one_version(rng: random.Random) -> Version:
    return rng.choice(list(versions()))


def _change_who_or_when_of_a_version(rng: random.Random, ids: list[int]) -> str:
    target = _one_version(rng)
    other = rng.choice(
        [
            {"actor_words": f"somebody {rng.random()}"},
            {"actor": uuid.UUID(int=rng.getrandbits(128))},
            {"at": timezone.now() - timedelta(days=rng.randint(1, 900))},
            {"code": uuid.UUID(int=rng.getrandbits(128))},
            {"mac": "0" * 64},
            {"mac": ""},
        ]
    )
    versions().filter(pk=target.pk).update(**other)
    return f"version {target.pk}"


def _hang_a_version_on_another_thing(rng: random.Random, ids: list[int]) -> str:
    target = _one_version(rng)
    other = rng.choice(list(versions().exclude(thing_code=target.thing_code)))
    versions().filter(pk=target.pk).update(thing_type=other.thing_type, thing_code=other.thing_code)
    return f"version {target.pk}"


def _swap_the_values_of_two_versions(rng: random.Random, ids: list[int]) -> str:
    one, other = sorted(rng.sample(list(versions()), 2), key=lambda row: row.pk)
    versions().filter(pk=one.pk).update(ciphertext=other.ciphertext)
    return f"version {one.pk}"


def _cut_a_version(rng: random.Random, ids: list[int]) -> str:
    target = _one_version(rng)
    versions().filter(pk=target.pk).delete()
    return f"version {target.pk}"


def _cut_all_versions(rng: random.Random, ids: list[int]) -> str:
    first = versions()[0].pk
    versions().delete()
    return f"version {first}"


def _change_the_day_of_a_checkpoint(rng: random.Random, ids: list[int]) -> int:
    one = rng.choice(list(taken()))
    taken().filter(pk=one.pk).update(at=one.at - timedelta(days=rng.randint(1, 9000)))
    return one.entries[0][0]


def _let_a_checkpoint_forget_its_versions(rng: random.Random, ids: list[int]) -> str:
    """The versions are then "added afterwards", or not covered; in either case somebody is found out."""
    one = rng.choice(list(taken().exclude(versions=[])))
    first = one.versions[0][0]
    taken().filter(pk=one.pk).update(versions=[], versions_up_to=one.versions_up_to)
    return f"version {first}"


DEEDS = [
    _change_who_or_when_of_a_version,
    _hang_a_version_on_another_thing,
    _swap_the_values_of_two_versions,
    _cut_a_version,
    _cut_all_versions,
    _change_the_day_of_a_checkpoint,
    _let_a_checkpoint_forget_its_versions,
    _change_a_field,
    _cut_a_row,
    _cut_a_stretch,
    _swap_two_rows,
    _rewrite_with_another_key,
    _copy_a_row_to_the_past,
    _replace_a_row_by_a_copy,
    _change_a_checkpoints_list,
    _change_a_checkpoint,
    _cut_a_checkpoint,
]
EACH = 20  # more: tests/soak/test_trail.py
# A genuine row in another genuine row's place fits its own hash, which cannot hold an id that was not known at insert.
# The checkpoint finds it, and names the first of its entries.
FOUND_BY_THE_CHECKPOINT = {_swap_two_rows}


@pytest.fixture
def covered_trail(world):
    """A trail of three checkpoints with a gap in its ids, and versions of two things; gives the ids of its entries."""
    Installation.objects.all().delete()
    Installation.establish(Installation.Kind.DEMO)  # whose head is noted
    tamper(lambda: (taken().delete(), entries().delete(), versions().delete()))
    first = write(1)
    (gap,) = write(1)
    tamper(lambda: entries().filter(pk=gap).delete())
    ids = [*first, *write(5)]
    checkpoints.take()
    for number in range(2):
        ids += write(5)
        ids += change(f"Salla {number}")
        checkpoints.take()
    assert checkpoints.verify().is_whole
    return ids


def change(words: str) -> list[int]:
    """Change two things, so that there are versions of both; gives the ids of the entries."""
    before = set(entries().values_list("pk", flat=True))
    for number, who in enumerate(User.objects.order_by("pk")[:2]):
        trail.record(who, EVENT, who, changes={"name": (f"{words} {number}", "Salla")})
    return [pk for pk in entries().values_list("pk", flat=True) if pk not in before]


def first_of_its_checkpoint(entry: int) -> int:
    """The first entry of the checkpoint that holds this one."""
    return taken().filter(up_to__gte=entry)[0].entries[0][0]


def missed_of(deed, ids: list[int], rng: random.Random, times: int) -> list[tuple]:
    """Do it so many times, each rolled back; gives those that were not found, or found at another row."""
    missed = []
    for number in range(times):
        with transaction.atomic():
            triggers.remove(connection)
            bad = deed(rng, ids)
            triggers.install(connection)
            verdict = checkpoints.verify()
            wanted = first_of_its_checkpoint(bad) if deed in FOUND_BY_THE_CHECKPOINT else bad
            at = f"version {verdict.bad_version}" if verdict.bad_version is not None else verdict.bad_entry
            if verdict.is_whole or (wanted is not None and at != wanted):
                missed.append((number, bad, verdict))
            transaction.set_rollback(True)
    return missed


@pytest.mark.django_db
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__.strip("_"))
def test_every_deed_is_found(deed, covered_trail):
    missed = missed_of(deed, covered_trail, random.Random(f"krat {deed.__name__}"), EACH)

    assert missed == []
    assert checkpoints.verify().is_whole, "the rollback must leave the trail as it was"


def test_there_are_more_than_three_hundred_deeds():
    assert len(DEEDS) * EACH > 300


@pytest.mark.django_db
def test_doing_nothing_gives_no_alarm(covered_trail):
    rng = random.Random("krat")

    for _round in range(40):
        write(rng.randint(0, 4))
        if rng.random() < 0.5:
            checkpoints.take()
        assert checkpoints.verify().is_whole


@pytest.mark.django_db
def test_without_the_keyed_hash_an_edit_would_go_unnoticed(covered_trail, monkeypatch):
    """The negative control: a verification that recomputes nothing finds nothing."""
    tamper(lambda: entries().filter(pk=covered_trail[3]).update(actor_words="somebody else"))
    assert not checkpoints.verify().is_whole

    monkeypatch.setattr(checkpoints, "mac", lambda entry: entry.mac)

    assert checkpoints.verify().is_whole


def _cut_the_end(ids: list[int]) -> None:
    last = taken().last()
    first_of_last = last.entries[0][0]
    tamper(lambda: (entries().filter(pk__gte=first_of_last).delete(), taken().filter(pk=last.pk).delete()))


@pytest.mark.django_db
def test_cutting_the_end_is_found_by_the_head_noted_outside(covered_trail):
    _cut_the_end(covered_trail)

    verdict = checkpoints.verify()

    assert (verdict.is_whole, verdict.bad_entry) == (False, covered_trail[-1])


@pytest.mark.django_db
def test_emptying_the_trail_is_found_by_the_head_noted_outside(covered_trail):
    tamper(lambda: (taken().delete(), entries().delete()))

    assert not checkpoints.verify().is_whole


@pytest.mark.django_db
def test_without_the_head_a_cut_end_would_go_unnoticed(covered_trail, settings, tmp_path):
    """The negative control: the database alone cannot tell."""
    settings.KRAT_TRAIL_HEAD = str(tmp_path / "another-head")

    _cut_the_end(covered_trail)

    assert checkpoints.verify().is_whole


@pytest.mark.django_db
def test_a_missing_trigger_is_found_as_well(covered_trail):
    triggers.remove(connection)

    assert not checkpoints.verify().is_whole
    triggers.install(connection)


# --- when it is due ---


@pytest.mark.django_db
def test_it_is_due_after_five_hundred_rows(world, monkeypatch):
    checkpoints.take()
    write(2)
    checkpoints.take_if_due()
    assert checkpoints.verify().covered_now == 2

    write(1)
    monkeypatch.setattr(checkpoints, "_written_here", checkpoints.EVERY_ROWS)
    checkpoints.take_if_due()

    assert checkpoints.verify().covered_now == 0


@pytest.mark.django_db
def test_it_is_due_after_a_minute(world, monkeypatch):
    checkpoints.take()
    write(1)
    monkeypatch.setattr(checkpoints, "_taken_here_at", checkpoints._taken_here_at - checkpoints.EVERY_SECONDS - 1)

    checkpoints.take_if_due()

    assert checkpoints.verify().covered_now == 0


# --- many at once ---

WRITERS, EACH_WRITES = 6, 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_writers_and_checkpoints_lose_nothing_together():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time.")
    User.objects.create_user("kunder.kohes", name="Shembull Kohe")
    before = entries().count()
    stop = threading.Event()
    mistakes: list[BaseException] = []

    def guarded(work) -> None:
        try:
            work()
        except BaseException as mistake:
            mistakes.append(mistake)
        finally:
            connection.close()

    def writer() -> None:
        for number in range(EACH_WRITES):
            with transaction.atomic():
                trail.record(None, EVENT, route=f"probe:{number}")

    def take_again_and_again() -> None:
        while not stop.is_set():
            checkpoints.take()

    writers = [threading.Thread(target=guarded, args=[writer]) for _writer in range(WRITERS)]
    keeper = threading.Thread(target=guarded, args=[take_again_and_again])
    for thread in [keeper, *writers]:
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    keeper.join(60)

    verdict = checkpoints.verify()

    assert mistakes == []
    assert entries().count() == before + WRITERS * EACH_WRITES
    assert (verdict.is_whole, verdict.covered) == (True, before + WRITERS * EACH_WRITES)
    assert taken().count() > 1
