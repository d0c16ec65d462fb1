"""Forms of referrals."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.db.models import F, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from cases.forms.cases import IdentityFields
from cases.models import Referral
from cases.models.referral import OPEN
from cases.sharing import CONTACT, PURPOSES
from krat.committee.models import Institution
from krat.reference.models import Term
from krat.services.matching import Fit
from krat.services.models import Service
from krat.ui.filters import Column, Filters, SortFilter, StandingFilter
from krat.ui.forms import BaseForm, Words

_STANDS = [("open", _("open")), ("late", _("late")), *Referral.State.choices]


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "open":
        return rows.filter(state__in=OPEN)
    if value == "late":
        return rows.filter(state=Referral.State.SENT, due_at__lt=timezone.now())
    return rows.filter(state=value)


class ReferralFilter(Filters):
    """What to look for among the referrals."""

    state = StandingFilter(narrow=_by_standing, choices=_STANDS)
    purpose = ChoiceFilter(label=_("Purpose"), choices=[(code, purpose.label) for code, purpose in PURPOSES.items()])
    sort = SortFilter(
        {
            "number": Column(_("Number"), F("year") * 100_000 + F("number")),
            "sender": Column(_("Sent by"), "sender__sort_key"),
            "receiver": Column(_("Sent to"), "receiver__sort_key"),
            "sent": Column(_("Sent at"), "sent_at"),
            "answer": Column(_("Answer"), "due_at"),
        }
    )


def _in_words(fit: Fit) -> str:
    """A service to choose: its name and provider, how many places are free, and when that was told."""
    service = fit.service
    parts = [service.name] if service.is_shelter else [service.name, service.provider_label]
    return " · ".join([*parts, _free(fit)])


def _free(fit: Fit) -> str:
    service = fit.service
    if not service.is_told_in_full:
        return gettext("free places are not told here")
    if service.free is None or service.told_at is None:
        return gettext("places are not counted") if service.capacity is None else gettext("free places not told yet")
    day = formats.date_format(timezone.localtime(service.told_at), "SHORT_DATE_FORMAT")
    words = (
        gettext("old: %(free)s free, told on %(day)s") if fit.is_stale else gettext("%(free)s free, told on %(day)s")
    )
    return words % {"free": service.free, "day": day}


class ReferForm(BaseForm):
    """One referral for one purpose: to whom, what is asked, with whose consent.

    ``fits`` are the services of the receivers that serve the municipality: those that take this child can be chosen,
    and choosing one says to whom; the others are named with `unfit`.
    """

    service = forms.ChoiceField(
        label=_("Service"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Those with room stand first. Choosing one says to whom the referral goes."),
    )
    receiver = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    request = Words(
        label=_("What is asked"),
        rows=4,
        max_length=2000,
        help_text=_("The institution reads this before it accepts. Write what it has to do, not what happened."),
    )
    consent = forms.ChoiceField(label=_("Consent"), widget=forms.RadioSelect)
    safe_contact = Words(
        label=_("How to reach the family safely"),
        rows=2,
        max_length=500,
        required=False,
        help_text=_(
            "Who may be called, when, and what must not be sent. The institution reads it when it has accepted."
        ),
    )
    contact_via_unit = forms.BooleanField(
        label=_("Contact only through the child protection unit"),
        required=False,
        help_text=_("The institution then reads: do not contact the family, ask the unit first."),
    )

    def __init__(
        self,
        *args: Any,
        decides_for_themselves: bool,
        purpose: str,
        receivers: QuerySet[Any],
        fits: Sequence[Fit] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.variant = purpose
        self.offer("receiver", receivers)
        self.unfit = [fit.service for fit in fits if not fit.serves]
        self._offer_services([fit for fit in fits if fit.serves])
        if len(receivers) == 1:
            self.fields["receiver"].initial = receivers[0].pk
        unfit = {Referral.Consent.DUTY} if PURPOSES[purpose].needs_consent else set()
        labels: dict[str, Any] = dict(Referral.Consent.choices)
        if decides_for_themselves:
            unfit.add(Referral.Consent.BEST_INTEREST)
            labels[Referral.Consent.GIVEN] = _("given by the person")
            self.fields["consent"].help_text = _("The person is of age: consent is theirs alone.")
        if CONTACT not in PURPOSES[purpose].identity:  # it never reaches the family by itself
            del self.fields["safe_contact"], self.fields["contact_via_unit"]
        choices = [(value, label) for value, label in labels.items() if value not in unfit]
        self.offer_codes("consent", choices)
        if Referral.Consent.DUTY not in unfit or len(choices) == 1:
            self.fields["consent"].initial = choices[0][0]

    def _offer_services(self, fits: Sequence[Fit]) -> None:
        self._services = {str(fit.service.code): fit.service for fit in fits}
        if not fits:
            del self.fields["service"]
            return
        nothing = ("", gettext("no service of the catalogue"))
        self.offer_codes("service", [*((str(fit.service.code), _in_words(fit)) for fit in fits), nothing])
        self.fields["receiver"].required = False

    def clean_service(self) -> Service | None:
        """The service behind the code."""
        return self._services.get(self.cleaned_data["service"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        service = cleaned.get("service")
        if service is not None and cleaned.get("receiver") is None and "receiver" not in self.errors:
            cleaned["receiver"] = service.provider
        if cleaned.get("receiver") is None and "receiver" not in self.errors:
            self.add_error("receiver", self.fields["receiver"].error_messages["required"])
        return cleaned


class NeedForm(BaseForm):
    """A service that a case needs and that is missing where it is: its kind alone, so that nobody is told of."""

    kind = forms.ModelChoiceField(label=_("What is missing"), queryset=Term.objects.filter(list=Term.List.SERVICE))


class AnswerForm(BaseForm):
    """A referral is refused, or completed: why, or what was done. The case's team reads it."""

    answer = Words(label=_("Answer"), rows=4, max_length=2000)


class WithdrawForm(BaseForm):
    """A referral is withdrawn."""

    answer = Words(label=_("Reason"), rows=3, max_length=2000, required=False)


class ReferralSearchForm(BaseForm):
    """What is typed to find a referral: by POST, for it may name somebody (decision 17)."""

    words = forms.CharField(
        label=_("Number of the referral, name or surname"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("RF-12/2026, or only 12. Names are found in the referrals that you have accepted."),
    )


def told(data: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is told of who it is, as label and words; what is not known is empty. A known year stands for its day."""
    rows = [(name, value) for name, value in data.items() if value or name != "birth_date" or "birth_year" not in data]
    return [(label_of(name), _as_people_say(name, value)) for name, value in rows]


def label_of(name: str) -> str:
    """What a page calls a field of the identity."""
    return str(IdentityFields.base_fields[name].label)


def _as_people_say(name: str, value: str) -> str:
    field = IdentityFields.base_fields[name]
    if value and isinstance(field, forms.DateField):
        return formats.date_format(datetime.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    choices = dict(cast(Any, field).choices) if isinstance(field, forms.ChoiceField) else {}
    return str(choices.get(value, value)) if value else ""
