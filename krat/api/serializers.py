"""Serializers: what a record looks like on its way in and out. They hold no rules; the verb and the model speak."""

from __future__ import annotations

import copy
import datetime
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, NoReturn

from django.core.exceptions import ValidationError as Invalid
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser

from krat.access.rights import Subject
from krat.ui.forms import NumberField, refuse_invisible


class StrictJson(BaseParser):
    """JSON in UTF-8, and nothing that would be dropped or guessed: no name twice, no NaN, no bottomless nesting."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode(), object_pairs_hook=_once_each, parse_constant=_no_constant)
        except (ValueError, RecursionError) as mistake:
            raise ParseError(_("The body is not JSON in UTF-8."), code="malformed") from mistake


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


class StrictSerializer(serializers.Serializer[Any]):
    """The base of every serializer: an unknown field is an error, and texts are what they look like."""

    unknown_code = "unknown_field"
    unknown_sentence = gettext_lazy("There is no such field.")

    def get_fields(self) -> dict[str, Any]:
        """The declared fields, a copy of each for every request.

        DRF makes them anew from their arguments, which takes longer than checking what was sent. Of a field that holds
        no other one nothing changes but to which serializer it is bound, so that a shallow copy does.
        """
        return {name: _copied(field) for name, field in self._declared_fields.items()}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            data, wrong = self._read(data)
            if wrong:
                raise serializers.ValidationError(self._other_mistakes(data) | wrong)
        return dict(super().to_internal_value(data))

    def _read(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[ErrorDetail]]]:
        known = {name: field for name, field in self.fields.items() if not field.read_only}
        clean: dict[str, Any] = {}
        wrong: dict[str, list[ErrorDetail]] = {}
        for name, value in data.items():
            if name in known:
                try:
                    clean[name] = plain_words(value)
                except Invalid as mistake:
                    wrong[name] = [ErrorDetail(mistake.messages[0], code="invisible")]
            elif name in self.fields:
                wrong[name] = [ErrorDetail(_("This field cannot be set."), code="read_only_field")]
            else:
                # The name came from outside: of one that cannot be written down, only its beginning is told.
                wrong[_printable(str(name))] = [ErrorDetail(str(self.unknown_sentence), code=self.unknown_code)]
        return clean, wrong

    def _other_mistakes(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What else is wrong, so that everything is said at once."""
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as more:
            return more.detail if isinstance(more.detail, dict) else {}
        return {}


def _copied(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    holds_others = isinstance(field, serializers.BaseSerializer | serializers.ManyRelatedField)
    return copy.deepcopy(field) if holds_others or hasattr(field, "child") else copy.copy(field)


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:80])


def plain_words(value: Any) -> Any:
    """A text in its one normal form, refused when it reads otherwise than it stands; lists of texts likewise."""
    if isinstance(value, str):
        refuse_invisible(value)
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [plain_words(one) if isinstance(one, str) else one for one in value]
    return value


class WholeNumberField(serializers.IntegerField):
    """A whole number; one that comes as a text is read as the forms read it: "1.000" is a thousand.

    DRF's own field cuts off a point with noughts and would take it for one.
    """

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str):
            return int(super().to_internal_value(data))
        try:
            number = NumberField().to_python(data)
        except Invalid as mistake:
            raise serializers.ValidationError(mistake.messages[0], code="invalid") from mistake
        if number is None:
            self.fail("invalid")
        return number


def in_utc(moment: datetime.datetime) -> str:
    """A moment as `UtcDateTimeField` tells it."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


class DayField(serializers.DateField):
    """A day, written YYYY-MM-DD and in no other way: "20260105" is a number of seconds elsewhere."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, datetime.date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UtcDateTimeField(serializers.DateTimeField):
    """A moment, told in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=datetime.UTC, **kwargs)


Rows = Callable[[Subject], "models.QuerySet[Any]"]


@extend_schema_field(OpenApiTypes.STR)
class CodeRelatedField(serializers.RelatedField[Any, Any, Any]):
    """A row by its code, among those that the asking seat may see.

    ``CodeRelatedField(lambda seat: X.objects.visible_to(seat))``

    ``still`` says of a row that stands already whether it may be said again: then it is taken from the thing that
    `Resource.validated` was told of, without a query. Without ``rows`` it only shows; ``many=True, read_only=True``
    shows the rows that the view has prefetched. It is not DRF's field by slug: that one says "" is no row, writes a
    code it refuses into its sentence, and fails where a code is found by two paths.
    """

    default_error_messages = {"unknown_code": gettext_lazy("There is no such code, or not for you.")}

    def __init__(
        self,
        rows: Rows | None = None,
        *,
        by: str = "code",
        still: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ) -> None:
        self.rows, self.by, self.still = rows, by, still
        kwargs.setdefault("read_only", rows is None)
        super().__init__(**kwargs)

    def get_queryset(self) -> models.QuerySet[Any]:
        if self.rows is None:
            raise TypeError("This field only shows.")
        return self.rows(self.context["request"].seat)

    def run_validation(self, data: Any = empty) -> Any:
        """An empty code is an unknown one."""
        if data == "":
            self.fail("unknown_code")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        """The row (one query; none for the one that stands, or where ``found`` holds it, of a record before)."""
        found: dict[tuple[str, Any], Any] = self.context.get("found", {})
        row = self._standing(data)
        if row is None and isinstance(data, str):
            row = found.get((str(self.source), data))
        if row is None and isinstance(data, str):
            with suppress(Invalid, ValueError):  # no UUID where the code is one
                row = found[str(self.source), data] = self.get_queryset().filter(**{self.by: data}).first()
        if row is None:
            self.fail("unknown_code")
        return row

    def _standing(self, data: Any) -> Any:
        thing = self.context.get("stands")
        if thing is None or self.still is None or self.parent is not self.root:
            return None
        row = getattr(thing, str(self.source), None)
        return row if row is not None and getattr(row, self.by) == data and self.still(row) else None

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, self.by))


class BothLanguages(StrictSerializer):
    """A label in both languages."""

    sq = serializers.CharField(source="name_sq")
    en = serializers.CharField(source="name_en")
