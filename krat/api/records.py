"""Many records in one body: a JSON array, or NDJSON, which is read line by line and never stands in memory whole."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ParseError, UnsupportedMediaType, ValidationError

from krat.api.errors import TooLarge
from krat.api.serializers import StrictJson

ARRAY, LINES = "application/json", "application/x-ndjson"
MOST = 10_000  # records in one call
LONGEST = 65_536  # bytes of one line
ARRAY_LIMIT, LINES_LIMIT = 16 << 20, 64 << 20  # bytes of a body
_PIECE = 1 << 16


@dataclass(frozen=True)
class Sent:
    """One record as it was sent: its line, or its place in the array, from one on; ``mistake`` where it is none."""

    line: int
    record: Any = None
    mistake: Exception | None = None


class Body:
    """The body of a call with many records; ``hash`` is of what was read of it so far."""

    def __init__(self, request: HttpRequest, media_type: str) -> None:
        self.media_type = media_type.partition(";")[0].strip().lower()
        if self.media_type not in (ARRAY, LINES):
            raise UnsupportedMediaType(media_type)
        self.limit = ARRAY_LIMIT if self.media_type == ARRAY else LINES_LIMIT
        self._hash, self._read = hashlib.sha256(), 0
        length = request.META.get("CONTENT_LENGTH") or ""
        if length and (not length.isdecimal() or int(length) > self.limit):
            raise TooLarge
        if not length and request.META.get("wsgi.input_terminated"):
            self._source = request.META["wsgi.input"]  # in chunks, of which Django reads none
        else:
            self._source = request

    @property
    def hash(self) -> bytes:
        """The hash of what was read."""
        return self._hash.digest()

    def pieces(self) -> Iterator[bytes]:
        """What was sent, piece by piece; raises `TooLarge` beyond the limit."""
        while piece := self._source.read(_PIECE):
            self._read += len(piece)
            if self._read > self.limit:
                raise TooLarge
            self._hash.update(piece)
            yield piece

    def records(self) -> Iterator[Sent]:
        """The records in order. A line that is no JSON is told as such, and the next ones are read all the same.

        Raises for a body without any, for an array that is not one (before the first), and `TooLarge` behind the
        10,000th record.
        """
        at = 0
        for at, one in enumerate(self._array() if self.media_type == ARRAY else self._lines(), 1):
            if at > MOST:
                raise TooLarge(_("Send at most 10,000 records at once. Those before this one may have been taken."))
            yield one
        if at == 0:
            raise ValidationError([ErrorDetail(_("Send at least one record."), code="empty")])

    def _array(self) -> Iterator[Sent]:
        found = StrictJson().parse(io.BytesIO(b"".join(self.pieces())))
        if not isinstance(found, list):
            raise ParseError(_("The body is not an array of records."), code="malformed")
        if len(found) > MOST:
            raise TooLarge(_("Send at most 10,000 records at once."))
        for place, record in enumerate(found, 1):
            yield Sent(place, record)

    def _lines(self) -> Iterator[Sent]:
        """Split at line feeds alone: other signs that end a line may stand inside a text. Blank lines count, and are
        no records."""
        number, rest, is_too_long = 1, b"", False
        for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield from self._line(number, line, is_too_long)
                number, is_too_long = number + 1, False
            if len(rest) > LONGEST:  # an endless line is not kept
                rest, is_too_long = b"", True
        yield from self._line(number, rest, is_too_long)

    def _line(self, number: int, line: bytes, is_too_long: bool) -> Iterator[Sent]:
        if is_too_long or len(line) > LONGEST:
            sentence = _("A line has at most 65,536 bytes.")
            yield Sent(number, mistake=ValidationError([ErrorDetail(sentence, code="too_large")]))
        elif line.strip():
            try:
                yield Sent(number, StrictJson().parse(io.BytesIO(line)))
            except ParseError:
                sentence = _("This line is not JSON in UTF-8.")
                yield Sent(number, mistake=ValidationError([ErrorDetail(sentence, code="malformed")]))
