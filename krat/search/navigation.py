"""What the page of the search is called; the field that leads to it stands in the head of every page."""

from django.utils.translation import gettext_lazy as _

# What each page is called where the trail tells of it.
TITLES = {
    "search:search": _("Search of the committee’s texts"),
}
