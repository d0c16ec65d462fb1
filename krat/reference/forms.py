"""Forms of lists, deadlines and holidays."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from krat.reference.models import Deadline, Threshold
from krat.ui.forms import BaseForm, DateField, NumberField

_LAST_HOUR = 23


class CheckedForm(BaseForm):
    """The part that rows from an act share."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    legal_reference = forms.CharField(label=_("Legal reference"), max_length=200, required=False)
    is_verified = forms.BooleanField(label=_("Compared with the act"), required=False)
    verified_on = DateField(label=_("Compared on"), required=False)
    verified_by = forms.CharField(
        label=_("Compared by"), max_length=120, required=False, help_text=_("An office, not a private person.")
    )


class TermForm(CheckedForm):
    """A row of a list."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Stays as it is once records use it."))
    name_sq = forms.CharField(label=_("Name in Albanian"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    position = NumberField(label=_("Position"), min_value=0, max_value=999)
    retired_on = DateField(label=_("Retired from"), required=False, help_text=_("Old records keep the row."))


class DeadlineForm(CheckedForm):
    """How long something may take."""

    amount = NumberField(label=_("Amount"), min_value=1, max_value=999)
    unit = forms.ChoiceField(label=_("Unit"), choices=Deadline.Unit.choices)
    starts_from = forms.ChoiceField(
        label=_("Counts"),
        choices=Deadline.Start.choices,
        initial=Deadline.Start.ENTRY,
        help_text=_("Matters for the first deadline of a case that is entered after its signal."),
    )
    moves_off_rest_days = forms.BooleanField(
        label=_("A last day of rest moves to the next working day"),
        required=False,
        help_text=_("Only for days and months, and only where the act says so: name it under the legal reference."),
    )


class ThresholdForm(CheckedForm):
    """From where on something is told."""

    amount = NumberField(label=_("Amount"), min_value=0, max_value=999)

    field_order = ["amount"]

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_hour = unit == Threshold.Unit.HOUR
        self.fields["amount"].label = Threshold.Unit(unit).label.capitalize() if unit else _("Amount")

    def clean_amount(self) -> int:
        """An hour of the day; of anything else at least one, or everything would be told."""
        amount: int = self.cleaned_data["amount"]
        if self.is_hour and amount > _LAST_HOUR:
            raise ValidationError(_("Write an hour of the day, from 0 to 23."))
        if not self.is_hour and amount < 1:
            raise ValidationError(_("Write a number from 1 on."))
        return amount


class HolidayForm(BaseForm):
    """A public holiday."""

    day = DateField(label=_("Day"))
    name_sq = forms.CharField(label=_("Name in Albanian"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
