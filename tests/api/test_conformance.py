"""The conformance kit: the reference client passes every step, and a client that does the obvious does not."""

import http.client
import json
import stat
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application

from krat.conformance import serving
from krat.conformance.kit import STEPS, Kit
from krat.conformance.misbehaving import Armed, LineBroken, Misbehaving
from krat.conformance.runners import Person, Program
from krat_sync.main import main
from tests.api.reference_client import Killed, connections_stay

ADDRESS = "http://localhost"


class Road(httpx.BaseTransport):
    """From a client in this process to the kit's line."""

    def __init__(self, line):
        self.inner = httpx.WSGITransport(line)

    def handle_request(self, request):
        request.read()
        try:
            with connections_stay():
                answer = self.inner.handle_request(request)
                answer.read()
                answer.close()
                return answer
        except LineBroken as broken:
            raise httpx.ReadError("broken", request=request) from broken


class InProcess:
    """Runs a client's function; where it is killed, it ends in the middle."""

    def __init__(self, work):
        self.work, self.slept, self.road, self.said = work, [], None, []

    def clock(self):
        return float(sum(self.slept))

    def run(self, verb: str, argument: Path, environment: Mapping[str, str]) -> int:
        try:
            return int(self.work(self, verb, argument, environment))
        except Killed:
            return -9

    def kill(self):
        raise Killed


def reference(runner, verb, argument, environment):
    """The reference client."""
    nowhere = StringIO()
    runner.said.append(nowhere)
    return main(
        [verb, str(argument)],
        environment,
        transport=runner.road,
        sleep=runner.slept.append,
        clock=runner.clock,
        out=nowhere,
        err=nowhere,
    )


def naive(runner, verb, argument, environment):
    """Sends whole files, writes what it is told, and thinks no further."""
    with httpx.Client(base_url=ADDRESS, transport=runner.road) as web:
        secret = {"client_id": environment["KRAT_CLIENT_ID"], "client_secret": environment["KRAT_CLIENT_SECRET"]}
        try:
            token = web.post("/identity/o/api/token", data={"grant_type": "client_credentials", **secret}).json()
            web.headers["Authorization"] = f"Bearer {token['access_token']}"
            if verb == "push":
                headers = {"Content-Type": "application/x-ndjson"}
                answer = web.post("/api/v1/cases/bulk/", content=argument.read_bytes(), headers=headers)
                return 0 if answer.is_success else 1
            return _naive_pull(web, argument, Path(environment["KRAT_STATE"]) / "cursor")
        except (httpx.TransportError, KeyError):
            return 1


def _naive_pull(web, folder, remembered):
    cursor, has_more = remembered.read_text() if remembered.exists() else "", True
    while has_more:
        answer = web.get("/api/v1/changes/", params={"cursor": cursor} if cursor else {})
        if not answer.is_success:
            return 1
        page = answer.json()
        for one in page["changes"]:
            if one["action"] == "upsert":
                (folder / one["type"]).mkdir(exist_ok=True)
                (folder / one["type"] / f"{one['code']}.json").write_text(json.dumps(one["data"]))
        cursor, has_more = page["cursor"], page["has_more"]
    remembered.write_text(cursor)
    return 0


@pytest.fixture
def kit_of(world, tmp_path, settings, monkeypatch):
    """``kit_of(reference)``: the kit with a client in this process."""
    settings.API_REQUESTS_A_MINUTE = settings.TOKEN_REQUESTS_A_MINUTE = 100_000
    monkeypatch.setattr("krat_sync.mirror.os.fsync", lambda handle: None)

    def of(work):
        runner, inner = InProcess(work), get_wsgi_application()
        line = Misbehaving(inner, runner.clock)
        runner.road = Road(line)

        def registry(environ, start_response):
            with connections_stay():
                answer = inner(environ, start_response)
                told = list(answer)
                answer.close()
            return told

        return Kit(runner, tmp_path, ADDRESS, registry, line)

    return of


def failed(results):
    return {one.name: one.faults for one in results if not one.is_passed}


@pytest.mark.django_db
def test_the_reference_client_passes_every_step(kit_of):
    kit = kit_of(reference)

    results = kit.check(STEPS)

    assert failed(results) == {}, [one.getvalue() for one in kit.runner.said]
    assert [one.name for one in results] == [one.name for one in STEPS]
    assert len(list((kit.files).iterdir())) > 15


