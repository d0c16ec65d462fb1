"""A client for the registry's REST interface, on Python's standard library alone: copy it, or read how it is done.

    registry = Registry("https://krat.example", client_id, client_secret)
    record = {"municipality": "AL-02-DURRES", "signalled_on": "2026-11-20", "source": "police"}
    case = registry.put_case("KARTELA-17", record)
    registry.change_case(case, {"risk": "high"})      # raises Changed when somebody else was quicker

    for outcome in registry.push(records): ...        # thousands of records, each with its reference
    for page in registry.pull(cursor): ...            # what changed since; raises BeginAgain where a cursor is too old

Every writing call carries an idempotency key of its own, and is sent once more with the same key when the line breaks:
nothing is done twice.
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

PATIENCE = 30  # seconds for one answer
PATIENCE_FOR_MANY = 600  # and for one to many records
AT_ONCE = 1000  # records in one call, changes in one page
EARLY = 60  # a token is asked for anew so many seconds before it ends


class Refused(Exception):
    """The registry refused a call: an RFC 9457 problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('status')} {problem.get('code')}: {problem.get('detail')}")
        self.status: int = problem.get("status", 0)
        self.code: str = problem.get("code", "")
        self.errors: dict[str, Any] = problem.get("errors", {})


class Changed(Refused):
    """Somebody changed the record since it was read (412)."""


class BeginAgain(Refused):
    """The cursor leads nowhere any more (410): pull from the beginning, and forget what does not come again."""


@dataclass
class Page:
    """Some changes, and the cursor after them: keep both together, and you may be stopped at any moment."""

    changes: list[dict[str, Any]]
    cursor: str


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
    """One client of one institution."""

    address: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "read write"
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def __post_init__(self) -> None:
        if not self.address.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise ValueError("The registry is spoken to over https; over http on this machine only.")

    # --- cases ---

    def put_case(self, reference: str, case: dict[str, Any]) -> Record:
        """Open or change the case with this reference. Status 201: opened; 200: changed; 202: a person decides."""
        return self._write("PUT", f"/api/v1/cases/by-reference/{quote(reference, safe='')}/", case)

    def case(self, code: str) -> Record:
        """One case."""
        return self._call("GET", f"/api/v1/cases/{code}/")

    def cases(self, **filters: str) -> Iterator[dict[str, Any]]:
        """All cases, page by page."""
        yield from self._pages("/api/v1/cases/", filters)

    def change_case(self, case: Record, changes: dict[str, Any]) -> Record:
        """Change a case that was read; raises `Changed` when it is no longer what was read."""
        return self._write("PATCH", f"/api/v1/cases/{case['code']}/", changes, {"If-Match": case.etag})

    # --- many at once ---

    def push(self, records: Iterable[dict[str, Any]], *, dry_run: bool = False) -> Iterator[dict[str, Any]]:
        """Open or change many cases, each by its ``reference``: how each ended, in order, ``line`` from 1 on.

        Stopped or broken off, push the same again: what is there already is ``unchanged``.
        """
        path, rest, done = f"/api/v1/cases/bulk/{'?dry_run=1' if dry_run else ''}", iter(records), 0
        while some := list(islice(rest, AT_ONCE)):
            body = b"\n".join(json.dumps(one).encode() for one in some)
            answer = self._write("POST", path, body, {"Content-Type": "application/x-ndjson"})
            for outcome in answer["outcomes"]:
                yield {**outcome, "line": done + outcome["line"]}
            done += len(some)

    def pull(self, cursor: str = "") -> Iterator[Page]:
        """What changed since the cursor, page by page, until there is no more; without one, everything that is seen."""
        has_more = True
        while has_more:
            asked = urlencode({"limit": AT_ONCE, **({"cursor": cursor} if cursor else {})})
            page = self._call("GET", f"/api/v1/changes/?{asked}")
            cursor, has_more = page["cursor"], page["has_more"]
            yield Page(page["changes"], cursor)

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

    def _pages(self, path: str, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            asked = urlencode({**filters, **({"cursor": cursor} if cursor else {})})
            page = self._call("GET", f"{path}?{asked}" if asked else path).data
            yield from page["results"]
            cursor = page["next"]
            if not cursor:
                return

    def _write(
        self, method: str, path: str, body: dict[str, Any] | bytes, headers: dict[str, str] | None = None
    ) -> Record:
        headers = {"Idempotency-Key": str(uuid.uuid4()), **(headers or {})}
        try:
            return self._call(method, path, body, headers)
        except (URLError, http.client.HTTPException, TimeoutError):
            return self._call(method, path, body, headers)  # whether it arrived or not, it is done once

    def _call(
        self, method: str, path: str, body: dict[str, Any] | bytes | None = None, headers: dict[str, str] | None = None
    ) -> Record:
        headers = {"Authorization": f"Bearer {self._fresh_token()}", "Accept-Language": "en", **(headers or {})}
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
            return self._send(path, data=body, headers=headers, method=method)
        patience = PATIENCE_FOR_MANY if body is not None else PATIENCE
        return self._send(path, patience, data=body, headers=headers, method=method)

    def _fresh_token(self) -> str:
        if time.monotonic() > self._until - EARLY:
            said = urlencode(
                {
                    "grant_type": "client_credentials",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret,
                    "scope": self.scope,
                }
            )
            answer = self._send("/identity/o/api/token", data=said.encode(), method="POST")
            self._token, self._until = answer["access_token"], time.monotonic() + answer["expires_in"]
        return self._token

    def _send(self, path: str, patience: float = PATIENCE, **said: Any) -> Record:
        request = Request(self.address + path, **said)  # noqa: S310  the address was looked at when it was given
        try:
            with urlopen(request, timeout=patience) as answer:  # noqa: S310
                return Record(json.load(answer), answer.headers.get("ETag", ""), answer.status)
        except HTTPError as refusal:
            with refusal:
                raw = refusal.read()
            problem = json.loads(raw) if raw.startswith(b"{") else {"status": refusal.code, "detail": "no words"}
            raise _REFUSALS.get(refusal.code, Refused)({"status": refusal.code, **problem}) from None


_REFUSALS: dict[int, type[Refused]] = {410: BeginAgain, 412: Changed}
