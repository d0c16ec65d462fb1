"""Block tags that wrap content: sheets, tables, forms, filters. All else is an include in templates/components."""

import datetime
from html import unescape
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from krat.ui.drawing import drawn, rows_drawn
from krat.ui.listing import Listing

register = template.Library()

register.simple_tag(drawn)
register.simple_tag(rows_drawn, name="rows")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw one symbol of the sprite; with a label it speaks, without one it only decorates."""
    return drawn("components/icon.html", name=name, label=label)


@register.simple_tag
def badge(text: str, tone: str, with_icon: bool = False) -> SafeString:
    """Write the state of a thing on a tinted ground; ``with_icon`` adds the shape of the tone."""
    return drawn("components/badge.html", text=text, tone=tone, with_icon=with_icon)


@register.filter
def initials(person: object) -> str:
    """Shorten a person's name to the two letters of the round mark in the header."""
    full_name = getattr(person, "get_full_name", None)
    words = str((full_name() if callable(full_name) else "") or person).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def icon_of(tone: str) -> str:
    """Name the shape that says the same as the colour of a tone."""
    return {"late": "warning", "soon": "clock", "done": "check"}.get(tone, "info")


@register.filter
def page_numbers(page: "Page[Any]") -> list[int]:
    """Number the pages to choose from: the first, the last, and those around this one; 0 where some are left out."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [one if isinstance(one, int) else 0 for one in elided]


@register.filter
def device(user_agent: str) -> str:
    """Say in two words which browser on which system signed in, as far as it tells."""
    browsers = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
    shown = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Mac OS X": "macOS"}
    found = [next((word for word in words if word in user_agent), "") for words in (browsers, systems)]
    return ", ".join(shown.get(word, word) for word in found if word)


@register.simple_tag
def day_names() -> str:
    """Name the days of the week from Sunday and the months, for the script that says a day in words: browsers need not
    know Albanian."""
    sunday = datetime.date(2023, 1, 1)
    days = [date_format(sunday + datetime.timedelta(days=one), "l") for one in range(7)]
    months = [date_format(datetime.date(2023, one, 1), "F") for one in range(1, 13)]
    return "|".join([*days, *months])


@register.simple_tag
def control(field: BoundField, **attributes: object) -> SafeString:
    """Write the control of a field with more attributes: `data_draft_key_url=…` becomes `data-draft-key-url="…"`."""
    named: dict[str, str | bool] = {
        name.replace("_", "-"): str(value) for name, value in attributes.items() if value is not None
    }
    return field.as_widget(attrs=named)


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Wrap the way back to the page above."""
    return render_to_string("components/crumbs.html", {"content": content})


@register.simple_block_tag
def sheet(
    content: str,
    title: str = "",
    count: int | None = None,
    url: str = "",
    link: str = "",
    note: str = "",
    id: str = "",
    tone: str = "",
    flush: bool = False,
    level: int = 2,
) -> SafeString:
    """Lay content on a white sheet with its heading."""
    return render_to_string(
        "components/sheet.html",
        {
            "content": content,
            "title": title,
            "count": count,
            "url": url,
            "link": link,
            "note": note,
            "id": id,
            "tone": tone,
            "flush": flush,
            "level": level,
        },
    )


@register.simple_block_tag
def table(content: str, caption: str, show_caption: bool = False, fold: bool = False) -> SafeString:
    """Wrap the head and body of a table so that it scrolls, or folds, on a phone."""
    return render_to_string(
        "components/table.html",
        {"content": content, "caption": caption, "show_caption": show_caption, "fold": fold},
    )


