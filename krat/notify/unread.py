"""How many notices a seat has not read: a number in the head of every page."""

from typing import Any

from django.db.models import Count, QuerySet

from krat.notify.models import Notice


def by_seat(person: int) -> QuerySet[Any, Any]:
    """The numbers of unread notices of a person's seats, by the person's id."""
    rows = Notice.objects.unscoped("how many notices wait beside the seat they are for: a number of one's own")
    return rows.filter(seat__user=person, read_at=None).order_by().values("seat").annotate(n=Count("pk"))
