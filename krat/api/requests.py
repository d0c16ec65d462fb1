"""The request as the addresses for machines get it, for the type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import ResolverMatch
from rest_framework.request import Request

from krat.access.requests import Shown
from krat.api.models import ApiClient
from krat.people.models import Seat

if TYPE_CHECKING:
    from krat.api.paging import Query


class ApiRequest(Request):
    """A machine's request, once its token is known: the client, and the seat it acts through."""

    client: ApiClient
    seat: Seat
    right: str
    shown: list[Shown]
    query_class: type[Query]
    asked: dict[str, Any]  # the parameters, by this class
    resolver_match: ResolverMatch
