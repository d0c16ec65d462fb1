"""Machines: clients of an institution, and what they send and get."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from krat.api import actions
from krat.api.models import ApiClient
from krat.committee.models import Institution
from tests.access.extra_urls import urls_with

TOKEN, REVOKE = "/identity/o/api/token", "/identity/o/api/revoke"


class Machine:
    """A municipal system with its token."""

    def __init__(self, client: ApiClient, secret: str) -> None:
        self.client, self.secret = client, secret
        self.seat = client.seat
        self.browser = Client()
        self.token = ""

    def ask_for_token(self, **more: str) -> Any:
        """Sign in at the token endpoint."""
        said = {"grant_type": "client_credentials", "client_id": self.client.client_id, "client_secret": self.secret}
        return self.browser.post(TOKEN, said | more)

    def with_token(self, **more: str) -> "Machine":
        """This machine, signed in."""
        self.token = self.ask_for_token(**more).json()["access_token"]
        return self

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask for an address below /api/v1/; a body is sent as JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} | headers
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return self.browser.generic(method, address, data, content_type="application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        """GET below /api/v1/."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST below /api/v1/."""
        return self.ask("POST", path, body, **headers)


def make_machine(code: str = "AL-02-ZVA", *, write: bool = True) -> Machine:
    """A client of this institution, without a token yet."""
    office = Institution.objects.unscoped("tests give a machine to an institution").get(code=code)
    return Machine(*actions.create(by=None, institution=office, name="Sistemi shembull", may_write=write))


@pytest.fixture
def machine(world) -> Callable[..., Machine]:
    """``machine("AL-02-ZVA")``: a system of that institution, signed in."""
    return lambda code="AL-02-ZVA", *, write=True, **more: make_machine(code, write=write).with_token(**more)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The members of a problem, found in order."""
    told = answer.json()
    assert answer.status_code == status, told
    assert answer["Content-Type"] == "application/problem+json"
    assert list(told) == ["type", "title", "status", "detail", "code", "errors"]
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:krat:problem:{code}")
    assert told["title"]
    assert told["detail"]
    assert answer["Cache-Control"].find("no-store") >= 0
    assert not answer.cookies
    return told


@pytest.fixture
def time_machine_at(time_machine) -> Callable[[int], None]:
    """``time_machine_at(61)``: the clock goes on from so many seconds later."""
    from django.utils import timezone

    return lambda seconds: time_machine.move_to(timezone.now() + timedelta(seconds=seconds))


@pytest.fixture
def extra_urls(monkeypatch) -> Any:
    """``extra_urls(path("api/v1/…", Probe.as_view(), name=…))``: more addresses, until the test ends."""
    stack = []

    def plant(*patterns: Any) -> None:
        monkeypatch.setitem(sys.modules, "extra_urls", urls_with(*patterns))
        stack.append(override_settings(ROOT_URLCONF="extra_urls"))
        stack[-1].enable()

    yield plant
    for one in reversed(stack):
        one.disable()
