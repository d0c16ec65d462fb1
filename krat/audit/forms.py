"""Filters of the trail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from krat.audit import trail
from krat.ui.forms import DateField
from krat.ui.listing import FilterForm


def _events() -> list[tuple[str, object]]:
    return [("", _("all")), *sorted(trail.all_events().items(), key=lambda pair: str(pair[1]))]


class TrailFilter(FilterForm):
    """What to look for in the trail: an event, a thing, an actor, a span of days."""

    event = forms.ChoiceField(label=_("Event"), choices=_events, required=False)
    thing = forms.RegexField(
        label=_("Code of the thing"),
        regex=r"^[A-Za-z0-9-]{1,40}\Z",
        required=False,
        error_messages={"invalid": _("A code holds letters, digits and hyphens only.")},
    )
    actor = forms.UUIDField(label=_("Code of the seat"), required=False)
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("Until"), required=False)

    narrowing = {
        "event": "event",
        "thing": "thing_code",
        "actor": "actor",
        "since": "at__date__gte",
        "until": "at__date__lte",
    }
