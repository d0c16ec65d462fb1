"""The identity guard as verbs use it: texts of the committee carry no private person's data (decision 15)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from krat.committee.models import Institution
from krat.pii import detector
from krat.reference.models import County, Holiday, Municipality

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextmanager
def hearing_warnings() -> Iterator[list[str]]:
    """Collect what the guard warns of within this block, so that the page can say it to the writer."""
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def refuse_personal(texts: Mapping[str, str]) -> None:
    """Raise `ValidationError`, by field, at everything shaped like a person's name, number, telephone or address.

    The sentence is the same whether the registry knows that person or not. What may stand but should be looked at is
    said to the writer as a warning. Five queries, none when there is no text.
    """
    texts = {field: text for field, text in texts.items() if text.strip()}
    if not texts:
        return
    institutions = Institution.objects.unscoped("names of public institutions may stand in any text")
    names = [name for pair in institutions.values_list("name", "short_name") for name in pair]
    places = [*County.objects.values_list("name", flat=True), *Municipality.objects.values_list("name", flat=True)]
    accounts = cast(Any, get_user_model()).objects  # office-holders; the area of people stands above this one
    people = list(accounts.filter(is_active=True).values_list("name", flat=True))
    feasts = list(Holiday.objects.order_by().values_list("name_sq", flat=True).distinct())
    refused: dict[str, str] = {}
    warnings: list[str] = []
    for field, text in texts.items():
        found = detector.find_personal(text, allowed_names=people, places=places, institutions=names, feasts=feasts)
        if any(finding.stops for finding in found):
            refused[field] = detector.message([finding for finding in found if finding.stops])
        elif found:
            warnings.append(detector.message(found))
    if refused:
        raise ValidationError(refused)
    heard = _heard.get()
    if heard is not None:
        heard.extend(warnings)
