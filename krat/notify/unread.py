"""How many notices a seat has not read: a number in the head of every page."""

from django.db.models import OuterRef
from django.db.models.expressions import Combinable

from krat.notify.models import Notice
from krat.ui.listing import how_many

MOST = 100  # beyond that nobody reads a number


def of_a_seat() -> Combinable:
    """The number of unread notices beside a row of a seat, counted up to `MOST`."""
    rows = Notice.objects.unscoped("how many notices wait beside the seat they are for: a number of one's own")
    return how_many(rows.filter(seat=OuterRef("pk"), read_at=None), MOST)
