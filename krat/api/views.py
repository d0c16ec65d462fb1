"""The base of every address for machines.

    class TaskOne(Resource):
        rights = {"GET": "tasks.view"}

        def get(self, request, code):
            task = door(request, Task.objects.for_list(), code)
            return self.one(task, TaskSerializer)

A request is answered in one short transaction, in which the access logger notes what is shown; refusals are noted after
the rollback; nothing is rendered before the commit, and no query runs after it. As pages are, by the same code.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from krat.access.scoping import VersionedModel
from krat.access.transactions import ending_with_any_mistake
from krat.access.views import no_queries, watched
from krat.api.auth import right_for
from krat.api.errors import TooLarge, TooMany, VersionChanged, VersionMissing, answer_to
from krat.api.idempotency import idempotent
from krat.api.paging import Query
from krat.api.requests import ApiRequest
from krat.api.serializers import StrictSerializer

READING = ("GET", "HEAD")
WRITING = ("POST", "PUT", "PATCH", "DELETE")
BODY_LIMIT = 1_048_576


class AlwaysJson(BaseContentNegotiation):
    """Answers are JSON, whatever a client says it would accept."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the body's own type, and none for another."""
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == wanted), None)


class Resource(APIView):
    """One address: a right for each method it takes, and no method without one."""

    rights: ClassVar[Mapping[str, str]] = {}
    query_class: ClassVar[type[Query]] = Query  # the parameters it takes
    body_limit: ClassVar[int] = BODY_LIMIT

    # How a repeat with the same idempotency key is answered, where not with the first answer's own words.
    again: ClassVar[Any] = None
    request: ApiRequest

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    content_negotiation_class = AlwaysJson

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view: Any = super().as_view(**initkwargs)
        view.rights, view.methods = dict(cls.rights), tuple(cls.rights)
        view.handled = tuple(name.upper() for name in cls.http_method_names if name != "head" and hasattr(cls, name))
        return view

    # --- one request ---

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        asking = cast(ApiRequest, self.initialize_request(request, *args, **kwargs))
        self.request, self.headers = asking, {}
        try:
            answer = self._answer(asking, request)
        except Exception as mistake:
            answer = answer_to(mistake, request)
        try:
            return self._rendered(asking, answer)
        except Exception as mistake:
            return self._rendered(asking, answer_to(mistake, request))

    def _rendered(self, asking: ApiRequest, answer: Response) -> Response:
        self.response: Any = self.finalize_response(asking, answer)
        with no_queries():
            rendered: Response = self.response.render()
        return rendered

    def _answer(self, asking: ApiRequest, request: HttpRequest) -> Response:
        right = right_for(self, str(request.method))
        if not right:
            not_allowed = MethodNotAllowed(str(request.method))
            not_allowed.allowed = ", ".join(self.rights)  # type: ignore[attr-defined]
            raise not_allowed
        self.perform_authentication(asking)
        if asking.auth is None:
            raise NotAuthenticated(_("Ask for a token first, and send it with every request."))
        self.check_throttles(asking)
        self._read(request)
        self.prepare(request)
        return self.done(asking, right)

    def prepare(self, request: HttpRequest) -> None:
        """What an address does before its answer's own transaction, in short ones of its own: nothing, mostly."""

    def done(self, request: ApiRequest, right: str) -> Response:
        """What was asked, done and noted for the trail, in one transaction."""
        with ending_with_any_mistake():
            return watched(request, right, partial(self._work, request), asked=self.kwargs.get("code", ""))

    def _work(self, request: ApiRequest) -> Response:
        self.check_permissions(request)
        request.query_class = self.query_class
        request.asked = self.query_class.of(request)
        handler = getattr(self, str(request.method).lower())
        work: Callable[[], Response] = partial(handler, request, *self.args, **self.kwargs)
        if request.method in READING:
            return work()
        again = partial(self.again, request, *self.args, **self.kwargs) if self.again is not None else None
        answer: Response = idempotent(request, work, again)
        return answer

    def _read(self, request: HttpRequest) -> None:
        """Read the body now and within this address's limit; Django's own limit is one for all addresses."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > self.body_limit:
            raise TooLarge
        if request.method in WRITING and not hasattr(request, "_body"):
            request._body = request.read()

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Any:
        raise PermissionDenied(_("Your seat does not have the right to do this."))

    def throttled(self, request: Request, wait: float | None) -> Any:
        raise TooMany(wait)

    # --- what handlers say ---

    def validated(self, serializer: type[StrictSerializer], data: Any = None, *, stands: Any = None) -> dict[str, Any]:
        """What was sent, by this serializer, or 400 with its errors by field; ``stands`` is the thing it changes."""
        context = {"request": self.request, "stands": stands}
        sent = serializer(data=self.request.data if data is None else data, context=context)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def one(
        self, thing: Any, serializer: type[StrictSerializer], *, status: int = 200, location: str = "", **context: Any
    ) -> Response:
        """One thing, with the ETag of its version. `door` noted it, or it stands in `request.shown`."""
        answer = Response(serializer(thing, context={"request": self.request, **context}).data, status=status)
        if isinstance(thing, VersionedModel):
            answer["ETag"] = etag(thing.version)
        if location:
            answer["Location"] = location
        return answer


def etag(version: int) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


def based_on(request: HttpRequest) -> int:
    """The version that a change is based on, from ``If-Match``: 428 without one, 412 for a tag that cannot stand."""
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):  # "whatever stands" is what the version is there to prevent
        raise VersionMissing
    tag = re.fullmatch(r'"([0-9]{1,9})"', sent)
    if tag is None:
        raise VersionChanged
    return int(tag[1])
