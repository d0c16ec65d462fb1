"""Authentication of machines: bearer token, client, seat.

allauth gives the tokens; its own class for REST would answer 403 where 401 is meant (decision 22).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from krat.access import rights
from krat.access.access_logger import access_logger
from krat.access.prepared import Prepared
from krat.api.models import ApiClient
from krat.api.requests import ApiRequest
from krat.people.models import User

if TYPE_CHECKING:  # it reads the settings, and with them this module
    from rest_framework.views import APIView

CHALLENGE = 'Bearer realm="krat"'


def client_known_as(client_id: str) -> ApiClient | None:
    """The client of this id with its seat, ended or not (one query)."""
    clients = ApiClient.objects.unscoped("nobody is asking yet: this finds out which machine does")
    return clients.with_seat().filter(client_id=client_id).first()


def client_behind(value: str) -> Any:
    """The client to which a token was given that is still valid, with its seat; ended or not (one query).

    ``token_scopes`` says what the token was given for, as allauth keeps it.
    """
    return next(iter(_BEHIND_A_TOKEN.rows(get_adapter().hash_token(value), timezone.now())), None)


def _behind(hash_of_token: str, now: datetime) -> QuerySet[Any]:
    still = Q(expires_at=None) | Q(expires_at__gt=now)
    given = Token.objects.filter(still, hash=hash_of_token, type=Token.Type.ACCESS_TOKEN)
    clients = ApiClient.objects.unscoped("nobody is asking yet: this finds out which machine does").with_seat()
    with_scopes = clients.annotate(token_scopes=Subquery(given.values("scopes")))
    return with_scopes.filter(client_id__in=given.values("client"))


_BEHIND_A_TOKEN = Prepared(_behind)


def note_use(client: ApiClient) -> None:
    """Remember that a client was used, once a minute at most (one query, seldom)."""
    now = timezone.now()
    if client.last_used_at is None or now - client.last_used_at > timedelta(minutes=1):
        used = ApiClient.objects.unscoped("when a machine came, known by its token").filter(pk=client.pk)
        used.update(last_used_at=now)


class InsufficientScope(PermissionDenied):
    """The token was not given for this: a reading token that writes."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("This token was not given for that; ask for one with the scope “%s”.") % scope)
        self.scope = scope


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer …``: the token's client, and the seat it acts through as ``request.seat``."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        asking = cast(ApiRequest, request)
        scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        client = client_behind(value.strip())
        if client is None:
            raise _not_valid()
        if not client.is_active:
            access_logger().refused(client.seat.user, "", asking.resolver_match.view_name, "", "no_seat")
            raise _not_valid()
        note_use(client)
        asking.client, asking.seat = client, client.seat
        scopes: str = client.token_scopes
        return client.seat.user, Token(type=Token.Type.ACCESS_TOKEN, client_id=client.client_id, scopes=scopes)

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def _not_valid() -> AuthenticationFailed:
    return AuthenticationFailed(_("This token is not valid, or no longer. Ask for a new one."), code="invalid_token")


class Closed(BasePermission):
    """Closed unless the address says which right its method asks for, and the token and the seat have it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        asking = cast(ApiRequest, request)
        client: ApiClient | None = getattr(request, "client", None)
        right = right_for(view, str(request.method))
        if client is None or not right:
            return False
        scope = "read" if request.method in SAFE_METHODS else "write"
        token: Token = request.auth
        if scope not in token.get_scopes() or scope not in client.scopes:
            raise InsufficientScope(scope)
        return rights.may(asking.seat, right)


def right_for(view: Any, method: str) -> str:
    """The right an address asks for with this method; empty when it takes no such method."""
    return str(getattr(view, "rights", {}).get("GET" if method == "HEAD" else method, ""))
