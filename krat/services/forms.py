"""Forms of the service catalogue, and of services that are missing."""

from typing import Any

from django import forms
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter

from krat.access.rights import Subject
from krat.committee.models import Institution
from krat.plan.models import Task
from krat.reference.models import Municipality, Term
from krat.services.models import (
    MISSED,
    OLDEST,
    ForWhom,
    Missing,
    Opening,
    Sector,
    Service,
    ServiceQuerySet,
    Territory,
)
from krat.ui.filters import Column, Filters, NumberFilter, RowFilter, SortFilter, StandingFilter, TickFilter
from krat.ui.forms import AskingForm, BaseForm, DateField, NumberField, SeveralField, Words

_KINDS = Term.objects.filter(list=Term.List.SERVICE)
_MOST = 10_000  # places


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(withdrawn_on=None) if value == "offered" else rows.exclude(withdrawn_on=None)


def _places_of(request: Any) -> QuerySet[Municipality]:
    county = request.seat.county_id
    return Municipality.objects.all() if county is None else Municipality.objects.filter(county=county)


class _Serving(RowFilter):
    """The services in whose territory a municipality lies."""

    def filter(self, qs: ServiceQuerySet, value: Any) -> Any:
        return qs.serving(value) if value else qs


class _OfAge(NumberFilter):
    """The services that take somebody of an age."""

    def filter(self, qs: ServiceQuerySet, value: Any) -> Any:
        return qs.of_age(value) if value not in (None, "") else qs


class _ForSex(ChoiceFilter):  # type: ignore[misc]  # brings no types
    """The services that take girls and women, or boys and men."""

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(sex__in=[ForWhom.EVERYBODY, value]) if value else qs


class _WithRoom(TickFilter):
    """The services that last told of a free place, as far as the seat may know it."""

    def filter(self, qs: ServiceQuerySet, value: Any) -> Any:
        return qs.with_room(self.parent.request.seat) if value else qs


class ServiceFilter(Filters):
    """What to look for in the catalogue; open are the services that are offered."""

    state = StandingFilter(
        narrow=_by_standing,
        choices=[("offered", _("in the catalogue")), ("withdrawn", pgettext_lazy("service", "withdrawn"))],
        open_as="offered",
    )
    kind = RowFilter("kinds", label=_("What it offers"), queryset=_KINDS)
    municipality = _Serving(label=_("Serves"), queryset=_places_of)
    age = _OfAge(label=_("Takes the age of"), min_value=0, max_value=OLDEST)
    sex = _ForSex(label=_("Takes"), choices=[(one, one.label) for one in (ForWhom.FEMALE, ForWhom.MALE)])
    sector = ChoiceFilter(label=_("Carried by"), choices=Sector.choices)
    room = _WithRoom(label=_("With a free place"))
    sort = SortFilter(
        {
            "service": Column(_("Service"), "sort_key"),
            "provider": Column(_("Provider"), "provider__sort_key"),
        }
    )


