"""People in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(90, "people", (Way("people:list", _("People"), "people.view", ("people",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "people:list": _("People and seats"),
    "people:seat": _("A seat"),
    "people:invite": _("Invite a person"),
}
