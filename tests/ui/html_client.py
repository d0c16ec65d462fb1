"""A person at a browser: reads a page, fills its form, presses its buttons, sees what stands beside a field.

The page is read in English, so that a test does not change with the translation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from krat.access.scoping import ScopedModel
from krat.audit.models import Entry
from krat.people.models import Seat

WHY = "tests look at what a page left behind"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Reader(HTMLParser):
    """Reads forms, the words under every id, and all words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.under: dict[str, str] = defaultdict(str)
        self.text = ""
        self.links: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, own.get("id", "")))
        name = own.get("name", "")
        if tag == "a":
            self.links.append(own.get("href", ""))
        elif tag == "form":
            self._form = Form(own.get("action", ""), own.get("method", "get"))
            self._form.is_in_head = any(open_tag == "header" for open_tag, _id in self._open)
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and name:
            self._form.names.add(name)
            ticked = own.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in own:
                self._form.values[name].append(own.get("value", "on" if ticked else ""))
        elif tag == "select":
            self._select = name
            self._form.names.add(name)
        elif tag == "option" and self._select:
            self._form.choices[self._select].append(own.get("value", ""))
            if "selected" in own:
                self._form.values[self._select].append(own.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self._form.names.add(name)
            self._form.values[name] = [""]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._form is not None:
            # A browser leaves out the line break after the opening tag.
            self._form.values[self._area] = [self._form.values[self._area][0].removeprefix("\n")]
            self._area = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        for _tag, name in self._open:
            if name:
                self.under[name] += data
        if self._area and self._form is not None:
            self._form.values[self._area][0] += data


class Form:
    """One form of a page, with what stands in it."""

    is_in_head = False  # of the page: the search, the seat, the way out

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method.lower()
        self.names: set[str] = set()
        self.values: dict[str, list[str]] = defaultdict(list)
        self.choices: dict[str, list[str]] = defaultdict(list)

    def sent(self, data: dict[str, Any]) -> dict[str, Any]:
        """What a browser would send after these words were put in."""
        return {name: values for name, values in self.values.items() if name not in data} | data


class Shown:
    """A page that came back."""

    def __init__(self, response: Any, address: str) -> None:
        self.response = response
        self.address = address
        self.status = response.status_code
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links, self._under = reader.forms, reader.links, reader.under
        self.text = " ".join(reader.text.split())

    @property
    def leads_to(self) -> str:
        """Where it redirects to; fails when it shows a page instead."""
        assert self.status == 302, f"{self.status} and not 302: {self.complaints or self.text[:500]}"
        return self.response["Location"]

    def form(self, *names: str) -> Form:
        """The posting form that asks for all of these."""
        found = [
            one
            for one in self.forms
            if one.method == "post" and one.names.issuperset(names) and not (names and one.is_in_head)
        ]
        assert found, f"No form asks for {names} on {self.address} ({self.status}): {self.text[:300]}"
        return found[0]

    def beside(self, field: str) -> str:
        """The sentence beside a field."""
        return " ".join(self._under.get(f"id_{field}_error", "").split())

    @property
    def complaints(self) -> dict[str, str]:
        """Every sentence beside a field."""
        return {
            name[3:-6]: " ".join(data.split())
            for name, data in self._under.items()
            if name.startswith("id_") and name.endswith("_error")
        }

    def typed(self, field: str) -> str:
        """What stands in a field."""
        return "".join(self.form(field).values[field][:1])


class Person:
    """Somebody signed in, or nobody."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        browser.cookies["krat_language"] = "en"

    def get(self, address: str) -> Shown:
        """Whatever comes back."""
        return Shown(self.browser.get(address), address)

    def look(self, address: str) -> Shown:
        """A page that is there."""
        shown = self.get(address)
        assert shown.status == 200, f"{address}: {shown.status}"
        return shown

    def post(self, address: str, data: dict[str, Any] | None = None) -> Shown:
        """Send these words, whatever the page asks for."""
        return Shown(self.browser.post(address, data or {}), address)

    def fill(self, address: str, **data: Any) -> Shown:
        """Open the page, put these words into its form, send it."""
        form = self.look(address).form(*data)
        return self.post(form.action or address, form.sent(data))

    def save(self, address: str, **data: Any) -> str:
        """Fill the form and see it taken; where it leads to."""
        return self.fill(address, **data).leads_to

    def press(self, address: str, button: str) -> Shown:
        """Open the page and press the button that leads to another address."""
        forms = [one for one in self.look(address).forms if one.action == button]
        assert forms, f"There is no button for {button} on {address}."
        return self.post(button, forms[0].sent({}))

    def follow(self, shown: Shown) -> Shown:
        """Go where an answer leads."""
        return self.look(shown.leads_to)


@pytest.fixture
def person(as_: Callable[[str], Client]) -> Callable[[str], Person]:
    """``person("zva.durres")``: the education office at its browser."""
    return lambda username: Person(as_(username))


def url(name: str, thing: Any = None, **more: Any) -> str:
    """The address of a page, about a thing or about none."""
    about = {"code": thing.code} if thing is not None else {}
    return reverse(name, kwargs=about | more)


def rows(model: type[models.Model]) -> Any:
    """All rows of a model."""
    manager: Any = model._default_manager
    return manager.unscoped(WHY) if issubclass(model, ScopedModel) else manager.all()


def again(thing: Any) -> Any:
    """The row as it stands now."""
    return rows(type(thing)).get(pk=thing.pk)


def who_did(seat_id: int | None) -> str:
    """The user name behind a seat."""
    return str(rows(Seat).values_list("user__username", flat=True).get(pk=seat_id))


def last_entry() -> Entry:
    """The newest line of the trail."""
    return Entry.objects.unscoped(WHY).order_by("-pk")[0]


def entries(event: str, thing: Any = None) -> list[Entry]:
    """The lines of the trail on an event, and on a thing."""
    found = Entry.objects.unscoped(WHY).filter(event=event)
    return list((found.about([thing.code]) if thing is not None else found).order_by("pk"))


def queries_of(person: Person, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        person.look(address)
    return len(captured)
