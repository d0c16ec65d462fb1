"""How gunicorn serves (``--config python:krat.server``): its settings, what it logs, to whom it gives a thread.

A threaded worker of gunicorn gives a thread to whoever connects, and the thread waits for the request as long as the
connection stays open: as many half-open requests as there are threads hold everybody else off. Here a thread is given
only to a request whose head is complete; until then the worker's loop collects it, and drops it after some seconds. A
body, too, has to come within its time. A proxy in front that buffers requests does the same; without one this does.
"""

import errno
import socket
import sys
import time
from collections import deque
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from krat.access import logs

HEAD_SECONDS = 10.0  # from the connection, or the first sign on one that was kept, to the end of the head
BODY_SECONDS = 60.0  # from there to the end of the body
QUIET_SECONDS = 20.0  # without a sign on the way
SEND_SECONDS = 300.0  # for an answer to be taken
HEAD_BYTES = 64 << 10


# --- what is logged ---


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn brings no types
    """gunicorn's own lines as the registry's: one a fault, with a number, without address, header or sender."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.OneLine("{asctime} {levelname} gunicorn {message}", style="{"))

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        mistake = sys.exc_info()[1]
        if mistake is None:
            self.error(msg, *args, **kwargs)
        elif str(msg).startswith("Exception in worker process"):  # at its start: nobody has asked anything yet
            self.error_log.error("%s: %s", msg, mistake, exc_info=True, extra={"is_ours": True})
        else:
            said = (logs.new_number(), logs.kind(mistake), logs.place(mistake))
            self.error_log.error("incident %s - %s at %s", *said, extra={"is_ours": True})

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        mistake = sys.exc_info()[1]
        if mistake is not None and str(msg).startswith("Invalid request"):  # it quotes what was sent, and by whom
            msg, args = "not understood - %s", (logs.kind(mistake),)
        self.error_log.warning(msg, *args, **kwargs)


# --- who gets a thread ---


class TimedSocket(socket.socket):
    """A connection on which no thread waits for ever: each wait has its limit, and so have all of one request's."""

    until = 0.0  # when the request has to be there, by the monotonic clock

    def setblocking(self, flag: bool) -> None:
        self.settimeout(QUIET_SECONDS if flag else 0.0)

    def recv(self, *args: Any) -> bytes:
        before = self.gettimeout()
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "The request did not come within its time.")
        self.settimeout(left if before is None else min(before, left))
        try:
            return super().recv(*args)
        finally:
            self.settimeout(before)

    def sendall(self, *args: Any) -> None:
        before = self.gettimeout()
        self.settimeout(SEND_SECONDS)
        try:
            super().sendall(*args)
        finally:
            self.settimeout(before)


class Connection(TConn):  # type: ignore[misc]
    """A connection, and as much of the next request as has come."""

    head = b""

    def init(self) -> None:
        super().init()
        if self.head:
            self.parser.unreader.unread(self.head)
            self.head = b""

    @property
    def has_head(self) -> bool:
        """Whether the head has come to its end."""
        return b"\r\n\r\n" in self.head


class HeadsFirst(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, whose threads see complete heads only."""

    pending_conns: deque[Connection]

    def accept(self, listener: socket.socket) -> None:
        """A new connection: its head is waited for."""
        try:
            accepted, address = listener.accept()
        except OSError as mistake:
            if mistake.errno in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                return
            raise
        self.nr_conns += 1
        sock = TimedSocket(fileno=accepted.detach())
        conn = Connection(self.cfg, sock, address, listener.getsockname())
        conn.data_ready = True  # gunicorn need not wait for it once more
        self._wait_for_head(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """A kept connection speaks again, or spoke ahead: the same for it."""
        if conn.parser is not None:
            conn.head += conn.parser.unreader.take_buffered()
        if conn.has_head:
            self._give_thread(conn)
        else:
            self._wait_for_head(conn)

    def _give_thread(self, conn: Connection) -> None:
        conn.sock.until = time.monotonic() + BODY_SECONDS
        super().enqueue_req(conn)

    def _wait_for_head(self, conn: Connection) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + HEAD_SECONDS
        self.pending_conns.append(conn)  # `murder_pending` closes what waits too long
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A part of a head has come."""
        try:
            part = socket.socket.recv(client, HEAD_BYTES)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        conn.head += part
        if part and not conn.has_head and len(conn.head) < HEAD_BYTES:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if conn.has_head:
            self._give_thread(conn)
        else:
            self.nr_conns -= 1
            conn.close()


# --- gunicorn's settings ---

worker_class = HeadsFirst
logger_class = QuietLogger
workers = 2
threads = 4
loglevel = "warning"
accesslog = None  # an address says which case was opened, and when
control_socket_disable = True  # it would lie in the home folder, one path for all instances on the machine
