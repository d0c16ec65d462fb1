"""Quorum: how many of the voting institutions, as the act in force that day names them, sit at the table."""

from dataclasses import dataclass

from krat.committee.models import Membership
from krat.people.models import Seat
from meetings.models import Attendance, Meeting


@dataclass(frozen=True)
class Quorum:
    """The count of a meeting. A meeting filed from an older paper is not counted: the paper does not tell."""

    voting: int
    present: int
    needed: int
    recorded: int
    is_counted: bool

    @property
    def is_reached(self) -> bool:
        """Whether the body can decide."""
        return self.present >= self.needed


def quorum_of(meeting: Meeting, seat: Seat) -> Quorum:
    """Count a meeting's quorum (two queries). The seat must be allowed to read the meeting."""
    places = Membership.objects.unscoped("the quorum of a meeting that came through the door")
    voting = places.filter(body=meeting.body_id, votes=True).on(meeting.held_on).count()
    rows = list(Attendance.objects.visible_to(seat).filter(meeting=meeting))
    present = sum(1 for row in rows if row.votes and row.is_at_the_table)
    return Quorum(
        voting=voting,
        present=present,
        needed=meeting.body.needed_for_quorum(voting),
        recorded=len(rows),
        is_counted=not meeting.predates_registry,
    )
