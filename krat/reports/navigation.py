"""The figures in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(70, "reports", (Way("reports:numbers", _("Reports"), "reports.view", ("reports",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "reports:numbers": _("Cases as numbers"),
}