@register.simple_block_tag(takes_context=True)
def column(context: Context, content: str, name: str, kind: str = "", sort: str = "") -> SafeString:
    """Write the heading of a column and keep its words under ``name``: its cells carry them as label on a phone.

    ``kind`` names classes of the heading, as "number". ``sort`` names the column of the list's `SortFilter`: its
    heading then leads to that order (the list stands in the page as ``found``).
    """
    context[name] = words = escape(unescape(strip_tags(content)).strip())
    of_kind = format_html(' class="{}"', kind) if kind else ""
    found = context.get("found")
    if not sort or not isinstance(found, Listing) or sort not in found.columns:
        return format_html('<th scope="col"{}>{}</th>', of_kind, content)
    stands, url = found.sorted_by(sort)
    shape = {"ascending": "sort-up", "descending": "sort-down"}.get(stands, "sort")
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}" title="{}">{}{}</a></th>',
        of_kind,
        format_html(' aria-sort="{}"', stands) if stands else "",
        url,
        _("Sort by: %(column)s") % {"column": unescape(words)},
        content,
        render_to_string("components/icon.html", {"name": shape, "label": ""}),
    )


@register.simple_block_tag
def drawer(content: str, title: str, count: int | None = None, is_open: bool = False) -> SafeString:
    """Fold content away behind its title, on phones only when it is an agenda or a list at the side."""
    return render_to_string(
        "components/drawer.html",
        {"content": content, "title": title, "count": count, "is_open": is_open},
    )


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: str,
    form: BaseForm,
    verb: str,
    action: str = "",
    cancel: str = "",
    note: str = "",
    id: str = "",
    tone: str = "",
    name: str = "",
    value: str = "",
    draft_key_url: str = "",
    second: str = "",
) -> SafeString:
    """Write a whole form that posts: tokens, summary of errors, fields, buttons.

    Without content all fields are written one under the other. ``second`` is a second button, which sends no name.
    """
    return render_to_string(
        "components/form.html",
        {
            **_tokens(context),
            "content": content if content.strip() else "",
            "form": form,
            "verb": verb,
            "action": action,
            "cancel": cancel,
            "note": note,
            "id": id,
            "tone": tone,
            "name": name,
            "value": value,
            "draft_key_url": draft_key_url,
            "second": second,
        },
    )


@register.simple_tag(takes_context=True)
def post_button(
    context: Context,
    url: str,
    verb: str,
    tone: str = "",
    name: str = "",
    value: object = "",
    version: object = "",
    about: str = "",
) -> SafeString:
    """Write a form that is only one button, for a verb that needs no question."""
    return render_to_string(
        "components/post_button.html",
        {
            **_tokens(context),
            "url": url,
            "verb": verb,
            "tone": tone,
            "name": name,
            "value": value,
            "version": version,
            "about": about,
        },
    )


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    url: str,
    verb: str,
    title: str,
    id: str,
    tone: str = "",
    version: object = "",
    name: str = "",
    value: object = "",
) -> SafeString:
    """Write a verb that asks once before it is done; its content says what will be final.

    With script the question opens over the page, without it on the verb's own page, at the same address.
    """
    return render_to_string(
        "components/confirm.html",
        {
            **_tokens(context),
            "content": content,
            "url": url,
            "verb": verb,
            "title": title,
            "id": id,
            "tone": tone,
            "version": version,
            "name": name,
            "value": value,
        },
    )


@register.simple_block_tag
def filters(
    content: str,
    listing: "Listing[Any] | None" = None,
    form: BaseForm | None = None,
    action: str = "",
    reset: str = "",
    id: str = "",
) -> SafeString:
    """Wrap the narrowing of a list: a form that asks, and changes nothing; above it the tabs of what is open."""
    return render_to_string(
        "components/filters.html",
        {
            "content": content if content.strip() else "",
            "listing": listing,
            "form": form if listing is None else listing.filters,
            "action": action,
            "reset": reset if listing is None else listing.reset,
            "id": id,
        },
    )


def _tokens(context: Context) -> dict[str, Any]:
    """Hand on what every posting form needs: components see nothing of the page by themselves."""
    return {
        "csrf_token": context.get("csrf_token", ""),
        "form_token": context.get("form_token", ""),
        "here": getattr(context.get("request"), "path", ""),
    }
