"""The throw-away registry as a server on this machine, and what is said of a client in the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from krat.conformance.kit import Result, Step
from krat.conformance.misbehaving import Application, Environ


class _Server(ThreadingMixIn, WSGIServer):
    """Answers several at once. Where the line breaks (`LineBroken`), wsgiref closes it without an answer."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """The kit notes calls itself."""


@contextmanager
def served(application: Application, port: int = 0) -> Iterator[str]:
    """The address under which it answers while this lasts; a free port, unless one is named."""
    server = make_server("127.0.0.1", port, _with_length(application), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _with_length(application: Application) -> Application:
    """This small server reads no body that comes in chunks: it says so, and does not take it for an empty one."""

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING"):
            start_response("411 Length Required", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return application(environ, start_response)

    return answer


def line_of(result: Result) -> str:
    """One step in the report."""
    return f"{'ok    ' if result.is_passed else 'FAILED'}  {result.name}: {result.title}"


def report(results: Sequence[Result], steps: Sequence[Step]) -> Iterator[str]:
    """What was wrong, what to look at, and the sum."""
    hints = {one.name: one.hint for one in steps}
    for result in results:
        if not result.is_passed:
            yield ""
            yield f"{result.name}: your client {result.title}"
            yield from (f"  - {fault}" for fault in result.faults[:10])
            if len(result.faults) > 10:
                yield f"  … and {len(result.faults) - 10} more."
            yield f"  Look at: {hints[result.name]}"
    passed = sum(one.is_passed for one in results)
    yield ""
    yield f"{passed} of {len(results)} steps passed."
