"""Decorators by which a page declares its right, and `door`, which fetches one row that the seat may use.

    @needs("tasks.verify")
    def task_verify(request, code):
        task = door(request, Task, code)          # 404 outside reach, 403 without the right

What a page shows is written to the trail in the transaction that read it; refusals are written in a transaction of
their own, after the rollback; and the page is rendered after the commit, when no query may run any more (decision 6).
"""

import functools
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from krat.access import drafts, recovered_forms, rights
from krat.access.access_logger import AccessLogFailed, access_logger
from krat.access.models import Submission
from krat.access.requests import Opened, SeatRequest, Shown, Visit, Watched
from krat.access.scoping import ScopedModel, ScopedQuerySet
from krat.access.transactions import in_one_transaction

View = Callable[..., HttpResponse]
V = TypeVar("V", bound=View)
A = TypeVar("A")
M = TypeVar("M", bound=ScopedModel)


class Page(Protocol):
    """A response that is rendered later."""

    is_rendered: bool

    def render(self) -> HttpResponse: ...


class QueryWhileRendering(RuntimeError):
    """A template asked the database: the view must fetch what it shows, within the transaction that logs it."""


def _refuse_query(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    raise QueryWhileRendering(f"A template ran a query. Fetch it in the view: {sql[:200]}")


@contextmanager
def no_queries() -> Iterator[None]:
    """Within this block every query raises `QueryWhileRendering`."""
    with connection.execute_wrapper(_refuse_query):
        yield


def needs(right: str, *, methods: Sequence[str] = ("GET", "POST")) -> Callable[[View], View]:
    """Declare the right a page asks for. The page gets a seat that has it somewhere; rows still go through `door`."""

    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: Visit, *args: Any, **kwargs: Any) -> HttpResponse:
            return _answer(view, request, right, allowed, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        guarded.methods = tuple(methods)  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(why: str, *, methods: Sequence[str] = ("GET",)) -> Callable[[V], V]:
    """Declare that a page asks nobody who they are, and why."""
    return _open("public", why, methods)


def own_account(why: str, *, methods: Sequence[str] = ("GET", "POST")) -> Callable[[V], V]:
    """Declare that a page shows the signed-in person their own account only, so that it needs no seat."""
    return _open("own account", why, methods)


def _open(kind: str, why: str, methods: Sequence[str]) -> Callable[[V], V]:
    if not why:
        raise ValueError("Say why this page needs no right.")

    def wrap(view: V) -> V:
        @functools.wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if kind == "own account" and not request.user.is_authenticated:
                return recovered_forms.to_sign_in(request)
            if request.method not in (*methods, "HEAD"):
                return _not_allowed(request, methods)
            return view(request, *args, **kwargs)

        counted.open_because = (kind, why)  # type: ignore[attr-defined]
        counted.methods = tuple(methods)  # type: ignore[attr-defined]
        return cast(V, counted)

    return wrap


def _not_allowed(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    answer = HttpResponseNotAllowed(methods)
    answer.content = render(request, "errors/405.html").content
    return answer


def _answer(view: View, request: Visit, right: str, methods: Sequence[str], *args: Any, **kwargs: Any) -> HttpResponse:
    if not request.user.is_authenticated:
        return recovered_forms.to_sign_in(request)
    if request.method not in methods:
        return _not_allowed(request, methods)
    if request.seat is None:
        route = request.resolver_match.view_name
        access_logger().refused(request.user, right, route, _code_only(kwargs.get("code", "")), "no_seat")
        return render(request, "errors/no_seat.html", status=403)
    return _answer_to_seat(view, cast(SeatRequest, request), right, *args, **kwargs)


def _answer_to_seat(view: View, request: SeatRequest, right: str, *args: Any, **kwargs: Any) -> HttpResponse:

    def work() -> HttpResponse:
        if not rights.may(request.seat, right):
            raise PermissionDenied(_("Your seat does not have the right for this page."))
        return _run_once(view, request, *args, **kwargs)

    def shows(answer: HttpResponse) -> bool:
        return request.method in ("GET", "HEAD") or hasattr(answer, "is_rendered")

    try:
        answer = watched(request, right, work, asked=kwargs.get("code", ""), shows=shows)
    except Http404:
        return render(request, "errors/404.html", {"typed": recovered_forms.typed(request)}, status=404)
    except PermissionDenied as refusal:
        return render(
            request, "errors/403.html", {"why": str(refusal), "typed": recovered_forms.typed(request)}, status=403
        )
    page = cast(Page, answer)
    if getattr(answer, "is_rendered", True) is False:
        with no_queries():
            page.render()
    return answer


def watched(
    request: Watched,
    right: str,
    work: Callable[[], A],
    *,
    asked: object = "",
    shows: Callable[[A], bool] = lambda answer: True,
) -> A:
    """Do the work of a request in one short transaction, in which the access logger notes what the answer shows.

    What lost against another request is done again, thrice at most (decision 32). A refusal is noted in a transaction
    of its own, after the rollback, and raised again (decision 6).
    """
    request.right = right
    route = request.resolver_match.view_name
    said = _said_so_far(request)

    def once() -> A:
        request.shown = []
        with access_logger().gathering():
            answer = work()
            if shows(answer):
                _log_access(request, right, route)
        return answer

    try:
        answer = in_one_transaction(once, begin_again=lambda: _say_only(request, said))
    except Http404:
        access_logger().refused(request.seat, right, route, _code_only(asked), "not_there")
        raise
    except PermissionDenied:
        access_logger().refused(request.seat, right, route, _code_only(asked), "forbidden")
        raise
    return answer


def _said_so_far(request: Any) -> list[Any]:
    """The messages that stand before the work begins; a machine's request has none."""
    return list(getattr(getattr(request, "_messages", None), "_queued_messages", ()))


def _say_only(request: Any, said: list[Any]) -> None:
    """Take back what a try that was undone had to say."""
    if hasattr(request, "_messages"):
        request._messages._queued_messages = list(said)


def _code_only(asked: object) -> str:
    """What was asked for, as the trail may hold it: a code, never words that somebody typed into an address."""
    code = str(asked)
    return code if isinstance(asked, uuid.UUID) or re.fullmatch(r"AL-[A-Z0-9-]{1,36}", code) else ""


def _log_access(request: Watched, right: str, route: str) -> None:
    try:
        access_logger().saw(request.seat, right, route, request.shown)
    except DatabaseError as mistake:
        raise AccessLogFailed("The trail could not be written; nothing is shown.") from mistake


def _run_once(view: View, request: SeatRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Run a changing request once: the same form sent again gets the first one's answer."""
    request.recovered = None
    if drafts.is_kept(request) or drafts.is_dropped(request):
        return _of_a_draft(view, request, *args, **kwargs)
    if request.method != "POST":
        if request.method == "GET":
            request.recovered = recovered_forms.take_back(request, request.user.code)
        return view(request, *args, **kwargs)
    if recovered_forms.is_of_another_seat(request, request.seat.code):
        messages.warning(request, _("You act in another seat now than when you opened this page. Nothing was done."))
        back = (
            request.path_info
            if recovered_forms.is_page(request.path_info) and recovered_forms.keep_for_now(request)
            else "/"
        )
        return HttpResponseRedirect(back)
    digest = recovered_forms.digest(request)
    if digest is None:
        return view(request, *args, **kwargs)
    try:
        with transaction.atomic():
            submission = Submission.objects.create(digest=digest)
    except IntegrityError:
        first = Submission.objects.get(digest=digest)
        messages.info(request, _("This had already been received; nothing was done twice."))
        return HttpResponseRedirect(first.outcome or request.path_info)
    answer = view(request, *args, **kwargs)
    outcome = answer.get("Location", "") or getattr(answer, "outcome", "")
    if outcome:
        submission.outcome = outcome[:300]
        submission.save(update_fields=["outcome"])
        recovered_forms.is_accepted(request, request.user.code)
        drafts.forget(request, request.path_info)
    else:
        submission.delete()  # nothing was done: the corrected form is a new one
    return answer


def _of_a_draft(view: View, request: SeatRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Keep a draft, or throw it away. The form's page decides whether it may be written; nothing is done with it."""
    if not recovered_forms.is_page(request.path_info):
        return _not_allowed(request, getattr(request.resolver_match.func, "methods", ()))
    if drafts.is_dropped(request):
        drafts.forget(request, request.path_info)
        back = request.POST.get(drafts.BACK, "")
        return HttpResponseRedirect(back if recovered_forms.is_page(back) else request.path_info)
    if recovered_forms.is_of_another_seat(request, request.seat.code):
        said = _("You act in another seat now than when you opened this page. Copy your text before you leave it.")
        return JsonResponse({"message": said}, status=409)
    answer = view(request, *args, **kwargs)
    if isinstance(answer, JsonResponse):
        return answer
    said = _("This form cannot be sent any more. Copy your text before you leave this page.")
    return JsonResponse({"message": said}, status=409)


class ShownUnsaid(TypeError):
    """A page whose right is confidential was about to be answered without saying what it shows."""


def note_shown(request: HttpRequest, shown: Iterable[Shown] | None) -> None:
    """Note for the trail what an answer shows, besides what came through `door`.

    Where the page's right is confidential, None is refused: the answer says ``()`` if it shows nothing more.
    """
    right = getattr(request, "right", "")
    if shown is not None:
        for one in shown:
            cast(SeatRequest, request).shown.append(one)
    elif right and rights.right(right).is_confidential:
        raise ShownUnsaid(
            f"A page that asks for {right} says what it shows: shown=[…], or shown=() if that is nothing "
            "but what came through the door."
        )


def door(request: Watched, rows: type[M] | models.QuerySet[M], code: uuid.UUID | str, *, right: str = "") -> M:
    """The row with this code, if the seat has the page's right (or ``right``) on it.

    Outside the seat's reach it is not there (`Http404`); within reach but without the right: `PermissionDenied` with a
    sentence. The row is noted for the trail. One query; two when it is refused, whether it exists or not.
    """
    if isinstance(rows, type):
        queryset = cast("ScopedQuerySet[M]", rows.objects.all())
    else:
        queryset = cast("ScopedQuerySet[M]", rows)
    found = queryset.permitted(request.seat, right or request.right).filter(code=code).first()
    if found is not None:
        request.shown.append(Opened((found, ())))
        return found
    if queryset.visible_to(request.seat).filter(code=code).exists():
        raise PermissionDenied(_("You can see this, but your seat does not have the right to do it."))
    raise Http404
