"""Forms of signals."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from cases.models import Signal
from cases.models.signal import Kind
from krat.access.roles import Role
from krat.people.models import Seat
from krat.reference.models import Municipality, Term
from krat.ui.filters import Column, Filters, SortFilter, StandingFilter
from krat.ui.forms import BaseForm, Words

# Where a signal comes from when this role sends it; whoever is not named here says it themselves.
SOURCE_OF_ROLE = {
    Role.POLICE: "police",
    Role.BORDER_POLICE: "border",
    Role.EDUCATION: "school",
    Role.HEALTH: "health_centre",
    Role.NGO: "ngo",
    Role.SHELTER: "ngo",
}
_TAKES_CALLS = (Role.UNIT_HEAD, Role.CHILD_WORKER)


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(state=value)


class SignalFilter(Filters):
    """What to look for among the signals; at first those without an answer."""

    state = StandingFilter(narrow=_by_standing, choices=Signal.State.choices, open_as=Signal.State.SENT)
    kind = ChoiceFilter(label=_("About"), choices=Kind.choices)
    sort = SortFilter(
        {
            "sent": Column(_("Sent at"), "sent_at"),
            "place": Column(_("Municipality"), "municipality__sort_key"),
            "answer": Column(_("Answer"), "due_at"),
        }
    )


class SignalForm(BaseForm):
    """A signal, short enough to be sent from the street."""

    # Buttons, and first of all: whoever serves a county is not sent back for it after having typed.
    municipality = forms.ModelChoiceField(
        label=_("Municipality"), queryset=Municipality.objects.none(), widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label=_("About"), choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.CHILD)
    what = Words(label=_("What was seen or heard"), rows=5, max_length=4000)
    who = Words(
        label=_("Who it is, as far as known"),
        rows=2,
        max_length=1000,
        required=False,
        help_text=_("Name, age, looks, who is with the child. Only the unit that receives the signal reads it."),
    )
    where = forms.CharField(
        label=_("Where"), max_length=300, required=False, help_text=_("A street, a square, a school. Never a shelter.")
    )
    is_urgent = forms.BooleanField(
        label=_("In immediate danger"), required=False, help_text=_("Then call 129 as well: do not wait for an answer.")
    )
    source = forms.ModelChoiceField(label=_("Who told it"), queryset=Term.objects.none())

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        served = seat.institution.territories.all()
        self.offer(
            "municipality", Municipality.objects.filter(Q(county=seat.county_id) | Q(pk__in=served.values("pk")))
        )
        last = _last_used(seat)
        if len(served) == 1:
            self.fields["municipality"].initial = served[0].pk
        elif last is not None:
            self.fields["municipality"].initial = last
            self.fields["municipality"].help_text = _("Chosen as in your last signal. Please check it.")
        self._of_role = SOURCE_OF_ROLE.get(Role(seat.role))
        sources = Term.objects.of(Term.List.SOURCE)
        if self._of_role is not None:
            del self.fields["source"]
            return
        self.offer("source", sources)
        if seat.role in _TAKES_CALLS:
            self.fields["source"].initial = next((one.pk for one in sources if one.code == "municipality"), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self._of_role is not None:
            cleaned["source"] = Term.objects.get(list=Term.List.SOURCE, code=self._of_role)
        return cleaned


def _last_used(seat: Seat) -> int | None:
    """The municipality of the last signal that was sent from this seat (one query)."""
    rows = Signal.objects.permitted(seat, "signals.send").filter(sent_by=seat.pk).order_by("-sent_at", "-pk")
    found: int | None = rows.values_list("municipality", flat=True).first()
    return found


class RejectForm(BaseForm):
    """Why a signal does not become a case."""

    why = Words(
        label=_("Reason"),
        rows=4,
        max_length=2000,
        help_text=_("Kept with the words of the signal. Whoever sent it sees only that it was not taken."),
    )
