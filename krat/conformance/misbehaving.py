"""What stands between a client and the registry, and misbehaves when it is told to: as networks and servers do.

A WSGI application around the registry's own. Each call is noted; whatever is armed meets the next call that fits, as
often as was said, and then everything is as it should be again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class LineBroken(ConnectionAbortedError):
    """The line breaks here: the client gets no answer."""


@dataclass(frozen=True)
class Call:
    """A call that came: when, and what it asked."""

    at: float
    method: str
    path: str


@dataclass
class Armed:
    """Something that will go wrong: with calls of a path that begins so, of a method, so many times."""

    path: str
    method: str = ""
    times: int = 1
    is_done_first: bool = False  # the registry does its work, and only the answer is lost
    status: int = 0  # answered in its place; 0: the line breaks
    retry_after: int = 0
    then: Callable[[], None] = field(default=lambda: None)  # what happens besides: the client is killed

    def fits(self, method: str, path: str) -> bool:
        """Whether it meets this call."""
        return self.times > 0 and path.startswith(self.path) and self.method in ("", method)


class Misbehaving:
    """The registry behind a bad line."""

    def __init__(self, inner: Application, clock: Callable[[], float]) -> None:
        self.inner, self.clock = inner, clock
        self.calls: list[Call] = []
        self.armed: list[Armed] = []
        self.date = ""  # of every answer, where the registry's clock is wrong

    def arm(self, *what: Armed) -> None:
        """From the next call on."""
        self.armed = list(what)

    @property
    def is_spent(self) -> bool:
        """Whether everything that was armed has met its calls."""
        return not any(one.times for one in self.armed)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.calls.append(Call(self.clock(), method, path))
        meets = next((one for one in self.armed if one.fits(method, path)), None)
        if meets is None:
            return self.inner(environ, self._dated(start_response))
        meets.times -= 1
        if meets.is_done_first:
            _work(self.inner, environ)
        meets.then()
        if meets.status:
            return _answer(meets, start_response)
        raise LineBroken

    def _dated(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Date", self.date)] if self.date else headers, *more)

        return start


def _work(inner: Application, environ: Environ) -> None:
    """Let the registry do all of a call, and keep nothing of its answer."""
    answer = inner(environ, lambda status, headers, *more: None)
    for _piece in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()


def _answer(meets: Armed, start_response: Callable[..., Any]) -> Iterable[bytes]:
    code = {401: "not_authenticated", 429: "too_many_requests", 503: "busy"}.get(meets.status, "incident")
    problem = {
        "type": f"urn:krat:problem:{code}",
        "title": "On purpose",
        "status": meets.status,
        "detail": "The conformance kit answers so on purpose.",
        "code": code,
        "errors": {},
    }
    body = json.dumps(problem).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    if meets.status == 401:
        headers.append(("WWW-Authenticate", 'Bearer error="invalid_token"'))
    if meets.retry_after:
        headers.append(("Retry-After", str(meets.retry_after)))
    start_response(f"{meets.status} On purpose", headers)
    return [body]
