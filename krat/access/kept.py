"""Forms that come twice or too late: nothing is done twice, nothing that was typed is lost.

Every page gives its forms a one-time token that names its reader, signed. A form that comes after the session ended is
sealed under it and given back to the same person (ruling 18); a form that arrives twice gets the first one's answer.
"""

import hashlib
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from krat.access import vault
from krat.access.models import KeptForm, Submission

FIELD = "_once"
KEPT_FOR = timedelta(minutes=30)
_SALT = "krat.form"
# Never kept: secrets, and what belongs to one request only.
_LEFT_OUT = {FIELD, "csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "code"}
_IN_SESSION = "kept_forms"


def new_token(reader: uuid.UUID) -> str:
    """A one-time token for the forms of one page, naming its reader."""
    return signing.dumps([str(reader), uuid.uuid4().hex], salt=_SALT)


def _reader_of(token: str) -> uuid.UUID | None:
    try:
        reader, _nonce = signing.loads(token, salt=_SALT, max_age=timedelta(days=1))
        return uuid.UUID(reader)
    except (signing.BadSignature, ValueError):
        return None


def digest(request: HttpRequest) -> str | None:
    """What tells this submission from any other: its page's token, address and content. None without a token."""
    token = request.POST.get(FIELD, "")
    if not token:
        return None
    content = sorted((name, tuple(values)) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(repr([token, request.path, content]).encode()).hexdigest()


def keep(request: HttpRequest) -> bool:
    """Seal what was typed for the reader whom the page's token names; says whether it was kept (one insert)."""
    reader = _reader_of(request.POST.get(FIELD, ""))
    words = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name not in _LEFT_OUT:
            words.setlist(name, values)
    if reader is None or not any(words.values()):
        return False
    code = uuid.uuid4()
    sealed = vault.seal(words.urlencode(), place=f"access_keptform:sealed:{code}")
    KeptForm.objects.create(code=code, owner=reader, path=request.path[:300], sealed=sealed)
    return True


def remember_after_sign_in(request: HttpRequest, owner: uuid.UUID) -> None:
    """Note in the session whether something is waiting, so that no other page has to ask the database."""
    request.session[_IN_SESSION] = KeptForm.objects.filter(owner=owner).exists()


def take_back(request: HttpRequest, owner: uuid.UUID) -> QueryDict | None:
    """What this reader had typed on this page before it expired; given back once (no query when nothing waits)."""
    if not request.session.get(_IN_SESSION):
        return None
    rows = KeptForm.objects.filter(owner=owner, kept_at__gte=timezone.now() - KEPT_FOR)
    row = rows.filter(path=request.path).order_by("-kept_at").first()
    if row is None:
        return None
    try:
        words = QueryDict(vault.unseal(row.sealed, place=f"access_keptform:sealed:{row.code}"))
    except vault.Unopenable:
        words = None
    KeptForm.objects.filter(owner=owner, path=request.path).delete()
    request.session[_IN_SESSION] = rows.exists()
    return words


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Keep what was typed and lead to the sign-in page, and from there back to where the form stood."""
    if request.method != "POST":
        return _sign_in_then(request.get_full_path())
    if not _is_page(request.path_info):
        return _sign_in_then("/")  # a button: nothing was typed, and one cannot come back to it
    keep(request)
    return _sign_in_then(request.path)


def _is_page(path: str) -> bool:
    try:
        return "GET" in getattr(resolve(path).func, "methods", ("GET",))
    except Resolver404:
        return False


def _sign_in_then(path: str) -> HttpResponse:
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': path})}")


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure page: the words are kept, and the form comes back with them."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        if keep(request):
            return _sign_in_then(request.path)
        return render(request, "errors/csrf.html", status=403)
    if _reader_of(request.POST.get(FIELD, "")) == user.code and keep(request):
        request.session[_IN_SESSION] = True
        if url_has_allowed_host_and_scheme(request.path, allowed_hosts=None):
            return HttpResponseRedirect(request.path)
    return render(request, "errors/csrf.html", status=403)


def forget_old() -> None:
    """Forget what cannot come again: expired forms, and submissions whose tokens have expired (two deletes)."""
    KeptForm.objects.filter(kept_at__lt=timezone.now() - KEPT_FOR).delete()
    Submission.objects.filter(received_at__lt=timezone.now() - timedelta(days=1)).delete()
