"""What the pages of oversight are called; the way to them stands on the page of the trail."""

from django.utils.translation import gettext_lazy as _

# What each page is called where the trail tells of it.
TITLES = {
    "oversight:unusual": _("Unusual reading"),
}
