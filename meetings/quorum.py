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

    @property
    def makes_recommendations(self) -> bool:
        """Whether what is decided is a recommendation: the count is known, and too few are there."""
        return self.is_counted and not self.is_reached


def voting_places(meeting: Meeting) -> dict[int, bool]:
    """Whether an institution votes, by the id of each that has a place on the day of the meeting (one query).

    By institution: one that holds two places counts once, and votes if one of them does.
    """
    places = Membership.objects.unscoped("the quorum of a meeting that came through the door")
    votes: dict[int, bool] = {}
    rows = places.filter(body=meeting.body_id).on(meeting.held_on)
    for institution, one in rows.values_list("institution_id", "votes"):
        votes[institution] = votes.get(institution, False) or one
    return votes


def quorum_of(meeting: Meeting, seat: Seat) -> Quorum:
    """Count a meeting's quorum (two queries). The seat must be allowed to read the meeting."""
    voting = sum(voting_places(meeting).values())
    rows = list(Attendance.objects.visible_to(seat).filter(meeting=meeting))
    present = sum(1 for row in rows if row.votes and row.is_at_the_table)
    return Quorum(
        voting=voting,
        present=present,
        needed=meeting.body.needed_for_quorum(voting),
        recorded=len(rows),
        is_counted=not meeting.predates_registry,
    )