@pytest.mark.django_db
def test_a_client_that_does_the_obvious_fails_where_it_would_harm_somebody(kit_of):
    """The negative control: each of these is a case that is lost, doubled, overwritten or kept."""
    found = failed(kit_of(naive).check(STEPS))

    assert set(found) == {
        "busy",
        "bad_records",
        "decided",
        "other_field",
        "gone",
        "resync",
        "new_secret",
    }
    assert any("overwritten" in one or "wrote over" in one for one in found["decided"])
    assert any("second case" in one for one in found["gone"])
    assert any("Told to wait 2 seconds" in one for one in found["busy"])


def test_the_report_names_what_was_wrong_and_what_to_look_at():
    from krat.conformance.kit import Result

    results = [Result("first_push", "sends"), Result("gone", "loses a case", [f"Fault {n}." for n in range(12)])]

    said = list(serving.report(results, STEPS))

    assert serving.line_of(results[0]) == "ok      first_push: sends"
    assert "gone: your client loses a case" in said
    assert "  … and 2 more." in said
    assert any(one.startswith("  Look at: On gone") for one in said)
    assert said[-1] == "1 of 2 steps passed."


# --- the line and the server ---


def hello(environ, start_response):
    """An application that counts how often it worked."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    hello.times += 1
    return [b"hello"]


def test_over_a_real_line_answers_are_lost_refused_and_given():
    hello.times = 0
    line = Misbehaving(hello, lambda: 0.0)
    line.date = "Thu, 01 Jan 2026 00:00:00 GMT"
    line.arm(
        Armed("/x"),
        Armed("/x", "POST", is_done_first=True),
        Armed("/x", status=429, retry_after=7),
        Armed("/y", status=401),
    )
    with serving.served(line) as address:

        def ask(method, **headers):
            there = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
            try:
                there.request(method, "/x", headers=headers)
                answer = there.getresponse()
                return answer.status, answer.headers, answer.read()
            finally:
                there.close()

        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask("GET")
        assert hello.times == 0
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask("POST")
        assert hello.times == 1
        status, headers, _body = ask("GET")
        assert (status, headers["Retry-After"]) == (429, "7")
        status, headers, body = ask("GET")
        assert (status, body, headers.get_all("Date")) == (200, b"hello", [line.date])
        assert ask("POST", **{"Transfer-Encoding": "chunked"})[0] == 411
    assert not line.is_spent
    assert [one.method for one in line.calls] == ["GET", "POST", "GET", "GET"]


def test_a_program_is_run_with_its_words_and_can_be_killed(tmp_path):
    script = tmp_path / "client"
    script.write_text('#!/bin/sh\necho "$1 $2 $KRAT_STATE"\n[ "$1" = pull ] && exit 3\nkill -STOP $$\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    program = Program([str(script)], tmp_path / "log")

    assert program.run("pull", tmp_path, {"KRAT_STATE": "somewhere"}) == 3
    assert f"pull {tmp_path} somewhere" in (tmp_path / "log").read_text()


def test_somebody_without_a_command_line_is_told_what_to_do():
    said = []
    person = Person(said.append, lambda question: "y")

    assert person.run("push", Path("some.ndjson"), {"KRAT_ADDRESS": ADDRESS}) == 0
    assert "some.ndjson" in said[0]
    assert f"KRAT_ADDRESS={ADDRESS}" in said[1]
    assert Person(said.append, lambda question: "no").run("pull", Path("there"), {}) == 1


# --- the command ---


def test_the_command_names_its_steps_and_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("KRAT_CONFORMANCE", raising=False)
    out = StringIO()

    call_command("conformance", "--list", stdout=out)

    assert len(out.getvalue().splitlines()) == len(STEPS)
    with pytest.raises(CommandError, match="by-hand"):
        call_command("conformance")
    with pytest.raises(CommandError, match="no such step"):
        call_command("conformance", "--only", "nowhere", "client")


def test_the_command_never_touches_the_registry_that_is_here(monkeypatch, tmp_path):
    monkeypatch.setenv("KRAT_CONFORMANCE", str(tmp_path))

    with pytest.raises(CommandError, match="thrown away"):
        call_command("conformance", "client")
