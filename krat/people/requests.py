"""The request as pages get it, for the type checker."""

from krat.access.requests import SeatRequest, Visit
from krat.people.models import Seat, User


class PersonsVisit(Visit):
    """A request of a browser, with the seats of whoever is signed in."""

    seat: Seat | None
    seats: list[Seat]
    helplines: list[dict[str, str]]


class OwnAccount(PersonsVisit):
    """A request of a signed-in person about their own account; they may have no seat."""

    user: User


class SignedIn(SeatRequest):
    """A request of a signed-in person who acts through a seat."""

    user: User
    seat: Seat
    seats: list[Seat]
    helplines: list[dict[str, str]]
