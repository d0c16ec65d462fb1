"""The oracle: looks at every answer, mail, log line and file of every test for what was planted (promises 1 and 5).

Whatever is met must be something that the asking seat may see, by a policy of its own that knows nothing of the rights
tables; and the trail must hold it by the time the answer is handed out. The test that did it fails, and says where.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.utils import timezone

from cases.models import (
    AidPart,
    Case,
    CounsellingPart,
    Identification,
    Identity,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
)
from krat.audit.models import Entry
from krat.people.models import Seat
from tests.safety import canaries
from tests.safety.canaries import Found, Place
from tests.safety.reference_policy import ReferencePolicy

_WHY = "the oracle looks for whom an answer was"
# What says how something stands, and no words of it: noted with any row of the case, or by the verb that leads there.
_NOTED_WITH_ITS_CASE = {"number", "reference"}
_NOT_NOTED = {"code"}
_SAYS_NOTHING = {"Content-Length"}  # some page is always as long as a planted number is large


class Oracle:
    """Collects what went wrong while a test ran."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.answers = 0  # looked at
        self.met = 0  # planted things found in them, rightly or not
        self.last: list[Found] = []  # those of the last answer
        self._files: dict[Path, int] = {}

    # --- answers ---

    def look_at(self, request: Any, response: Any, since: Any) -> None:
        """Examine one answer: its body, its headers, its cookies."""
        if request.path.startswith(settings.STATIC_URL):
            return
        self.answers += 1
        self.last = []
        if response.streaming:
            response.streaming_content = list(response.streaming_content)
            body = b"".join(response.streaming_content)
        else:
            body = response.content
        head = "\n".join(f"{name}: {value}" for name, value in response.items() if name not in _SAYS_NOTHING)
        cookies = "\n".join(morsel.OutputString() for morsel in response.cookies.values())
        text = f"{head}\n{cookies}\n{body.decode('utf-8', 'replace')}".lower()
        self.examine(request, text, since)

    def examine(self, request: Any, text: str, since: Any) -> None:
        """Examine a text in small letters that was handed out as the answer to a request."""
        found = canaries.met_in(text)
        numbers = canaries.numbers_in(text)
        if not found and not numbers:
            return
        own = _sent_by(request)
        found = [one for one in found if one.said not in own]
        numbers = {one for one in numbers if one.lower() not in own}
        if not found and not numbers:
            return
        with _unheard():
            if not _can_ask():
                self.wrong.append(f"{_route(request)} showed {found} while the database could not be asked.")
                return
            of_numbers = Case.objects.unscoped(_WHY).filter(number__in=numbers).values_list("number", "code")
            found += [Found(number, Place("cases.Case", str(code), "number")) for number, code in of_numbers]
            self.met, self.last = self.met + len(found), found
            self._examine(request, found, since)

    def _examine(self, request: Any, found: list[Found], since: Any) -> None:
        seat = _seat_of(request)
        if seat is None:
            self.wrong += [f"{_route(request)} showed {one.said!r} ({one.place}) to nobody known." for one in found]
            return
        policy, who = ReferencePolicy(seat), seat.trail_words
        noted = _noted(seat, since)
        for one in found:
            if not policy.may_see(one.place):
                self.wrong.append(f"{_route(request)} showed {one.said!r} ({one.place}) to {who}.")
            elif not _is_noted(policy, one.place, noted):
                self.wrong.append(
                    f"{_route(request)} showed {one.said!r} ({one.place}) to {who}, and the trail has no word of it."
                )

    # --- everything else: no personal data at all ---

    def look_at_log(self, text: str, where: str) -> None:
        """A line of a log."""
        self._none_in(text, f"the log {where}")

    def look_at_mails(self) -> None:
        """The mails that were sent."""
        for one in getattr(mail, "outbox", []):
            parts = [one.subject, str(one.body), *one.recipients(), *map(str, one.attachments), str(one.extra_headers)]
            parts += [str(other[0]) for other in getattr(one, "alternatives", [])]
            self._none_in("\n".join(parts), f"a mail to {', '.join(one.recipients())}")

    def look_at_files(self, *folders: Path) -> None:
        """The files that are new or changed below some folders."""
        for folder in folders:
            for path in folder.rglob("*") if folder.is_dir() else ():
                with suppress(OSError):
                    stamp = path.stat().st_mtime_ns
                    if path.is_file() and self._files.get(path) != stamp:
                        self._files[path] = stamp
                        text = f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}"
                        self._none_in(text, f"the file {path.name}")

    def _none_in(self, text: str, where: str) -> None:
        folded = text.lower()
        for one in canaries.met_in(folded):
            if one.place.field not in _NOT_NOTED:
                self.wrong.append(f"{where} holds {one.said!r} ({one.place}).")
        self.wrong += [f"{where} holds the number of a case, {one}." for one in sorted(canaries.numbers_in(folded))]

    # --- for the oracle's own tests ---

    @contextmanager
    def aside(self) -> Iterator[list[str]]:
        """Within this block what goes wrong is put into a list of its own, and does not fail the test."""
        before, self.wrong = self.wrong, []
        heard = self.wrong
        try:
            yield heard
        finally:
            self.wrong = before


