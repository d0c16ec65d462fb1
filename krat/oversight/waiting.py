"""What waits of oversight: that somebody reads unusually, for the data protection officer."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.oversight import reading
from krat.people.models import Seat
from krat.ui.waiting import Lines, Waiting


def _unusual(seat: Seat) -> list[Waiting]:
    """How many stand out, as one line; who they are is told on the page alone."""
    if not rights.may(seat, "reading.view"):
        return []
    limit = reading.limits()
    found = len(reading.unusual(seat, limit))
    if not found:
        return []
    title = ngettext(
        "See the unusual reading of %(count)s person", "See the unusual reading of %(count)s persons", found
    )
    return [
        Waiting(
            title=title % {"count": found},
            why=_("From the trail of the last %(days)s days, by the thresholds of the settings") % {"days": limit.days},
            url=reverse("oversight:unusual"),
            day=None,
        )
    ]


LINES: list[Lines] = [(180, _unusual)]
