"""Kept worlds of the tests: one that was filled by other code, or on another day, is not taken for today's."""

import shutil

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from krat.people.models import User
from tests import worlds
from tests.safety import canaries


@pytest.fixture
def house(tmp_path, django_db_blocker):
    """A copy of all that a world is made of, and how its fingerprint is taken."""
    for one in worlds.sources():
        copy = tmp_path / one.relative_to(worlds.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(one, copy)

    def mark() -> str:
        with django_db_blocker.unblock():
            return worlds.fingerprint(tmp_path)

    return tmp_path, mark


@pytest.mark.parametrize(
    "module",
    [
        "cases/models/case.py",
        "cases/migrations/0001_first.py",
        "cases/actions/cases.py",
        "krat/demo/stories.py",
        "krat/reference/models.py",
        "krat/settings.py",
        "krat/access/crypto.py",
        "tests/safety/canary_world.py",
        "tests/worlds.py",
    ],
)
def test_a_change_to_what_fills_a_world_makes_a_new_one(module, house):
    place, mark = house
    before = mark()
    assert (place / module).exists()

    with (place / module).open("a") as file:
        file.write("# changed\n")

    assert mark() != before


def test_on_another_day_there_is_another_world(house, time_machine):
    _place, mark = house
    before = mark()

    time_machine.move_to("2031-05-04")

    assert mark() != before


def test_what_stands_above_what_fills_is_left_out(house):
    """A page that is changed changes no world: by the layers, nothing that fills it can know the page."""
    place, mark = house
    before = mark()
    views = place / "cases" / "views"
    views.mkdir()
    (views / "cases.py").write_text("")

    assert mark() == before
    assert not [one for one in worlds.sources() if "views" in one.parts]


def test_kept_worlds_are_for_their_own_user_only():
    assert worlds.FOLDER.stat().st_mode & 0o077 == 0
    assert worlds.FOLDER.is_relative_to(settings.VAR_DIR)


@pytest.mark.django_db
def test_what_is_planted_stands_in_the_rows(world):
    """A copy and what the process knows of it are of one filling, and its keys open it."""
    from cases.models import Identity

    word, place = next(one for one in canaries.texts().items() if one[1].field == "first_name")

    assert word in Identity.objects.unscoped("the test looks").get(code=place.code).data["first_name"].lower()


@pytest.mark.django_db(transaction=True)
def test_a_world_that_a_test_really_changed_is_made_anew():
    """With the negative control: without it, the next test would find no people."""
    User.objects.create_user("probe", name="Shembull Provë")
    people = User.objects.count()

    TransactionTestCase._fixture_teardown(None)

    assert User.objects.count() == people - 1
    assert not User.objects.filter(username="probe").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry")
        assert cursor.fetchone()[0] > 100
