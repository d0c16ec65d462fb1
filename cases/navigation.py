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

# What each page is called where the trail tells of it.
TITLES = {
    "cases:list": _("Cases"),
    "cases:search": _("Search of cases"),
    "cases:names": _("Names in the list of cases"),
    "cases:add": _("New case"),
    "cases:handover": _("Handing cases over"),
    "cases:case": _("A case"),
    "cases:identity": _("Who a case is about"),
    "cases:head": _("The head of a case"),
    "cases:identification": _("Identification"),
    "cases:identify": _("First identification"),
    "cases:identify_formally": _("Formal identification"),
    "cases:risk": _("Risk of a case"),
    "cases:move": _("Next stage of a case"),
    "cases:close": _("Closing a case"),
    "cases:reopen": _("Reopening a case"),
    "cases:team": _("The team of a case"),
    "cases:notes": _("Notes of a case"),
    "cases:school": _("School part of a case"),
    "cases:aid": _("Economic aid of a case"),
    "cases:counselling": _("Counselling of a case"),
    "cases:viewers": _("Who looked at a case"),
    "cases:inbox": _("Changes sent to a case"),
    "cases:refer": _("Referring a case"),
    "cases:need_add": _("A service that a case misses"),
    "cases:obstacle_add": _("New obstacle"),
    "cases:obstacle_table": _("An obstacle for the table"),
    "cases:obstacle_gone": _("An obstacle that is gone"),
    "cases:signals": _("Signals"),
    "cases:signal_add": _("New signal"),
    "cases:signal": _("A signal"),
    "cases:signal_take": _("Taking a signal as a case"),
    "cases:signal_reject": _("Not taking a signal"),
    "cases:referrals": _("Referrals"),
    "cases:referral_search": _("Search of referrals"),
    "cases:referral_names": _("Names in the list of referrals"),
    "cases:referral": _("A referral"),
    "cases:referral_refuse": _("Refusing a referral"),
    "cases:referral_complete": _("Completing a referral"),
    "cases:referral_withdraw": _("Withdrawing a referral"),
    "cases:referral_part": _("A part written through a referral"),
    "cases:cards": _("Cards"),
    "cases:card": _("A card"),
    "cases:card_resolve": _("The case of a card"),
}
