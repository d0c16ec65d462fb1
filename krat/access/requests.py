"""The request as the door sees it, mostly for the type checker; areas above know more (`krat.people.requests`)."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch

from krat.access.rights import Subject

# What a page shows of the database: a thing, or a thing with the names of its fields that are shown.
Shown: TypeAlias = Model | tuple[Model, Sequence[str]]


def thing_of(shown: Shown) -> Model:
    """The thing itself, whether or not the names of its fields came along."""
    return shown[0] if isinstance(shown, tuple) else shown


class Opened(tuple[Model, Sequence[str]]):
    """What came through the door by its own address: the trail enters it by itself, also beside others of its kind."""

    __slots__ = ()


def is_from_machine(request: HttpRequest) -> bool:
    """Whether a request asks an address for machines. By the path that is resolved, whatever prefix a server told."""
    return request.path_info.startswith(settings.MACHINES_PATHS)


class Visit(HttpRequest):
    """A request that nobody has let in yet: signed in or not, with the seat it would act through."""

    user: Any  # the user's model stands above the door
    seat: Subject | None
    resolver_match: ResolverMatch


class SeatRequest(Visit):
    """A request that `needs` let in: somebody acts through a seat, for one right."""

    seat: Subject
    right: str
    shown: list[Shown]
    recovered: QueryDict | None


class Watched(Protocol):
    """What the door and the access logger need of a request, a page's or a machine's."""

    right: str
    shown: list[Shown]

    @property
    def seat(self) -> Subject: ...
    @property
    def resolver_match(self) -> ResolverMatch: ...
