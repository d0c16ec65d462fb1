"""The form of the search."""

from django import forms
from django.utils.translation import gettext_lazy as _

from krat.ui.forms import BaseForm

LONGEST = 120


class SearchForm(BaseForm):
    """What is looked for: by POST, never in an address (decision 17)."""

    words = forms.CharField(
        label=_("Words or a number"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "enterkeyhint": "search"}),
        help_text=_(
            "Beginnings of words will do, and marks do not matter: trajnim mes finds Trajnimi i mësuesve. A number as"
            " it stands: KRAT 3/2026, or 3/2026."
        ),
    )
