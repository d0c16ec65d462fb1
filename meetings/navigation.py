"""Meetings in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(30, "meetings", (Way("meetings:list", _("Meetings"), "meetings.view", ("meetings",)),))]
