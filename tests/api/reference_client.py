"""The reference client in this process: its calls go through Django's own handler, in the test's transaction."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from krat_sync.main import Exit, main
from tests.api.conftest import Machine

ADDRESS = "http://localhost"


class Killed(BaseException):
    """The program ends here, as by SIGKILL: nothing catches this."""


@contextmanager
def connections_stay() -> Iterator[None]:
    """A request neither begins nor ends with a new connection: the test's transaction lies on the one that is there.

    As Django's own test client has it.
    """
    for when in (signals.request_started, signals.request_finished):
        when.disconnect(close_old_connections)
    try:
        yield
    finally:
        for when in (signals.request_started, signals.request_finished):
            when.connect(close_old_connections)


class Line(httpx.BaseTransport):
    """The way to the registry. ``meets`` may answer in its place, or break the line, before or after the work."""

    def __init__(self) -> None:
        self.inner = httpx.WSGITransport(get_wsgi_application())
        self.seen: list[httpx.Request] = []
        self.meets: Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response] = lambda _request, go: go()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.seen.append(request)

        def work() -> httpx.Response:
            with connections_stay():
                answer = self.inner.handle_request(request)
                answer.read()
                answer.close()
            return answer

        return self.meets(request, work)

    def calls(self, path: str) -> list[httpx.Request]:
        """The calls of an address, so far."""
        return [one for one in self.seen if one.url.path == path]


class Client:
    """One installation of the program: its folder, its secret, and the line."""

    def __init__(self, machine: Machine, place: Path) -> None:
        self.machine, self.place, self.line = machine, place, Line()
        place.mkdir(exist_ok=True)
        self.state, self.mirror = place / "state", place / "mirror"
        self.environment = {
            "KRAT_ADDRESS": ADDRESS,
            "KRAT_CLIENT_ID": machine.client.client_id,
            "KRAT_CLIENT_SECRET": machine.secret,
            "KRAT_STATE": str(self.state),
        }
        self.slept: list[float] = []
        self.out = self.err = ""

    def run(self, *arguments: str, at: Callable[[str], None] = lambda step: None) -> Exit:
        """One run of the program; what it said stands in ``out`` and ``err``."""
        out, err = io.StringIO(), io.StringIO()
        try:
            return main(
                arguments,
                self.environment,
                transport=self.line,
                sleep=self.slept.append,
                clock=lambda: sum(self.slept),
                out=out,
                err=err,
                at=at,
            )
        finally:
            self.out, self.err = out.getvalue(), err.getvalue()

    def push(self, records: list[dict[str, Any]], *more: str, **how: Any) -> Exit:
        """Send these, as a file of lines."""
        file = self.place / "cases.ndjson"
        file.write_bytes(b"\n".join(json.dumps(one, ensure_ascii=False).encode() for one in records))
        return self.run("push", str(file), *more, **how)

    def pull(self, *more: str, **how: Any) -> Exit:
        """Take over what changed, into the mirror."""
        return self.run("pull", str(self.mirror), *more, **how)

    def said(self) -> dict[str, Any]:
        """What the last run said for programs."""
        told: dict[str, Any] = json.loads(self.out)
        return told

    def status(self) -> dict[str, Any]:
        """How it says things stand."""
        self.run("status", "--json")
        return self.said()

    def mirrored(self) -> dict[tuple[str, str], Any]:
        """What stands in the mirror, by type and code."""
        files = self.mirror.glob("*/*")
        return {(file.parent.name, file.stem): json.loads(file.read_text()) for file in files}


def killed_at(number: int) -> Callable[[str], None]:
    """Ends the program at its so many-eth step, from 1."""
    steps = iter(range(1, number + 1))

    def at(step: str) -> None:
        if next(steps, 0) == number:
            raise Killed(step)

    return at
