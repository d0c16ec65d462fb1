"""The service catalogue in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(
        75,
        "services",
        (
            Way("services:list", _("Services"), "services.view", ("services",)),
            Way("services:missing_list", _("Missing services"), "missing.view", ("missing-services",)),
        ),
    )
]

# What each page is called where the trail tells of it.
TITLES = {
    "services:list": _("Services"),
    "services:add": _("New service"),
    "services:detail": _("A service"),
    "services:edit": _("A service, changing"),
    "services:places": _("Free places of a service"),
    "services:withdraw": _("Withdrawing a service"),
    "services:missing_list": _("Missing services"),
    "services:missing_add": _("Noting a missing service"),
    "services:missing": _("A missing service"),
    "services:missing_task": _("The task for a missing service"),
    "services:missing_fill": _("A missing service, filled"),
    "services:missing_drop": _("A missing service, not needed"),
}
