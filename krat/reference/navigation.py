"""The settings in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(100, "settings", (Way("reference:lists", _("Settings"), "settings.view", ("settings",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "reference:lists": _("Settings"),
    "reference:terms": _("A code list"),
    "reference:term_add": _("New row of a list"),
    "reference:term_edit": _("A row of a list"),
    "reference:deadline_edit": _("A deadline"),
    "reference:threshold_edit": _("A threshold"),
    "reference:holiday_add": _("Enter a holiday"),
}
