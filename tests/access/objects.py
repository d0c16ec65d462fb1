"""Addresses for tests: for every argument of a route, an object of the one county and one of the other.

A page with a new kind of object needs a line in `PICKERS` of its area's `examples.py`; the matrix says so.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.urls import reverse

from krat.access.census import Route
from krat.access.scoping import ScopedModel
from tests.declaring import HERE, declared

# The beginning of an address and the name of its argument: the model and how one of a county is found.
PICKERS: dict[tuple[str, str], tuple[type[ScopedModel], Callable[[str], Any]]] = {}
for more in declared("PICKERS"):
    PICKERS |= more


# Arguments that lie in no county: lists are everybody's, links hold their own secret.
OPEN_ARGUMENTS: dict[tuple[str, str], Callable[[], Any]] = {}
for more_open in declared("OPEN_ARGUMENTS"):
    OPEN_ARGUMENTS |= more_open


def arguments_of(route: Route) -> dict[str, str]:
    """The names of a route's arguments, each with its converter."""
    if "(?P<" in route.pattern:
        return dict.fromkeys(re.findall(r"\(\?P<(\w+)>", route.pattern), "str")
    return {name: converter or "str" for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", route.pattern)}


def _best(table: dict[tuple[str, str], Any], route: Route, argument: str) -> Any:
    """The entry with the longest beginning that fits."""
    fitting = [key for key in table if key[1] == argument and route.pattern.replace("^", "").startswith(key[0])]
    return table[max(fitting, key=lambda key: len(key[0]))] if fitting else None


def model_of(route: Route) -> type[ScopedModel] | None:
    """The kind of object a route is about; None where it is about none."""
    found = _best(PICKERS, route, "code")
    return found[0] if found and "code" in arguments_of(route) else None


def address_of(route: Route, county: str = HERE, *, missing: bool = False) -> str:
    """The address of a route for an object of a county, or for one that does not exist at all."""
    values: dict[str, Any] = {}
    for argument, converter in arguments_of(route).items():
        picker, opened = _best(PICKERS, route, argument), _best(OPEN_ARGUMENTS, route, argument)
        if missing and picker:
            values[argument] = uuid.uuid4() if converter == "uuid" else "AL-02-NUK-EKZISTON"
        elif picker:
            values[argument] = picker[1](county).code
        elif opened:
            values[argument] = opened()
        else:
            raise AssertionError(
                f"/{route.pattern} has an argument {argument!r} that no picker knows: add one to `PICKERS`."
            )
    return reverse(route.name, kwargs=values)
