"""The areas of the registry, found where they stand: what an area declares in its folder is collected, not listed.

The settings read this module, so it imports nothing of the registry or of Django when it is imported.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def names(root: Path = ROOT) -> list[str]:
    """Dotted names of all areas: every package with an ``apps.py``, those of ``krat`` first, then by name."""
    inner = sorted(f"krat.{one.parent.name}" for one in root.glob("krat/*/apps.py"))
    return inner + sorted(one.parent.name for one in root.glob("*/apps.py") if one.parent.name != "krat")


def modules(name: str) -> Iterator[ModuleType]:
    """The module of this name in every area that has one, in the order of `names`; a mistake in one is raised."""
    for area in names():
        if find_spec(f"{area}.{name}") is not None:
            yield import_module(f"{area}.{name}")
