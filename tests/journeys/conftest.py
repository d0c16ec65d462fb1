"""A real server with the invented world on a database of its own, and a browser to walk through it, for each worker.

Never pytest-django's ``live_server``: it empties the tables, which the trail's triggers refuse, and it serves the
pages from within the test. Here gunicorn serves them, as ``make run`` does, and a test sees what a browser sees.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import postgres, worlds
from tests.journeys.steps import DESK, sign_in

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds for the server's start, on a busy machine too
TIMEOUT = 10_000  # milliseconds for one step of a journey

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")  # the first draws no window: half the work


# --- What is not run ----------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey drives the browser; in a single process they come last, so that what is quicker fails first."""
    here = Path(__file__).parent
    journeys = [item for item in items if item.path.is_relative_to(here)]
    for item in journeys:
        item.add_marker("browser")
    items[:] = [item for item in items if item not in journeys] + journeys


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path; where there is none, the journeys are not run, and the run's last lines say so."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "browser journeys: no Chromium on this machine."
        os.environ["KRAT_NOT_RUN"] = "\n".join(filter(None, [os.environ.get("KRAT_NOT_RUN", ""), reason]))
        pytest.skip(reason)
    return found


# --- The server ---------------------------------------------------------------------------------------------


@dataclass
class Server:
    """The registry under its address, and the way to its commands."""

    url: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What a Python command says in the server's environment."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def server(chromium: str, django_db_blocker: Any) -> Iterator[Server]:
    """The registry on a free port of this machine, with the invented world as it is filled."""
    place = Path(tempfile.mkdtemp(prefix="krat-journeys-", dir=postgres.roomy()))
    with worlds.copied(worlds.DEMO, place, django_db_blocker) as database, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        served = Server(f"http://127.0.0.1:{port}", _environment(place, database))
        command = [sys.executable, "-m", "gunicorn", "krat.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--config", "python:krat.server"]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=served.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            _wait(served.url, process, place / "log")
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    said = (place / "log").read_text(errors="replace")
    shutil.rmtree(place, ignore_errors=True)
    assert "incident" not in said, f"The server met errors while the journeys were walked:\n{said}"


def _environment(place: Path, database: str) -> dict[str, str]:
    """As ``make run`` has it, whatever the environment of the tests says."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
        "DATABASE_URL": database,
        "JOURNEYS_STATIC": str(worlds.collected()),
        "KRAT_KEYS": str(place / "keys.json"),
        "KRAT_DEMO": "1",
        "DEBUG": "0",
        "PLAIN_HTTP": "1",
        "LANGUAGE_CODE": "sq",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(f"{url}/health/", timeout=5) as answer:  # noqa: S310 - our own server
                assert answer.read() == b"ok"
                return
        except (URLError, OSError):
            assert process.poll() is None, f"The server did not start:\n{log.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"The server does not answer:\n{log.read_text(errors='replace')}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def addresses(server: Server) -> list[tuple[str, str, str]]:
    """Every route that is read, as (name, county or "", address); in each state of its object."""
    return [tuple(one) for one in json.loads(server.run("-m", "tests.journeys.addresses"))]


# --- The browser --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for a module's journeys. It ends with them: beside Playwright's loop nothing asynchronous runs."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()


_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("Violates the policy:", event.effectiveDirective, event.blockedURI, event.sourceFile));
"""


@dataclass
class Watch:
    """What a browser complained about, and whom it asked, beside what stands on the page."""

    home: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", lambda said: said.type in ("error", "warning") and self._heard(said.text))
        context.on("weberror", lambda mistake: self.complaints.append(str(mistake.error)))
        context.on("request", lambda request: self._asked(request.url))

    def _heard(self, words: str) -> None:
        # A page that is refused or not there is an answer, not a mistake: journeys assert their answers themselves.
        # And a server that cannot be reached is what some of them are about.
        if not re.search(r"Failed to load resource: (the server responded with a status of 4|net::ERR_)", words):
            self.complaints.append(words)

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.home}/", "data:", "blob:")):
            self.strangers.append(url)

    def is_quiet(self) -> None:
        """Assert that there was nothing to complain about."""
        assert not self.complaints, "\n".join(self.complaints)
        assert not self.strangers, f"Asked somebody else: {self.strangers}"


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """The complaints of this test's pages; at its end there must be none."""
    watching = Watch(server.url)
    yield watching
    watching.is_quiet()


@pytest.fixture
def window(browser: Browser, server: Server, watch: Watch) -> Iterator[Callable[..., Page]]:
    """``window()``: an empty browser profile of its own, with one page; signed out."""
    opened: list[BrowserContext] = []

    def open_window(**options: Any) -> Page:
        width, height = options.pop("size", DESK)
        options["viewport"] = {"width": width, "height": height}
        context = browser.new_context(base_url=server.url, locale="de-DE", **options)
        context.set_default_timeout(TIMEOUT)
        watch.over(context)
        opened.append(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


_cookies: dict[str, Any] = {}


@pytest.fixture
def person(window: Callable[..., Page]) -> Callable[..., Page]:
    """``person("zva.durres")``: that person's browser on their home page.

    Signs in through the page once a run; ``anew=True`` where a test ends the session or meddles with it.
    """

    def sit_down(username: str, *, anew: bool = False, **options: Any) -> Page:
        page = window(**options) if anew else window(storage_state=_cookies.get(username), **options)
        page.goto("/")
        if "/account/login/" in page.url:  # the first time, or a journey ended the session that was known
            sign_in(page, username)
            if not anew:
                _cookies[username] = page.context.storage_state()
        return page

    return sit_down
