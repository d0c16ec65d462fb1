"""Filters of the trail."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter

from krat.audit import finding, trail
from krat.audit.models import Entry, EntryQuerySet
from krat.ui.filters import DayFilter, Filters, NumberFilter, RowFilter


def _events() -> list[tuple[str, object]]:
    return sorted(trail.all_events().items(), key=lambda pair: str(pair[1]))


class _ThingFilter(Filter):  # type: ignore[misc]  # brings no types
    field_class = forms.RegexField

    def filter(self, qs: QuerySet[Entry], value: str) -> QuerySet[Entry]:
        return cast("EntryQuerySet", qs).about(finding.codes_behind(value)) if value else qs


class _SeatField(forms.ModelChoiceField):  # type: ignore[type-arg]  # at run time it takes none
    def label_from_instance(self, seat: Any) -> str:
        return f"{seat.user} – {seat.get_role_display()}, {seat.institution.short_name}"


class _SeatFilter(RowFilter):
    field_class = _SeatField

    def filter(self, qs: QuerySet[Entry], value: Any) -> QuerySet[Entry]:
        return qs.filter(actor=value.code) if value else qs


def _seats(request: HttpRequest) -> QuerySet[Any]:
    return finding.seats()


class TrailFilter(Filters):
    """What to look for in the trail: an event, a thing, an actor, an entry's number, a span of days."""

    event = ChoiceFilter(label=_("Event"), choices=_events)
    thing = _ThingFilter(
        label=_("Number of the case, or code"),
        regex=r"^[A-Za-z0-9-]{1,40}\Z",
        error_messages={"invalid": _("A code holds letters, digits and hyphens only.")},
    )
    actor = _SeatFilter(queryset=_seats, to_field_name="code", label=_("Person"), empty_label=_("all"))
    entry = NumberFilter("pk", label=_("No."), min_value=1)
    since = DayFilter("at__date", "gte", label=_("From"))
    until = DayFilter("at__date", "lte", label=_("Until"))
