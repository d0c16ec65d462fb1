"""Indicators in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(65, "indicators", (Way("indicators:list", _("Indicators"), "indicators.view", ("indicators",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "indicators:list": _("Indicators"),
    "indicators:enter": _("Entering figures"),
    "indicators:sheet": _("A sheet of figures"),
    "indicators:accept": _("Accepting figures"),
    "indicators:return": _("Returning figures"),
    "indicators:catalogue": _("The catalogue of indicators"),
    "indicators:indicator_add": _("New indicator"),
    "indicators:indicator_edit": _("An indicator"),
}
