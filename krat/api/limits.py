"""Rate limits: how often somebody may ask. Counted in the database, so that all workers count together.

DRF's `SimpleRateThrottle` reads a list of times from the cache and writes it back: of two requests that read at once,
one is not counted. Here the database counts, so that a guesser with many connections has no more guesses than one.
"""

from __future__ import annotations

from ipaddress import IPv6Network
from typing import TYPE_CHECKING, cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from krat.access import crypto
from krat.api.models import Tally
from krat.api.requests import ApiRequest

if TYPE_CHECKING:  # it reads the settings, and with them this module
    from rest_framework.views import APIView


# Whoever counts at the same time waits for this row: nobody is left uncounted.
_COUNT = """
INSERT INTO api_tally AS tally (key_hash, span, times, counted_at) VALUES (%s, %s, 1, %s)
ON CONFLICT (key_hash) DO UPDATE SET
  times = CASE WHEN tally.span = excluded.span THEN tally.times + 1 ELSE 1 END,
  span = excluded.span, counted_at = excluded.counted_at
RETURNING times
"""


class Limit:
    """So many times within so many seconds, for each one who asks."""

    def __init__(self, name: str, times: int, seconds: int) -> None:
        self.name, self.times, self.seconds = name, times, seconds

    def count(self, who: str) -> int:
        """Count once; returns after how many seconds to come again, 0 when it is within the limit (one statement)."""
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [self._key(who), self._span(), connection.ops.adapt_datetimefield_value(now)])
            times: int = cursor.fetchone()[0]
        return self._left() if times > self.times else 0

    def is_reached(self, who: str) -> int:
        """After how many seconds to come again, 0 when there is still room; counts nothing (one query)."""
        tally = Tally.objects.filter(key_hash=self._key(who), span=self._span(), times__gte=self.times).first()
        return self._left() if tally else 0

    def _key(self, who: str) -> str:
        return crypto.keyed_hash(f"{self.name}:{who}".encode(), use="tally")

    def _span(self) -> int:
        return int(timezone.now().timestamp()) // self.seconds

    def _left(self) -> int:
        return self.seconds - int(timezone.now().timestamp()) % self.seconds


def address_of(request: HttpRequest) -> str:
    """The address a request came from; of an IPv6 address its network, for one subscriber has all of it."""
    address = str(get_adapter(request).get_client_ip(request))
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:  # of the fourth version, or what a proxy writes where it knows none
        return address


class PerClient(BaseThrottle):
    """DRF's side of it: so many requests a minute for each client (``API_REQUESTS_A_MINUTE``)."""

    waiting = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.waiting = Limit("client", settings.API_REQUESTS_A_MINUTE, 60).count(
            cast(ApiRequest, request).client.client_id
        )
        return not self.waiting

    def wait(self) -> float:
        return self.waiting
