"""People in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(90, "people", (Way("people:list", _("People"), "people.view", ("people",)),))]
