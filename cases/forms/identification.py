"""Forms of identification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.stages import VictimStatus
from krat.committee.models import Institution
from krat.ui.forms import DateField, VersionedForm, Words


class IdentificationForm(VersionedForm):
    """One act of identification: what was decided, by whom, when, under which number."""

    result = forms.ChoiceField(label=_("What was decided"), widget=forms.RadioSelect)
    authority = forms.ModelChoiceField(label=_("Decided by"), queryset=Institution.objects.none())
    together_with = forms.ModelChoiceField(
        label=_("Together with"),
        queryset=Institution.objects.none(),
        help_text=_("The police with which the interview was held."),
    )
    decided_on = DateField(label=_("Decided on"))
    reference = forms.CharField(
        label=_("Number of the act"), max_length=120, help_text=_("As it stands on the paper: Prot. 123/4.")
    )
    why = Words(
        label=_("Reasons"),
        rows=3,
        max_length=2000,
        required=False,
        help_text=_("Needed where an identification is taken back, and where somebody is found to be no victim."),
    )

    def __init__(
        self,
        *args: Any,
        results: list[VictimStatus],
        authorities: QuerySet[Any] | None = None,
        police: QuerySet[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer_codes("result", [(one.value, one.label) for one in results])
        if len(results) == 1:
            self.fields["result"].initial = results[0].value
        for name, rows in (("authority", authorities), ("together_with", police)):
            if rows is None:
                del self.fields[name]
            else:
                self.offer(name, rows)
        self.fields["decided_on"].initial = timezone.localdate()
