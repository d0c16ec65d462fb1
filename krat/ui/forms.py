"""Forms shape input and carry a verb's refusal back to the field it concerns. They hold no rules."""

from __future__ import annotations

import copy
import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils import formats
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access import drafts

_LINE_BREAKS = "\n\r\t"
_DASHES = "---------"  # what Django shows where nothing is chosen
EARLIEST, LATEST = 1990, 2100


def refuse_invisible(words: str) -> None:
    """Refuse control, direction and zero-width characters: they make a text read otherwise than it stands."""
    for sign in words:
        if sign not in _LINE_BREAKS and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            raise ValidationError(_("The text holds an invisible character. Please type it again without it."))


@dataclass(frozen=True)
class BothTexts:
    """One field of a conflict: what stands now, and what was typed."""

    label: str
    theirs: str
    yours: str


class BaseForm(forms.Form):
    """A form of this house: bound to what was sent, or to what was kept when it expired, or filled from its draft."""

    required_css_class = "is-required"
    is_sent = False
    conflict: list[BothTexts] | None = None
    # Why a form with texts of several lines keeps no draft of them; empty where it does.
    draftless = ""
    sent_to = ""  # where it is sent, and its draft with it
    variant = ""  # what tells apart the forms of one address, as a referral's purpose
    draft_at: datetime.datetime | None = None

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """The form of this request: filled from a POST, from what its writer had typed before it expired, or from the
        draft of it. One query for the draft where a page with long texts is opened."""
        if drafts.is_kept(request):
            form = cls(**kwargs)
        elif request.method == "POST":
            form = cls(request.POST, **kwargs)
            form.is_sent = True
        else:
            recovered = getattr(request, "recovered", None)
            form = cls(recovered, **kwargs)
            if recovered is None and form.keeps_draft:
                form.take_up(drafts.take(request, address=request.path_info, variant=form.variant))
        form.sent_to = request.path_info
        return form

    @property
    def keeps_draft(self) -> bool:
        """Whether what is typed into it is kept before it is sent: forms with texts of several lines."""
        return not self.draftless and any(isinstance(field, Words) for field in self.fields.values())

    def take_up(self, draft: drafts.Kept | None) -> None:
        """Lay a draft over what the form shows. Where the thing changed since it was begun, both texts are shown."""
        if draft is None:
            return
        self.draft_at = draft.saved_at
        stale = "version" in self.fields and self._typed(draft.words, "version") != str(self.initial.get("version"))
        both = []
        for name, field in self.fields.items():
            if field.widget.is_hidden or field.widget.value_omitted_from_data(draft.words, {}, self.add_prefix(name)):
                continue
            theirs, yours = self.get_initial_for_field(field, name), self._typed(draft.words, name)
            self.initial[name] = yours
            if stale:
                both.append(BothTexts(str(field.label), _worded(field, theirs), _worded(field, yours)))
        self.conflict = [one for one in both if one.theirs != one.yours] or None

    def _typed(self, words: QueryDict, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(words, {}, self.add_prefix(name))

    def is_as_it_stands(self, words: QueryDict) -> bool:
        """Whether these words say no more than the form says without them."""
        sent = copy.copy(self)
        sent.data, sent.is_bound, sent.files = words, True, MultiValueDict()
        sent._bound_fields_cache = {}  # type: ignore[attr-defined]
        return not [name for name in sent.changed_data if not sent.fields[name].widget.is_hidden]

    def offer(self, name: str, rows: models.QuerySet[Any]) -> None:
        """Let a field choose among these rows: those that the door shows to the seat."""
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def offer_codes(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        """Let a field choose among these codes, each with what is read."""
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def is_accepted(self) -> bool:
        """Whether it was sent and makes sense; what was only kept is shown again first."""
        return self.is_sent and self.is_valid()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                try:
                    refuse_invisible(value)
                except ValidationError as mistake:
                    self.add_error(name, mistake)
                else:
                    cleaned[name] = unicodedata.normalize("NFC", value)
        return cleaned

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Let a verb refuse: its sentences appear at their fields, a conflict shows both texts. Nothing was done."""
        try:
            yield
        except ValidationError as refusal:
            if hasattr(refusal, "current"):
                self._show_both(refusal.current)
            self.refuse(refusal)

    def refuse(self, refusal: ValidationError) -> None:
        """Put a verb's sentences at the fields they name, the others on top."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, mistakes in refusal.error_dict.items():
            self.add_error(name if name in self.fields else None, mistakes)

    def _show_both(self, current: models.Model) -> None:
        self.conflict = []
        for name, field in self.fields.items():
            if field.widget.is_hidden or not hasattr(current, name):
                continue
            theirs, yours = _standing(current, name, field), self.cleaned_data.get(name)
            if type(field) is forms.ChoiceField:
                theirs, yours = (dict(cast(Any, field.choices)).get(one, one) for one in (theirs, yours))
            theirs, yours = _readable(theirs), _readable(yours)
            if theirs != yours:
                self.conflict.append(BothTexts(str(field.label), theirs, yours))
        if "version" in self.fields:
            # They have both texts before them now: the next save is based on what stands.
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix("version")] = str(getattr(current, "version", ""))
            self.data = data

    def fetch_choices(self) -> None:
        """Read the rows of every choice list now: a template may not."""
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                if field.empty_label == _DASHES:
                    field.empty_label = _("Choose")
                # Not list(): it asks how many there are first, and that is another query.
                field.choices = [one for one in cast(Iterator[Any], field.choices)]  # noqa: C416

    def choose_as(self, other: BaseForm) -> None:
        """Offer what another form of this kind offers, and its choices as it has fetched them (no query)."""
        for name, field in self.fields.items():
            field.widget.attrs = dict(other.fields[name].widget.attrs)
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = cast("forms.ModelChoiceField[Any]", other.fields[name]).empty_label
                field.choices = list(cast(Iterator[Any], cast(Any, other.fields[name]).choices))


class ConfirmForm(BaseForm):
    """The one button of a verb that asks once on its own page; ``version`` is what the reader had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AskingForm(BaseForm):
    """A form whose verb may ask back: it refuses at ``sure``, and the question then stands beside a box to tick."""

    sure = forms.BooleanField(label=gettext_lazy("Yes, go on"), required=False, widget=forms.HiddenInput)

    def refuse(self, refusal: ValidationError) -> None:
        """Put a verb's sentences at the fields they name; what it asks back becomes a box."""
        super().refuse(refusal)
        if "sure" in self.errors:
            self.fields["sure"].widget = forms.CheckboxInput()


class VersionedForm(BaseForm):
    """A form that changes a row: it carries the version of the row it was filled from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def _standing(current: models.Model, name: str, field: forms.Field) -> Any:
    value: Any = getattr(current, name)
    if not isinstance(field, forms.ModelMultipleChoiceField):
        return value
    ids = value.through.objects.filter(**{value.source_field_name: current.pk}).values(value.target_field_name)
    return field.queryset.filter(pk__in=ids)  # type: ignore[union-attr]  # the rows this seat may choose among


def _worded(field: forms.Field, value: Any) -> str:
    """A value of a field as it is read: what is chosen by its words, days and hours as they are written here."""
    if isinstance(field, forms.ChoiceField):
        words = {str(code): str(name) for code, name in cast(Any, field.choices)}
        many = value if isinstance(value, list | tuple | models.QuerySet) else [value]
        return ", ".join(words.get(str(getattr(one, "pk", one)), "") for one in many if one not in (None, ""))
    try:
        return _readable(field.to_python(value))
    except ValidationError:
        return str(value)


def _readable(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, models.QuerySet):
        return ", ".join(str(row) for row in value)
    if hasattr(value, "strftime"):
        return str(formats.localize(value))
    return str(value).replace("\r\n", "\n")


_DAY = re.compile(r"([0-9]{1,2})[./\s-]+([0-9]{1,2})[./\s-]+([0-9]{4})\.?|([0-9]{2})([0-9]{2})([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_HOUR = re.compile(r"([0-9]{1,2})(?:[:.,\s]([0-9]{2})(?::[0-9]{2})?)?|([0-9]{1,2})([0-9]{2})")


def read_day(typed: str) -> datetime.date | None:
    """The day that somebody wrote: day, month and year in four digits, whatever stands between them, or nothing; or
    as machines write it (2026-12-31). Never month before day. None where it is no day."""
    typed = typed.strip()
    if found := _ISO_DAY.fullmatch(typed):
        year, month, day = found.groups()
    elif found := _DAY.fullmatch(typed):
        day, month, year = (one for one in found.groups() if one)
    else:
        return None
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


class DayInput(forms.DateInput):
    """A day as a text, whatever language the browser speaks: its own field shows 12/31/2026 to one set to English."""

    input_type = "text"

    def __init__(self) -> None:
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": gettext_lazy("dd.mm.yyyy"),
            "data-day": True,
        }
        super().__init__(attrs, format="%d.%m.%Y")


class HourInput(forms.TimeInput):
    """An hour as a text, on the 24-hour clock in every browser."""

    def __init__(self) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "placeholder": gettext_lazy("hh:mm")}
        super().__init__(attrs, format="%H:%M")


class DateField(forms.DateField):
    """A day, typed as people write it here (31.12.2026); the browser's calendar is an extra."""

    widget = DayInput
    default_error_messages = {"invalid": gettext_lazy("Write day, month and year, as in 31.12.2026.")}

    def to_python(self, value: Any) -> datetime.date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value.strip() if isinstance(value, str) else value)
        day = read_day(value)
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def validate(self, value: datetime.date | None) -> None:
        """Refuse days of another century: they are slips of the finger, and reckoning on from them fails."""
        super().validate(value)
        if value is not None and not EARLIEST <= value.year <= LATEST:
            raise ValidationError(
                _("The year must lie between %(first)s and %(last)s."), params={"first": EARLIEST, "last": LATEST}
            )


