"""Error answers: RFC 9457 problems, always with the same members.

``type``, ``title``, ``status``, ``detail`` (a sentence), ``code`` (for machines), ``errors`` by field, each a list of
``{"code", "message"}``.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as Invalid
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    MethodNotAllowed,
    NotAuthenticated,
    UnsupportedMediaType,
)
from rest_framework.exceptions import ValidationError as Misshapen
from rest_framework.response import Response

from krat.access.access_logger import AccessLogFailed
from krat.access.scoping import Stale
from krat.access.storage import Trouble, trouble_in
from krat.api.auth import CHALLENGE, InsufficientScope
from krat.ui import incidents

MEDIA_TYPE = "application/problem+json"
STATE = "state"  # the code of a ValidationError that says: not from where it stands now
WHOLE = "non_field_errors"

TITLES = {
    400: gettext_lazy("The request is not in order"),
    401: gettext_lazy("Who is asking?"),
    403: gettext_lazy("No right"),
    404: gettext_lazy("Not there"),
    405: gettext_lazy("Not by this method"),
    409: gettext_lazy("Its state does not allow this"),
    410: gettext_lazy("Begin again"),
    412: gettext_lazy("Somebody changed it"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("Not in this format"),
    428: gettext_lazy("The version is missing"),
    429: gettext_lazy("Slower, please"),
    500: gettext_lazy("Something went wrong here"),
    503: gettext_lazy("Not just now"),
}


# What a machine is told that comes while the database cannot work: come again.
TROUBLES = {
    Trouble.FULL: ("no_room", gettext_lazy("The registry’s disk has no room left. Nothing was done. Incident %s.")),
    Trouble.BUSY: ("busy", gettext_lazy("Others were writing at the same moment. Send it again. Incident %s.")),
    Trouble.AWAY: ("database_away", gettext_lazy("The registry does not reach its database. Incident %s.")),
}


class TooLarge(APIException):
    """The body is larger than this address takes."""

    status_code = 413
    default_code = "too_large"
    default_detail = gettext_lazy("The body is too large.")


class VersionMissing(APIException):
    """A change that does not say which version it was based on."""

    status_code = 428
    default_code = "version_missing"
    default_detail = gettext_lazy("Send the ETag of the version that your change is based on as If-Match.")


class VersionChanged(APIException):
    """A change that is based on a version which no longer stands."""

    status_code = 412
    default_code = "version_changed"
    default_detail = gettext_lazy("Somebody changed it since. Read it again and put your change together anew.")


class Conflict(APIException):
    """What stands does not allow this call."""

    status_code = 409
    default_code = "state_conflict"
    default_detail = gettext_lazy("Its state does not allow this.")


class TooMany(APIException):
    """More requests than the limit allows; ``wait`` seconds until the next."""

    status_code = 429
    default_code = "too_many_requests"
    default_detail = gettext_lazy("Too many requests. Come again later.")

    def __init__(self, wait: float | None) -> None:
        super().__init__()
        self.wait = wait


class ResyncRequired(APIException):
    """A cursor of the change feed that is too old, or of another generation."""

    status_code = 410
    default_code = "resync_required"
    default_detail = gettext_lazy("This cursor leads nowhere any more. Begin again without one.")


def based_on_stale(current: int) -> VersionChanged:
    """That somebody changed it since; the answer names the version that stands."""
    changed = VersionChanged()
    changed.current = current  # type: ignore[attr-defined]
    return changed


def content(
    status: int, code: str, detail: object, errors: Mapping[str, Sequence[Mapping[str, str]]] | None = None
) -> dict[str, Any]:
    """The members of a problem."""
    return {
        "type": f"urn:krat:problem:{code}",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": {field: [dict(one) for one in mistakes] for field, mistakes in (errors or {}).items()},
    }


def problem(status: int, code: str, detail: object, **headers: str) -> JsonResponse:
    """A problem outside the base views: the token endpoint, an address that does not exist."""
    answer = JsonResponse(content(status, code, detail), status=status, content_type=MEDIA_TYPE)
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    return answer


def answer_to(mistake: Exception, request: HttpRequest) -> Response:
    """The answer to whatever went wrong; an unexpected mistake shows an incident number and nothing else."""
    told, headers = _told(mistake, request)
    return Response(told, status=told["status"], headers=headers, content_type=MEDIA_TYPE)


def plain_answer_to(mistake: Exception, request: HttpRequest) -> JsonResponse:
    """The same outside the base views: the token endpoint, and what fails before an address is found."""
    told, headers = _told(mistake, request)
    return JsonResponse(told, status=told["status"], headers=headers, content_type=MEDIA_TYPE)


def errors_of(mistake: Exception) -> dict[str, list[dict[str, str]]]:
    """Why one record of many was refused, by field, as a problem would say it of a call with this record alone.

    Raises the mistake itself where it is none of the record.
    """
    if isinstance(mistake, Misshapen):
        return _gathered(mistake.detail)
    if isinstance(mistake, Stale | VersionChanged):
        return {"version": [{"code": VersionChanged.default_code, "message": str(VersionChanged.default_detail)}]}
    if isinstance(mistake, Invalid):
        return _by_field(mistake)
    if isinstance(mistake, PermissionDenied):
        sentence = str(mistake) or _("Your seat does not have the right to do this.")
        return {WHOLE: [{"code": "forbidden", "message": sentence}]}
    raise mistake


def _told(mistake: Exception, request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """The members of the problem, and the headers that go with it."""
    headers: dict[str, str] = {}
    errors: dict[str, list[dict[str, str]]] = {}
    if isinstance(mistake, Misshapen):
        status, code = 400, "invalid"
        errors = _gathered(mistake.detail)
        detail: object = _sentence(errors)
    elif isinstance(mistake, Stale):
        return _told(based_on_stale(getattr(mistake.current, "version", 0)), request)
    elif isinstance(mistake, Invalid):
        errors = _by_field(mistake)
        is_state = any(one["code"] == STATE for mistakes in errors.values() for one in mistakes)
        status, code = (409, "state_conflict") if is_state else (400, "invalid")
        detail = _sentence(errors)
    elif isinstance(mistake, InsufficientScope):
        status, code, detail = 403, "insufficient_scope", mistake
        headers["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope", scope="{mistake.scope}"'
    elif isinstance(mistake, PermissionDenied):
        status, code = 403, "forbidden"
        detail = str(mistake) or _("Your seat does not have the right to do this.")
    elif isinstance(mistake, Http404):
        status, code, detail = 404, "not_found", _("It is not there, or not for you.")
    elif isinstance(mistake, RequestDataTooBig):
        status, code, detail = 413, "too_large", TooLarge.default_detail
    elif isinstance(mistake, SuspiciousOperation | BadRequest):
        status, code, detail = 400, "malformed", _("The request could not be read.")
    elif trouble := trouble_in(mistake):
        code, sentence = TROUBLES[trouble]
        status, detail = 503, sentence % incidents.note(request, mistake)
        headers["Retry-After"] = str(incidents.RETRY_AFTER)
    elif isinstance(mistake, AccessLogFailed):
        incidents.note(request, mistake)
        status, code = 503, "trail_silent"
        detail = _("The trail cannot be written just now, so nothing is shown or done. Try again later.")
        headers["Retry-After"] = str(incidents.RETRY_AFTER)
    elif isinstance(mistake, UnsupportedMediaType):
        status, code, detail = 415, "unsupported_media_type", _("Send JSON, as application/json.")
    elif isinstance(mistake, MethodNotAllowed):
        status, code, detail = 405, "method_not_allowed", _("This address does not take this method.")
        headers["Allow"] = getattr(mistake, "allowed", "")
    elif isinstance(mistake, APIException):
        status, code, detail = mistake.status_code, str(mistake.get_codes()), mistake.detail
        headers = _headers(mistake)
    elif settings.DEBUG:
        raise mistake  # a developer sees the mistake itself
    else:
        status, code = 500, "incident"
        detail = _("Something went wrong here, not in your request. Incident %s.") % incidents.note(request, mistake)
    return content(status, code, detail, errors), headers


def _headers(mistake: APIException) -> dict[str, str]:
    if isinstance(mistake, AuthenticationFailed):
        return {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
    if isinstance(mistake, NotAuthenticated):
        return {"WWW-Authenticate": CHALLENGE}
    if (wait := getattr(mistake, "wait", None)) is not None:
        return {"Retry-After": str(math.ceil(wait))}
    if (current := getattr(mistake, "current", None)) is not None:
        return {"ETag": f'"{current}"'}
    return {}


def _sentence(errors: Mapping[str, list[dict[str, str]]]) -> str:
    """What is wrong with the whole; where only fields are wrong, that they are."""
    whole = [one["message"] for one in errors.get(WHOLE, [])]
    return " ".join(whole) or _("Some fields are not in order; “errors” names them.")


def _gathered(detail: Any) -> dict[str, list[dict[str, str]]]:
    errors: dict[str, list[dict[str, str]]] = {}
    for field, one in _walk(detail, ""):
        errors.setdefault(field or WHOLE, []).append({"code": one.code or "invalid", "message": str(one)})
    return errors


def _walk(detail: Any, path: str) -> Iterator[tuple[str, ErrorDetail]]:
    """Every error with the way to its field: ``identity.birth_date``, ``0.kind``."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = path if name == WHOLE and path else f"{path}.{name}" if path else str(name)
            yield from _walk(inner, own)
    elif isinstance(detail, list | tuple):
        for place, inner in enumerate(detail):
            leaf = isinstance(inner, ErrorDetail)
            yield from _walk(inner, path if leaf else f"{path}.{place}" if path else str(place))
    elif isinstance(detail, ErrorDetail):
        yield path, detail


def _by_field(mistake: Invalid) -> dict[str, list[dict[str, str]]]:
    by_field = mistake.error_dict if hasattr(mistake, "error_dict") else {NON_FIELD_ERRORS: mistake.error_list}
    return {
        WHOLE if field == NON_FIELD_ERRORS else field: [
            {"code": one.code or "invalid", "message": " ".join(one.messages)} for one in mistakes
        ]
        for field, mistakes in by_field.items()
    }
