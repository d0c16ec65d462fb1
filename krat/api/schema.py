"""The schema: generated from the addresses themselves, and told to people on a page of our own files."""

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from krat.access.views import public
from krat.api.errors import MEDIA_TYPE, TITLES, problem

# Which refusals an address can give, besides those that every one can.
_EVERY = (400, 401, 403, 405, 429, 503)
_OF_ONE = (404,)
_WRITING = (409, 413, 415)
_CHANGING = (412, 428)
_OF_A_FEED = (410,)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence, in the language of Accept-Language (sq or en)."},
        "code": {"type": "string", "description": "For machines; does not change with the language."},
        "errors": {
            "type": "object",
            "description": "By field, `identity.birth_date`; what concerns the whole stands under `non_field_errors`.",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                },
            },
        },
    },
    "example": {
        "type": "urn:krat:problem:invalid",
        "title": "The request is not in order",
        "status": 400,
        "detail": "Some fields are not in order; “errors” names them.",
        "code": "invalid",
        "errors": {"colour": [{"code": "unknown_field", "message": "There is no such field."}]},
    },
}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Client credentials, as the token endpoint gives them."""

    target_class = "krat.api.auth.BearerToken"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/identity/o/api/token",
                    "scopes": {"read": "read", "write": "change"},
                }
            },
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: ["read" if auto_schema.method == "GET" else "write"]}


def with_problems(result: dict[str, Any], generator: Any, request: HttpRequest | None, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: the refusals and headers that the base views bring to every address."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {f"Problem{status}": _response(status) for status in TITLES}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _tell(path, method.upper(), operation)
    return result


def _tell(path: str, method: str, operation: dict[str, Any]) -> None:
    refusals = [*_EVERY]
    if path.endswith("/changes/"):
        refusals += _OF_A_FEED
    if "{" in path:
        refusals += _OF_ONE
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response["headers"] = {
                    "ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match."}
                }
    if method != "GET":
        refusals += _WRITING
        operation.setdefault("parameters", []).append(
            _header("Idempotency-Key", "Sent again within a day with the same key, the call does nothing twice.")
        )
    if method == "PATCH":
        refusals += _CHANGING
        operation["parameters"].append(_header("If-Match", "The ETag that the change is based on.", required=True))
    for status in sorted(refusals):
        operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})


def _header(name: str, said: str, *, required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "schema": {"type": "string"}, "description": said, "required": required}


def _response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": str(TITLES[status]),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    named = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(status)
    if named:
        response["headers"] = {named: {"schema": {"type": "string"}}}
    return response


@lru_cache(maxsize=1)
def _schema() -> bytes:
    """The schema as JSON, which is YAML as well; made once, because anybody may ask for it."""
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return bytes(OpenApiJsonRenderer().render(json.loads(json.dumps(made, default=str)), renderer_context={}))


@csrf_exempt
@public("the schema holds no data, and one reads it before asking for a client")
def schema(request: HttpRequest) -> HttpResponse:
    """The schema (OpenAPI 3)."""
    return HttpResponse(_schema(), content_type="application/json")


@csrf_exempt
@public("the schema's page for people")
def docs(request: HttpRequest) -> HttpResponse:
    """The schema for people, drawn by files of our own."""
    return render(request, "api/docs.html")


@csrf_exempt
@public("nothing is here", methods=("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
def nowhere(request: HttpRequest) -> HttpResponse:
    """Every other address, in the shape that machines read."""
    return problem(404, "not_found", _("It is not there, or not for you."))
