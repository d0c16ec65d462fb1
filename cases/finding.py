"""Finding a case among those whose person a seat may know: by name, by personal number, by its own number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from cases import names
from cases.models import Case, Identity, NameToken
from cases.models.case import CaseQuerySet
from krat.people.models import Seat


@dataclass(frozen=True)
class Found:
    """The cases that fit what was typed; where none does, what to look for instead (``otherwise``)."""

    cases: CaseQuerySet
    fits_all: bool = True
    otherwise: Callable[[], Found] | None = None


def find(seat: Seat, typed: str) -> Found | None:
    """The cases that fit what was typed, among those whose person this seat may know; None where nothing was typed that
    could be looked for (no query). Otherwise, of a name those that fit most of its words: one that no name bears hides
    no other (one query).
    """
    reach: CaseQuerySet = Case.objects.permitted(seat, "identity.view")
    if any(sign.isdigit() for sign in typed):
        rows = _by_number(seat, reach, typed)
        words = names.tokens_to_find(" ".join(word for word in typed.split() if not any(map(str.isdigit, word))))
        return Found(rows, otherwise=(lambda: _by_most(reach, words)) if words else None)
    words = names.tokens_to_find(typed)
    if not words:
        return None
    return Found(_by_all(reach, words), otherwise=(lambda: _by_most(reach, words)) if len(words) > 1 else None)


def _by_number(seat: Seat, reach: CaseQuerySet, typed: str) -> CaseQuerySet:
    """By personal number, or by the case's own as far as it was typed."""
    people = Identity.objects.permitted(seat, "identity.view").filter(number_token=names.number_token(typed))
    fits = Q(pk__in=people.values("case_id"))
    number = names.case_number(typed)
    for ending in number.endings if number is not None else ():
        fits |= Q(number=ending) if number is not None and number.county else Q(number__endswith=ending)
    return reach.filter(fits)


def _by_all(reach: CaseQuerySet, words: Sequence[tuple[str, ...]]) -> CaseQuerySet:
    """The cases that fit every one of the words."""
    for tokens in words:
        reach = reach.filter(pk__in=NameToken.objects.filter(token__in=tokens).values("case_id"))
    return reach


def _by_most(reach: CaseQuerySet, words: Sequence[tuple[str, ...]]) -> Found:
    """The cases that fit most of the words, and not all that was typed (one query)."""
    hits = hits_of(words).filter(case__in=reach.values("pk"))
    most = hits.order_by("-fitting").values_list("fitting", flat=True).first()
    if most is None:
        return Found(reach.none())
    return Found(reach.filter(pk__in=hits.filter(fitting=most).values("case_id")), fits_all=False)


def hits_of(words: Sequence[tuple[str, ...]]) -> QuerySet[Any, Any]:
    """Each case that bears a token of any of the words, with how many of the words it fits."""
    which = models.Case(*(models.When(token__in=tokens, then=at) for at, tokens in enumerate(words)))
    every = {token for tokens in words for token in tokens}
    rows = NameToken.objects.filter(token__in=every).order_by().values("case_id")
    return rows.annotate(fitting=models.Count(which, distinct=True))
