"""Drafts: what is being written in a form is kept on the server until it is sent, for its writer alone (decision 18).

A draft goes to the form's own address, with ``_draft=keep``, by the form's own door: it is kept only where the same
seat could send the form at that moment. `needs` knows such a request, `BaseForm` lays a draft into the form that is
opened again, and `render_page` keeps one; a page with a form of several lines has to do nothing for it.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from krat.access import crypto
from krat.access.models import Draft
from krat.access.requests import SeatRequest, thing_of

FIELD, BACK = "_draft", "_back"
KEEP, DROP = "keep", "drop"
LONGEST = 100_000  # what one draft may hold, in letters: several times the longest form
_VARIANT = "#"


@dataclass(frozen=True)
class Kept:
    """A draft as its writer gets it back."""

    words: QueryDict
    saved_at: datetime


def is_kept(request: HttpRequest) -> bool:
    """Whether this request wants a draft kept: nothing is done, and no page is answered."""
    return request.method == "POST" and request.POST.get(FIELD) == KEEP


def is_dropped(request: HttpRequest) -> bool:
    """Whether this request throws a draft away."""
    return request.method == "POST" and request.POST.get(FIELD) == DROP


def _expired() -> datetime:
    return timezone.now() - timedelta(days=settings.KRAT_DRAFT_DAYS)


def _own(request: HttpRequest) -> QuerySet[Draft]:
    who = cast(SeatRequest, request)
    return Draft.objects.filter(owner=who.user.code, seat=who.seat.code)


def _name(address: str, variant: str) -> str:
    return f"{address}{_VARIANT}{variant}"[:300]


def _things(request: HttpRequest) -> list[Model]:
    """What came through the door for the form, the thing it is about first."""
    return [thing_of(one) for one in getattr(request, "shown", ())]


def _key(request: HttpRequest) -> bytes | None:
    """The data key of the case or signal that came through the door, or None: then the registry's own key encrypts."""
    for thing in _things(request):
        if hasattr(thing, "data_key"):
            return cast(bytes, thing.data_key())
    return None


def place_of(draft: Draft) -> str:
    """What a draft's encrypted words are bound to: its row, its writer and their seat, its form."""
    return f"access_draft:sealed:{draft.code}:{draft.owner}:{draft.seat}:{draft.form}"


def _encrypt(text: str, *, key: bytes | None, place: str) -> bytes:
    return crypto.encrypt(text, place=place) if key is None else crypto.encrypt_under(key, text, place=place)


def _decrypt(ciphertext: bytes, *, key: bytes | None, place: str) -> str:
    if key is None:
        return crypto.decrypt(ciphertext, place=place)
    return crypto.decrypt_under(key, ciphertext, place=place)


def keep(request: HttpRequest, words: QueryDict, *, address: str, variant: str = "") -> Draft:
    """Keep what is written in the form at an address, over what was kept of it before (two or three queries)."""
    name = _name(address, variant)
    draft = _own(request).filter(form=name).first()
    if draft is None:
        who = cast(SeatRequest, request)
        draft = Draft(code=uuid.uuid4(), owner=who.user.code, seat=who.seat.code, form=name)
    draft.thing = getattr(next(iter(_things(request)), None), "code", None)
    draft.ciphertext = _encrypt(words.urlencode(), key=_key(request), place=place_of(draft))
    draft.saved_at = timezone.now()
    # Two tabs of one writer may begin at once: the later one's words stand.
    values = {name: getattr(draft, name) for name in ("code", "thing", "ciphertext", "saved_at")}
    kept, _made = Draft.objects.update_or_create(owner=draft.owner, seat=draft.seat, form=draft.form, defaults=values)
    return kept


def take(request: HttpRequest, *, address: str, variant: str = "") -> Kept | None:
    """What this writer has not sent yet of the form at an address (one query)."""
    return take_all(request, [(address, variant)]).get((address, variant))


def take_all(request: HttpRequest, forms: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Kept]:
    """The same of several forms, each named by its address and variant (one query, however many)."""
    names = {_name(*form): form for form in forms}
    found = {}
    for draft in _own(request).filter(form__in=list(names), saved_at__gte=_expired()):
        try:
            text = _decrypt(bytes(draft.ciphertext), key=_key(request), place=place_of(draft))
        except crypto.DecryptionError:
            continue
        found[names[draft.form]] = Kept(QueryDict(text), draft.saved_at)
    return found


def unsent_about(things: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """On which of these things somebody has a draft that was never sent (one query); not what stands in it."""
    rows = Draft.objects.filter(thing__in=things, saved_at__gte=_expired())
    return {thing for thing in rows.values_list("thing", flat=True) if thing is not None}


def forget(request: HttpRequest, address: str) -> None:
    """The form at this address was accepted, or its draft is not wanted: this writer's is gone (one delete)."""
    _own(request).filter(Q(form=_name(address, "")) | Q(form__startswith=_name(address, ""))).delete()


def forget_about(things: Collection[uuid.UUID] | Iterable[uuid.UUID]) -> None:
    """Nothing more can be written about these things: whoever has a draft on one of them loses it (one delete)."""
    Draft.objects.filter(thing__in=list(things)).delete()


def forget_old() -> None:
    """Forget drafts on which nobody has written for as long as the setting says (one delete)."""
    Draft.objects.filter(saved_at__lt=_expired()).delete()
