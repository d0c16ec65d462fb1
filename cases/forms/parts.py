"""Forms of the parts of a case: the team and whoever an accepted referral lets in write them alike."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cases.models import AidPart, CounsellingPart, SchoolPart
from cases.models.parts import Part
from krat.ui.forms import DateField, NumberField, VersionedForm, Words


class PartForm(VersionedForm):
    """A part: its state, which is counted, and its data, which is encrypted."""

    def in_words(self) -> dict[str, str]:
        """What was typed, as encrypted data holds it: days as 2026-03-14, nothing as an empty text."""
        typed = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "state")}
        return {name: _as_word(value) for name, value in typed.items()}

    def _show_both(self, current: Any) -> None:
        for name, word in current.data.items():
            if name in self.fields:
                setattr(current, name, self.fields[name].clean(word) if word else None)
        super()._show_both(current)


class SchoolPartForm(PartForm):
    """Whether and where the child goes to school."""

    state = forms.ChoiceField(label=_("State"), choices=SchoolPart.State.choices)
    school = forms.CharField(label=_("School"), max_length=160, required=False)
    grade = forms.CharField(label=_("Grade"), max_length=40, required=False)
    dropped_on = DateField(label=_("Dropped out on"), required=False)
    reason = Words(label=_("Why the child does not go"), rows=2, max_length=2000, required=False)
    return_plan = Words(label=_("Plan of return to school"), rows=3, max_length=4000, required=False)
    psychologist = forms.CharField(
        label=_("Psychologist or social worker of the school"), max_length=160, required=False
    )


class AidPartForm(PartForm):
    """Whether the family is in the economic-aid scheme."""

    state = forms.ChoiceField(label=_("State"), choices=AidPart.State.choices)
    applied_on = DateField(label=_("Applied on"), required=False)
    basis = forms.CharField(label=_("Basis"), max_length=200, required=False, help_text=_("The act or decision."))
    amount = forms.CharField(label=_("Amount a month, in lekë"), max_length=20, required=False)
    reason = Words(label=_("Reason of a refusal or suspension"), rows=2, max_length=2000, required=False)
    appeal = Words(label=_("Appeal"), rows=2, max_length=2000, required=False)


class CounsellingPartForm(PartForm):
    """Counselling by one provider."""

    state = forms.ChoiceField(label=_("State"), choices=CounsellingPart.State.choices)
    started_on = DateField(label=_("Started on"), required=False)
    sessions = NumberField(label=_("Sessions so far"), min_value=0, max_value=1000, required=False)
    summary = Words(
        label=_("Summary"),
        rows=5,
        max_length=4000,
        required=False,
        help_text=_("What the team needs to know. What was told in confidence stays with you."),
    )


FORM_OF_PART: Mapping[type[Part], type[PartForm]] = {
    SchoolPart: SchoolPartForm,
    AidPart: AidPartForm,
    CounsellingPart: CounsellingPartForm,
}


def initial_of(part: Part) -> dict[str, Any]:
    """What the form of a part starts with; its words must be at hand."""
    return {"version": part.version, "state": part.state, **part.data}


def facts_of(part: Part) -> list[tuple[str, str]]:
    """What a part tells, in the words of its form; what nobody has filled in is left out."""
    fields = FORM_OF_PART[type(part)].base_fields
    told = [(str(fields["state"].label), str(part))]
    words = {name: word for name, word in part.data.items() if word}
    return told + [(str(fields[name].label), _as_people_say(fields[name], word)) for name, word in words.items()]


def _as_word(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime.date) else str(value)


def _as_people_say(field: forms.Field, word: str) -> str:
    if isinstance(field, DateField):
        return formats.date_format(datetime.date.fromisoformat(word), "SHORT_DATE_FORMAT")
    return word
