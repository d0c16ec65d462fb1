"""The settings in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(100, "settings", (Way("reference:lists", _("Settings"), "settings.view", ("settings",)),))]
