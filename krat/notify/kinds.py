"""Kinds of notices, as areas declare them in their ``notices.py``: what is said, of what, to whom it is open.

A kind is words of the registry's own. Whose name, which case: nothing of that is kept or sent (decision 35).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise

from krat.access import areas
from krat.access.scoping import ScopedModel


@dataclass(frozen=True)
class Kind:
    """One kind: ``task.given``.

    ``right`` is the right by which one of these is told of and shown: asked when it is told, sent and shown, so that
    whoever has lost it is shown nothing any more. ``waits`` narrows things to those about which somebody still has to
    do something: no mail goes out about the others. ``is_mailed``: a mail on the next working day, whatever the
    person's cadence; else it comes with the person's next summary.
    """

    name: str
    words: str | Promise
    model: type[ScopedModel]
    right: str
    route: str  # of the page it leads to, by the thing's code
    waits: Callable[[Any], Any]
    label: Callable[[Any], str] = str  # what the thing is called, for whoever may see it
    is_mailed: bool = False
    with_rows: tuple[str, ...] = ()  # what the label needs besides the row


@cache
def kinds() -> dict[str, Kind]:
    """Every kind that an area declares, by its name; raises `ValueError` where two are called alike."""
    found: dict[str, Kind] = {}
    for area in areas.modules("notices"):
        for kind in getattr(area, "KINDS", []):
            if kind.name in found:
                raise ValueError(f"The notice {kind.name} is declared twice.")
            found[kind.name] = kind
    return found
