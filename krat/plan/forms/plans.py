"""Forms of the action plan."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.committee.models import Act, Institution
from krat.people.models import Seat
from krat.plan.forms.activities import places_of
from krat.plan.models import Measure
from krat.reference.models import Municipality, Term
from krat.ui.forms import BaseForm, DateField, NumberField, SeveralField, VersionedForm, Words


class PlanForm(BaseForm):
    """The plan of a new year."""

    year = NumberField(label=_("Year"), min_value=2006, max_value=2100)
    carry_over = forms.BooleanField(
        label=_("Take over the unfinished measures of the year before"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year + 1


class AdoptForm(VersionedForm):
    """When and by which act the plan is adopted."""

    adopted_on = DateField(label=_("Adopted on"))
    act = forms.ModelChoiceField(
        label=_("By act"),
        queryset=Act.objects.none(),
        required=False,
        help_text=_("The Prefect's order, if it is there."),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("act", Act.objects.visible_to(seat))


class UndoAdoptionForm(VersionedForm):
    """Why the adoption is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Do not write names of persons here."))


class ObjectiveForm(BaseForm):
    """An objective of the plan."""

    pillar = forms.ModelChoiceField(label=_("Pillar"), queryset=Term.objects.filter(list=Term.List.PILLAR))
    number = forms.RegexField(label=_("Number"), regex=r"^[0-9]+(\.[0-9]+)*\Z", max_length=10, help_text=_("Like 1.1"))
    title = forms.CharField(label=_("Objective"), max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)


class MeasureForm(BaseForm):
    """A measure of the plan."""

    number = forms.RegexField(
        label=_("Number"), regex=r"^[0-9]+(\.[0-9]+)*\Z", max_length=12, help_text=_("Like 1.1.1")
    )
    title = forms.CharField(label=_("Measure"), max_length=300)
    lead = forms.ModelChoiceField(label=_("Lead institution"), queryset=Institution.objects.none())
    supporting = SeveralField(
        label=_("Supporting institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    municipalities = SeveralField(
        label=_("Municipalities"),
        queryset=Municipality.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where it is carried out. Leave empty for the whole county."),
    )
    due_on = DateField(label=_("Deadline"), required=False)
    is_ongoing = forms.BooleanField(label=_("Ongoing all year"), required=False)
    indicator = forms.CharField(
        label=_("Indicator"), max_length=200, help_text=_("What is counted: number of sessions.")
    )
    baseline = NumberField(label=_("Baseline"), min_value=0, max_value=1_000_000, initial=0)
    target = NumberField(label=_("Target"), min_value=0, max_value=1_000_000, required=False)
    reason = forms.CharField(
        label=_("Why the target changes"),
        max_length=300,
        required=False,
        help_text=_("Needed only where the target of an adopted plan changes. Do not write names of persons here."),
    )
    means = forms.CharField(label=_("Means of verification"), max_length=200, required=False)
    resource = forms.ModelChoiceField(
        label=_("Resources"), queryset=Term.objects.filter(list=Term.List.RESOURCE), required=False
    )
    for_children = forms.BooleanField(label=_("Concerns children"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Institution.objects.visible_to(seat).working()
        self.offer("lead", rows)
        self.offer("supporting", rows.all())
        self.offer("municipalities", places_of(seat))


class MeasureReportForm(VersionedForm):
    """Where a measure stands."""

    state = forms.ChoiceField(label=_("State"), choices=Measure.State.choices)
    actual = NumberField(label=_("Reached so far"), min_value=0, max_value=1_000_000, required=False)
    note = Words(
        label=_("Note on progress"), required=False, rows=4, help_text=_("Do not write names of persons here.")
    )