class TimeField(forms.TimeField):
    """An hour of the day, on the 24-hour clock: 9:30, 09.30 or 0930."""

    widget = HourInput
    default_error_messages = {"invalid": gettext_lazy("Write hour and minutes, as in 14:30.")}

    def to_python(self, value: Any) -> datetime.time | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value.strip() if isinstance(value, str) else value)
        found = _HOUR.fullmatch(value.strip())
        hour, minutes = ([one for one in found.groups() if one] + ["0"])[:2] if found else ("99", "0")
        try:
            return datetime.time(int(hour), int(minutes))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


_GROUPED = re.compile(r"-?[0-9]{1,3}(?:([. \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")


class NumberField(forms.IntegerField):
    """A whole number as people write it here: 1000, 1.000 or 1 000. The point groups thousands; Django's own field
    would read 1.000 as one. What could be read in two ways (1,000 or 12.50) is refused with a sentence.
    """

    default_error_messages = {
        "invalid": gettext_lazy("Write a whole number, without decimals: 1000 or 1.000."),
    }

    def __init__(self, **kwargs: Any) -> None:
        # A text field: a browser's own field for numbers sends nothing of what it cannot read.
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number, or `ValidationError`; groups are of three digits, all with the same sign between them."""
        typed = str(value).strip() if value is not None else ""
        if typed in self.empty_values:
            return None
        if _GROUPED.fullmatch(typed):
            typed = re.sub(r"[^0-9-]", "", typed)
        if not re.fullmatch(r"-?[0-9]{1,18}", typed):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(typed)


class Words(forms.CharField):
    """A text of several lines."""

    def __init__(self, *, rows: int = 4, max_length: int = 20_000, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # the class takes no subscript at run time
    """Several rows of a list."""

    def clean(self, value: Any) -> Any:
        """The rows; an id too large for the database (SQLite raises) is one that is not offered."""
        try:
            return super().clean(value)
        except OverflowError as impossible:
            sentence = self.error_messages["invalid_choice"]
            raise ValidationError(sentence, code="invalid_choice", params={"value": "…"}) from impossible
