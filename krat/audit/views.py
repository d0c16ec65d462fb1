"""The trail, for the data protection officer."""

from django.apps import apps
from django.http import HttpResponse

from krat.access.requests import SeatRequest
from krat.access.views import needs
from krat.audit import trail
from krat.audit.forms import TrailFilter
from krat.audit.models import Entry
from krat.ui.listing import listing
from krat.ui.rendering import render_page


@needs("trail.view", methods=("GET",))
def trail_list(request: SeatRequest) -> HttpResponse:
    """The trail, newest first."""
    rows = Entry.objects.visible_to(request.seat).order_by("-pk")
    found = listing(request, rows, TrailFilter, per_page=50)
    entries = [(entry, trail.words_of(entry.event), _kind_of_thing(entry.thing_type)) for entry in found.rows]
    return render_page(request, "audit/trail.html", {"found": found, "entries": entries})


def _kind_of_thing(thing_type: str) -> str:
    """The kind of thing in people's words; its bare name when the model is gone."""
    try:
        return str(apps.get_model(thing_type)._meta.verbose_name) if thing_type else ""
    except LookupError:
        return thing_type
