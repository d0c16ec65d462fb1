"""Lists: paged by cursor in an order that does not shift, filtered by declared parameters only."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import empty

from krat.access import crypto
from krat.access.prepared import Prepared
from krat.api.requests import ApiRequest
from krat.api.serializers import StrictSerializer, WholeNumberField

USUAL, MOST = 50, 200

Narrow = Callable[["QuerySet[Any]", Any], "QuerySet[Any]"]


class Query(StrictSerializer):
    """The parameters of an address. None but those that stand here; one that is empty is as if it were not there."""

    unknown_code = "unknown_parameter"
    unknown_sentence = gettext_lazy("There is no such parameter.")

    narrowing: ClassVar[Mapping[str, str | Narrow]] = {}  # parameter: look-up, or a function of rows and value

    @classmethod
    def of(cls, request: ApiRequest) -> dict[str, Any]:
        """What was asked for; raises for an unknown parameter, and for one that comes twice."""
        given = {name: values for name, values in request.query_params.lists() if any(values)}
        if not given and not cls.asks_for_something():
            return {}
        if twice := [name for name, values in given.items() if len(values) > 1 and name in cls().fields]:
            sentence = ErrorDetail(_("This parameter stands twice."), code="repeated_parameter")
            raise serializers.ValidationError({name: [sentence] for name in twice})
        query = cls(data={name: values[0] for name, values in given.items()}, context={"request": request})
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    @classmethod
    @cache
    def asks_for_something(cls) -> bool:
        """Whether it says something where nothing was asked for: a parameter that must be there, or has a default."""
        return any(field.required or field.default is not empty for field in cls().fields.values())


class ListQuery(Query):
    """The parameters of a list."""

    limit = WholeNumberField(
        required=False, min_value=1, help_text=f"How many at once; {USUAL} unless said, {MOST} at most."
    )
    cursor = serializers.CharField(
        required=False, max_length=2000, help_text="The `next` of the page before, with the same filters."
    )


def cursor_page(
    request: ApiRequest,
    rows: "QuerySet[Any] | Callable[[], QuerySet[Any]]",
    serializer: type[StrictSerializer],
    *,
    order: Sequence[str] = ("pk",),
    prepared: Prepared | None = None,
    note_each: bool = False,
    context: Mapping[str, Any] | None = None,
    prepare: Callable[[list[Any]], None] | None = None,
) -> dict[str, Any]:
    """One page of these rows: ``{"next", "results"}`` (one query, besides those of the rows' own prefetching).

    ``order`` names columns that are never empty and together differ in every row. ``rows`` may be a function that gives
    them. ``prepared`` asks the same of a seat, a number after which it begins and how many there are at most, where
    nothing narrows and ``order`` is usual. With ``note_each`` the trail names every row, as it must where a row is a
    person's case; else it has an entry for the page. ``prepare`` fetches what the serializer needs of all rows of the
    page at once.
    """
    asked, query = dict(request.asked), request.query_class
    limit = min(asked.pop("limit", USUAL), MOST)
    cursor = asked.pop("cursor", None)
    place = _place(request, asked)
    begins = _opened(cursor, place, len(order)) if cursor is not None else None
    if prepared is not None and not asked and tuple(order) == ("pk",):
        found = prepared.rows(request.seat, int(begins[0]) if begins else 0, words=(limit + 1,))
    else:
        rows = rows() if callable(rows) else rows
        for name, how in query.narrowing.items():
            if name in asked:
                rows = how(rows, asked[name]) if callable(how) else rows.filter(**{how: asked[name]})
        rows = rows.filter(_after(order, begins)) if begins is not None else rows
        found = list(rows.order_by(*order)[: limit + 1])
    page, more = found[:limit], len(found) > limit
    if note_each:
        request.shown.extend(page)
    if prepare is not None:
        prepare(page)
    return {
        "next": _sealed(page[-1], order, place) if more else None,
        "results": serializer(page, many=True, context={"request": request, **(context or {})}).data,
    }


def _place(request: ApiRequest, asked: Mapping[str, Any]) -> str:
    """A cursor opens for the same client, at the same address, with the same filters only."""
    filters = sorted((name, str(getattr(value, "pk", value))) for name, value in asked.items())
    return f"cursor:{request.seat.code}:{request.resolver_match.view_name}:{filters}"


def _sealed(row: Any, order: Sequence[str], place: str) -> str:
    values = [attrgetter(one.lstrip("-").replace("__", "."))(row) for one in order]
    plain = json.dumps([value if isinstance(value, int) else str(value) for value in values])
    return base64.urlsafe_b64encode(crypto.encrypt(plain, place=place)).decode().rstrip("=")


def _opened(cursor: str, place: str, length: int) -> list[Any]:
    try:
        ciphertext = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values: list[Any] = json.loads(crypto.decrypt(ciphertext, place=place))
        if len(values) != length:
            raise ValueError("Encrypted by another release, in another order.")
    except (ValueError, crypto.DecryptionError) as mistake:
        sentence = _("This cursor does not belong here. Begin without one.")
        raise serializers.ValidationError({"cursor": [ErrorDetail(sentence, code="invalid_cursor")]}) from mistake
    return values


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows behind the one with these values, in this order."""
    behind = Q()
    equal: dict[str, Any] = {}
    for one, value in zip(order, values, strict=True):
        name = one.lstrip("-")
        behind |= Q(**equal, **{f"{name}__{'lt' if one.startswith('-') else 'gt'}": value})
        equal[name] = value
    return behind
