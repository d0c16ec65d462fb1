"""Forms of activities."""

from typing import Any

from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from krat.access import rights
from krat.access.rights import Reach
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Activity, Measure
from krat.reference.models import Municipality, Term
from krat.ui.filters import Column, DayFilter, Filters, RowFilter, SortFilter, StandingFilter
from krat.ui.forms import BaseForm, DateField, NumberField, Words


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(state=value)


class ActivityFilter(Filters):
    """What to look for among the activities; open are those that are still to be held."""

    state = StandingFilter(
        narrow=_by_standing, choices=Activity.State.choices, open_as=Activity.State.PLANNED, shows_all=True
    )
    kind = RowFilter(label=_("Kind"), queryset=Term.objects.filter(list=Term.List.ACTIVITY))
    municipality = RowFilter(label=_("Municipality"), queryset=lambda request: places_of(request.seat))
    since = DayFilter("held_on", "gte", label=_("From"))
    until = DayFilter("held_on", "lte", label=_("Until"))
    sort = SortFilter(
        {
            "activity": Column(_("Activity"), "title"),
            "date": Column(_("Date"), "held_on"),
            "place": Column(_("Municipality"), "municipality__sort_key"),
            "organiser": Column(_("Organiser"), "organiser__sort_key"),
            "reached": Column(_("Reached"), F("women") + F("men")),
        }
    )


class ActivityForm(BaseForm):
    """An activity: planned, or as it was held."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ModelChoiceField(label=_("Kind"), queryset=Term.objects.filter(list=Term.List.ACTIVITY))
    audience = forms.ModelChoiceField(label=_("Audience"), queryset=Term.objects.filter(list=Term.List.AUDIENCE))
    held_on = DateField(label=_("Date"))
    municipality = forms.ModelChoiceField(label=_("Municipality"), queryset=Municipality.objects.none())
    place = forms.CharField(label=_("Place"), max_length=160, help_text=_("A school, a square, a health centre."))
    organiser = forms.ModelChoiceField(label=_("Organiser"), queryset=Institution.objects.none())
    measure = forms.ModelChoiceField(label=_("Measure of the plan"), queryset=Measure.objects.none(), required=False)
    state = forms.ChoiceField(label=_("State"), choices=Activity.State.choices)
    women = NumberField(label=_("Women and girls reached"), min_value=0, max_value=100_000, required=False)
    men = NumberField(label=_("Men and boys reached"), min_value=0, max_value=100_000, required=False)
    materials = NumberField(label=_("Materials handed out"), min_value=0, max_value=1_000_000, required=False)
    summary = Words(label=_("Summary"), required=False, help_text=_("Do not write names of persons here."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisers = Institution.objects.visible_to(seat).working()
        if rights.reach(seat, "activities.record") is Reach.OWN:
            organisers = organisers.filter(pk=seat.institution_id)
            self.fields["organiser"].initial = seat.institution_id
        self.offer("organiser", organisers)
        self.offer("municipality", places_of(seat))
        measures = Measure.objects.visible_to(seat).filter(objective__plan__county=seat.county_id)
        self.offer("measure", measures)


def places_of(seat: Seat) -> Any:
    """The municipalities a seat chooses among: its county's, or all for one that serves the country."""
    rows = Municipality.objects.all()
    return rows.filter(county=seat.county_id) if seat.county_id is not None else rows
