"""The trail in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(110, "trail", (Way("audit:trail", _("Trail"), "trail.view", ("trail",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "audit:trail": _("Trail"),
}
