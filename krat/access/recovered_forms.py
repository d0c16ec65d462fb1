"""Forms that come twice or too late: nothing is done twice, nothing that was typed is lost.

Every page gives its forms a one-time token that names its reader, signed. A form that comes after the session ended is
encrypted under it and given back to the same person (decision 18); one that arrives twice gets the first one's answer.
"""

import re
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core import signing
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    RawPostDataException,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.utils import timezone

from krat.access import crypto, drafts
from krat.access.models import RecoveredForm, Submission

FIELD = "_once"
RECOVERABLE_FOR = timedelta(minutes=30)
TOKEN_AGE = timedelta(days=7)  # a page that stood open over the weekend still keeps what was typed on it
_SALT = "krat.form"
# Never kept: what belongs to one request only, and secrets on whatever page they are asked for.
_SECRETS = {"password", "password1", "password2", "oldpassword", "again"}
_OF_THE_REQUEST = {FIELD, drafts.FIELD, drafts.BACK, "csrfmiddlewaretoken"}
_LEFT_OUT = _OF_THE_REQUEST | _SECRETS
_READ_AT_MOST = 16 << 20  # bytes of a form that is too large to be taken, so that its words can be shown
_FIELDS_AT_MOST = 50_000
# What forms send beside words: choices, codes, days, hours, numbers, ticks.
_CODE = re.compile(r"[a-z0-9_.,:+-]*|[A-Z0-9][A-Z0-9-]*", re.ASCII)
_IN_SESSION = "kept_forms"


def new_token(reader: uuid.UUID, seat: uuid.UUID | None = None) -> str:
    """A one-time token for the forms of one page, naming its reader and the seat it was read in."""
    return signing.dumps([str(reader), str(seat or ""), uuid.uuid4().hex], salt=_SALT)


def _named_in(token: str) -> tuple[uuid.UUID | None, str]:
    try:
        reader, seat, _nonce = signing.loads(token, salt=_SALT, max_age=TOKEN_AGE)
        return uuid.UUID(reader), seat
    except (signing.BadSignature, ValueError):
        return None, ""


def _reader_of(token: str) -> uuid.UUID | None:
    return _named_in(token)[0]


def is_of_another_seat(request: HttpRequest, seat: uuid.UUID) -> bool:
    """Whether the form was filled in while its writer acted through another seat, in another tab."""
    named = _named_in(request.POST.get(FIELD, ""))[1]
    return bool(named) and named != str(seat)


def keep_for_now(request: HttpRequest) -> bool:
    """Keep what was typed for the signed-in writer, to be shown again on the same page."""
    kept = keep(request)
    request.session[_IN_SESSION] = kept or request.session.get(_IN_SESSION, False)
    return kept


def typed(request: HttpRequest) -> list[str]:
    """What was typed into a form that is refused or fails, so that its writer can copy it from the page that says so.

    Words, and no codes of choices, days or numbers; empty without a token of ours. Asks nothing of the database.
    """
    sent = _sent(request)
    if _reader_of(sent.get(FIELD, "")) is None:
        return []
    values = [str(value) for name, some in sent.lists() if name not in _LEFT_OUT for value in some]
    return [value for value in values if not _CODE.fullmatch(value.strip())]


def to_send_again(request: HttpRequest) -> dict[str, Any] | None:
    """The form as it was sent, for a button that sends it again: its address, and its fields one by one.

    None where it cannot be: no form of ours, one with a secret or a file, or one that is too large. Token and address
    are the same, so what was done in spite of all is not done twice. Asks nothing of the database.
    """
    sent = _sent(request)
    if sent is not getattr(request, "_post", None) or _reader_of(sent.get(FIELD, "")) is None:
        return None
    if request.FILES or _SECRETS.intersection(sent):
        return None
    fields = [(name, value) for name, values in sent.lists() for value in values]
    return {"path": request.get_full_path(), "fields": fields}


def _sent(request: HttpRequest) -> QueryDict:
    """The form that was sent, also one that Django refused to read as too large, or of too many fields."""
    if request.method != "POST":
        return QueryDict()
    with suppress(SuspiciousOperation, BadRequest, MultiPartParserError, RawPostDataException, UnreadablePostError):
        if request.POST:
            return request.POST
    is_read = getattr(request, "_as_sent", None)
    if is_read is None:
        is_read = request._as_sent = _read_anew(request)  # type: ignore[attr-defined]
    return cast(QueryDict, is_read)


