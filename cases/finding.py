"""Finding a case among those whose person a seat may know: by name, by personal number, by its own number."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The cases that fit best, and whether they fit everything that was typed."""

    cases: CaseQuerySet
    fits_all: bool = True


def find(seat: Seat, typed: str) -> Found | None:
    """The cases that fit what was typed, among those whose person this seat may know; None where nothing was typed that
    could be looked for. Of a name those that fit most of its words: one that no name bears hides no other.
    """
    reach: CaseQuerySet = Case.objects.permitted(seat, "identity.view")
    if any(sign.isdigit() for sign in typed):
        rows = _by_number(seat, reach, typed)
        typed = " ".join(word for word in typed.split() if not any(sign.isdigit() for sign in word))
        if not names.words_of(typed) or rows.exists():
            return Found(rows)
        return Found(_by_words(reach, names.tokens_to_find(typed))[0], fits_all=False)
    words = names.tokens_to_find(typed)
    if not words:
        return None
    rows, fitting = _by_words(reach, words)
    return Found(rows, fits_all=fitting in (0, len(words)))


def _by_number(seat: Seat, reach: CaseQuerySet, typed: str) -> CaseQuerySet:
    """By personal number, or by the case's own as far as it was typed."""
    people = Identity.objects.permitted(seat, "identity.view").filter(number_token=names.number_token(typed))
    fits = Q(pk__in=people.values("case_id"))
    number = names.case_number(typed)
    for ending in number.endings if number is not None else ():
        fits |= Q(number=ending) if number is not None and number.county else Q(number__endswith=ending)
    return reach.filter(fits)


def _by_words(reach: CaseQuerySet, words: Sequence[tuple[str, ...]]) -> tuple[CaseQuerySet, int]:
    """The cases that fit most of the words, and how many those are (one query)."""
    hits = hits_of(words).filter(case__in=reach.values("pk"))
    most = hits.order_by("-fitting").values_list("fitting", flat=True).first()
    if most is None:
        return reach.none(), 0
    return reach.filter(pk__in=hits.filter(fitting=most).values("case_id")), most


def hits_of(words: Sequence[tuple[str, ...]]) -> QuerySet[Any, Any]:
    """Each case that bears a token of any of the words, with how many of the words it fits."""
    which = models.Case(*(models.When(token__in=tokens, then=at) for at, tokens in enumerate(words)))
    every = {token for tokens in words for token in tokens}
    rows = NameToken.objects.filter(token__in=every).order_by().values("case_id")
    return rows.annotate(fitting=models.Count(which, distinct=True))
