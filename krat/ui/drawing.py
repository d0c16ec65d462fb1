"""Components that many things have alike, drawn once: badges, chips, symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
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
    if settings.DEBUG or not _may_be_kept(told):  # who works on the templates sees each change
        return render_to_string(component, dict(told))
    # A text that is safe as it stands equals one that is not: they must not be taken for each other.
    return _drawn(component, get_language(), told, tuple(isinstance(value, SafeData) for _name, value in told))


def _may_be_kept(told: tuple[Any, ...]) -> bool:
    """Whether the words can be told from others: what can be changed cannot."""
    try:
        hash(told)
    except TypeError:
        return False
    return True


@lru_cache(maxsize=_REMEMBERED)
def _drawn(
    component: str, _language: str | None, told: tuple[tuple[str, Any], ...], _is_safe: tuple[bool, ...]
) -> SafeString:
    return SafeString(render_to_string(component, dict(told)).strip())


def rows_drawn(component: str, rows: Iterable[Mapping[str, Any]], **words: Any) -> SafeString:
    """Write a component once for each row, with the same ``words`` for all of them.

    The component is drawn once, as a stencil: it shows words of ``one`` as they are (``{{ one.number }}``) and asks
    nothing about them. What a row says is escaped like in any template, and not remembered.
    """
    told = tuple((name, str(value) if isinstance(value, Promise) else value) for name, value in words.items())
    make = _stencil.__wrapped__ if settings.DEBUG else _stencil
    begin, cells = make(component, get_language(), told, tuple(isinstance(value, SafeData) for _name, value in told))
    return format_html_join(
        "",
        "{}{}",
        ((begin, format_html_join("", "{}{}", ((row[name], after) for name, after in cells))) for row in rows),
    )


@lru_cache(maxsize=256)
def _stencil(
    component: str, _language: str | None, told: tuple[tuple[str, Any], ...], _is_safe: tuple[bool, ...]
) -> tuple[SafeString, tuple[tuple[str, SafeString], ...]]:
    """What stands before the first word of a row, and for each word its name and what stands after it."""
    first, *parts = render_to_string(component, {**dict(told), "one": _Marks()}).split(_MARK)
    names, texts = parts[::2], parts[1::2]
    return SafeString(first), tuple((name, SafeString(text)) for name, text in zip(names, texts, strict=True))


_MARK = "\ue000"  # for private use: no text has it


class _Marks:
    """Stands for a row: each of its words is its name between two marks."""

    def __getitem__(self, name: str) -> str:
        return f"{_MARK}{name}{_MARK}"


def address_of(route: str, code: UUID) -> str:
    """The address of a thing: what `reverse` gives, put together once for each route and not for each row."""
    before, after = _around(route)
    return f"{before}{code}{after}"


@cache
def _around(route: str) -> tuple[str, str]:
    before, _code, after = reverse(route, kwargs={"code": _ANY}).partition(str(_ANY))
    return before, after