ORACLE = Oracle()


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"{request.method} {match.view_name if match else request.path}"


def _sent_by(request: Any) -> str:
    """What the asking person sent: to be told one's own words is no news."""
    posted = getattr(request, "_post", None)  # as far as the page has read it
    raw = getattr(request, "_body", b"") or b""
    parts = [request.get_full_path(), raw.decode("utf-8", "replace")]
    if posted is not None:
        parts += [value for values in dict(posted.lists()).values() for value in values]
    return "\n".join(map(str, parts)).lower()


@contextmanager
def _unheard() -> Iterator[None]:
    """The oracle's own queries are counted by no test and stopped by no rig."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    forced, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        yield
    finally:
        connection.execute_wrappers = wrappers
        connection.force_debug_cursor = forced


def _can_ask() -> bool:
    return not (connection.in_atomic_block and connection.needs_rollback)


def _seat_of(request: Any) -> Seat | None:
    """The seat through which a request was made: the page's, or the only one of a machine."""
    user = getattr(request, "user", None)
    seat = getattr(request, "seat", None)
    if user is None or not user.is_authenticated:
        return None
    if seat is None:
        seats = list(Seat.objects.unscoped(_WHY).for_request().filter(user=user, role="system", ended_at=None))
        seat = seats[0] if len(seats) == 1 else None
    return seat if seat is not None and seat.user_id == user.pk else None


def _noted(seat: Seat, since: Any) -> dict[str, list[set[str]]]:
    """What the trail says this seat saw or did since the request began: of each thing, the fields of each entry."""
    noted: dict[str, list[set[str]]] = {}
    for entry in Entry.objects.unscoped(_WHY).filter(actor=seat.code, at__gte=since):
        for code in entry.codes:
            noted.setdefault(code, []).append(set(entry.fields))
    return noted


def _is_noted(policy: ReferencePolicy, place: Place, noted: dict[str, list[set[str]]]) -> bool:
    if place.field in _NOT_NOTED:
        return True
    if place.field in _NOTED_WITH_ITS_CASE:
        case = policy.owner_of(place)
        return str(case.code) in noted or any(_case_code(code) == str(case.code) for code in noted)
    return any(not fields or place.field in fields for fields in noted.get(place.code, []))


def _case_code(code: str) -> str:
    """The code of the case to which a noted thing belongs."""
    for model in (Identification, Identity, Referral, Obstacle, Note, SchoolPart, AidPart, CounsellingPart, SentChange):
        with suppress(ValidationError):
            found = model.objects.unscoped(_WHY).filter(code=code).values_list("case__code", flat=True).first()
            if found:
                return str(found)
    return ""


# --- wiring ---


class _Ear(logging.Handler):
    """Hears every log line that would be written."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        ORACLE.look_at_log(text, record.name)


def _watch_answers() -> None:
    plain = BaseHandler.get_response

    def watched(self: Any, request: Any) -> Any:
        since = timezone.now()
        response = plain(self, request)
        ORACLE.look_at(request, response, since)
        return response

    BaseHandler.get_response = watched


class Plugin:
    """Fails the test during which something planted went astray."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        _watch_answers()
        logging.getLogger().addHandler(_Ear())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Any:
        ORACLE.wrong.clear()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        result = yield
        ORACLE.look_at_mails()
        ORACLE.look_at_files(*self.folders)
        if ORACLE.wrong:
            pytest.fail("What was planted went astray:\n" + "\n".join(dict.fromkeys(ORACLE.wrong)), pytrace=False)
        return result
