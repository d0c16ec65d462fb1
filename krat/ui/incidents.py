"""What people and machines are answered when something fails: a number, a sentence, and whatever they had typed.

None of it needs the database, the session or the person: a page that says that the database does not answer must not
ask it anything. What machines are answered is said by `krat.api`, which registers itself here.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from krat.access import logs, recovered_forms
from krat.access.access_logger import AccessLogFailed
from krat.access.requests import is_from_machine
from krat.access.storage import trouble_in

logger = logging.getLogger("krat.incidents")

RETRY_AFTER = 30  # seconds; what passes by itself mostly has by then

MachineAnswer = Callable[[Exception, HttpRequest], HttpResponse]
_to_machines: list[MachineAnswer] = []


def machines_are_answered_by(answer: MachineAnswer) -> None:
    """Register who answers machines when something fails outside the base views."""
    _to_machines[:] = [answer]


def note(request: HttpRequest, mistake: BaseException) -> str:
    """Log where an error happened under a new number; returns the number."""
    number = logs.new_number()
    logger.error("incident %s %s %s at %s", number, _route(request), logs.kind(mistake), logs.place(mistake))
    return number


def note_refusal(request: HttpRequest, mistake: BaseException) -> None:
    """Log that a request could not be read: by the kind of its fault, without what it held."""
    logger.warning("not understood %s %s at %s", _route(request), logs.kind(mistake), logs.place(mistake))


def _route(request: HttpRequest) -> str:
    """The name of the page that was asked; an address may say more than a log may hold."""
    match = request.resolver_match
    if match is None:  # it failed before the page was found
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return "-"
    return match.view_name or "-"


def answer(request: HttpRequest, mistake: Exception) -> HttpResponse:
    """Log an error, and answer with its number. 503 where it passes by itself, 500 where it is ours to mend."""
    if _is_machine(request):
        return _to_machines[0](mistake, request)
    trouble = trouble_in(mistake)
    passes = trouble is not None or isinstance(mistake, AccessLogFailed)
    shown: dict[str, Any] = {"incident": note(request, mistake), "trouble": trouble.value if trouble else ""}
    response = error_page(request, "errors/500.html", 503 if passes else 500, shown)
    if passes:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def answer_failed(request: HttpRequest) -> HttpResponse:
    """The answer to the exception that is being handled, outside a view (Django's handler500 is not told it)."""
    mistake = sys.exc_info()[1]
    return answer(request, mistake if isinstance(mistake, Exception) else RuntimeError("a page failed"))


def answer_unreadable(request: HttpRequest, mistake: Exception) -> HttpResponse:
    """The answer to a request that cannot be read: a form too large, too many fields, signs that are none."""
    if isinstance(mistake, SuspiciousOperation | BadRequest | MultiPartParserError):
        note_refusal(request, mistake)
    if _is_machine(request):
        return _to_machines[0](mistake, request)
    if isinstance(mistake, RequestDataTooBig):
        return error_page(request, "errors/too_much.html", 413)
    if isinstance(mistake, TooManyFieldsSent):
        return error_page(request, "errors/too_much.html", 400)
    return error_page(request, "errors/400.html", 400)


def error_page(request: HttpRequest, template: str, status: int, shown: dict[str, Any] | None = None) -> HttpResponse:
    """One of the error pages, with the words of the form that was sent. No context processor runs."""
    context: dict[str, Any] = {"typed": recovered_forms.typed(request), **(shown or {})}
    if template == "errors/500.html":
        context["again"] = recovered_forms.to_send_again(request)
    response = HttpResponse(render_to_string(template, context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def _is_machine(request: HttpRequest) -> bool:
    return bool(_to_machines) and is_from_machine(request)
