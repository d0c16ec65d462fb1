"""Forms of people and invitations."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from krat.access.roles import Role
from krat.committee.models import Institution
from krat.people.background import later
from krat.people.models import Seat
from krat.ui.filters import Column, Filters, RowFilter, SortFilter
from krat.ui.forms import BaseForm, DateField


class ForgottenPassword(ResetPasswordForm):  # type: ignore[misc]  # allauth brings no types
    """Ask for a link to a new password. Who has an account is looked up after the answer, which thus knows nothing."""

    def clean_email(self) -> str:
        return str(get_adapter().clean_email(self.cleaned_data["email"].lower()))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        later(request, lambda: self._send(request))
        return str(self.cleaned_data["email"])

    def _send(self, request: HttpRequest) -> None:
        self.cleaned_data["email"] = super().clean_email()  # looks who has the address
        super().save(request)


class SeatFilter(Filters):
    """What to look for among the seats."""

    role = ChoiceFilter(label=_("Role"), choices=Role.choices)
    institution = RowFilter(
        label=_("Institution"), queryset=lambda request: Institution.objects.visible_to(request.seat)
    )
    sort = SortFilter(
        {
            "person": Column(_("Person"), "user__name"),
            "institution": Column(_("Institution"), "institution__sort_key"),
            "until": Column(_("Until"), "ends_on"),
        }
    )


class InvitationForm(BaseForm):
    """Whom to invite, and to which seat."""

    name = forms.CharField(label=_("Name and surname"), max_length=120)
    username = forms.CharField(label=_("User name"), max_length=80, help_text=_("Like njmf.durres."))
    email = forms.EmailField(label=_("Office e-mail"), help_text=_("The link goes here."))
    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    # Nothing is chosen beforehand: the first of the roles is the Prefect's.
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", _("Choose")), *(one for one in Role.choices if one[0] != Role.SYSTEM)]
    )
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("Until"), required=False)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Institution.objects.permitted(seat, "institutions.view").working()
        self.offer("institution", rows)
        self.fields["starts_on"].initial = timezone.localdate()


class AcceptForm(BaseForm):
    """The password of a new account."""

    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. A sentence of your own is easier to remember than signs."),
        max_length=500,
    )
    again = forms.CharField(
        label=_("The same password again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=500,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class SeatChoice(BaseForm):
    """The seat one wants to act through."""

    seat = forms.UUIDField()
