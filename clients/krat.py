"""A client for the registry's REST interface, on Python's standard library alone: copy it, or read how it is done.

    registry = Registry("https://krat.example", client_id, client_secret)
    record = {"municipality": "AL-02-DURRES", "signalled_on": "2026-11-20", "source": "police"}
    case = registry.put_case("KARTELA-17", record)
    registry.change_case(case, {"risk": "high"})      # raises Changed when somebody else was quicker

Every writing call carries an idempotency key of its own, and is sent once more with the same key when the line breaks:
nothing is done twice.
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

PATIENCE = 30  # seconds for one answer
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

    def _write(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Record:
        headers = {"Idempotency-Key": str(uuid.uuid4()), **(headers or {})}
        try:
            return self._call(method, path, body, headers)
        except (URLError, http.client.HTTPException, TimeoutError):
            return self._call(method, path, body, headers)  # whether it arrived or not, it is done once

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Record:
        headers = {"Authorization": f"Bearer {self._fresh_token()}", "Accept-Language": "en", **(headers or {})}
        sent = None
        if body is not None:
            sent, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        return self._send(path, data=sent, headers=headers, method=method)

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

    def _send(self, path: str, **said: Any) -> Record:
        request = Request(self.address + path, **said)  # noqa: S310  the address was looked at when it was given
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return Record(json.load(answer), answer.headers.get("ETag", ""), answer.status)
        except HTTPError as refusal:
            with refusal:
                raw = refusal.read()
            problem = json.loads(raw) if raw.startswith(b"{") else {"status": refusal.code, "detail": "no words"}
            raise (Changed if refusal.code == 412 else Refused)({"status": refusal.code, **problem}) from None
