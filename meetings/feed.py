"""What the change feed tells of meetings, and which rows make them change (decision 24).

Machines see the meetings of the bodies in which their institution sits today, the old ones too (`meetings.access`,
SYS). A seat begins and ends by its dates, as a body does; the feed's calendar enters what no row tells.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from krat.api.requests import ApiRequest
from krat.feed.kinds import Kind, Sight, Told, Turn, Watched
from meetings.api import in_full
from meetings.models import Meeting


def _meetings(request: ApiRequest, codes: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """Meetings with agenda, decisions, attendance and approved paper (eight queries)."""
    return {row.code: Told(row.version, data) for row, data in in_full(codes, request)}


# From a meeting to everybody who sits, sat or will sit in a body of its kind and county; whether they do today is asked
# through the door when it is told.
_TABLES = "committee_body b, committee_body same, committee_membership m"
_SITS = "same.kind = b.kind AND same.county_id = b.county_id AND m.body_id = same.id"


def _of(where: str, *tables: str) -> tuple[Sight, ...]:
    """Whoever sees the meeting ``g`` that a row belongs to; ``tables`` lie on the way to it."""
    beside = ", ".join((*tables, "meetings_meeting g", _TABLES))
    return (Sight("m.institution_id", "g.code", beside, f"{where} AND b.id = g.body_id AND {_SITS}"),)


def _from(member: str, where: str, *tables: str) -> Sight:
    """All meetings of the bodies of the kind and county of the body ``same``, for a member."""
    beside = ", ".join((*tables, "committee_body b", "meetings_meeting g"))
    way = "b.kind = same.kind AND b.county_id = same.county_id AND g.body_id = b.id"
    return Sight(member, "g.code", beside, f"{where} AND {way}")


_MEMBERS = _from("m.institution_id", "m.body_id = same.id", "committee_membership m", "committee_body same")
_IN_ITEM = _of("a.id = {row}.item_id AND g.id = a.meeting_id", "meetings_agendaitem a")
_BY_TASK = ("meetings_decision_tasks dt", "meetings_decision d", "meetings_agendaitem a")
_TO_ITEM = "d.id = dt.decision_id AND a.id = d.item_id AND g.id = a.meeting_id"

KINDS = [
    Kind(
        "meeting",
        Meeting,
        Watched(
            "meetings_meeting",
            (Sight("m.institution_id", "{row}.code", _TABLES, f"b.id = {{row}}.body_id AND {_SITS}"),),
        ),
        (
            Watched("meetings_agendaitem", _of("g.id = {row}.meeting_id")),
            Watched("meetings_attendance", _of("g.id = {row}.meeting_id")),
            Watched("meetings_decision", _IN_ITEM),
            # Each decision names the tasks that came of it and that the reader sees.
            Watched(
                "meetings_decision_tasks",
                _of(
                    "d.id = {row}.decision_id AND a.id = d.item_id AND g.id = a.meeting_id",
                    "meetings_decision d",
                    "meetings_agendaitem a",
                ),
            ),
            Watched("plan_task", _of(f"dt.task_id = {{row}}.id AND {_TO_ITEM}", *_BY_TASK), ("UPDATE",), "lead_id"),
            Watched("plan_task_supporting", _of(f"dt.task_id = {{row}}.task_id AND {_TO_ITEM}", *_BY_TASK)),
            # Who sits there.
            Watched(
                "committee_membership",
                (_from("{row}.institution_id", "same.id = {row}.body_id", "committee_body same"),),
            ),
            Watched(
                "committee_body",
                (
                    _from(
                        "m.institution_id",
                        "same.id = {row}.id AND m.body_id = {row}.id",
                        "committee_membership m",
                        "committee_body same",
                    ),
                ),
                ("UPDATE",),
            ),
        ),
        _meetings,
        turns=(
            Turn("m.starts_on", _MEMBERS),
            Turn("m.ends_on", _MEMBERS, is_last=True),
            Turn("same.starts_on", _MEMBERS),
            Turn("same.ends_on", _MEMBERS, is_last=True),
        ),
    ),
]