def _read_anew(request: HttpRequest) -> QueryDict:
    sent = QueryDict(mutable=True)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != "application/x-www-form-urlencoded" or not length.isdecimal():
        return sent
    if int(length) > _READ_AT_MOST or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return sent
    with suppress(SuspiciousOperation, UnreadablePostError, ValueError):
        raw = request.body if hasattr(request, "_body") else request.read(_READ_AT_MOST)
        words = raw.decode(errors="replace")
        for name, value in parse_qsl(words, keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST):
            sent.appendlist(name, value)
    return sent


def digest(request: HttpRequest) -> str | None:
    """What tells this submission from any other: its page's token, address and content. None without a token."""
    token = request.POST.get(FIELD, "")
    if not token:
        return None
    content = sorted((name, tuple(values)) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return crypto.keyed_hash(repr([token, request.path_info, content]).encode(), use="submission")


def without_secrets(sent: QueryDict) -> QueryDict:
    """What was typed, without what is never kept."""
    words = QueryDict(mutable=True)
    for name, values in sent.lists():
        if name not in _LEFT_OUT:
            words.setlist(name, values)
    return words


def keep(request: HttpRequest) -> bool:
    """Encrypt what was typed for the reader whom the page's token names; says whether it was kept (one insert)."""
    reader = _reader_of(request.POST.get(FIELD, ""))
    words = without_secrets(request.POST)
    if reader is None or not any(words.values()):
        return False
    code = uuid.uuid4()
    ciphertext = crypto.encrypt(words.urlencode(), place=f"access_keptform:sealed:{code}")
    RecoveredForm.objects.create(code=code, owner=reader, path=request.path_info[:300], ciphertext=ciphertext)
    return True


def remember_after_sign_in(request: HttpRequest, owner: uuid.UUID) -> None:
    """Note in the session whether something is waiting, so that no other page has to ask the database."""
    request.session[_IN_SESSION] = RecoveredForm.objects.filter(owner=owner).exists()


def take_back(request: HttpRequest, owner: uuid.UUID) -> QueryDict | None:
    """What this reader had typed on this page before it expired (no query when nothing waits).

    It stays until the form is accepted, or thirty minutes: the page may be loaded twice before it is saved.
    """
    if not request.session.get(_IN_SESSION):
        return None
    rows = RecoveredForm.objects.filter(owner=owner, kept_at__gte=timezone.now() - RECOVERABLE_FOR)
    row = rows.filter(path=request.path_info).order_by("-kept_at").first()
    if row is None:
        return None
    try:
        words = QueryDict(crypto.decrypt(row.ciphertext, place=f"access_keptform:sealed:{row.code}"))
    except crypto.DecryptionError:
        words = None
    return words


def is_accepted(request: HttpRequest, owner: uuid.UUID) -> None:
    """The form of this page was accepted: what was kept of it is no longer wanted (no query when nothing waits)."""
    if request.session.get(_IN_SESSION):
        RecoveredForm.objects.filter(owner=owner, path=request.path_info).delete()
        request.session[_IN_SESSION] = RecoveredForm.objects.filter(owner=owner).exists()


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Keep what was typed and lead to the sign-in page, and from there back to where the form stood."""
    if request.method != "POST":
        return _sign_in_then(request.get_full_path())
    if not is_page(request.path_info):
        return _sign_in_then("/")  # a button, or a page outside the door: there is nothing to come back to
    keep(request)
    return _sign_in_then(request.path_info)


def is_page(path: str) -> bool:
    """Whether one can come back to this address and find its form there."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return bool(getattr(view, "right", "")) and "GET" in getattr(view, "methods", ())


def _sign_in_then(path: str) -> HttpResponse:
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': path})}")


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure page: the words are kept, and the form comes back with them."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        if is_page(request.path_info) and keep(request):
            return _sign_in_then(request.path_info)
        return render(request, "errors/csrf.html", status=403)
    if is_page(request.path_info) and _reader_of(request.POST.get(FIELD, "")) == user.code and keep_for_now(request):
        return HttpResponseRedirect(request.path_info)
    return render(request, "errors/csrf.html", status=403)


def forget_old() -> None:
    """Forget what cannot come again: drafts, expired forms, submissions whose tokens have expired (three deletes)."""
    drafts.forget_old()
    RecoveredForm.objects.filter(kept_at__lt=timezone.now() - RECOVERABLE_FOR).delete()
    Submission.objects.filter(received_at__lt=timezone.now() - TOKEN_AGE).delete()
