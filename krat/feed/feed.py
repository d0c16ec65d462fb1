"""What the change feed tells of institutions: their area stands below the base of REST, and so below the feed.

Machines see the directory of their county and what serves the whole country (`krat.committee.access`, SYS). An
institution is named by its own readable code; in the feed it stands under its key, written as a UUID.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from krat.api import directory
from krat.api.requests import ApiRequest
from krat.committee.models import Institution
from krat.feed.kinds import Kind, Sight, Told, Watched


def _institutions(request: ApiRequest, things: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """Rows of the directory (two queries)."""
    told = directory.in_full(list(map(_key, things)), request.seat)
    return {uuid.UUID(f"{row.pk:032}"): Told(row.version, data) for row, data in told}


def _codes(things: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Their readable codes, which are everybody's (one query)."""
    rows = Institution.objects.unscoped("codes of public institutions, in which the feed names them")
    found = dict(rows.filter(pk__in=map(_key, things)).values_list("pk", "code"))
    return {thing: found[_key(thing)] for thing in things if _key(thing) in found}


def _key(thing: uuid.UUID) -> int:
    return int(thing.hex)


def _as_thing(row: str) -> str:
    """The digits of a row's key, with noughts before them: a UUID to both databases."""
    return f"substr('{'0' * 32}' || {row}.id, length(CAST({row}.id AS varchar(20))) + 1)"


_SEEN = "(i.county_id = {row}.county_id OR {row}.county_id IS NULL)"

KINDS = [
    Kind(
        "institution",
        Institution,
        Watched("committee_institution", (Sight("i.id", _as_thing("{row}"), "committee_institution i", _SEEN),)),
        (
            # Whoever is new, or goes to another county, finds another directory.
            *(
                Watched(
                    "committee_institution",
                    (
                        Sight(
                            "{row}.id",
                            _as_thing("o"),
                            "committee_institution o",
                            "(o.county_id = {row}.county_id OR o.county_id IS NULL)",
                        ),
                    ),
                    verbs=(verb,),
                    column="county_id",
                    name="reader",
                )
                for verb in ("INSERT", "UPDATE")
            ),
            Watched(
                "committee_institution_territories",
                (
                    Sight(
                        "i.id",
                        _as_thing("o"),
                        "committee_institution o, committee_institution i",
                        "o.id = {row}.institution_id AND (i.county_id = o.county_id OR o.county_id IS NULL)",
                    ),
                ),
            ),
        ),
        _institutions,
        codes=_codes,
    ),
]
