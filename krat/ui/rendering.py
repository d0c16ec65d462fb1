"""Rendering pages and files: all they show is fetched and noted now; a page is drawn after the commit."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import drafts, recovered_forms
from krat.access.requests import Shown
from krat.access.views import note_shown
from krat.ui.forms import BaseForm

_WORDS = re.compile(r"[a-z]+(-[a-z]+)*")
_NUMBER = re.compile(r"([0-9]+(-[0-9]+)*)?", re.ASCII)


class FileKind(Enum):
    """What a paper is, by the ending of its file's name; its value is what browsers are told."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ICS = "text/calendar; charset=utf-8"


class UnsafeFileName(ValueError):
    """A file would be named by something that may hold a person, a path or a header."""


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    shown: Iterable[Shown] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page that is rendered later. Querysets and the choices of forms in its context are fetched here and now.

    ``shown`` goes to the trail: things, or pairs of a thing and the names of its fields that are shown; what came
    through `door` is noted already. Pages whose right is confidential must say it; raises `ShownUnsaid`.
    Where a draft was sent it is kept instead (decision 18).
    """
    context = context or {}
    if drafts.is_kept(request):
        return _keep_draft(request, context)
    note_shown(request, shown)
    for value in context.values():
        _fetch(value)
    if getattr(request, "recovered", None) is not None:
        messages.info(request, _("What you had typed when the page expired was kept. Check it and save again."))
    return TemplateResponse(request, template, context, status=status)


def _keep_draft(request: HttpRequest, context: dict[str, Any]) -> JsonResponse:
    """Keep what is being written, if this page would let its reader send it now. Answers what the script goes by."""
    forms = [one for one in context.values() if isinstance(one, BaseForm) and one.sent_to == request.path_info]
    form = next((one for one in forms if one.keeps_draft), None)
    if form is None:
        said = _("This form cannot be sent any more. Copy your text before you leave this page.")
        return JsonResponse({"message": said}, status=409)
    words = recovered_forms.without_secrets(request.POST)
    if sum(len(word) for _name, values in words.lists() for word in values) > drafts.LONGEST:
        return JsonResponse({"message": _("The text is too long to be kept as a draft.")}, status=422)
    standing = str(form.initial.get("version", ""))
    based_on = request.POST.get("version", "") if "version" in form.fields else standing
    if based_on == standing and form.is_as_it_stands(words):
        drafts.forget(request, request.path_info)
    else:
        drafts.keep(request, words, address=form.sent_to, variant=form.variant)
    if based_on != standing:
        said = _("Somebody changed this in the meantime. Your text is kept; load the page again to see both.")
        return JsonResponse({"message": said}, status=409)
    return JsonResponse({"at": formats.time_format(timezone.localtime(), "H:i")})


class File(HttpResponse):
    """A paper to keep, written after the commit as a page is drawn: `needs` enters it in the trail before."""

    is_rendered = False

    def __init__(self, write: Callable[[], bytes], content_type: str) -> None:
        super().__init__(content_type=content_type)
        self._write = write

    def render(self) -> HttpResponse:
        """Write it, once: Django asks again. What it asks of the database raises `QueryWhileRendering`."""
        if not self.is_rendered:
            self.content, self.is_rendered = self._write(), True
        return self


def file(
    request: HttpRequest,
    write: Callable[[], bytes],
    kind: FileKind,
    name: str,
    number: str = "",
    *,
    shown: Iterable[Shown] | None = None,
) -> File:
    """A paper to keep, under a name that tells nobody's: fixed words and a number (``minutes-12-2026.pdf``).

    ``name`` stands in the code, in small letters and hyphens; ``number`` is of digits and hyphens; raises
    `UnsafeFileName` for anything else. ``write`` gives the content, from what was fetched already: it is called after
    the commit. ``shown`` as for `render_page`.
    """
    if not _WORDS.fullmatch(name) or not _NUMBER.fullmatch(number):
        raise UnsafeFileName("A file is named in small letters and hyphens, with a number of digits and hyphens.")
    note_shown(request, shown)
    full_name = f"{name}-{number}" if number else name
    answer = File(write, kind.value)
    answer["Content-Disposition"] = f'attachment; filename="{full_name}.{kind.name.lower()}"'
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


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
    if drafts.is_kept(request):
        return True
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
