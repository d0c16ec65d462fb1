"""Forms of obstacles and cards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.actions.cards import ASKED_AT_MOST
from cases.models import Case, Referral
from cases.models.card import CardState
from cases.sharing import PURPOSES
from krat.access.scoping import Stale
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import Term
from krat.ui.filters import Column, Filters, RowFilter, SortFilter, StandingFilter, by_choices
from krat.ui.forms import BaseForm, DateField, VersionedForm, Words


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.exclude(state=CardState.CLOSED) if value == "waiting" else rows.filter(state=value)


class CardFilter(Filters):
    """What to look for among the cards."""

    state = StandingFilter(narrow=_by_standing, choices=CardState.choices, open_as="waiting")
    institution = RowFilter(
        "waits_for", label=_("Waits for"), queryset=lambda request: Institution.objects.visible_to(request.seat)
    )
    kind = RowFilter(label=_("Obstacle"), queryset=Term.objects.filter(list=Term.List.OBSTACLE))
    sort = SortFilter(
        {
            "card": Column(_("Card"), F("year") * 100_000 + F("number")),
            "obstacle": Column(_("Obstacle"), "kind__position"),
            "waits": Column(_("Waits for"), "waits_for__sort_key"),
            "days": Column(_("Days"), "since", runs_back=True),
            "standing": Column(_("State"), by_choices("state", CardState.choices)),
        }
    )


class _ReferralField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no subscript at run time
    """A referral of the case, told by its purpose, institution and day."""

    def label_from_instance(self, obj: Referral) -> str:
        day = formats.date_format(timezone.localtime(obj.sent_at), "SHORT_DATE_FORMAT")
        return f"{PURPOSES[obj.purpose].label} · {obj.receiver} · {day}"


class ObstacleForm(BaseForm):
    """What holds a case up, and for whom it waits."""

    kind = forms.ModelChoiceField(label=_("Obstacle"), queryset=Term.objects.none())
    waits_for = forms.ModelChoiceField(label=_("Waits for"), queryset=Institution.objects.none())
    since = DateField(label=_("Since"))
    asked = Words(
        label=_("What is asked"),
        rows=3,
        max_length=ASKED_AT_MOST,
        help_text=_("One sentence. It may go to the table: no name, no case number, no address."),
    )
    referral = _ReferralField(label=_("Referral"), queryset=Referral.objects.none(), required=False)

    def __init__(self, *args: Any, case: Case, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", Term.objects.of(Term.List.OBSTACLE))
        self.offer("waits_for", Institution.objects.visible_to(seat).working())
        rows = Referral.objects.permitted(seat, "referrals.send").filter(case=case)
        self.referrals = rows.select_related("receiver").order_by("-sent_at")
        self.offer("referral", self.referrals)


class GoneForm(VersionedForm):
    """How an obstacle went away."""

    how = Words(label=_("How it went away"), rows=3, max_length=2000)

    def refuse(self, refusal: ValidationError) -> None:
        """There are no two texts to compare: what changed is how the table dealt with the card."""
        if isinstance(refusal, Stale):
            sentence = gettext(
                "The table dealt with the card after you opened this page. Read how it stands now; if the obstacle is "
                "gone, save again."
            )
            refusal = ValidationError(sentence, code="stale")
        super().refuse(refusal)
