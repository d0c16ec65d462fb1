"""By how many cases a missing service is needed: `krat.services` stands below and counts no cases."""

from collections.abc import Sequence

from krat.people.models import Seat
from krat.reports import queries


def by_how_many(missing: Sequence[int], seat: Seat) -> dict[int, queries.Row]:
    """What is told of each of these missing services, by its id (one query; none where there is none)."""
    return queries.needs(seat, missing)
