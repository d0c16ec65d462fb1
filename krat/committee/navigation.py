"""Institutions in the navigation; the committee's pages lie beneath them."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(
        80,
        "institutions",
        (Way("committee:institutions", _("Institutions"), "institutions.view", ("institutions", "committee")),),
    )
]
