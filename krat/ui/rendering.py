"""Rendering pages: everything it shows is fetched now, and rendered after the transaction has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from krat.ui.forms import BaseForm


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> TemplateResponse:
    """A page that is rendered later. Querysets and the choices of forms in its context are fetched here and now."""
    context = context or {}
    for value in context.values():
        _fetch(value)
    if getattr(request, "recovered", None) is not None:
        messages.info(request, _("What you had typed when the page expired was kept. Check it and save again."))
    return TemplateResponse(request, template, context, status=status)


def _fetch(value: Any) -> None:
    if isinstance(value, QuerySet):
        len(value)
    elif isinstance(value, BaseForm):
        value.fetch_choices()
        value.errors  # noqa: B018  a form that was kept is checked here and now, with the queries that takes
    elif isinstance(value, list | tuple):
        for one in value:
            _fetch(one)


def comes_too_late(request: HttpRequest, sentence: str) -> bool:
    """Whether a form that leads nowhere any more may stay away; says why on the page that comes next.

    What was typed already is not thrown away: the verb refuses it, and it stands there beside the refusal.
    """
    if request.method == "POST" or getattr(request, "recovered", None) is not None:
        return False
    messages.info(request, sentence)
    return True


@contextmanager
def telling(request: HttpRequest) -> Iterator[None]:
    """For verbs that are one button: a refusal becomes a message on the page one comes back to."""
    try:
        yield
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
