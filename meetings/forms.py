"""Forms of meetings."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from krat.committee.models import Body, Institution
from krat.people.models import Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import State as TaskState
from krat.reference.models import Term
from krat.ui.filters import Column, Filters, NumberFilter, SortFilter, StandingFilter
from krat.ui.forms import (
    AskingForm,
    BaseForm,
    DateField,
    NumberField,
    SeveralField,
    TimeField,
    VersionedForm,
    Words,
    refuse_invisible,
)
from meetings.models import AgendaItem, Attendance, Meeting, Review

NO_NAMES = _("Do not write names of persons here.")


def _meetings_by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.unfinished() if value == "unfinished" else rows.filter(state=value)  # type: ignore[attr-defined]


class MeetingFilter(Filters):
    """What to look for among the meetings; open are those of which something is still to come, be it the minutes."""

    body = ChoiceFilter("body__kind", label=_("Body"), choices=Body.Kind.choices)
    year = NumberFilter(label=_("Year"), min_value=2006, max_value=2100)
    state = StandingFilter(
        narrow=_meetings_by_standing, choices=Meeting.State.choices, open_as="unfinished", shows_all=True
    )
    sort = SortFilter(
        {
            "meeting": Column(_("Meeting"), "number"),
            "date": Column(_("Date"), "held_on"),
            "kind": Column(_("Kind of meeting"), "kind__position"),
        }
    )


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "withdrawn":
        return rows.exclude(withdrawn_at=None)
    return rows.filter(closed_at__isnull=value == "open", withdrawn_at=None)


STANDINGS = [
    ("open", _("open")),
    ("closed", _("closed")),
    ("withdrawn", pgettext_lazy("decision", "withdrawn")),
]


class DecisionFilter(Filters):
    """What to look for in the ledger of decisions."""

    body = ChoiceFilter("body__kind", label=_("Body"), choices=Body.Kind.choices)
    year = NumberFilter(label=_("Year"), min_value=2006, max_value=2100)
    standing = StandingFilter(narrow=_by_standing, choices=STANDINGS, shows_all=True)


def _ledger_by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "open":
        return rows.open()  # type: ignore[attr-defined,no-any-return]
    if value == "late":
        return rows.overdue()  # type: ignore[attr-defined,no-any-return]
    return rows.given_back() if value == "given_back" else rows.filter(state=value)  # type: ignore[attr-defined]


class LedgerFilter(Filters):
    """What to look for in the ledger of an institution."""

    year = NumberFilter("given_on__year", label=_("Year in which it was asked"), min_value=2006, max_value=2100)
    standing = StandingFilter(
        narrow=_ledger_by_standing,
        choices=[
            ("open", _("to be done")),
            ("late", _("late")),
            *((one.value, one.label) for one in (TaskState.DONE, TaskState.VERIFIED, TaskState.CANCELLED)),
            ("given_back", _("given back at least once")),
        ],
        shows_all=True,
    )


# "1.", "2)", "(3)", "1.2.", "a)", "-", "–", "•" before the words; never a number that belongs to them: "3 raste",
# "18.10. Dita".
_MARK = re.compile(
    r"^\s*(?:\(?(?:\d{1,2}|\d(?:\.\d)+)[.)](?!\d)\s*|\(?[a-zçë]\)\s+|[-–—•*·▪●]\s*(?!\d))", re.IGNORECASE
)


def without_mark(line: str) -> str:
    """A line of a list without its number, letter or bullet."""
    return _MARK.sub("", line, count=1).strip()


def _bodies(seat: Seat) -> Any:
    return Body.objects.permitted(seat, "committee.view").filter(county=seat.county_id).order_by("-year", "kind")


class MeetingForm(AskingForm):
    """A new meeting with its agenda."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=Body.objects.none(), empty_label=None)
    kind = forms.ModelChoiceField(
        label=_("Kind of meeting"), queryset=Term.objects.filter(list=Term.List.MEETING), empty_label=None
    )
    held_on = DateField(label=_("Date"))
    starts_at = TimeField(label=_("Hour"), required=False)
    place = forms.CharField(label=_("Place"), max_length=160)
    agenda = Words(
        label=_("Agenda"),
        rows=6,
        help_text=_("One item a line. The follow-up of open decisions joins by itself after the first item."),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = _bodies(seat)
        self.offer("body", bodies)
        self.fields["place"].initial = gettext("Hall of the prefecture")
        self.fields["agenda"].initial = "\n".join(
            [
                gettext("Opening and check of the quorum"),
                gettext("Reports of the institutions"),
                gettext("Any other business"),
            ]
        )

    def clean_agenda(self) -> list[str]:
        """The items, one a line, without the marks of the list they were pasted from."""
        refuse_invisible(self.cleaned_data["agenda"])  # the form's own check meets words, and these become a list
        titles = [without_mark(line) for line in self.cleaned_data["agenda"].splitlines()]
        titles = [title for title in titles if title]
        longest = AgendaItem._meta.get_field("title").max_length
        for number, title in enumerate(titles, start=1):
            if longest is not None and len(title) > longest:
                raise ValidationError(
                    _("Item %(number)s has %(signs)s signs; %(most)s is the most: “%(begins)s…”"),
                    params={"number": number, "signs": len(title), "most": longest, "begins": title[:40]},
                )
        return titles


class MeetingChangeForm(AskingForm, VersionedForm):
    """The kind, day, hour and place of a meeting."""

    kind = forms.ModelChoiceField(
        label=_("Kind of meeting"), queryset=Term.objects.filter(list=Term.List.MEETING), empty_label=None
    )
    held_on = DateField(label=_("Date"))
    starts_at = TimeField(label=_("Hour"), required=False)
    ends_at = TimeField(label=_("End"), required=False, help_text=_("When the meeting ended; for its minutes."))
    place = forms.CharField(label=_("Place"), max_length=160)


class ItemForm(BaseForm):
    """A new item of the agenda."""

    title = forms.CharField(label=_("Item"), max_length=300)
    rapporteur = forms.ModelChoiceField(label=_("Rapporteur"), queryset=Institution.objects.none(), required=False)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("rapporteur", Institution.objects.visible_to(seat).working())

    def clean_title(self) -> str:
        """The words without the mark of the list they were pasted from."""
        return without_mark(self.cleaned_data["title"])


class ItemChangeForm(ItemForm, VersionedForm):
    """The words and the place of an item."""

    position = NumberField(label=_("Number on the agenda"), min_value=1, max_value=99)


SHORT_STATUS = {
    Attendance.Status.PRESENT: pgettext_lazy("attendance, short", "took part"),
    Attendance.Status.SUBSTITUTE: pgettext_lazy("attendance, short", "substitute"),
    Attendance.Status.EXCUSED: pgettext_lazy("attendance, short", "with reason"),
    Attendance.Status.ABSENT: pgettext_lazy("attendance, short", "absent"),
}


class AttendanceForm(BaseForm):
    """Who is at the table: a choice for every institution. ``seen`` carries what the writer had before them, ``item``
    the item of the agenda that they came from. What is not sent is not touched; an empty choice takes back.
    """

    seen = forms.RegexField(regex=r"^([0-9]+:[a-z]*,)*\Z", widget=forms.HiddenInput, required=False, max_length=4000)
    item = forms.RegexField(
        regex=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", widget=forms.HiddenInput, required=False, max_length=36
    )

    def __init__(
        self,
        *args: Any,
        institutions: Iterable[Institution],
        recorded: Mapping[int, Attendance],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.institutions = {f"institution-{one.pk}": one for one in institutions}
        for name, institution in self.institutions.items():
            row = recorded.get(institution.pk)
            self.fields[name] = forms.ChoiceField(
                label=institution.short_name,
                choices=[*SHORT_STATUS.items(), ("", _("not recorded"))],
                required=False,
                widget=forms.RadioSelect,
                initial=row.status if row else "",
            )
            self.fields[self.office_of(institution)] = forms.CharField(
                label=_("Office of the substitute"),
                max_length=120,
                required=False,
                initial=row.office if row else "",
                help_text=_("The office, not the name."),
            )
        self.recorded = {key: row.status for key, row in recorded.items()}
        self.fields["seen"].initial = as_seen(self.recorded)

    @staticmethod
    def office_of(institution: Institution) -> str:
        """The name of the field with the office in which an institution's substitute came."""
        return f"office-{institution.pk}"

    def rows(self) -> list[tuple[BoundField, BoundField]]:
        """For each institution its choice and the office of its substitute."""
        return [(self[name], self[self.office_of(one)]) for name, one in self.institutions.items()]

    @property
    def are_all_recorded(self) -> bool:
        """Whether every institution has its word."""
        return all(one.pk in self.recorded for one in self.institutions.values())

    def show_what_stands(self) -> None:
        """After a conflict the sentences say what stands: the next save is based on that."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = as_seen(self.recorded)
        self.data = data

    def based_on(self) -> dict[int, str]:
        """What the writer saw recorded, by institution id."""
        pairs = [pair.partition(":") for pair in self.cleaned_data["seen"].split(",") if pair]
        return {int(key): value for key, _sep, value in pairs}

    def by_institution(self) -> dict[Institution, str]:
        """The status of each institution that was sent. With “all present”, of those without one too."""
        status = {one: self.cleaned_data[name] for name, one in self.institutions.items() if name in self.data}
        if "everybody" in self.data:
            for one in self.institutions.values():
                if not status.get(one) and one.pk not in self.recorded:
                    status[one] = Attendance.Status.PRESENT
        return status

    def offices(self) -> dict[Institution, str]:
        """The office of each substitute that was sent."""
        names = {one: self.office_of(one) for one in self.institutions.values()}
        return {one: self.cleaned_data[name] for one, name in names.items() if name in self.data}


def as_seen(status: Mapping[int, str]) -> str:
    """What stands recorded, as the form carries it."""
    return "".join(f"{key}:{value}," for key, value in sorted(status.items()))


class ItemDayForm(VersionedForm):
    """What was said on an item, and a decision on it with the task that comes from it: saved together."""

    discussion = Words(label=_("Discussion"), rows=9, required=False, help_text=NO_NAMES)
    is_done = forms.BooleanField(label=_("The item is dealt with"), required=False)
    text = Words(label=_("Decision"), rows=4, max_length=4000, required=False, help_text=NO_NAMES)
    lead = forms.ModelChoiceField(
        label=_("Responsible institution"),
        queryset=Institution.objects.none(),
        required=False,
        help_text=_("One institution answers for it. Leave empty when nobody is charged."),
    )
    due_on = DateField(label=_("Until"), required=False)
    measure = forms.ModelChoiceField(label=_("Measure of the plan"), queryset=Measure.objects.none(), required=False)
    supporting = SeveralField(
        label=_("Supporting institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    OF_THE_DECISION = ("text", "lead", "due_on", "measure", "supporting")

    def __init__(self, *args: Any, seat: Seat, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_what_a_decision_charges(self, seat, meeting)

    def clean_text(self) -> str:
        """The words of the decision; blank ones are none."""
        return str(self.cleaned_data["text"]) if self.cleaned_data["text"].strip() else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        others = {*self.OF_THE_DECISION[1:]} & set(self.changed_data)
        if others and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Say what was decided, or empty the fields below."))
        return cleaned

    def decision(self) -> dict[str, Any] | None:
        """What was decided; None where nothing was written."""
        if not self.cleaned_data["text"]:
            return None
        decided = {name: self.cleaned_data[name] for name in self.OF_THE_DECISION}
        return decided | {"supporting": list(decided["supporting"])}


def offer_what_a_decision_charges(form: BaseForm, seat: Seat, meeting: Meeting, task: Task | None = None) -> None:
    """Let the form of a decision choose among working institutions, and the open measures of the meeting's year; where
    it changes a task, among those as well that the task has, though they have ended."""
    institutions = Institution.objects.visible_to(seat)
    helping = Q(pk__in=[one.pk for one in task.supporting.visible_to(seat)]) if task is not None else Q()
    form.offer("lead", institutions.filter(Q(retired_on=None) | Q(pk=task.lead_id if task else None)))
    form.offer("supporting", institutions.filter(Q(retired_on=None) | helping))
    measures = Measure.objects.visible_to(seat)
    of_the_year = Q(objective__plan__county=meeting.body.county_id, objective__plan__year=meeting.year)
    writable = of_the_year & ~Q(objective__plan__state=Plan.State.CLOSED)
    form.offer("measure", measures.filter(writable | Q(pk=task.measure_id if task else None)).order_by("number"))
    form.fields["due_on"].widget.attrs["data-min"] = max(meeting.held_on, timezone.localdate()).isoformat()


class CorrectionForm(VersionedForm):
    """A decision as it should have been recorded, and why; where several are charged, only its words."""

    text = Words(label=_("Decision"), rows=4, max_length=4000, help_text=NO_NAMES)
    lead = forms.ModelChoiceField(
        label=_("Responsible institution"),
        queryset=Institution.objects.none(),
        required=False,
        help_text=_("One institution answers for it. Leave empty when nobody is charged."),
    )
    due_on = DateField(label=_("Until"), required=False)
    measure = forms.ModelChoiceField(label=_("Measure of the plan"), queryset=Measure.objects.none(), required=False)
    supporting = SeveralField(
        label=_("Supporting institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=NO_NAMES)

    def __init__(
        self, *args: Any, seat: Seat, meeting: Meeting, several: bool, task: Task | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if several:
            for name in ("lead", "due_on", "measure", "supporting"):
                del self.fields[name]
        else:
            offer_what_a_decision_charges(self, seat, meeting, task)


class WithdrawalForm(VersionedForm):
    """Why a decision is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=NO_NAMES)


class ReviewForm(VersionedForm):
    """What the meeting found on a returning decision."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Review.Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, help_text=NO_NAMES)


class RemarkForm(BaseForm):
    """A remark on the minutes."""

    text = Words(label=_("Remark"), rows=4, max_length=4000, help_text=NO_NAMES)
