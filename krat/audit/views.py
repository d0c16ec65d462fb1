"""The trail, for the data protection officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpResponse
from django.utils.functional import Promise

from krat.access import areas, census, rights
from krat.access.requests import SeatRequest
from krat.access.roles import Role
from krat.access.views import needs
from krat.audit import finding, trail
from krat.audit.forms import TrailFilter
from krat.audit.models import Entry
from krat.ui.listing import listing
from krat.ui.rendering import render_page


@needs("trail.view", methods=("GET",))
def trail_list(request: SeatRequest) -> HttpResponse:
    """The trail, newest first."""
    rows = Entry.objects.visible_to(request.seat).order_by("-pk")
    found = listing(request, rows, TrailFilter, per_page=50)
    seats = {one.code: one for one in finding.seats().filter(code__in={entry.actor for entry in found.rows})}
    is_asked_for = found.filters is not None and bool(getattr(found.filters, "cleaned_data", {}).get("entry"))
    entries = [_in_words(entry, seats, tells_each=is_asked_for) for entry in found.rows]
    return render_page(request, "audit/trail.html", {"found": found, "entries": entries})


@dataclass(frozen=True)
class Line:
    """An entry as people read it."""

    entry: Entry
    who: str
    office: str
    what: str | Promise
    page: str | Promise
    thing: str
    fields: str
    is_of_a_seat: bool
    several: int  # how many things it names, where it is more than one
    codes: list[str]  # theirs, where this entry alone was asked for


def _in_words(entry: Entry, seats: Mapping[UUID | None, Any], *, tells_each: bool) -> Line:
    seat = seats.get(entry.actor)
    who, office = _actor(entry, seat)
    model = _model_of(entry.thing_type)
    return Line(
        entry=entry,
        who=who,
        office=office,
        what=trail.words_of(entry.event),
        page=_pages().get(entry.route, entry.route),
        thing=str(model._meta.verbose_name) if model else entry.thing_type,
        fields=", ".join(_field(model, name) for name in entry.fields),
        is_of_a_seat=seat is not None,
        several=len(entry.things or ()),
        codes=list(entry.things or ()) if tells_each else [],
    )


def _actor(entry: Entry, seat: Any) -> tuple[str, str]:
    """Who it was, and as what: as it is called today where the seat is still known, else in the words of that day."""
    if seat is not None:
        return str(seat.user), f"{seat.get_role_display()}, {seat.institution.short_name}"
    who, _comma, office = entry.actor_words.partition(", ")
    role, _comma, institution = office.partition(", ")
    if role in Role.values:
        return who, ", ".join(filter(None, [str(Role(role).label), institution]))
    return who, office


def _model_of(thing_type: str) -> type[Model] | None:
    """The kind of thing; None where there is none, or the model is gone."""
    try:
        return apps.get_model(thing_type) if thing_type else None
    except LookupError:
        return None


def _field(model: type[Model] | None, name: str) -> str:
    try:
        field: Any = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))


@cache
def _pages() -> dict[str, str | Promise]:
    """Each page by its title, as its area declares it; one without by the right it asks for, in that table's words."""
    rights_of = {one.name: next(iter(one.rights.values()), "") for one in census.routes()}
    found = {name: rights.right(right).label for name, right in rights_of.items() if right}
    for area in areas.modules("navigation"):
        found |= getattr(area, "TITLES", {})
    return found
