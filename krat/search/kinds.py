"""Everything that can be searched, as the areas declare it (`krat.ui.searching`)."""

from collections.abc import Mapping
from functools import cache

from krat.access import areas, rights
from krat.access.rights import Subject
from krat.ui.searching import Kind


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order in which hits are shown."""
    found = [kind for area in areas.modules("search") for kind in getattr(area, "KINDS", [])]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.position)}


def kinds_of(seat: Subject) -> list[Kind]:
    """Those of which the seat's role may see some (no query)."""
    return [kind for kind in kinds().values() if rights.may(seat, kind.model.view_right)]
