"""What every test can ask for: the invented world, its people, their browsers.

The world is filled once and kept (`tests.worlds`); a test sees it as it was filled, because what a test does is rolled
back after it.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Playwright keeps an event loop in its thread; Django would take that for asynchronous code and refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_PLACE = Path(tempfile.mkdtemp(prefix="krat-tests-"))


# --- Settings of a test run ---------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Fast, but honest: keys of tests alone, no slow password hashes, static files without a manifest."""
    from django.conf import settings

    settings.KRAT_KEYS = str(_PLACE / "keys.json")
    settings.KRAT_TRAIL_HEAD = str(_PLACE / "trail-head")
    settings.STATIC_ROOT = _PLACE / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ALLOWED_HOSTS = ["testserver", *settings.LOCAL_NAMES]
    settings.MEDIA_ROOT = str(_PLACE / "media")
    from tests import worlds

    worlds.keys(_PLACE / "keys.json")
    from tests.safety.oracle import Plugin

    config.pluginmanager.register(Plugin(_PLACE), "oracle")  # watches every test


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing of this run is left."""
    shutil.rmtree(_PLACE, ignore_errors=True)


# --- Several workers ----------------------------------------------------------------------------------------
# With -n each worker is a process with its own keys, world and database; only the folder of the code is shared.

JOURNEYS = "tests/journeys/"


def _together(nodeid: str) -> str:
    """What one worker runs: a module, whose tests share what is expensive; or all journeys, which share a server."""
    return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers are handed out what belongs together, in the order of the collection; --dist=load and others stay."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _together(nodeid)

    return Scheduler(config, log) if config.getoption("dist") == "loadfile" else None


# --- The second database --------------------------------------------------------------------------------------

_ONCE = "on PostgreSQL: what does not depend on the database, it is run on SQLite."
ON_SQLITE_ONLY = (
    # How pages look and read; walks through all of them take minutes.
    "tests/journeys/test_pages.py",
    "tests/journeys/test_keyboard.py",
    "tests/journeys/test_account.py",
    "tests/house/test_words.py",
    # What is refused before any statement is made.
    "tests/cases/test_core_doors.py::test_nobody_reads_a_depth_of_a_case_without_saying_who_asks",
    "tests/cases/test_core_doors.py::test_no_join_from_a_head_names_a_depth",
    "tests/access/test_census.py::test_a_page_takes_the_methods_it_declares_and_no_other",
    "tests/access/test_census.py::test_signed_out_every_page_leads_to_the_sign_in",
    # How many statements a page makes.
    "tests/ui/test_growth.py",
)


def _on_sqlite_only(item: Any) -> bool:
    if item.nodeid.startswith(ON_SQLITE_ONLY):
        return True
    if item.get_closest_marker("django_db") or {"db", "server"} & set(item.fixturenames):
        return False
    # Others open a database by themselves: through the blocker, which pytest-django's own fixtures always take.
    ours = [one for each in item._fixtureinfo.name2fixturedefs.values() for one in each if one.baseid]
    return not any("django_db_blocker" in each.argnames for each in (item._fixtureinfo, *ours))


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """On PostgreSQL, what the database cannot change is left to the run on SQLite, and the last lines say so."""
    from django.db import connection

    if connection.vendor == "postgresql" and _on_sqlite_only(item):
        item.add_marker(pytest.mark.skip(reason=_ONCE))
        told = os.environ.get("KRAT_NOT_RUN", "")
        if _ONCE not in told:
            os.environ["KRAT_NOT_RUN"] = "\n".join(filter(None, [told, _ONCE]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with what takes longest, and end with the modules after which the world would be filled again."""
    if not hasattr(config, "workerinput"):
        return
    sizes = Counter(_together(item.nodeid) for item in items)
    marked = ((item.path, item.get_closest_marker("django_db")) for item in items)
    emptying = {path for path, mark in marked if mark and mark.kwargs.get("transaction")}

    def turn(item: pytest.Item) -> tuple[bool, bool, int]:
        unit = _together(item.nodeid)
        return item.path in emptying, unit != JOURNEYS, -sizes[unit]

    items.sort(key=turn)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it could not run ..."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = os.environ.get("KRAT_NOT_RUN", "")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """... and whoever counts the tests says it once."""
    told = [os.environ.get("KRAT_NOT_RUN", ""), getattr(node, "workeroutput", {}).get("not_run", "")]
    os.environ["KRAT_NOT_RUN"] = "\n".join(dict.fromkeys("\n".join(told).splitlines()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what this machine could not run, before pytest's own last line: it does not count as passed."""
    for reason in os.environ.get("KRAT_NOT_RUN", "").splitlines():
        if reason.strip():
            terminalreporter.write_line(f"not run: {reason.strip()}", yellow=True)


# --- The database -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker) -> Iterator[None]:
    """The test database: a copy of the invented world, with canaries in it (`tests.worlds`)."""
    from django.test import TransactionTestCase

    from tests import worlds

    with django_db_blocker.unblock():
        worlds.enter()
    # A test with real transactions is cleared away by emptying every table, which the trail's triggers refuse.
    empty_tables, TransactionTestCase._fixture_teardown = (
        TransactionTestCase._fixture_teardown,
        lambda self: worlds.begin_again(),
    )
    yield
    TransactionTestCase._fixture_teardown = empty_tables
    with django_db_blocker.unblock():
        worlds.leave()


@pytest.fixture(autouse=True)
def _trail_head_of_this_test(settings, tmp_path) -> None:
    """The trail's head is noted in a file, which no rollback takes back: each test has a file of its own."""
    settings.KRAT_TRAIL_HEAD = str(tmp_path / "trail-head")


@pytest.fixture(autouse=True)
def _numbers_of_this_test() -> None:
    """The builder counts for each test from the same number on: what is called how depends on no test before it."""
    from tests import worlds

    worlds.count_again()


@pytest.fixture
def world(db) -> None:
    """The invented world, as it was filled."""


# --- People -------------------------------------------------------------------------------------------------


@pytest.fixture
def seat(world) -> Callable[..., "Seat"]:  # noqa: F821
    """``seat("zva.durres")``: the first open seat of that person, with all that a page knows of it."""
    from krat.people.models import Seat

    def of(username: str) -> Seat:
        seats = Seat.objects.unscoped("tests look up who is asking")
        return seats.active().for_request().filter(user__username=username).order_by("starts_on", "pk")[0]

    return of


@pytest.fixture
def as_(world) -> Callable[..., "Client"]:  # noqa: F821
    """``as_("koordinator.durres")``: that person's browser, signed in with running session clocks."""
    from django.test import Client
    from django.utils import timezone

    from krat.people.models import User
    from krat.people.sign_in import SEEN_AT, STARTED_AT

    def browser(username: str, **options: bool) -> Client:
        client = Client(**options)
        client.force_login(User.objects.get(username=username))
        session = client.session
        session[STARTED_AT] = session[SEEN_AT] = timezone.now().timestamp()
        session.save()
        return client

    return browser


@pytest.fixture
def access_logger_of() -> Iterator[Callable[[object], None]]:
    """``access_logger_of(other)``: another access logger until the test ends."""
    from krat.access import access_logger

    before = access_logger.register(None)
    access_logger.register(before)
    yield access_logger.register
    access_logger.register(before)
