"""Middleware: when a session ends, the active seat, the second factor."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access import recovered_forms
from krat.access.census import is_open
from krat.access.requests import is_from_machine
from krat.committee.identity_guard import hearing_warnings
from krat.people.asking import Asking, helplines
from krat.people.requests import PersonsVisit
from krat.people.sign_in import LISTED_AS, SEEN_AT, STARTED_AT

Handler = Callable[[HttpRequest], HttpResponse]

CHOSEN_SEAT = "seat"
_WITHOUT_SEAT = ("/static/", "/health/")


class SessionEnds:
    """A session ends after thirty idle minutes, and after ten hours in any case (both settings)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            started = request.session.get(STARTED_AT, 0)
            seen = request.session.get(SEEN_AT, 0)
            too_long = now - started > settings.SESSION_HOURS * 3600
            too_quiet = now - seen > settings.SESSION_IDLE_MINUTES * 60
            if too_long or too_quiet:
                answer = recovered_forms.to_sign_in(request)
                logout(request)
                return answer
            is_listed = request.session.get(LISTED_AS) == request.session.session_key
            if now - seen > 60 or not is_listed:  # once a minute is exact enough, and spares writes on every page
                request.session[SEEN_AT] = now
                # Whoever ends all sessions finds them in this list: a new one stands there before its first page.
                UserSession.objects.create_from_request(request)
                request.session[LISTED_AS] = request.session.session_key
        return self.get_response(request)


class ActiveSeat:
    """Find the one seat this request acts through: the chosen one, or the first, and the helplines of the page's foot.

    They were read together with the account (`krat.people.asking`), anew on every request; where nobody is signed in
    the helplines are a query.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonsVisit) -> HttpResponse:
        request.seat, request.seats, request.helplines = None, [], []
        if is_from_machine(request) or request.path_info.startswith(_WITHOUT_SEAT):
            return self.get_response(request)
        asking: Asking | None = request.user.asking if request.user.is_authenticated else None
        lines = asking.helplines if asking is not None else helplines()
        request.helplines = [{"name": str(term), "number": term.code} for term in lines]
        if asking is not None:
            request.seats = list(asking.seats)
            chosen = request.session.get(CHOSEN_SEAT)
            request.seat = next((one for one in request.seats if str(one.code) == chosen), None)
            if request.seat is None and request.seats:
                request.seat = request.seats[0]
        return self.get_response(request)


class GuardWarnings:
    """What the identity guard warned of while a text was saved is said to its writer on the next page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with hearing_warnings() as heard:
            response = self.get_response(request)
        for sentence in dict.fromkeys(heard):
            messages.warning(request, sentence)
        return response


class SecondFactor:
    """In service, a seat that meets persons' files is used with a second factor only (allauth does not enforce it).

    The resolved page decides and not its address: what is declared open (signing in, one's own account, the language)
    is open without one, everything else is not.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonsVisit) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PersonsVisit, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook before a view is called: the way to the second factor instead, where it is missing."""
        if settings.KRAT_DEMO or request.seat is None or is_open(view, request.resolver_match.view_name):
            return None
        if not request.seat.wants_second_factor or is_mfa_enabled(request.user, ["totp"]):
            return None
        messages.warning(request, _("Your seat needs a second factor. Set it up now; then you can go on."))
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
