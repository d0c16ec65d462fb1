"""Requests that never end do not keep others from being answered, and are let go after some seconds."""

import socket
import time
from contextlib import ExitStack

import pytest
import requests

from krat import server
from tests.soak.served import until

pytestmark = pytest.mark.slow
THREADS = server.threads  # of the one worker that serves here


@pytest.fixture
def half_open():
    """``half_open(registry, b"GET /")``: a connection on which so much was said."""
    with ExitStack() as opened:

        def connect(registry, said: bytes) -> socket.socket:
            conn = opened.enter_context(socket.create_connection(("127.0.0.1", registry.port), timeout=30))
            conn.sendall(said)
            return conn

        yield connect


def is_closed(conn: socket.socket) -> bool:
    conn.setblocking(False)
    try:
        while conn.recv(4096):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_heads_that_never_end_hold_nobody_off_and_are_dropped(serve, half_open, lasting):
    registry = serve()
    silent = [half_open(registry, b"") for _ in range(THREADS)]
    begun = [half_open(registry, b"GET / HTTP/1.1\r\nHost: loc") for _ in range(3 * THREADS)]
    # One that was answered, stays open, and begins once more.
    kept = [half_open(registry, b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(THREADS)]
    for one in kept:
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
        one.sendall(b"GET / HT")

    in_time = until(lasting(server.HEAD_SECONDS + 3))
    slowest = 0.0
    while in_time():
        for one in begun[:2]:
            try:
                one.sendall(b"a")  # letter by letter does not help
            except OSError:
                begun[begun.index(one)] = half_open(registry, b"GET /")
        start = time.monotonic()
        assert requests.get(f"{registry.url}/health/", timeout=10).content == b"ok"
        slowest = max(slowest, time.monotonic() - start)
        time.sleep(0.3)

    assert slowest < 3
    assert all(is_closed(one) for one in (*silent, *kept, *begun[2:]))
    assert registry.log == ""  # nothing of it is worth a line


@pytest.mark.soak
def test_a_body_that_never_ends_is_let_go_as_well(serve, half_open):
    registry = serve()
    head = b"POST /language/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n\r\nnext="
    conn = half_open(registry, head)

    conn.settimeout(server.QUIET_SECONDS + 10)
    start = time.monotonic()
    answer = conn.recv(65536)

    assert time.monotonic() - start < server.QUIET_SECONDS + 5
    assert not answer.startswith(b"HTTP/1.1 2")
    assert all(" incident " in line or " not understood " in line for line in registry.log.splitlines()), registry.log
