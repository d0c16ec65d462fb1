"""A PostgreSQL server that lives as long as one command: the tests run on it as they run on SQLite.

    python -m tests.postgres -- pytest     runs the command with DATABASE_URL pointing to a new, empty cluster
    python -m tests.postgres --find        prints where the server's programs are, or why they are of no use

The cluster stands in a temporary folder that only its owner may enter, in memory where there is room, listens on a
socket in that folder and on no network address, and is stopped and removed whatever happens to the command. Clusters
that are already on the machine are never touched.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

PORT = 54329  # names the socket; not 5432, so that no mistake can reach a real server
NAME = "krat"  # of the database, and of its owner
OLDEST = 15  # the first version whose databases can sort by ICU, which knows Albanian (Ç after C, Dh after D)
DEBIAN = Path("/usr/lib/postgresql")
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # bytes; a cluster of the tests takes less than one of these four GiB
PATIENCE = 30  # seconds for a start or a stop; both take well under two


class Unavailable(Exception):
    """This machine cannot start a cluster; the message says why, in a sentence."""


class Stopped(BaseException):
    """Somebody asked this process to end. No Exception, so that nobody on the way takes it for a failure."""

    def __init__(self, number: int) -> None:
        self.number = number


# --- Finding the programs -----------------------------------------------------------------------------------


def version(folder: Path) -> int:
    """The major version of the server in a folder, 0 where there is none."""
    try:
        said = subprocess.check_output([folder / "postgres", "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\d+", said)
    return int(found.group()) if found else 0


def find() -> Path:
    """The folder with the newest server's programs, of Debian's versioned folders and the search path."""
    folders = list(DEBIAN.glob("*/bin"))
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    best = max(folders, key=version, default=None)
    if best is None or not (newest := version(best)):
        raise Unavailable("no PostgreSQL server programs on this machine.")
    if newest < OLDEST:
        raise Unavailable(f"version {newest} is on this machine, {OLDEST} or newer is needed.")
    lent()
    return best


def lent() -> dict[str, Any]:
    """Who runs the server, as subprocess wants it: PostgreSQL refuses root, so root lends it another user."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise Unavailable("it cannot run as root and there is no user postgres.") from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


# --- The cluster --------------------------------------------------------------------------------------------


@contextmanager
def cluster(*, in_memory: bool = True) -> Iterator[str]:
    """A running cluster with one empty database; gives its address in the form DATABASE_URL takes."""
    programs = find()
    # Directly below: a socket's path may have 107 bytes, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="krat-pg-", dir=roomy() if in_memory else "/tmp"))
    try:
        if user := lent():
            os.chown(folder, user["user"], user["group"])
        _run(folder, programs / "initdb", *_initdb_options(folder))
        server = _start(folder, programs)
        try:
            _wait(folder, programs, server)
            _run(
                folder,
                programs / "createdb",
                f"--host={folder}",
                f"--port={PORT}",
                f"--username={NAME}",
                NAME,
            )
            yield address(folder)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def roomy() -> Path:
    """In memory, where there is plenty: a server that flushes as in service then waits for no disk."""
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
            return MEMORY
    return Path("/tmp")


def address(folder: Path) -> str:
    """django-environ takes a socket's folder from the path; as a host it would stay encoded."""
    return f"postgres://{NAME}@:{PORT}/{quote(str(folder))}/{NAME}"


def _initdb_options(folder: Path) -> list[str]:
    return [
        f"--pgdata={folder / 'data'}",
        f"--username={NAME}",
        "--auth=trust",  # only the folder's owner and root can reach the socket
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=icu",
        "--icu-locale=sq-AL",
    ]


def _start(folder: Path, programs: Path) -> subprocess.Popen[bytes]:
    # fsync, full_page_writes and synchronous_commit stay on, as in service: the registry refuses a server
    # that could forget what it acknowledged.
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(PORT)]
    command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "timezone=UTC"]
    if setpriv := shutil.which("setpriv"):
        # Should this process be killed outright, the kernel asks the server to go as well.
        command = [setpriv, "--pdeathsig", "INT", *command]
    with (folder / "log").open("wb") as log:
        # A process group of its own: Ctrl+C at the terminal ends the tests first, and the server after them.
        return subprocess.Popen(
            command, cwd=folder, env=_clean(), stdout=log, stderr=subprocess.STDOUT, process_group=0, **lent()
        )


def _wait(folder: Path, programs: Path, server: subprocess.Popen[bytes]) -> None:
    """Until the server takes connections; says what its log says when it does not."""
    ready: list[str | Path] = [programs / "pg_isready", "--quiet", f"--host={folder}", f"--port={PORT}"]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(ready, env=_clean(), check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise Unavailable("the server did not start:\n" + (folder / "log").read_text(errors="replace"))
        time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """First ends connections and writes everything down (INT), then at once (QUIT), then by force."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(request)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(command, cwd=folder, env=_clean(), capture_output=True, text=True, check=False, **lent())
    if done.returncode != 0:
        raise Unavailable(f"{Path(command[0]).name} failed:\n{done.stderr or done.stdout}")


def _clean() -> dict[str, str]:
    """The environment without what would lead PostgreSQL's programs to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


# --- The command line ---------------------------------------------------------------------------------------


def _raise_stopped(number: int, frame: FrameType | None) -> NoReturn:
    # Once is enough: a second Ctrl+C must not interrupt the clearing away.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def run(command: list[str]) -> int:
    """Runs a command on a new cluster; gives its exit code, as a shell does: 128 + n for signal n."""
    try:
        with cluster() as url:
            child = subprocess.Popen(command, env={**_clean(), "DATABASE_URL": url})
            try:
                code = child.wait()
            except Stopped as stopped:
                # At a terminal Ctrl+C has reached the command as well: it gets the time to end by itself.
                if stopped.number != signal.SIGINT:
                    child.send_signal(stopped.number)
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                raise
    except Stopped as stopped:
        return 128 + stopped.number
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--find"]:
            sys.stdout.write(f"{find()}\n")
            return 0
        if len(arguments) > 1 and arguments[0] == "--":
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(each, _raise_stopped)
            return run(arguments[1:])
    except Unavailable as reason:
        sys.stderr.write(f"PostgreSQL: {reason}\n")
        return 1
    except FileNotFoundError as missing:
        sys.stderr.write(f"There is no such command: {missing.filename}.\n")
        return 127
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
