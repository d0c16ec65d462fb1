"""Where machines get and give back their tokens: allauth's two views behind limits of our own (decision 22).

Only these two of its nine routes are routed, and by name. A refusal is answered in the shape of RFC 6749, which every
client library reads; limits and wrong methods are problems as everywhere.
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote_plus

from allauth.idp.oidc import views as identity
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from krat.api.actions import forget_old
from krat.api.auth import CHALLENGE, client_known_as
from krat.api.errors import TooMany, problem
from krat.api.limits import Limit, address_of
from krat.api.models import ApiClient
from krat.audit import trail

GIVEN = trail.event("client.token_given", gettext_lazy("got a token"))
REFUSED = trail.event("client.token_refused", gettext_lazy("was refused a token"))
GIVEN_BACK = trail.event("client.token_given_back", gettext_lazy("gave a token back"))

View = Callable[..., HttpResponse]


def _per_address() -> Limit:
    return Limit("token address", settings.TOKEN_REQUESTS_A_MINUTE, 60)


def _failures() -> Limit:
    return Limit("token failures", settings.TOKEN_FAILURES_IN_FIVE_MINUTES, 300)


def _limited(view: View) -> View:
    """POST only; so many requests an address, so many failures a client id."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return problem(405, "method_not_allowed", _("Send a POST."), Allow="POST")
        client_id = _named_in(request)
        if wait := _per_address().count(address_of(request)) or (_failures().is_reached(client_id) if client_id else 0):
            return problem(429, "too_many_requests", TooMany.default_detail, Retry_After=str(wait))
        client = client_known_as(client_id) if client_id else None
        with transaction.atomic():
            answer = view(request, client)
            if answer.status_code >= 400:
                transaction.set_rollback(True)
        if answer.status_code >= 400:
            if client_id:
                _failures().count(client_id)
            with transaction.atomic():
                trail.record(client.seat if client else None, REFUSED, client)
        return answer

    return csrf_exempt(guarded)


@_limited
def token(request: HttpRequest, client: ApiClient | None) -> HttpResponse:
    """A token for an id and a secret; the trail notes it."""
    if request.POST.get("grant_type") != Client.GrantType.CLIENT_CREDENTIALS:
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    if client is None or not client.is_active:
        return _invalid_client()
    try:
        answer: HttpResponse = identity.token(request)
    except ValidationError:  # what was sent as `resource`
        return JsonResponse({"error": "invalid_target"}, status=400)
    if answer.status_code == 200:
        forget_old()
        trail.record(client.seat, GIVEN, client)
    return answer


@_limited
def revoke(request: HttpRequest, client: ApiClient | None) -> HttpResponse:
    """Give a token back before its time. Another client's token stays as it is, and nobody is told that it exists."""
    if client is None or not client.is_active:
        return _invalid_client()
    others = Token.objects.by_value(request.POST.get("token", "")).exclude(client_id=client.client_id)
    kept = list(others)
    answer: HttpResponse = identity.revoke(request)
    if answer.status_code == 200:
        Token.objects.bulk_create(kept, ignore_conflicts=True)
        trail.record(client.seat, GIVEN_BACK, client)
    return answer


def _invalid_client() -> HttpResponse:
    return JsonResponse({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": f"{CHALLENGE}"})


def _named_in(request: HttpRequest) -> str:
    """The client id that was sent, if it has the shape of one: anything else is never looked up nor counted."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    named: Any = request.POST.get("client_id", "")
    if scheme.lower() == "basic":
        try:
            named, _colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
            # Without a secret the token view would look at the form instead, where another client may stand.
            named = unquote_plus(named) if secret else ""
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return str(named) if re.fullmatch(r"[0-9a-f]{32}", str(named)) else ""
