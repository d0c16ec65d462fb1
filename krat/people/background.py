"""Work that an answer does not wait for, so that its time and its failures tell nothing to whoever asked.

One thread in each worker process; what waits there when the process is asked to end is still done. What a killed
process had not done is lost: only what people can ask for again belongs here.
"""

import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from allauth.core import context
from django.db import connections
from django.http import HttpRequest
from django.utils import translation

logger = logging.getLogger("krat.incidents")

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="krat-later")


def later(request: HttpRequest, work: Callable[[], None]) -> None:
    """Do this after the answer, in the request's language; the log gets the place of a failure and no words."""
    language = translation.get_language()

    def run() -> None:
        try:
            with translation.override(language), context.request_context(request):
                work()
        except Exception as mistake:
            frames = traceback.extract_tb(mistake.__traceback__)[-6:]
            where = " < ".join(f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in reversed(frames))
            logger.error("later %s at %s", type(mistake).__name__, where)

    _start(run)


def _start(run: Callable[[], None]) -> None:
    _thread.submit(_closing, run)


def _closing(run: Callable[[], None]) -> None:
    try:
        run()
    finally:
        connections.close_all()
