"""Nobody reaches into the private parts of a package: they change without notice."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDERS = ("krat", "cases", "meetings", "tests", "bench", "clients")
OURS = {*FOLDERS, "__future__"}

# What has no public way: the module that imports it, what it imports, and why.
UNAVOIDABLE: dict[tuple[str, str], str] = {}


def private_imports(code: str) -> set[str]:
    """The modules and names of other packages which this code imports although they are marked as private."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return {one for one in found if one.split(".")[0] not in OURS and any(map(_is_private, one.split(".")))}


def _is_private(part: str) -> bool:
    return part in ("internal", "_internal") or (part.startswith("_") and not part.startswith("__"))


def test_nothing_private_is_imported():
    found = {
        (str(path.relative_to(ROOT)), name)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for name in private_imports(path.read_text())
    }

    assert found == set(UNAVOIDABLE)


@pytest.mark.parametrize(
    "code",
    [
        "from allauth.core.internal.ratelimit import get_ip",
        "from allauth.mfa import internal",
        "import _pytest.config",
        "from django.utils._os import safe_join",
        "def late():\n    from rest_framework.fields import _UnvalidatedField",
    ],
)
def test_a_private_import_would_be_seen(code):
    assert len(private_imports(code)) == 1


def test_names_of_our_own_and_public_ones_are_not_taken_for_private():
    code = "from krat.urls import _all\nfrom __future__ import annotations\nfrom django.db import models as _models"

    assert private_imports(code) == set()
