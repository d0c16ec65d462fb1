"""What the trail keeps of signing in and out: receivers of Django's own signals, the one place for signals."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import kept
from krat.audit import trail
from krat.people.models import User

CAME = trail.event("sign_in.came", _("signed in"))
WENT = trail.event("sign_in.went", _("signed out"))
FAILED = trail.event("sign_in.failed", _("failed to sign in"))

STARTED_AT = "started_at"
SEEN_AT = "seen_at"


def came(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody signed in: the clocks of the session start; a form that expired is waiting for them."""
    now = timezone.now().timestamp()
    request.session[STARTED_AT] = request.session[SEEN_AT] = now
    kept.forget_old()
    kept.remember_after_sign_in(request, user.code)
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
