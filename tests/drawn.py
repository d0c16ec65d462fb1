"""Pages as they were drawn for somebody: the matrix asks for them once, and whoever looks at their words reads them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.test import Client


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    queries: int

    @property
    def page(self) -> str:
        """The page for people, empty where it is none."""
        kind = dict(self.headers).get("Content-Type", "")
        return self.body.decode() if kind.startswith("text/html") else ""


class Counted:
    """Counts the statements that run, which is quicker than keeping them."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)


def ask(browser: Client, method: str, address: str) -> Answer:
    """Ask once and roll back what it did; the browser forgets it too."""
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    counted = Counted()
    with transaction.atomic():
        with connection.execute_wrapper(counted):
            answer = browser.generic(method, address, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies[name] = value
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = tuple(sorted((name, value) for name, value in answer.items() if name not in ("Expires",)))
    return Answer(answer.status_code, body, headers, counted.statements)


_pages: dict[tuple[str, str, str], Answer] = {}


def keep(username: str, method: str, address: str, answer: Answer) -> Answer:
    """Keep an answer for others who would ask for the same; gives it back."""
    _pages[username, method, address] = answer
    return answer


def anew(browser: Client, username: str, method: str, address: str) -> str:
    """The page that this person gets now; empty where what comes back is no page."""
    return ask(browser, method, address).page


def page(browser: Client, username: str, method: str, address: str) -> str:
    """The page that this person gets, drawn now or before."""
    known = _pages.get((username, method, address))
    return known.page if known else anew(browser, username, method, address)
