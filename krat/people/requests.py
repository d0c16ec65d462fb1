"""The request as pages of this house get it, for the type checker."""

from typing import Any

from django.http import HttpRequest, QueryDict

from krat.people.models import Seat, User


class SignedIn(HttpRequest):
    """A request of a signed-in person who acts through a seat."""

    user: User
    seat: Seat
    seats: list[Seat]
    helplines: list[dict[str, str]]
    right: str
    shown: list[Any]
    recovered: QueryDict | None
