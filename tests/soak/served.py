"""A registry of its own that a test may harm: served as in service, on a database that may vanish or fill up."""

import html
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import requests

from krat.demo.accounts import PASSWORD
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90  # seconds for a start on a busy machine


@dataclass
class Registry:
    """The registry under its address, in a process group of its own."""

    place: Path
    database: str  # as DATABASE_URL
    workers: int = 1
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """As ``make run`` has it, whatever the environment of the tests says."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
            "JOURNEYS_STATIC": str(self.place / "static"),
            "DATABASE_URL": self.database,
            "KRAT_KEYS": str(self.place / "keys.json"),
            "KRAT_DEMO": "1",
            "KRAT_NO_DOTENV": "1",
            "DEBUG": "0",
            "PLAIN_HTTP": "1",
            "LANGUAGE_CODE": "sq",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def log(self) -> str:
        """All that it has written."""
        return (self.place / "log").read_text(errors="replace")

    def run(self, *arguments: str) -> str:
        """What a Python command says in its environment."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Serve; returns when it answers."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            self.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        command = [sys.executable, "-m", "gunicorn", "krat.wsgi", "--config", "python:krat.server"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers)]
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(requests.RequestException):
                if requests.get(f"{self.url}/health/", timeout=5).content == b"ok":
                    return
            assert self.process is not None
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def workers_now(self) -> list[int]:
        """The processes that answer, below the one that keeps them."""
        assert self.process is not None
        said = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(one) for one in said.stdout.split()]

    def kill(self) -> None:
        """All its processes, at once, as a power cut would."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """In order, if it still runs."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


# --- somebody at a browser ---


class Person:
    """A browser that sends forms as a browser does, and nothing else."""

    def __init__(self, registry: Registry, username: str = "") -> None:
        self.url = registry.url
        self.session = requests.Session()
        if username:
            sent = self.post("/account/login/", login=username, password=PASSWORD)
            assert sent.status_code == 302, sent.text

    def get(self, path: str) -> requests.Response:
        """A page; redirects are not followed."""
        return self.session.get(self.url + path, timeout=60, allow_redirects=False)

    def form(self, path: str) -> dict[str, str]:
        """What the page's own form holds as it is opened."""
        return fields(self.get(path).text, path)

    def send(self, path: str, form: dict[str, str]) -> requests.Response:
        """Send a form that was opened before."""
        headers = {"Referer": self.url + path}
        return self.session.post(self.url + path, data=form, headers=headers, timeout=60, allow_redirects=False)

    def post(self, path: str, **words: str) -> requests.Response:
        """Open a page, fill in its form, send it."""
        return self.send(path, self.form(path) | words)


def fields(page: str, path: str) -> dict[str, str]:
    """The fields of the page's own form: the one that sends to its own address."""
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", page, re.DOTALL)
    heads = [(one[: one.find(">")], one) for one in forms]
    own = next((one for head, one in heads if "action=" not in head or f'action="{path}"' in head), "")
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", own):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checked" in tag or not re.search(r'type="(?:checkbox|radio)"', tag)):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, words in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', own, re.DOTALL):
        found[name] = html.unescape(words)
    for name, choices in re.findall(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', own, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', choices)
        found[name] = chosen[1] if chosen else ""
    return found


# --- a database that goes away and comes back ---


class Road:
    """The way to the tests' PostgreSQL server, which can be cut: to the registry, a server that was stopped."""

    def __init__(self, place: Path, address: str) -> None:
        self.target = f"{os.environ['DATABASE_URL'].split('/', 3)[3].rpartition('/')[0].replace('%2F', '/')}"
        self.place, self.name = place, address.rpartition("/")[2]
        self.open_ones: list[socket.socket] = []
        self.server: socketserver.ThreadingUnixStreamServer | None = None

    @property
    def address(self) -> str:
        """As DATABASE_URL takes it."""
        return f"postgres://{postgres.NAME}@:{postgres.PORT}/{quote(str(self.place), safe='')}/{self.name}"

    def open(self) -> None:
        """Let connections through."""
        road, target = self, f"{self.target}/.s.PGSQL.{postgres.PORT}"

        class Through(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.socket(socket.AF_UNIX) as there:
                    there.connect(target)
                    road.open_ones += [self.request, there]
                    back = threading.Thread(target=pump, args=(there, self.request), daemon=True)
                    back.start()
                    pump(self.request, there)
                    back.join(10)

        self.server = socketserver.ThreadingUnixStreamServer(self._socket, Through)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def _socket(self) -> str:
        return str(self.place / f".s.PGSQL.{postgres.PORT}")

    def cut(self) -> None:
        """Nobody gets through any more, nor goes on with what was open."""
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()
        Path(self._socket).unlink(missing_ok=True)
        for one in self.open_ones:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open_ones = []


def pump(start: socket.socket, end: socket.socket) -> None:
    """Carry what comes from one to the other, until one of them ends."""
    with suppress(OSError):
        while part := start.recv(65536):
            end.sendall(part)
    for one in (start, end):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class Shelf:
    """The folder of an SQLite file, which can be taken away."""

    def __init__(self, file: Path) -> None:
        self.folder = file.parent
        self.away = self.folder.with_name(f"{self.folder.name}-away")

    def cut(self) -> None:
        """The file is not there."""
        self.folder.rename(self.away)

    def open(self) -> None:
        """It is there again."""
        self.away.rename(self.folder)


# --- a disk that is full ---


class SmallDisk:
    """A disk of a few megabytes, in memory; only root may make one."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "none", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise PermissionError(done.stderr.strip())

    def fill(self, leaving: int = 0) -> None:
        """Take all its room, but for so many bytes."""
        with (self.place / "ballast").open("wb", buffering=0) as ballast:
            room = shutil.disk_usage(self.place).free - leaving
            with suppress(OSError):
                for _ in range(room // 4096 + (0 if leaving else 2)):
                    ballast.write(b"x" * 4096)

    def clear(self) -> None:
        """Give it back."""
        (self.place / "ballast").unlink(missing_ok=True)

    def remove(self) -> None:
        """No trace of it stays."""
        subprocess.run(["umount", "--lazy", str(self.place)], check=False)


def until(seconds: float) -> Callable[[], bool]:
    """``while in_time():`` for so many seconds."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end
