"""Forms of the case: its head, who it is, its risk, its way through the stages, its team, and how it is found."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from cases.models import Case, Identity
from cases.models.codes import CITIZENSHIPS, LANGUAGES
from cases.models.identity import EARLIEST_BIRTH, Sex
from cases.models.signal import Kind
from cases.models.stages import Risk, Stage
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import Municipality, Term
from krat.ui.filters import Filters, RowFilter, TickFilter
from krat.ui.forms import BaseForm, BothTexts, DateField, SeveralField, VersionedForm, Words

_NOT_KNOWN = ("", _("not known"))
DOUBTFUL = "doubtful"  # by this code the verbs ask to look at a personal number again


class BirthDate(DateField):
    """A day of birth: older than other days, and never to come."""

    def validate(self, value: datetime.date | None) -> None:
        """Refuse days on which nobody who lives was born."""
        forms.DateField.validate(self, value)
        if value is not None and not (value.year >= EARLIEST_BIRTH and value <= timezone.localdate()):
            raise ValidationError(_("This day of birth cannot be right."))


def _codes(kind: Term.List, chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The rows of a list by their codes; a retired one stays for the case that has it (one query)."""
    rows = Term.objects.of(kind) | Term.objects.filter(list=kind, code__in=chosen)
    return [(one.code, str(one)) for one in rows.order_by("position", "code")]


# --- lists and finding ---


def _late(rows: QuerySet[Any], _name: str, is_late: bool) -> QuerySet[Any]:
    return rows.filter(due_at__lt=timezone.now()) if is_late else rows


