"""Forms of notes."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Note
from krat.ui.forms import BaseForm, DateField, Words


class NoteForm(BaseForm):
    """What was found and done; notes are only added."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[one for one in Note.Kind.choices if one[0] != Note.Kind.STEP], initial=Note.Kind.VISIT
    )
    happened_on = DateField(label=_("Day"), initial=timezone.localdate)
    text = Words(
        label=_("Note"), rows=5, max_length=8000, help_text=_("Never the address of a shelter: its code is enough.")
    )
    is_sensitive = forms.BooleanField(
        label=_("Sensitive"),
        required=False,
        help_text=_("The child's own words, health of mind: read only by the case's manager and by you."),
    )
