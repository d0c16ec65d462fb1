"""Controls of forms, written without a template for each option of a list: a page with filters has dozens of them.

What is written is what Django's own templates write, but for empty lines; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]
_NONE = SafeString()


class Renderer(TemplatesSetting):
    """Django's renderer of forms; the controls that most pages have are written by functions."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """A control; through its template where no function writes it."""
        write = _WRITTEN.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)


def _attributes(widget: Widget) -> SafeString:
    """The attributes of a control; one that is False is left out, one that is True has no value."""
    if not widget["attrs"]:
        return _NONE
    told = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    return format_html_join(
        "", "{}", ((_alone(name) if value is True else _pair(name, value),) for name, value in told)
    )


def _alone(name: str) -> SafeString:
    return format_html(" {}", name)


def _pair(name: str, value: object) -> SafeString:
    return format_html(' {}="{}"', name, value)


def _input(widget: Widget) -> SafeString:
    value = "" if widget["value"] is None else _pair("value", widget["value"])
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget))


def _select(widget: Widget) -> SafeString:
    groups = format_html_join("", "{}", ((_group(name, options),) for name, options, _at in widget["optgroups"]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attributes(widget), groups)


def _group(name: str | None, options: list[Widget]) -> SafeString:
    told = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>',
        ((one["value"], _attributes(one), formats.localize(one["label"])) for one in options),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, told) if name else told


_WRITTEN: dict[str, Callable[[Widget], SafeString]] = {
    "django/forms/widgets/select.html": _select,
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("input", "text", "hidden", "checkbox", "date", "time", "number", "email", "password")
    },
}
