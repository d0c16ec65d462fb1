"""The page for contractors is run as it is written: its calls by curl, and its Python."""

import json
import re
import shlex
from functools import partial
from string import Template

import httpx
import pytest

from cases.models import Case
from krat.demo import make
from tests.api.conftest import make_machine
from tests.api.reference_client import Line
from tests.api.test_cases import CASE
from tests.house.papers import page

pytestmark = pytest.mark.django_db

PAGE = page("docs/integrating.md")


def blocks(kind):
    """The fenced blocks of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def unit(world):
    """The system of Durrës' child protection unit, without a token yet."""
    return make_machine("AL-02-NJMF-DURRES")


def curl(command, web, known, place):
    """What curl would do: the few of its words that the page uses, and none else."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, headers, data, auth, address = "", {}, [], None, ""
    while words:
        word = words.pop(0)
        value = Template(words.pop(0)).substitute(known) if word.startswith("--") else ""
        if word == "--user":
            auth = tuple(value.split(":", 1))
        elif word == "--request":
            method = value
        elif word == "--header":
            name, _colon, said = value.partition(": ")
            headers[name.lower()] = said
        elif word == "--data":
            data.append(value)
        elif word == "--data-binary":
            data.append((place / value.removeprefix("@")).read_bytes())
        else:
            assert not word.startswith("-"), f"The page uses a word of curl that this test does not know: {word}"
            address = Template(word).substitute(known)
    body = data[0] if len(data) == 1 else "&".join(data)
    if data:
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    return web.request(method or ("POST" if data else "GET"), address, headers=headers, content=body, auth=auth)


def test_every_call_by_curl_is_answered_as_the_page_says(unit, tmp_path):
    case = make.case(holder=unit.seat.institution)
    records = [CASE | {"reference": "KARTELA-17"}, CASE | {"reference": "KARTELA-18", "colour": "red"}]
    (tmp_path / "cases.ndjson").write_text("\n".join(map(json.dumps, records)))
    known = {"ID": unit.client.client_id, "SECRET": unit.secret, "CODE": str(case.code), "TOKEN": "", "CURSOR": ""}

    with httpx.Client(transport=Line()) as web:
        answers = []
        for command in blocks("sh"):
            answers.append(curl(command, web, known, tmp_path))
            told = answers[-1].json()
            known |= {"TOKEN": told.get("access_token", known["TOKEN"]), "CURSOR": told.get("cursor", known["CURSOR"])}

    token, reference, tried, beginning, later, changed, refused = answers
    assert token.json()["expires_in"] == 3600
    assert "AL-02-DURRES" in {one["code"] for one in reference.json()["municipalities"]}
    assert [one["outcome"] for one in tried.json()["outcomes"]] == ["created", "refused"]
    assert str(case.code) in {one["code"] for one in beginning.json()["changes"]}
    assert later.json()["changes"] == []
    assert (changed.status_code, changed.json()["risk"]) == (200, "high")
    assert refused.status_code == 400
    assert refused.json()["errors"]["colour"][0]["code"] == "unknown_field"


def test_its_python_sends_takes_over_and_lets_a_person_decide(unit, monkeypatch):
    line = Line()
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=line))
    said = {"address": "http://localhost:8000", "client_id": unit.client.client_id, "client_secret": unit.secret}

    for example in blocks("python"):
        exec(example, said)  # noqa: S102  our own page

    assert [one["outcome"] for one in said["tried"]] == ["created"] * 3
    assert [one["outcome"] for one in said["first"]] == ["created"] * 3
    assert [one["outcome"] for one in said["again"]] == ["unchanged"] * 3
    assert [one["outcome"] for one in said["news"]] == ["quarantined"]
    assert said["waits"] == "waits"
    code = str(Case.objects.unscoped("tests look").get(reference="KARTELA-2").code)
    assert said["store"]["case", code]["risk"] is None
    keys = [one.headers["Idempotency-Key"] for one in line.calls("/api/v1/cases/bulk/")]
    assert len(set(keys)) == len(keys) == 4
    whole = dict(said["store"])
    said["store"]["case", "one that left"] = {}
    said["take_over"](said["store"], said["cursor"][:-6] + "AAAAAA")  # a cursor that leads nowhere
    assert said["store"] == whole
    said["web"].close()


def test_its_python_sends_again_under_the_same_key_when_the_line_breaks(unit, monkeypatch):
    line = Line()
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=line))
    said = {"address": "http://localhost:8000", "client_id": unit.client.client_id, "client_secret": unit.secret}
    for example in blocks("python")[:2]:
        exec(example, said)  # noqa: S102  our own page
    lost = []

    def lose_once(request, go):
        answer = go()
        if not lost:
            lost.append(request)
            raise httpx.ReadError("lost", request=request)
        return answer

    line.meets = lose_once

    ended = said["send"]([CASE | {"reference": "KARTELA-9"}])

    assert [one["outcome"] for one in ended] == ["created"]  # the first answer once more
    assert line.seen[-1].headers["Idempotency-Key"] == lost[0].headers["Idempotency-Key"]
    said["web"].close()
