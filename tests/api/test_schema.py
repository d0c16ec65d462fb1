"""The schema: valid, complete, the one that was agreed on; and the page on which people read it.

``KRAT_UPDATE_SCHEMA=1`` writes `schema.yml` anew: a changed contract is seen in review.
"""

import os
import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from krat.access import census

FILE = Path(__file__).parent / "schema.yml"
UPDATING = os.environ.get("KRAT_UPDATE_SCHEMA") == "1"


@pytest.fixture(scope="module")
def generated() -> str:
    """The schema as the command prints it: validated, and a warning is an error."""
    out = StringIO()
    with translation.override("en"):
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    if UPDATING:
        FILE.write_text(out.getvalue())
    return out.getvalue()


def test_the_schema_is_the_one_that_was_agreed_on(generated):
    assert generated == FILE.read_text()


@pytest.mark.django_db
def test_the_registry_serves_that_schema(generated):
    answer = Client().get("/api/v1/schema/")

    assert answer.status_code == 200
    assert answer.json() == yaml.safe_load(generated)
    assert not answer.cookies


def test_every_address_with_every_method_is_described(generated):
    described = {
        (path, method.upper())
        for path, operations in yaml.safe_load(generated)["paths"].items()
        for method in operations
    }
    routed = {
        ("/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.pattern), method)
        for route in census.routes()
        if route.is_for_machines
        for method in route.methods
    }

    assert described == routed


def test_every_operation_tells_its_refusals_and_its_scope(generated):
    for path, operations in yaml.safe_load(generated)["paths"].items():
        for method, operation in operations.items():
            told = set(operation["responses"])
            assert {"401", "403", "429"} <= told, path
            assert ("404" in told) == ("{" in path)
            assert operation["security"] == [{"oauth2": ["read" if method == "get" else "write"]}]
            if method != "get":
                assert "409" in told
                assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}


@pytest.mark.django_db
def test_the_page_for_people_draws_from_our_own_files(world):
    answer = Client().get("/api/v1/docs/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert answer["Content-Security-Policy"].count("unsafe") == 0
    sources = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert len(sources) == 4
    assert all(finders.find(one) for one in sources)