class ServiceForm(BaseForm):
    """A service of the catalogue."""

    provider = forms.ModelChoiceField(
        label=_("Provider"),
        queryset=Institution.objects.none(),
        help_text=_("An institution of the directory. A shelter is shown by its code alone."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("As people know it. Of a shelter nothing is needed: it bears its code."),
    )
    kinds = SeveralField(label=_("What it offers"), queryset=_KINDS, widget=forms.CheckboxSelectMultiple)
    sector = forms.ChoiceField(label=_("Carried by"), choices=Sector.choices)
    age_from = NumberField(label=_("From the age of"), min_value=0, max_value=OLDEST, required=False)
    age_to = NumberField(label=_("Until the age of"), min_value=0, max_value=OLDEST, required=False)
    sex = forms.ChoiceField(label=_("Whom it takes"), choices=ForWhom.choices)
    needs = SeveralField(
        label=_("For which needs"),
        queryset=Term.objects.filter(list=Term.List.CONCERN),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for every need."),
    )
    territory = forms.ChoiceField(label=_("Serves"), choices=Territory.choices, widget=forms.RadioSelect)
    municipalities = SeveralField(
        label=_("Municipalities"),
        queryset=Municipality.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opening = forms.ChoiceField(label=_("Open"), choices=Opening.choices)
    hours = forms.CharField(
        label=_("Days and hours"), max_length=160, required=False, help_text=_("Monday to Friday, 8:00–16:00.")
    )
    is_emergency = forms.BooleanField(label=_("Takes somebody at once, without an appointment"), required=False)
    capacity = NumberField(
        label=_("Places in all"),
        min_value=0,
        max_value=_MOST,
        required=False,
        help_text=_("Empty where places are not counted, as for legal aid."),
    )
    how_to_refer = Words(
        label=_("How to refer"),
        required=False,
        max_length=2000,
        help_text=_("What to send, what to bring, when the answer comes. No names of persons, no address."),
    )
    partners = Words(
        label=_("Partners"), rows=3, required=False, max_length=2000, help_text=_("One organisation a line.")
    )
    founded_by = forms.CharField(
        label=_("Founding act"), max_length=300, required=False, help_text=_("Its kind, number and date.")
    )
    opened_on = DateField(label=_("Open since"), required=False)
    licence = forms.CharField(label=_("Licence"), max_length=120, required=False)
    licence_until = DateField(label=_("Licence valid until"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("provider", Institution.objects.visible_to(seat).working().select_related("kind"))
        own_first = Case(When(county=seat.county_id, then=0), default=1)
        self.offer("municipalities", Municipality.objects.order_by(own_first, "sort_key"))

    @classmethod
    def of_service(cls, service: Service) -> dict[str, Any]:
        """What stands, field by field."""
        return {
            name: list(getattr(service, name).all()) if isinstance(field, SeveralField) else getattr(service, name)
            for name, field in cls.base_fields.items()
        }


class PlacesForm(BaseForm):
    """How many places are free now; nothing else, so that it takes ten seconds on a phone."""

    free = NumberField(label=_("Free places now"), min_value=0, max_value=_MOST)


class WithdrawForm(AskingForm):
    """A service leaves the catalogue; where referrals wait there, it asks back."""

    why = Words(
        label=_("Why"),
        rows=3,
        max_length=2000,
        help_text=_("It stays readable with this sentence. Referrals that wait there stay, and are not closed by it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


# --- what is missing ---


def _missing_by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(state__in=MISSED) if value == "missed" else rows.filter(state=value)


class MissingFilter(Filters):
    """What to look for among the missing services; open are those still missing."""

    state = StandingFilter(
        narrow=_missing_by_standing, choices=[("missed", _("still missing")), *Missing.State.choices], open_as="missed"
    )
    kind = RowFilter(label=_("What is missing"), queryset=_KINDS)
    municipality = RowFilter(label=_("Municipality"), queryset=_places_of)
    sort = SortFilter(
        {
            "kind": Column(_("What is missing"), "kind__position"),
            "place": Column(_("Municipality"), "municipality__sort_key"),
            "since": Column(_("Missing since"), "since"),
        }
    )


class MissingForm(BaseForm):
    """A service that is missing: which kind, where, since when."""

    kind = forms.ModelChoiceField(label=_("What is missing"), queryset=_KINDS)
    municipality = forms.ModelChoiceField(label=_("Municipality"), queryset=Municipality.objects.none())
    since = DateField(label=_("Missing since"), help_text=_("The day is enough roughly: the first of a year, say."))
    what = Words(
        label=_("What exactly is missing"),
        rows=3,
        max_length=2000,
        required=False,
        help_text=_("For whom, and why nothing there serves. No child, no name, no case."),
    )

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("municipality", Municipality.objects.filter(county=seat.county_id))


class MissingTaskForm(BaseForm):
    """Which task is to fill what is missing."""

    task = forms.ModelChoiceField(
        label=_("Task"),
        queryset=Task.objects.none(),
        help_text=_("An open task of the county. A decision on the agenda item ties its tasks by itself."),
    )

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("task", Task.objects.permitted(seat, "tasks.give").open().for_list())


class FillForm(BaseForm):
    """What was missing is there now."""

    service = forms.ModelChoiceField(label=_("Service that fills it"), queryset=Service.objects.none(), required=False)
    how = Words(label=_("How it is filled"), rows=3, max_length=2000, required=False)

    def __init__(self, *args: Any, seat: Subject, missing: Missing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Service.objects.visible_to(seat).offered().serving(missing.municipality).filter(kinds=missing.kind)
        self.offer("service", rows.order_by("sort_key", "pk"))


class DropForm(BaseForm):
    """What was missing is not needed any more."""

    how = Words(label=_("Why"), rows=3, max_length=2000)
