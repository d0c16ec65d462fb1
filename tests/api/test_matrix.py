"""The machines' matrix: every address × method × who asks, against a file that people can read.

``KRAT_UPDATE_MATRIX=1`` writes the lines of what was run anew (on SQLite). The checks below it ask the tables of
rights and not the file.
"""

import os
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from krat.access import census, rights
from krat.access.rights import Reach
from krat.access.roles import Role
from tests.access.objects import address_of, model_of
from tests.api.conftest import make_machine
from tests.declaring import HERE, THERE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILE = Path(__file__).parent / "matrix.txt"
UPDATING = os.environ.get("KRAT_UPDATE_MATRIX") == "1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = [route for route in census.routes() if route.is_for_machines]
WHO = {
    "unit": "the child protection unit of Durrës, which sits at the table",
    "beside": "the shelter of Durrës, which does not sit there",
    "other": "the child protection unit of Gjirokastër",
    "reads": "the unit of Durrës with a token that only reads",
    "nobody": "without a token",
}
_HEAD = f"""\
# What machines get: address by method and county of the object ("own" {HERE}, "other" {THERE}, "-" no object).
# A body is an empty record: 400 is the record with its errors, 428 a change without its version. 401 without a token,
# 403 in reach without the right or the scope, 404 out of reach, 405 a method that is not taken.
# Written by KRAT_UPDATE_MATRIX=1 pytest tests/api/test_matrix.py; a change here is a change of who sees what.
#
"""


@pytest.fixture
def machines(world):
    """One machine for each who asks, signed in."""
    return {
        "unit": make_machine("AL-02-NJMF-DURRES").with_token(),
        "beside": make_machine("AL-02-STREHEZ").with_token(),
        "other": make_machine("AL-05-NJMF-GJIROKASTER").with_token(),
        "reads": make_machine("AL-02-NJMF-DURRES").with_token(scope="read"),
        "nobody": None,
    }


def addresses(route: census.Route) -> dict[str, str]:
    if not model_of(route):
        return {"-": address_of(route)}
    return {
        "own": address_of(route, HERE),
        "other": address_of(route, THERE),
        "missing": address_of(route, missing=True),
    }


def ask(machine, method: str, address: str):
    """Ask once and roll back what it did."""
    with transaction.atomic():
        if machine is None:
            answer = Client().generic(method, address, b"{}", content_type="application/json")
        else:
            answer = machine.ask(method, address, {})
        transaction.set_rollback(True)
    return answer


def answers(machines, route: census.Route) -> dict[tuple[str, str, str], object]:
    return {
        (method, relation, who): ask(machine, method, address)
        for relation, address in addresses(route).items()
        for method in METHODS
        for who, machine in machines.items()
    }


def headers_of(answer) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.items() if name != "Expires")


def line(name: str, method: str, relation: str, cells: list[str]) -> str:
    return f"{name:28} {method:6} {relation:6} {'  '.join(f'{cell:6}' for cell in cells)}".rstrip()


def head() -> str:
    who = "".join(f"#   {short:6}  {words}\n" for short, words in WHO.items())
    return f"{_HEAD}{who}#\n{line('# address', '', 'county', list(WHO))}\n"


def lines_of(route: census.Route, found) -> list[str]:
    return [
        line(route.name, method, relation, [str(found[method, relation, who].status_code) for who in WHO])
        for relation in addresses(route)
        if relation != "missing"
        for method in METHODS
        if method in route.methods
    ]


def expected() -> list[str]:
    return [one for one in FILE.read_text().splitlines() if one and not one.startswith("#")] if FILE.exists() else []


_lines: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def _written():
    yield
    if UPDATING and _lines:
        anew = {one.split()[0] for one in _lines}
        every = [*_lines, *(one for one in expected() if one.split()[0] not in anew)]
        order = {route.name: at for at, route in enumerate(ROUTES)}
        kept = [one for one in every if one.split()[0] in order]
        FILE.write_text(head() + "\n".join(sorted(kept, key=lambda one: order[one.split()[0]])) + "\n")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_machine_gets_what_the_file_says(route, machines):
    found = answers(machines, route)

    lines = lines_of(route, found)
    if UPDATING:
        _lines.extend(lines)
    else:
        assert lines == [one for one in expected() if one.split()[0] == route.name]
    for (method, relation, who), answer in found.items():
        told = f"{who}: {method} {route.name} ({relation}) answered {answer.status_code}."
        assert answer.status_code < 500, told
        assert not answer.cookies, told
        assert "no-store" in answer["Cache-Control"], told
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", told
        if method not in route.methods:
            assert answer.status_code == 405, told
        elif who == "nobody":
            assert answer.status_code == 401, told
        elif rights.right(route.rights[method]).reaches.get(Role.SYSTEM, Reach.NONE) is Reach.NONE or (
            who == "reads" and method != "GET"
        ):
            assert answer.status_code == 403, told
        elif relation == "missing" or ((relation == "other") != (who == "other") and relation != "-"):
            assert answer.status_code in (404, 428, 400), told  # the shape or the version may be asked for first
        if relation == "other" and who != "other" and answer.status_code >= 400:
            missing = found[method, "missing", who]
            assert (answer.status_code, answer.content) == (missing.status_code, missing.content), told
            assert headers_of(answer) == headers_of(missing), told


def test_the_file_has_every_address_and_no_other():
    assert UPDATING or FILE.read_text().startswith(head())
    assert UPDATING or {one.split()[0] for one in expected()} == {route.name for route in ROUTES}


def test_asking_leaves_nothing_behind(machines):
    from krat.plan.models import Step

    before = Step.objects.unscoped("tests count").count()
    ask(machines["unit"], "POST", address_of(next(one for one in ROUTES if one.name == "api:task_progress")))

    assert Step.objects.unscoped("tests count").count() == before
    assert connection.in_atomic_block
