"""Errors without details, and the language that was chosen in the page."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from whitenoise.middleware import WhiteNoiseFileResponse

from krat.access.requests import is_from_machine
from krat.ui import incidents

Handler = Callable[[HttpRequest], HttpResponse]


class NoCookies:
    """Machines have no session: no cookie is read on their addresses, and none is set (decision 22).

    Nor where somebody asks how the process is: with a session it would be the database that answers.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (is_from_machine(request) or request.path_info.startswith("/health/")):
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
    """An error in a page shows an incident number and nothing else; the log gets the place it happened, never a value.

    What fails in another middleware is answered alike, by Django's handler500. A sign that no text can hold (NUL)
    is refused at the door: PostgreSQL would fail on it, wherever it is looked for.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        of_a_page = "" if is_from_machine(request) else request.META.get("QUERY_STRING", "")  # machines are told which
        if "\0" in request.path_info or "%00" in of_a_page:
            raise BadRequest("NUL in an address")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, mistake: Exception) -> HttpResponse | None:
        """Django's hook for an exception that a view raised."""
        if settings.DEBUG or isinstance(mistake, Http404 | PermissionDenied | SuspiciousOperation | BadRequest):
            return None  # no errors: Django answers them with their own pages
        return incidents.answer(request, mistake)


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
