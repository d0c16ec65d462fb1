"""The mails in the navigation of whoever looks after them; one's own notices stand in the menu."""

from django.utils.translation import gettext_lazy as _

from krat.ui.navigation import Place, Way

PLACES = [Place(93, "paper", (Way("notify:mail", _("Mails"), "mail.manage", ("mails",)),))]

# What each page is called where the trail tells of it.
TITLES = {
    "notify:list": _("Notices"),
    "notify:mail": _("Mails"),
}
