"""Errors without details, and the language that was chosen in the page."""

import logging
import secrets
import traceback
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from whitenoise.middleware import WhiteNoiseFileResponse

from krat.access.access_logger import AccessLogFailed
from krat.access.requests import is_from_machine

logger = logging.getLogger("krat.incidents")

Handler = Callable[[HttpRequest], HttpResponse]


class NoCookies:
    """Machines have no session: no cookie is read on their addresses, and none is set (decision 22)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_from_machine(request):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        response.cookies.clear()
        return response


class NeverStored:
    """No page stays on the office PC: all answers but the house's own files are ``no-store`` (promise 20).

    What answered decides, not the address: a missing file is a page like any other.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, WhiteNoiseFileResponse):
            add_never_cache_headers(response)
        return response


class Incidents:
    """An error shows an incident number and nothing else; the log gets the place it happened, never a value.

    The text of an exception may quote what somebody typed (a database's "Key (name)=(…)"), so it is not logged.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, mistake: Exception) -> HttpResponse | None:
        """Django's hook for an exception that a view raised."""
        if settings.DEBUG or isinstance(mistake, Http404 | PermissionDenied | SuspiciousOperation | BadRequest):
            return None  # no errors: Django answers them with their own pages
        return incident(request, mistake)


def note_incident(request: HttpRequest, mistake: BaseException) -> str:
    """Log where an error happened under a new number; returns the number."""
    number = secrets.token_hex(4).upper()
    frames = traceback.extract_tb(mistake.__traceback__)
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames[-12:]))
    route = request.resolver_match.view_name if request.resolver_match else "-"
    logger.error("incident %s %s %s at %s", number, route, type(mistake).__name__, where)
    return number


def incident(request: HttpRequest, mistake: BaseException) -> HttpResponse:
    """Log an error, and show its number."""
    number = note_incident(request, mistake)
    # 503: the trail cannot be written just now, so nothing is shown; trying again later may help.
    status = 503 if isinstance(mistake, AccessLogFailed) else 500
    response = render(request, "errors/500.html", {"incident": number}, status=status)
    response["Cache-Control"] = "no-store"
    return response


class ChosenLanguage:
    """Albanian first; another language only by the switch in the page, never from the browser's header.

    A machine has no switch: it says in its header which language it wants to be answered in.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_machine = is_from_machine(request)
        language = translation.get_language_from_request(request) if is_machine else self._chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if is_machine:
            patch_vary_headers(response, ["Accept-Language"])
        return response

    @staticmethod
    def _chosen(request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
