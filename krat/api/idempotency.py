"""Idempotency keys: a writing call that comes twice does one thing and gets the same answer (decision 23).

Within the call's own transaction, so that a call that was refused, or whose server died, is tried anew.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from krat.access import crypto
from krat.access.requests import Shown, thing_of
from krat.api.actions import REMEMBERED_FOR
from krat.api.errors import Conflict
from krat.api.models import IdempotentAnswer
from krat.api.requests import ApiRequest

HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("ETag", "Location")

Work = Callable[[], Response]


def idempotent(
    request: ApiRequest, work: Callable[[], Response], again: Callable[[], Response] | None = None
) -> Response:
    """Do the work, or answer as the first time; without a key just do it (two inserts or updates more with one).

    ``again`` answers a repeat by how things stand now, where what was shown may have been closed since.
    """
    key_hash = key_of(request)
    if not key_hash:
        return work()
    fingerprint = _fingerprint(request, request.body)
    _forget_old(key_hash)
    try:
        with transaction.atomic():  # somebody who sends the same key at the same time waits here until we are done
            row = IdempotentAnswer.objects.create(key_hash=key_hash, fingerprint=fingerprint)
    except IntegrityError:
        return _again(request, IdempotentAnswer.objects.get(key_hash=key_hash), fingerprint, again)
    answer = work()
    row.ciphertext = crypto.encrypt(_written(request, answer, request.shown), place=_place(row))
    row.save(update_fields=["ciphertext"])
    return answer


def key_of(request: ApiRequest) -> str:
    """The hash by which a call's key is remembered for its client; empty where it carries none."""
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        sentence = _("An idempotency key has 1 to 200 visible characters without spaces.")
        raise ValidationError({HEADER: [ErrorDetail(sentence, code="invalid_key")]})
    return crypto.keyed_hash(f"{request.client.code}:{key}".encode(), use="idempotency")


def _forget_old(key_hash: str) -> None:
    IdempotentAnswer.objects.filter(key_hash=key_hash, received_at__lt=timezone.now() - REMEMBERED_FOR).delete()


# --- a call that is many transactions: its answer is kept when it has ended ---


def first_answer(key_hash: str) -> IdempotentAnswer | None:
    """What is kept under a key, of a call that has ended (two statements)."""
    _forget_old(key_hash)
    return IdempotentAnswer.objects.filter(key_hash=key_hash).first()


def keep(request: ApiRequest, key_hash: str, body_hash: bytes, answer: Response) -> None:
    """Keep the answer of a call that has ended; of two that ran at once, the first one's."""
    row = IdempotentAnswer(key_hash=key_hash, fingerprint=_fingerprint(request, body_hash))
    row.ciphertext = crypto.encrypt(_written(request, answer, things=()), place=_place(row))
    with suppress(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def replayed(request: ApiRequest, row: IdempotentAnswer, body_hash: bytes) -> Response:
    """The first answer once more; raises `Conflict` where the key came with another call."""
    return _again(request, row, _fingerprint(request, body_hash), None)


def _fingerprint(request: ApiRequest, body: bytes) -> str:
    """Of all that was asked; ``body`` may be its hash, where it was not kept."""
    said = [request.method, request.get_full_path(), request.content_type]
    return crypto.keyed_hash(json.dumps(said).encode() + b"\n" + body, use="idempotency")


def _place(row: IdempotentAnswer) -> str:
    return f"api_idempotentanswer:sealed:{row.code}"


def _written(request: ApiRequest, answer: Response, things: Iterable[Shown]) -> str:
    shown: list[Any] = [thing_of(one) for one in things]
    kept = {
        "status": answer.status_code,
        "headers": {name: answer[name] for name in _KEPT_HEADERS if name in answer},
        "things": [[thing._meta.label_lower, str(thing.code)] for thing in shown],
        "body": JSONRenderer().render(answer.data).decode(),
    }
    return json.dumps(kept)


def _again(
    request: ApiRequest, row: IdempotentAnswer, fingerprint: str, again: Callable[[], Response] | None
) -> Response:
    """The first answer once more, if what it shows has not left the seat's sight since."""
    if row.fingerprint != fingerprint:
        raise Conflict(_("This idempotency key was used for another request."), code="idempotency_key_reused")
    if again is not None:
        answer = again()
        answer["Idempotency-Replayed"] = "true"
        return answer
    kept = json.loads(crypto.decrypt(row.ciphertext, place=_place(row)))
    for label, code in kept["things"]:
        model: Any = apps.get_model(label)
        thing = model.objects.visible_to(request.seat).filter(code=code).first()
        if thing is None:
            raise Http404
        request.shown.append(thing)
    body = json.loads(kept["body"]) if kept["body"] else None
    return Response(body, status=kept["status"], headers={**kept["headers"], "Idempotency-Replayed": "true"})
