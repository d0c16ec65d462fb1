"""Who asks: the account behind a session, its seats, and the helplines of the page's foot, read by one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model, QuerySet

from krat.access.roles import Role
from krat.access.together import Numbers, Rows, Together
from krat.committee.models import Institution
from krat.people.models import Seat, User
from krat.reference.models import County, Term


@dataclass(frozen=True)
class Asking:
    """What every page of somebody who is signed in needs besides the account."""

    seats: list[Seat]
    helplines: list[Term]


def _wholly(model: type[Model]) -> tuple[str, ...]:
    return tuple(one.name for one in model._meta.concrete_fields if not one.primary_key)


_along: dict[str, Callable[[int], QuerySet[Any, Any]]] = {}


def comes_along(name: str, make: Callable[[int], QuerySet[Any, Any]]) -> None:
    """Let a number of an area above come along with each seat of whoever asks for a page, in the same statement.

    ``make`` gives the numbers of a person's seats, by the person's id: ``values("seat")`` with ``n`` beside it. A seat
    has it by this name; 0 where there is none.
    """
    _along[name] = make


def _build(_nobody: Any, *, person: int) -> dict[str, Rows | Numbers]:
    """The seats that give rights today. A machine's is never used in a browser, even if somebody gave its account a
    password."""
    seats = Seat.objects.unscoped("nobody is asking yet: this finds out who").filter(user=person)
    active = seats.exclude(role=Role.SYSTEM).active().order_by("starts_on", "pk")
    return {
        "accounts": Rows(User.objects.filter(pk=person)),
        "seats": Rows(active, {"institution": _wholly(Institution), "institution__county": _wholly(County)}),
        "helplines": Rows(helplines()),
        **{name: Numbers(make(person)) for name, make in _along.items()},
    }


_ASKING = Together(_build)


def helplines() -> Any:
    """The rows of the page's foot."""
    return Term.objects.of(Term.List.HELPLINE).order_by("position", "code")


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Signs in as allauth does. Whoever is read for a session is read together with what every page needs of them, anew
    on every request, so that the first request after a seat's end finds none."""

    def get_user(self, user_id: Any) -> User | None:
        """The account with ``asking``, or None where nobody may sign in with it any more (one query)."""
        found = _ASKING.read(None, person=int(user_id))
        user: User | None = next(iter(found["accounts"]), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        for seat in found["seats"]:
            seat.user = user
            for name in _along:
                setattr(seat, name, next((one["n"] for one in found[name] if one["seat"] == seat.pk), 0))
        user.asking = Asking(found["seats"], found["helplines"])
        return user
