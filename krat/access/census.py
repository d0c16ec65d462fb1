"""The census of routes: every address, what it asks for, and which methods it takes.

The printed table, the start-up check and the test matrix read it from here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address of the registry."""

    name: str
    pattern: str
    right: str  # empty where the page is open or unclassified, or where each method has a right of its own
    open_because: tuple[str, str] | None  # kind and reason
    methods: tuple[str, ...]
    view: Any
    by_method: Mapping[str, str] = field(default_factory=dict, compare=False)  # of an address for machines

    @property
    def is_for_machines(self) -> bool:
        """Whether it is asked with a token, by machines."""
        return bool(self.by_method)

    @property
    def rights(self) -> dict[str, str]:
        """The right that each method asks for."""
        return dict(self.by_method) or {method: self.right for method in self.methods if self.right}

    @property
    def is_classified(self) -> bool:
        """Whether somebody said who may come here."""
        return bool(self.rights) or self.open_because is not None

    @property
    def undeclared(self) -> list[str]:
        """The methods that it answers although no right stands for them."""
        handled = getattr(self.view, "handled", ())
        return [method for method in handled if self.is_classified and method not in self.rights]


def routes() -> list[Route]:
    """Every route of the registry, in the order in which addresses are tried."""
    others: dict[str, tuple[str, str]] = import_module(settings.ROOT_URLCONF).OTHERS_PAGES
    return [_route(name, pattern, view, others) for name, pattern, view in _walk(get_resolver().url_patterns, "", "")]


def is_open(view: Any, name: str) -> bool:
    """Whether the page with this view and name was declared open: public, or somebody's own account."""
    others: dict[str, tuple[str, str]] = import_module(settings.ROOT_URLCONF).OTHERS_PAGES
    return (getattr(view, "open_because", None) or others.get(name)) is not None


def _route(name: str, pattern: str, view: Any, others: dict[str, tuple[str, str]]) -> Route:
    return Route(
        name=name,
        pattern=pattern,
        right=getattr(view, "right", ""),
        open_because=getattr(view, "open_because", None) or others.get(name),
        methods=getattr(view, "methods", ("GET", "POST")),
        view=view,
        by_method=getattr(view, "rights", {}),
    )


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[tuple[str, str, Any]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, prefix + str(one.pattern), inner)
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name or ''}", prefix + str(one.pattern), one.callback
