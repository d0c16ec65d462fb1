"""Forms of figures and of their catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.indicators.actions import field_of
from krat.indicators.models import LARGEST, Figure, Indicator
from krat.indicators.periods import Length
from krat.people.models import Seat
from krat.reference.forms import CheckedForm
from krat.reference.models import Term
from krat.ui.forms import BaseForm, BothTexts, DateField, NumberField, SeveralField, VersionedForm

_NOT_KNOWN = gettext_lazy("Not known")
_SIGNS = {
    "min_value": gettext_lazy("A figure is never below zero."),
    "max_value": gettext_lazy("This number is too large. Check that no digit was typed twice."),
}


def in_words(value: int | None) -> str:
    """A figure as it is read: its number, or that it is not known."""
    return _("not known") if value is None else str(value)


@dataclass(frozen=True)
class Row:
    """One figure of the form: its fields, and what was reported before."""

    indicator: Indicator
    number: BoundField
    unknown: BoundField
    same: BoundField | None
    before: str
    year_before: str


class FiguresForm(BaseForm):
    """What an institution reports: for each figure a number, "not known", or "no change" against the last period."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=gettext_lazy("Why the figures are corrected"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Do not write names of persons here."),
    )

    def __init__(
        self,
        *args: Any,
        seat: Seat,
        indicators: Sequence[Indicator],
        standing: Mapping[str, int | None],
        before: Mapping[str, int | None],
        year_before: Mapping[str, int | None],
        corrects: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicators, self.before, self.year_before = indicators, before, year_before
        self.seat, self.corrects = seat, corrects
        if corrects:
            # Who typed before somebody else sent them is told that first.
            stale = self.is_bound and self.data.get("version") != str(self.initial.get("version"))
            self.fields["reason"].required = not stale
        else:
            del self.fields["reason"]
        for one in indicators:
            name = field_of(one)
            self.fields[name] = NumberField(
                label=str(one),
                min_value=0,
                max_value=LARGEST,
                required=False,
                initial=standing.get(one.code),
                error_messages=_SIGNS,
                help_text=one.definition,
            )
            self.fields[f"unknown-{one.code}"] = forms.BooleanField(
                label=_NOT_KNOWN, required=False, initial=one.code in standing and standing[one.code] is None
            )
            if one.code in before:
                self.fields[f"same-{one.code}"] = forms.BooleanField(
                    label=_("No change: %(figure)s") % {"figure": in_words(before[one.code])}, required=False
                )

    def rows(self) -> list[Row]:
        """Each figure with its fields, in the order of the catalogue."""
        return [
            Row(
                one,
                self[field_of(one)],
                self[f"unknown-{one.code}"],
                self[f"same-{one.code}"] if one.code in self.before else None,
                in_words(self.before[one.code]) if one.code in self.before else "",
                in_words(self.year_before[one.code]) if one.code in self.year_before else "",
            )
            for one in self.indicators
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for one in self.indicators:
            name = field_of(one)
            said = [
                cleaned.get(name) is not None,
                bool(cleaned.get(f"unknown-{one.code}")),
                bool(cleaned.get(f"same-{one.code}")),
            ]
            if said.count(True) > 1 and not self._says_the_same(one, cleaned, said):
                self.add_error(name, _("Write a number, or tick one of the two: not both."))
        return cleaned

    def _says_the_same(self, one: Indicator, cleaned: Mapping[str, Any], said: Sequence[bool]) -> bool:
        """Whether "no change" is ticked beside the very figure that did not change."""
        typed, unknown, same = said
        if not same or (typed and unknown):
            return False
        before = self.before[one.code]
        return before is None if unknown else before == cleaned[field_of(one)]

    def figures(self) -> dict[str, int | None]:
        """What was answered, by code; None is "not known"."""
        found: dict[str, int | None] = {}
        for one in self.indicators:
            number = self.cleaned_data.get(field_of(one))
            if number is not None:
                found[one.code] = number
            elif self.cleaned_data.get(f"unknown-{one.code}"):
                found[one.code] = None
            elif self.cleaned_data.get(f"same-{one.code}"):
                found[one.code] = self.before[one.code]
        return found

    def _show_both(self, current: models.Model) -> None:
        """After somebody else's entry: which figures stand now, beside those that were typed."""
        super()._show_both(current)
        rows = Figure.objects.permitted(self.seat, "figures.enter")
        stand = dict(rows.filter(sheet=current.pk).values_list("indicator__code", "value"))
        typed = self.figures()
        both = [
            BothTexts(
                str(one),
                in_words(stand[one.code]) if one.code in stand else "",
                in_words(typed[one.code]) if one.code in typed else "",
            )
            for one in self.indicators
        ]
        self.conflict = [one for one in both if one.theirs != one.yours]


class ReturnForm(VersionedForm):
    """Why figures are given back."""

    reason = forms.CharField(
        label=gettext_lazy("What should be looked at again"),
        max_length=300,
        help_text=gettext_lazy("The institution reads this. Do not write names of persons here."),
    )


class IndicatorForm(CheckedForm):
    """A row of the catalogue."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=10, help_text=gettext_lazy("As in I04 or I04a."))
    name_sq = forms.CharField(label=gettext_lazy("Name in Albanian"), max_length=160)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=160)
    definition_sq = forms.CharField(label=gettext_lazy("Definition in Albanian"), max_length=600)
    definition_en = forms.CharField(label=gettext_lazy("Definition in English"), max_length=600)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=Indicator.Unit.choices,
        help_text=gettext_lazy("Small numbers of persons, children, families, cases and plans are hidden."),
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=Length.choices)
    suppliers = SeveralField(
        label=gettext_lazy("Who supplies it"),
        queryset=Term.objects.filter(list=Term.List.INSTITUTION),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With none chosen nobody is asked for it."),
    )
    certainty = forms.ChoiceField(label=gettext_lazy("How sure the definition is"), choices=Indicator.Certainty.choices)
    retired_on = DateField(
        label=gettext_lazy("Retired from"), required=False, help_text=gettext_lazy("Old figures keep the row.")
    )

    field_order = ["code", "name_sq", "name_en", "definition_sq", "definition_en", "unit", "period", "suppliers"]

    def __init__(self, *args: Any, indicator: Indicator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.counted = indicator is not None and bool(indicator.counted_as)
        if self.counted:
            del self.fields["suppliers"]

    def _stays(self, name: str) -> str:
        """Figures stand under it already: with another unit small numbers might be shown that were hidden."""
        value: str = self.cleaned_data[name]
        if self.indicator is not None and value != getattr(self.indicator, name):
            raise ValidationError(_("Stays as it is once records use it."))
        return value

    def clean_unit(self) -> str:
        """The unit, which stays."""
        return self._stays("unit")

    def clean_period(self) -> str:
        """The length of its period, which stays."""
        return self._stays("period")

    def clean_code(self) -> str:
        """The code, which stays; one that is taken is said here."""
        code = self._stays("code")
        if self.indicator is None and Indicator.objects.filter(code=code).exists():
            raise ValidationError(_("An indicator with this code stands already."))
        return code
