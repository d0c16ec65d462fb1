"""The closed half in the navigation: one place, and its lists show the others."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [
    Place(
        20,
        "cases",
        (
            Way("cases:list", _("Cases"), "cases.view", ("cases",)),
            Way("cases:referrals", _("Referrals"), "referrals.view", ("referrals",)),
            Way("cases:signals", _("Signals"), "signals.view", ("signals",)),
            Way("cases:cards", _("Cards"), "cards.view", ("cards",)),
        ),
        also_under=("obstacles",),
    )
]
