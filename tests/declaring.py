"""What the tests of an area declare in ``tests/<area>/examples.py``: forms, objects for addresses, pages that grow.

The tables of all areas put together what is declared there; an ``examples.py`` imports from here and never from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krat.access.scoping import ScopedModel
from krat.demo import make
from tests.ui.html_client import url

if TYPE_CHECKING:
    from krat.ui.forms import BaseForm
    from tests.ui.form_examples import Examples
    from tests.ui.html_client import Person

HERE, THERE = "AL-02", "AL-05"
WORKER, UNIT_HEAD, POLICE = "pmf.durres", "njmf.durres", "policia.durres"
COORDINATOR, PREFECT, EDUCATION, BORDER, ADMIN = (
    "koordinator.durres",
    "prefekt.durres",
    "zva.durres",
    "kufi.durres",
    "admin",
)
DECISIONS = 20_000  # numbers beyond those of the invented world
WHY = "tests look for an object of a county"


def declared(name: str) -> list[Any]:
    """What every area's ``examples.py`` declares under this name, in the order of the areas' names."""
    folders = sorted(one.parent.name for one in Path(__file__).parent.glob("*/examples.py"))
    modules = [import_module(f"tests.{folder}.examples") for folder in folders]
    return [getattr(module, name) for module in modules if hasattr(module, name)]


def newest(model: type[ScopedModel], county: str, **more: Any) -> Callable[[str], Any]:
    """The newest row of a county, found by the way from the row to the county's code."""

    def pick(code: str) -> Any:
        rows = model.objects.unscoped(WHY).filter(**{county: code}, **more).order_by("-pk")
        found = rows.first()
        assert found is not None, f"The invented world holds no {model.__name__} of {code}: the matrix needs one."
        return found

    return pick


def day(days: int) -> str:
    """The day so many days from today, as people type it."""
    return make.in_days(days).strftime("%d.%m.%Y")


def at(route: str, thing: str = "", **more: Any) -> Callable[[Examples], str]:
    """The address of a route, for one of the examples: ``at("meetings:detail", "meeting")``."""
    return lambda s: url(route, getattr(s, thing) if thing else None, **more)


@dataclass(frozen=True)
class FormPage:
    """A form: who fills it, where it stands, words it accepts, what the trail then says."""

    route: str
    who: str
    address: Callable[[Examples], str]
    data: Callable[[Examples], dict[str, Any]]
    event: str
    texts: tuple[str, ...] = field(default=())  # the fields that the identity guard reads

    def open(self, person: Callable[[str], Person], examples: Examples) -> tuple[Person, str, dict[str, Any], BaseForm]:
        """The person, the address, everything a browser would send with good words, and the page's form."""
        someone, address, data = person(self.who), self.address(examples), self.data(examples)
        shown = someone.look(address)
        sent = shown.form(*data).sent(data)
        sent.pop("_once", None)
        sent = {name: value for name, value in sent.items() if value not in ([], [""])}
        return someone, address, sent, shown.response.context["form"]


Add = Callable[["Examples"], Any]


@dataclass(frozen=True)
class Shows:
    """A page, who reads it, and what one more row is."""

    route: str
    who: str
    address: Callable[[Examples], str]
    add: Add

    def __str__(self) -> str:
        return f"{self.route} {self.who}"
