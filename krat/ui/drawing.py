"""Components that many things have alike, drawn once: badges, chips, symbols."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeData, SafeString
from django.utils.translation import get_language

_REMEMBERED = 4096  # components, in each process
_ANY = UUID(int=0)


def drawn(component: str, **words: Any) -> SafeString:
    """Write a component as an include with ``only`` would, and remember it for whoever needs the same: a list has the
    same few badges in all of its rows.

    Only for what says the same about many things: states, levels, days, symbols. What is told about a person is never
    drawn by this, for the process would remember it.
    """
    told = tuple((name, str(value) if isinstance(value, Promise) else value) for name, value in words.items())
    if settings.DEBUG:  # who works on the templates sees each change
        return render_to_string(component, dict(told))
    # A text that is safe as it stands equals one that is not: they must not be taken for each other.
    return _drawn(component, get_language(), told, tuple(isinstance(value, SafeData) for _name, value in told))


@lru_cache(maxsize=_REMEMBERED)
def _drawn(
    component: str, _language: str | None, told: tuple[tuple[str, Any], ...], _is_safe: tuple[bool, ...]
) -> SafeString:
    return render_to_string(component, dict(told))


def address_of(route: str, code: UUID) -> str:
    """The address of a thing: what `reverse` gives, put together once for each route and not for each row."""
    before, after = _around(route)
    return f"{before}{code}{after}"


@cache
def _around(route: str) -> tuple[str, str]:
    before, _code, after = reverse(route, kwargs={"code": _ANY}).partition(str(_ANY))
    return before, after
