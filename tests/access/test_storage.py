"""A database that could forget what it acknowledged is refused when it is first spoken to."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from krat.access import storage

SAFE = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; "
    "PRAGMA recursive_triggers=ON;"
)


def _sqlite(path, init_command: str) -> DatabaseWrapper:
    defaults = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"init_command": init_command},
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "TEST": {},
    }
    return DatabaseWrapper(defaults, alias="probe")


def test_a_file_with_full_flush_is_accepted(tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        probe = _sqlite(tmp_path / "probe.sqlite3", SAFE)
        probe.connect()
        assert storage.unsafe_settings(probe) == []
        probe.close()


@pytest.mark.parametrize(
    "unsafe",
    [
        "PRAGMA synchronous=NORMAL;",
        "PRAGMA synchronous=OFF;",
        "PRAGMA journal_mode=DELETE;",
        "PRAGMA foreign_keys=OFF;",
        "PRAGMA secure_delete=OFF;",
        "PRAGMA recursive_triggers=OFF;",
    ],
)
def test_a_file_that_could_forget_is_refused(unsafe, tmp_path, django_db_blocker):
    name = unsafe.removeprefix("PRAGMA ").partition("=")[0]

    with django_db_blocker.unblock():
        probe = _sqlite(tmp_path / "probe.sqlite3", SAFE + unsafe)
        with pytest.raises(ImproperlyConfigured, match=f"SQLite runs with {name}="):
            probe.connect()
        assert probe.connection is None


@pytest.mark.django_db
def test_the_database_of_this_run_is_safe():
    assert storage.unsafe_settings(connection) == []


@pytest.mark.django_db
def test_postgresql_that_answers_before_the_disk_is_refused():
    if connection.vendor != "postgresql":
        pytest.skip("This run is on SQLite.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    assert storage.unsafe_settings(connection) == [
        "PostgreSQL runs with synchronous_commit=off; an answer must wait for the disk."
    ]


@pytest.mark.django_db
def test_postgresql_with_another_flush_is_refused(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("This run is on SQLite.")
    monkeypatch.setitem(storage.POSTGRES_WANTED, "fsync", "off")  # fsync cannot be set in a session: ask for the other
    monkeypatch.setattr(connection, "close", lambda: None)

    with pytest.raises(ImproperlyConfigured, match="PostgreSQL runs with fsync=on"):
        storage.refuse_unsafe(None, connection)


def test_another_database_is_refused():
    class Other:
        vendor = "oracle"

        def cursor(self):
            return self

        def __enter__(self):
            return self

        def __exit__(self, *mistake):
            return None

    assert storage.unsafe_settings(Other()) == ["The registry runs on SQLite or PostgreSQL, not on oracle."]
