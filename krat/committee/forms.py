"""Forms of acts, bodies, members and institutions."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access.rights import Subject
from krat.committee.models import Act, Institution, Membership
from krat.reference.models import County, Municipality, Term
from krat.ui.filters import Column, Filters, RowFilter, SortFilter
from krat.ui.forms import BaseForm, DateField, NumberField, SeveralField


def _served(request: Any) -> QuerySet[Municipality]:
    county = request.seat.county_id
    return Municipality.objects.all() if county is None else Municipality.objects.filter(county=county)


class InstitutionFilter(Filters):
    """What to look for in the directory."""

    kind = RowFilter(label=_("Kind"), queryset=Term.objects.filter(list=Term.List.INSTITUTION))
    municipality = RowFilter("territories", label=_("Serves"), queryset=_served)
    sort = SortFilter(
        {
            "name": Column(_("Institution"), "sort_key"),
            "kind": Column(_("Kind"), "kind__position"),
            "county": Column(_("County"), "county__sort_key"),
            "code": Column(_("Code"), "code"),
        }
    )


class ActForm(BaseForm):
    """An order, regulation or protocol."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Act.Kind.choices)
    number = forms.CharField(label=_("Number"), max_length=30)
    dated = DateField(label=_("Date"))
    title = forms.CharField(label=_("Title"), max_length=200)


class BodiesForm(BaseForm):
    """The bodies of a year."""

    year = NumberField(label=_("Year"), min_value=2006, max_value=2100)
    act = forms.ModelChoiceField(
        label=_("By act"), queryset=Act.objects.none(), help_text=_("Record the Prefect's order first.")
    )
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("Until"), help_text=_("Until the next order is expected, so that nobody is shut out."))

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("act", Act.objects.permitted(seat, "committee.manage"))
        self.fields["year"].initial = timezone.localdate().year + 1


class MemberForm(BaseForm):
    """A place in a body."""

    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    office = forms.ChoiceField(label=_("Office"), choices=Membership.Office.choices, initial=Membership.Office.MEMBER)
    votes = forms.BooleanField(label=_("Votes and counts for the quorum"), required=False, initial=True)
    act = forms.ModelChoiceField(label=_("By act"), queryset=Act.objects.none(), required=False)
    starts_on = DateField(label=_("From"))

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Institution.objects.visible_to(seat).working()
        self.offer("institution", rows)
        self.offer("act", Act.objects.permitted(seat, "committee.manage"))


class EndMemberForm(BaseForm):
    """The last day of a place."""

    ends_on = DateField(label=_("Last day"))


class InstitutionForm(BaseForm):
    """An institution and its territory."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Like AL-02-ZVA; municipal systems use it."))
    name = forms.CharField(label=_("Name"), max_length=160)
    short_name = forms.CharField(label=_("Short name"), max_length=60)
    kind = forms.ModelChoiceField(label=_("Kind"), queryset=Term.objects.filter(list=Term.List.INSTITUTION))
    county = forms.ModelChoiceField(
        label=_("County"),
        queryset=County.objects.all(),
        required=False,
        help_text=_("Empty for one that serves the whole country."),
    )
    parent = forms.ModelChoiceField(label=_("Part of"), queryset=Institution.objects.none(), required=False)
    territories = SeveralField(
        label=_("Serves"),
        queryset=Municipality.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Territories do not follow counties: mark each municipality it serves."),
    )
    email = forms.EmailField(label=_("Office e-mail"), required=False)
    phone = forms.CharField(label=_("Office telephone"), max_length=30, required=False)
    retired_on = DateField(label=_("Retired from"), required=False)
    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=Institution.objects.none(),
        required=False,
        help_text=_("Who takes over what is open there: cases, signals, referrals, obstacles, tasks."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, seat: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("parent", Institution.objects.visible_to(seat))
        self.offer("successor", Institution.objects.visible_to(seat).working().select_related("kind"))
