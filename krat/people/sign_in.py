"""Receivers of Django's sign-in signals, which write the trail: the one place for signals."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import recovered_forms
from krat.audit import trail
from krat.people import actions
from krat.people.models import Seat, User

CAME = trail.event("sign_in.came", _("signed in"))
WENT = trail.event("sign_in.went", _("signed out"))
FAILED = trail.event("sign_in.failed", _("failed to sign in"))
SEAT_CHOSEN = trail.event("sign_in.seat_chosen", _("chose another seat"))
PASSWORD_CHANGED = trail.event("account.password_changed", _("changed the password"))
CODE_FAILED = trail.event("sign_in.code_failed", _("gave a wrong code of the second factor"))
FACTOR_CHANGED = trail.event("account.factor_changed", _("set up or removed a second factor"))

STARTED_AT = "started_at"
SEEN_AT = "seen_at"
LISTED_AS = "listed_as"  # the session's key as the list of sessions knows it


def came(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody signed in: the clocks of the session start; a form that expired is waiting for them."""
    now = timezone.now().timestamp()
    request.session[STARTED_AT] = request.session[SEEN_AT] = now
    recovered_forms.forget_old()
    recovered_forms.remember_after_sign_in(request, user.code)
    with transaction.atomic():
        trail.record(user, CAME)


def went(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        with transaction.atomic():
            trail.record(user, WENT)


def failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A sign-in failed. What was typed as a name is not kept: people type passwords there."""
    user = User.objects.filter(username=credentials.get("username") or "").first()
    with transaction.atomic():
        trail.record(user, FAILED)


def chose_seat(seat: Seat) -> None:
    """Somebody acts through another of their seats from now on."""
    with transaction.atomic():
        trail.record(seat, SEAT_CHOSEN, seat)


def password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A password was changed, or set anew by a link."""
    with transaction.atomic():
        trail.record(user, PASSWORD_CHANGED, user)


def factor_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """An authenticator app or recovery codes were added, made anew or removed.

    All other sessions of the person end: one that knew only the password must not profit from the factor set up here.
    """
    with transaction.atomic():
        trail.record(user, FACTOR_CHANGED, user)
    actions.end_sessions(user, by=user, but=request.session.session_key)


def code_failed(sender: Any, user: User, **kwargs: Any) -> None:
    """The password was right and the code of the second factor was not."""
    with transaction.atomic():
        trail.record(user, CODE_FAILED, user)
