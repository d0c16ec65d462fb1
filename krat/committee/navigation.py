"""Institutions in the navigation; the committee's pages lie beneath them."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(
        80,
        "institutions",
        (
            Way(
                "committee:institutions",
                _("Institutions"),
                "institutions.view",
                ("institutions", "ledgers", "committee"),
            ),
        ),
    )
]

# What each page is called where the trail tells of it.
TITLES = {
    "committee:institutions": _("Institutions"),
    "committee:institution": _("An institution"),
    "committee:institution_add": _("New institution"),
    "committee:institution_edit": _("An institution, changing"),
    "committee:bodies": _("The committee"),
    "committee:body": _("A body and its members"),
    "committee:act_add": _("New act"),
    "committee:bodies_add": _("Bodies of a year"),
    "committee:member_add": _("New member of a body"),
    "committee:member_end": _("A place in a body, ending"),
}