def _of_stage(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    return cast(Any, rows).open() if value == "open" else rows.filter(stage=value)


def _served(request: Any) -> QuerySet[Municipality]:
    seat = request.seat
    served = seat.institution.territories.values("pk")
    return Municipality.objects.filter(Q(county=seat.county_id) | Q(pk__in=served)).distinct()


class CaseFilter(Filters):
    """What to look for among the cases: codes and choices only, for they stand in the address (decision 17)."""

    stage = ChoiceFilter(
        label=_("Stage"), choices=[("open", pgettext_lazy("cases", "open")), *Stage.choices], method=_of_stage
    )
    risk = ChoiceFilter(label=_("Risk"), choices=Risk.choices)
    kind = ChoiceFilter(label=_("About"), choices=Kind.choices)
    municipality = RowFilter(label=_("Municipality"), queryset=_served, to_field_name="code")
    late = TickFilter(label=_("late only"), method=_late)

    @staticmethod
    def stage_of(request: HttpRequest) -> str:
        """The stage that the address asks for, ``open`` for all that are open; empty where it asks for none."""
        asked = request.GET.get("stage", "")
        return asked if asked == "open" or asked in Stage.values else ""


class SearchForm(BaseForm):
    """What is typed about a person: by POST, never in an address (decision 17)."""

    words = forms.CharField(
        label=_("Name, personal number or case number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "The beginning of a name from three letters on, a shorter name in full; marks do not matter: celaj finds "
            "Çelaj. Of a number its end will do: 16-F."
        ),
    )


# --- the head ---


class HeadForm(VersionedForm):
    """The head of a case: where, why, and how it became known."""

    municipality = forms.ModelChoiceField(label=_("Municipality"), queryset=Municipality.objects.none())
    source = forms.ModelChoiceField(label=_("Source of the signal"), queryset=Term.objects.none())
    signalled_on = DateField(label=_("Day of the signal"))
    concerns = forms.MultipleChoiceField(label=_("Concerns"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("municipality", seat.institution.territories.all())
        self.offer("source", Term.objects.of(Term.List.SOURCE))
        self.offer_codes("concerns", _codes(Term.List.CONCERN, self.initial.get("concerns", ())))

    def _show_both(self, current: models.Model) -> None:
        case = cast(Case, current)
        shown = SimpleNamespace(
            version=case.version,
            municipality=case.municipality,
            source=case.source,
            signalled_on=case.signalled_on,
        )
        super()._show_both(cast(models.Model, shown))
        theirs, yours = case.concerns, self.cleaned_data.get("concerns", [])
        if set(theirs) != set(yours) and self.conflict is not None:
            words = dict(cast(Any, self.fields["concerns"]).choices)
            both = (", ".join(words.get(one, one) for one in codes) for codes in (theirs, yours))
            self.conflict.append(BothTexts(str(self.fields["concerns"].label), *both))


HEAD = tuple(name for name in HeadForm.base_fields if name != "version")


def head_of(case: Case) -> dict[str, Any]:
    """What the form of a head starts with."""
    return {name: getattr(case, name) for name in HEAD} | {"version": case.version}


# --- who it is ---


class IdentityFields(BaseForm):
    """Who it is: the same fields when a case is opened and when they are changed."""

    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Surname"), max_length=80, required=False)
    father_name = forms.CharField(label=_("Father's name"), max_length=80, required=False)
    mother_name = forms.CharField(label=_("Mother's name"), max_length=80, required=False)
    birth_date = BirthDate(label=_("Day of birth"), required=False)
    birth_year = forms.CharField(
        label=_("Year of birth"),
        max_length=4,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Where the day is not known."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=[_NOT_KNOWN, *Sex.choices], required=False)
    personal_number = forms.CharField(
        label=_("Personal number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # Asked only once the number was doubted.
    number_stands = forms.BooleanField(
        label=_("The number is right: I have compared it with the paper"), required=False
    )
    citizenship = forms.ChoiceField(label=_("Citizenship"), choices=[_NOT_KNOWN, *CITIZENSHIPS], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[_NOT_KNOWN, *LANGUAGES], required=False)
    care = forms.ChoiceField(label=_("Present care"), required=False)
    safe_contact = Words(
        label=_("How to reach the family safely"),
        rows=2,
        max_length=500,
        required=False,
        help_text=_("Who may be called, when, and what must not be sent. Offices that accept a referral read this."),
    )
    address = Words(
        label=_("Address"),
        rows=2,
        max_length=300,
        required=False,
        help_text=_("Where the family lives. Never the address of a shelter, not even in part."),
    )

    def offer_care(self) -> None:
        """Fill the choices that come from lists, and keep what stands already (one query)."""
        self.offer_codes("care", [_NOT_KNOWN, *_codes(Term.List.CARE, [self.initial.get("care", "")])])
        for name in ("citizenship", "language"):
            stands, field = self.initial.get(name, ""), cast(Any, self.fields[name])
            if stands and stands not in dict(field.choices):
                field.choices = [*field.choices, (stands, stands)]

    @property
    def doubts_number(self) -> bool:
        """Whether the page asks to compare the personal number with the paper."""
        refusals = self.errors.as_data().get("personal_number", [])
        return any(one.code == DOUBTFUL for one in refusals) or bool(self.data.get("number_stands"))

    def identity(self) -> dict[str, str]:
        """What was typed, as the encrypted data holds it."""
        typed = {name: self.cleaned_data[name] for name in WHO}
        return {
            name: value.isoformat() if isinstance(value, datetime.date) else value or ""
            for name, value in typed.items()
        }


WHO = tuple(name for name in IdentityFields.base_fields if name != "number_stands")


class IdentityForm(IdentityFields, VersionedForm):
    """Who it is. Based on the version of the case: head and identity are one edit (decision 23)."""

    field_order = ["kind", *WHO, "version"]

    kind = forms.ChoiceField(label=_("About"), choices=Kind.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, identity: Identity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stands = identity
        self.offer_care()

    def clean(self) -> dict[str, Any]:
        """An exact day of birth that is typed now replaces the year that was estimated before."""
        cleaned = super().clean()
        if cleaned.get("birth_date") and "birth_date" in self.changed_data and "birth_year" not in self.changed_data:
            cleaned["birth_year"] = ""
        return cleaned

    def _show_both(self, current: models.Model) -> None:
        words = {name: self.fields[name].to_python(self._stands.data[name]) for name in WHO}
        case = cast(Case, current)
        super()._show_both(cast(models.Model, SimpleNamespace(version=case.version, kind=case.kind, **words)))


def identity_of(identity: Identity, case: Case) -> dict[str, Any]:
    """What the form of an identity starts with; its words must be at hand."""
    return {**identity.data, "kind": case.kind, "version": case.version}


# --- opening ---


class CaseForm(IdentityFields):
    """A new case: its head and who it is, on one page."""

    kind = forms.ChoiceField(label=_("About"), choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.CHILD)
    municipality = forms.ModelChoiceField(label=_("Municipality"), queryset=Municipality.objects.none())
    source = forms.ModelChoiceField(label=_("Source of the signal"), queryset=Term.objects.none())
    signalled_on = DateField(label=_("Day of the signal"))
    concerns = forms.MultipleChoiceField(label=_("Concerns"), required=False, widget=forms.CheckboxSelectMultiple)
    risk = forms.ChoiceField(
        label=_("Risk"),
        choices=[("", _("not assessed yet")), *Risk.choices],
        required=False,
        help_text=_(
            "The clock of the initial assessment runs by it. Until it is assessed, it runs as for a high risk."
        ),
    )
    reference = forms.CharField(
        label=_("Own reference"),
        max_length=60,
        required=False,
        help_text=_("The number of the file in your own office or system. Never a personal number."),
    )

    # Asked only where the signal is a case already.
    is_another = forms.BooleanField(
        label=_("This is another child or person of the same signal"),
        help_text=_("The signal is a case already. Whoever works on this one reads what the signal tells."),
    )

    def __init__(self, *args: Any, seat: Seat, is_another: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_another:
            del self.fields["is_another"]
        served = seat.institution.territories.all()
        self.offer("municipality", served)
        if len(served) == 1:
            self.fields["municipality"].initial = served[0].pk
        self.offer("source", Term.objects.of(Term.List.SOURCE))
        self.fields["signalled_on"].initial = timezone.localdate()
        self.offer_codes("concerns", _codes(Term.List.CONCERN))
        self.offer_care()

    def words(self) -> dict[str, Any]:
        """What `open_case` asks for."""
        words = {name: value for name, value in self.cleaned_data.items() if name not in (*WHO, "number_stands")}
        return words | {"identity": self.identity(), "despite_doubt": self.cleaned_data["number_stands"]}


# --- risk, stages, end ---


class RiskForm(VersionedForm):
    """The level of risk."""

    risk = forms.ChoiceField(label=_("Level of risk"), choices=Risk.choices, widget=forms.RadioSelect)


class MoveForm(VersionedForm):
    """Where the case goes next."""

    to = forms.ChoiceField(label=_("Next stage"), widget=forms.RadioSelect)
    note = Words(
        label=_("Note"),
        rows=4,
        max_length=4000,
        required=False,
        help_text=_("What was found, agreed or done in the stage that ends. It stands among the notes of the case."),
    )

    # Asked only where the cross-sector group ends: when it met, and who took part.
    met_on = DateField(label=_("Day on which the group met"))
    members = SeveralField(
        label=_("Institutions that took part"),
        queryset=Institution.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    field_order = ["to", "met_on", "members", "note", "version"]

    def __init__(self, *args: Any, stages: list[Stage], members: QuerySet[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if members is None:
            del self.fields["met_on"], self.fields["members"]
        else:
            self.offer("members", members)
        self.offer_codes("to", [(one.value, one.label) for one in stages])
        if len(stages) == 1:
            self.fields["to"].initial = stages[0].value

    def clean_met_on(self) -> datetime.date:
        """The group has met: the day is not to come."""
        day: datetime.date = self.cleaned_data["met_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day lies in the future."))
        return day

    def whole_note(self) -> str:
        """The note, with the meeting of the group before it."""
        words = self.cleaned_data
        if "members" not in words:
            return str(words["note"])
        told = gettext("The cross-sector group met on %(day)s: %(institutions)s.") % {
            "day": formats.date_format(words["met_on"], "SHORT_DATE_FORMAT"),
            "institutions": ", ".join(str(one) for one in words["members"]),
        }
        return "\n".join(filter(None, [told, words["note"]]))


class CloseForm(VersionedForm):
    """Why a case ends."""

    closing = forms.ModelChoiceField(label=_("Reason for closing"), queryset=Term.objects.none())
    note = Words(
        label=_("Note"),
        rows=4,
        max_length=4000,
        help_text=_("In a sentence or two: why the case ends, and how it stands."),
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            self.offer("closing", Term.objects.of(Term.List.CLOSING))
        else:
            del self.fields["closing"]


class ReopenForm(VersionedForm):
    """Why a case is taken up again."""

    note = Words(
        label=_("Note"), rows=4, max_length=4000, help_text=_("What has happened: why the case is taken up again.")
    )


# --- team ---


class Colleagues(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no subscript at run time
    """Seats of one's own unit, by the person's name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user}, {obj.get_role_display()}"


class HandoverForm(BaseForm):
    """Cases of the unit that somebody else leads from now on."""

    cases = forms.MultipleChoiceField(label=_("Cases"), widget=forms.CheckboxSelectMultiple)
    seat = Colleagues(label=_("Who leads them from now on"), queryset=Seat.objects.none())

    def __init__(self, *args: Any, cases: list[Case], colleagues: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_codes("cases", [(str(one.code), _in_a_line(one)) for one in cases])
        self.offer("seat", colleagues)

    def numbers(self) -> dict[str, int]:
        """How many were chosen."""
        return {"n": len(self.cleaned_data["cases"])}


def _in_a_line(case: Case) -> str:
    """A case as one chooses among several: number, stage and risk, never a name."""
    return f"{case.number} · {case.get_stage_display()} · {case.risk_words}"


class TeamForm(BaseForm):
    """Somebody of the unit is named to the team."""

    seat = Colleagues(label=_("Worker"), queryset=Seat.objects.none())
    is_manager = forms.BooleanField(
        label=_("Manages the case"),
        required=False,
        help_text=_("A case has one manager; the place of the one before ends."),
    )

    def __init__(self, *args: Any, colleagues: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("seat", colleagues)
