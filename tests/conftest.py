"""What every test can ask for: the invented world, its people, their browsers.

The world is filled once and kept (`tests.worlds`); a test sees it as it was filled, because what a test does is rolled
back after it.
"""

import gc
import itertools
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import pace

# Playwright keeps an event loop in its thread; Django would take that for asynchronous code and refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_PLACE = Path(tempfile.mkdtemp(prefix="krat-tests-"))
_heads = itertools.count()


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


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What stands in memory by now stays: Python need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


# --- Several workers ----------------------------------------------------------------------------------------
# With -n each worker is a process with its own keys, world and database; only the folder of the code is shared.


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers are handed out what belongs together, in the order of the collection; --dist=load and others stay."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return pace.unit(nodeid)

    return Scheduler(config, log) if config.getoption("dist") == "loadfile" else None


# --- What is run where, and in which order ---------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--order=7``: modules, and the tests in each, in the order of that die."""
    parser.addoption("--order", type=int, default=0, help="a number by which the order of the tests is thrown")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """What the other database is asked is skipped on this one, and the last lines say so."""
    from django.db import connection

    if why := pace.left_to_the_other(item, connection.vendor):
        item.add_marker(pytest.mark.skip(reason=why))
        told = os.environ.get("KRAT_NOT_RUN", "")
        if why not in told:
            os.environ["KRAT_NOT_RUN"] = "\n".join(filter(None, [told, why]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with what takes longest; or everything in the order of a die."""
    if order := config.getoption("order"):
        dice = random.Random(order)
        dice.shuffle(items)
        turns = {one: dice.random() for one in sorted({pace.unit(item.nodeid) for item in items})}
        items.sort(key=lambda item: turns[pace.unit(item.nodeid)])
    elif hasattr(config, "workerinput"):
        tests = Counter(pace.unit(item.nodeid) for item in items if not item.get_closest_marker("skip"))
        items.sort(key=lambda item: -pace.seconds(one := pace.unit(item.nodeid), tests[one]))


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
def _trail_head_of_this_test(settings) -> None:
    """The trail's head is noted in a file, which no rollback takes back: each test has a file of its own."""
    settings.KRAT_TRAIL_HEAD = str(_PLACE / f"trail-head-{next(_heads)}")


@pytest.fixture(scope="session", autouse=True)
def _fragments_are_drawn_without_a_record():
    """Django's test client keeps a copy of the context of every template it sees drawn; of components nobody asks."""
    from django.test import client

    keep = client.store_rendered_templates

    def keep_pages(store: Any, signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if not str(template.name).startswith(("components/", "django/forms/")):
            keep(store, signal, sender, template, context, **more)

    client.store_rendered_templates = keep_pages
    yield
    client.store_rendered_templates = keep


@pytest.fixture(autouse=True)
def _numbers_of_this_test() -> Iterator[None]:
    """The builder counts for each test from the same number on: what is called how depends on no test before it."""
    from krat.demo import make
    from tests import worlds

    worlds.count_again()
    yield
    assert make.number() < worlds.LAST_NUMBER, "what is planted lies beyond this number: count less, or move it"


@pytest.fixture(autouse=True)
def _nothing_is_left_for_later(monkeypatch) -> None:
    """What an answer does not wait for is done at once, in the test's own transaction."""
    from krat.people import background

    monkeypatch.setattr(background, "_start", lambda run: run())


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
