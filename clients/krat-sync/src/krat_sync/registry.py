"""The registry's REST interface: tokens, patience, and one method for each thing a system does.

Every writing call carries an idempotency key, so it may be sent again when its answer was lost: nothing is done twice.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

import httpx

AT_ONCE = 500  # records in one call, changes in one page
EARLY = 60  # a token is asked for anew so many seconds before it ends
ATTEMPTS = 8  # of one call
PATIENCE = 900.0  # seconds of waiting in all for one call
LONGEST_WAIT = 60.0  # seconds between two attempts, where the registry does not say how long
AGAIN = frozenset({429, 500, 502, 503, 504})
TIMEOUT = httpx.Timeout(30, read=600)  # a call with many records is answered when all are taken

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})

Waited = Callable[[float, str], None]


class Refused(Exception):
    """The registry refused a call: an RFC 9457 problem."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('status')} {problem.get('code')}: {problem.get('detail')}")
        self.status: int = problem.get("status", 0)
        self.code: str = problem.get("code", "")
        self.errors: Mapping[str, Any] = problem.get("errors", {})


class Changed(Refused):
    """Somebody changed the record since it was read (412)."""


class BeginAgain(Refused):
    """The cursor leads nowhere any more (410): pull from the beginning, and forget what does not come again."""


class Away(Exception):
    """The registry could not be reached, or had no time, however often it was asked. Come again later."""


@dataclass
class Page:
    """Some changes, and the cursor after them: keep both together, and you may be stopped at any moment."""

    changes: list[dict[str, Any]]
    cursor: str
    has_more: bool


@dataclass
class Record:
    """A record as it was read, with the tag that a change is based on."""

    data: dict[str, Any]
    etag: str
    status: int

    def __getitem__(self, name: str) -> Any:
        return self.data[name]


