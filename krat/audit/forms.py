"""Filters of the trail."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, UUIDFilter

from krat.audit import trail
from krat.ui.filters import DayFilter, Filters


def _events() -> list[tuple[str, object]]:
    return sorted(trail.all_events().items(), key=lambda pair: str(pair[1]))


class _CodeFilter(Filter):  # type: ignore[misc]  # brings no types
    field_class = forms.RegexField


class TrailFilter(Filters):
    """What to look for in the trail: an event, a thing, an actor, a span of days."""

    event = ChoiceFilter(label=_("Event"), choices=_events)
    thing = _CodeFilter(
        "thing_code",
        label=_("Code of the thing"),
        regex=r"^[A-Za-z0-9-]{1,40}\Z",
        error_messages={"invalid": _("A code holds letters, digits and hyphens only.")},
    )
    actor = UUIDFilter(label=_("Code of the seat"))
    since = DayFilter("at__date", "gte", label=_("From"))
    until = DayFilter("at__date", "lte", label=_("Until"))
