"""The request as pages of the directory and the bodies get it, for the type checker."""

from typing import Protocol

from krat.access.requests import SeatRequest
from krat.access.rights import Subject
from krat.committee.models import Institution


class MembersSeat(Subject, Protocol):
    """A seat at an institution."""

    @property
    def institution(self) -> Institution: ...


class CommitteeRequest(SeatRequest):
    """A request of somebody who acts for an institution."""

    seat: MembersSeat
