"""Meetings in the navigation."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(30, "meetings", (Way("meetings:list", _("Meetings"), "meetings.view", ("meetings",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "meetings:list": _("Meetings"),
    "meetings:add": _("New meeting"),
    "meetings:detail": _("A meeting"),
    "meetings:edit": _("A meeting, changing"),
    "meetings:open": _("Opening a meeting"),
    "meetings:close": _("Closing a meeting"),
    "meetings:attendance": _("Attendance"),
    "meetings:item_add": _("New agenda item"),
    "meetings:cards": _("Cards for an agenda"),
    "meetings:card_agenda": _("A card for an agenda"),
    "meetings:review": _("A returning decision"),
    "meetings:invitation": _("Invitation to a meeting"),
    "meetings:minutes": _("Minutes for printing"),
    "meetings:circulate": _("Sending minutes for remarks"),
    "meetings:remark": _("A remark on minutes"),
    "meetings:approve": _("Approving minutes"),
    "meetings:item": _("The day of a meeting"),
    "meetings:item_edit": _("An agenda item, changing"),
    "meetings:decisions": _("Decisions"),
    "meetings:decision": _("A decision"),
    "meetings:ledger": _("What was asked of an institution"),
    "meetings:decision_correct": _("Correcting a decision"),
    "meetings:decision_withdraw": _("Withdrawing a decision"),
}