@dataclass
class Registry:
    """One client of one institution.

    A call is tried again when the line breaks, when the registry is busy (429, 5xx), and once with a new token (401);
    it waits as long as it is told, ``patience`` seconds in all, then raises `Away`.
    """

    address: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "read write"
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    attempts: int = ATTEMPTS
    patience: float = PATIENCE
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    waits: Waited = field(default=lambda seconds, why: None, repr=False)  # told before each wait
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def __post_init__(self) -> None:
        self.address = self.address.rstrip("/")
        url = httpx.URL(self.address)
        if url.scheme != "https" and (url.scheme, url.host in _HERE, url.userinfo) != ("http", True, b""):
            raise ValueError("The registry is spoken to over https; over http on this machine only.")
        self._http = httpx.Client(
            base_url=self.address, transport=self.transport, timeout=TIMEOUT, headers={"Accept-Language": "en"}
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    # --- cases ---

    def put_case(self, reference: str, case: Mapping[str, Any]) -> Record:
        """Open or change the case with this reference. Status 201: opened; 200: changed; 202: a person decides."""
        return self._write("PUT", f"/api/v1/cases/by-reference/{quote(reference, safe='')}/", case)

    def case(self, code: str) -> Record:
        """One case."""
        return self._read(f"/api/v1/cases/{code}/")

    def cases(self, **filters: str) -> Iterator[dict[str, Any]]:
        """All cases, page by page."""
        yield from self._pages("/api/v1/cases/", filters)

    def change_case(self, case: Record, changes: Mapping[str, Any]) -> Record:
        """Change a case that was read; raises `Changed` when it is no longer what was read."""
        return self._write("PATCH", f"/api/v1/cases/{case['code']}/", changes, {"If-Match": case.etag})

    # --- many at once ---

    def push(self, records: Iterable[Mapping[str, Any]], *, dry_run: bool = False) -> Iterator[dict[str, Any]]:
        """Open or change many cases, each by its ``reference``: how each ended, in order, ``line`` from 1 on.

        Stopped or broken off, push the same again: what is there already is ``unchanged``.
        """
        rest, done = iter(records), 0
        while some := list(islice(rest, AT_ONCE)):
            for outcome in self.push_lines(lines(some), dry_run=dry_run):
                yield {**outcome, "line": done + outcome["line"]}
            done += len(some)

    def push_lines(
        self, body: bytes, *, key: str = "", dry_run: bool = False, ask: bool = False
    ) -> list[dict[str, Any]]:
        """One call with many records: how each ended. With ``ask`` what would change a case waits for a person."""
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key or str(uuid.uuid4())}
        asked = {name: "1" for name, wanted in (("dry_run", dry_run), ("ask", ask)) if wanted}
        answer = self._call("POST", "/api/v1/cases/bulk/", params=asked, content=body, headers=headers)
        outcomes: list[dict[str, Any]] = answer["outcomes"]
        return outcomes

    def pull(self, cursor: str = "", limit: int = AT_ONCE) -> Iterator[Page]:
        """What changed since the cursor, page by page, until there is no more; without one, everything that is seen."""
        has_more = True
        while has_more:
            page = self.changes(cursor, limit)
            cursor, has_more = page.cursor, page.has_more
            yield page

    def changes(self, cursor: str = "", limit: int = AT_ONCE) -> Page:
        """One page of what changed since the cursor."""
        page = self._read("/api/v1/changes/", {"limit": str(limit), **({"cursor": cursor} if cursor else {})})
        return Page(page["changes"], page["cursor"], page["has_more"])

    # --- referrals and tasks ---

    def referrals(self, **filters: str) -> Iterator[dict[str, Any]]:
        """All referrals to and from the institution."""
        yield from self._pages("/api/v1/referrals/", filters)

    def answer_referral(self, code: str, verb: str, answer: str = "") -> Record:
        """``accept``, ``refuse`` or ``complete`` a referral."""
        return self._write("POST", f"/api/v1/referrals/{code}/{verb}/", {"answer": answer} if answer else {})

    def tasks(self, **filters: str) -> Iterator[dict[str, Any]]:
        """All tasks of the institution."""
        yield from self._pages("/api/v1/tasks/", filters)

    def report_progress(self, code: str, note: str) -> Record:
        """Say how the work on a task goes."""
        return self._write("POST", f"/api/v1/tasks/{code}/progress/", {"note": note})

    # --- how it is done ---

    def _pages(self, path: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self._read(path, {**filters, **({"cursor": cursor} if cursor else {})})
            yield from page["results"]
            cursor = page["next"]
            if not cursor:
                return

    def _read(self, path: str, asked: Mapping[str, str] | None = None) -> Record:
        return self._call("GET", path, params=dict(asked or {}))

    def _write(
        self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Record:
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json", **(headers or {})}
        return self._call(method, path, content=json.dumps(body).encode(), headers=headers)

    def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **said: Any) -> Record:
        """One call with a token; with a new one, once, where the registry does not take it."""
        for is_last in (False, True):
            bearer = {"Authorization": f"Bearer {self._fresh_token()}"}
            try:
                return self._try(method, path, headers={**bearer, **(headers or {})}, **said)
            except Refused as refusal:
                self._token = ""
                if refusal.status != 401 or is_last:
                    raise
        raise AssertionError("unreachable")

    def _fresh_token(self) -> str:
        if not self._token or self.clock() > self._until - EARLY:
            said = {"grant_type": "client_credentials", "scope": self.scope}
            secret = {"client_id": self.client_id, "client_secret": self.client_secret}
            answer = self._try("POST", "/identity/o/api/token", data=said | secret)
            self._token, self._until = answer["access_token"], self.clock() + answer["expires_in"]
        return self._token

    def _try(self, method: str, path: str, **said: Any) -> Record:
        """Send it until it is answered; raises `Refused` for an answer that another attempt would not change."""
        waited, why = 0.0, ""
        for attempt in range(self.attempts):
            try:
                answer = self._http.request(method, path, **said)
            except httpx.TransportError as broken:
                wait, why = None, type(broken).__name__
            else:
                if answer.status_code not in AGAIN:
                    return _record(answer)
                wait, why = _told_to_wait(answer), f"{answer.status_code}"
            if wait is None:
                wait = min(LONGEST_WAIT, 2.0**attempt) * random.uniform(0.5, 1)  # noqa: S311  no secret
            if attempt == self.attempts - 1 or waited + wait > self.patience:
                break
            self.waits(wait, why)
            self.sleep(wait)
            waited += wait
        raise Away(f"The registry does not answer ({why}). Nothing is lost; come again later.")


def lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Records as NDJSON."""
    return b"\n".join(json.dumps(one).encode() for one in records)


def _record(answer: httpx.Response) -> Record:
    raw = answer.content
    try:
        told = json.loads(raw) if raw else {}
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    if answer.is_success and told:
        return Record(told, answer.headers.get("ETag", ""), answer.status_code)
    code = told.get("code") or told.get("error") or "not_the_registry"
    detail = told.get("detail") or "Something answered that does not speak as the registry does."
    problem = {**told, "status": answer.status_code, "code": code, "detail": detail}
    raise _REFUSALS.get(answer.status_code, Refused)(problem)


def _told_to_wait(answer: httpx.Response) -> float | None:
    """How many seconds to wait, by ``Retry-After``: a number, or a day and hour by the answer's own clock."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    try:
        now = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        now = datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, (until - now).total_seconds())


_REFUSALS: dict[int, type[Refused]] = {410: BeginAgain, 412: Changed}
