"""The base of REST: refusals, serializers, pages, versions, keys, the trail; asked of the tasks and of probes."""

import json
import uuid
from contextlib import nullcontext

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from cases.api.serializers import CaseSerializer
from krat.access import access_logger
from krat.access.scoping import hold, settle
from krat.access.views import QueryWhileRendering, door
from krat.api.checks import rest_is_closed_by_default
from krat.api.errors import Conflict
from krat.api.idempotency import HEADER
from krat.api.models import IdempotentAnswer
from krat.api.serializers import CodeRelatedField, StrictSerializer
from krat.api.views import Resource, based_on
from krat.audit.models import Entry
from krat.committee.models import Institution
from krat.demo import make
from krat.plan.api import TaskSerializer
from krat.plan.models import Step, Task
from krat.plan.models.task import State
from tests.api.conftest import problem

ANYBODY = "rest_framework.permissions.AllowAny"

pytestmark = pytest.mark.django_db


def office(code: str) -> Institution:
    return Institution.objects.unscoped("tests look for an institution").get(code=code)


def steps_of(task: Task) -> int:
    return Step.objects.unscoped("tests count").filter(task=task).count()


def entries(**wanted: object) -> list[Entry]:
    return list(Entry.objects.unscoped("tests read the trail").filter(**wanted).order_by("pk"))


@pytest.fixture
def task(world) -> Task:
    """A new task of the education office of Durrës."""
    return make.task(office("AL-02-ZVA"), title="Regjistrimi i fëmijëve")


@pytest.fixture
def foreign(world) -> Task:
    """One of Gjirokastër's."""
    return make.task(office("AL-05-ZVA"), title="Detyrë e një qarku tjetër")


# --- who asks ---


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic dGVzdDp0ZXN0", "Bearer a b c", "Token abc", "Bearer " + "x" * 5000],
)
def test_without_a_good_token_nobody_gets_in(world, header):
    answer = Client().get("/api/v1/tasks/", headers={"Authorization": header} if header is not None else {})

    told = problem(answer, 401, answer.json()["code"])
    assert told["code"] in ("not_authenticated", "invalid_token")
    assert answer["WWW-Authenticate"].startswith('Bearer realm="krat"')


def test_a_token_in_the_address_opens_nothing(machine):
    one = machine()

    assert Client().get(f"/api/v1/tasks/?access_token={one.token}").status_code == 401


def test_a_persons_session_opens_nothing_here_and_gets_no_cookie(as_):
    browser = as_("zva.durres")
    assert browser.get("/tasks/").status_code == 200

    answer = browser.get("/api/v1/tasks/")

    problem(answer, 401, "not_authenticated")
    assert "Set-Cookie" not in answer.headers


def test_a_reading_token_does_not_write(machine, task):
    one = machine(scope="read")

    answer = one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."})

    problem(answer, 403, "insufficient_scope")
    assert 'error="insufficient_scope", scope="write"' in answer["WWW-Authenticate"]
    assert steps_of(task) == 0
    assert [entry.route for entry in entries(event="page.forbidden")] == ["api:task_progress"]


def test_a_writing_token_without_reading_does_not_read(machine):
    problem(machine(scope="write").get("tasks/"), 403, "insufficient_scope")


def test_the_last_use_is_seen(machine):
    one = machine()
    assert one.client.last_used_at is None

    one.get("tasks/")

    one.client.refresh_from_db()
    assert one.client.last_used_at is not None


# --- refusals ---


def test_foreign_and_missing_answer_with_the_same_bytes(machine, foreign):
    one = machine()

    there, nowhere = one.get(f"tasks/{foreign.code}/"), one.get(f"tasks/{uuid.uuid4()}/")

    problem(there, 404, "not_found")
    assert there.content == nowhere.content
    del there["Expires"], nowhere["Expires"]  # the second in which it was answered
    assert sorted(there.items()) == sorted(nowhere.items())
    assert len(entries(event="page.not_there", actor=one.seat.code)) == 2


def test_in_sight_without_the_right_is_a_403_with_a_sentence(machine, task):
    task.supporting.add(office("AL-02-POL"))

    told = problem(machine("AL-02-POL").post(f"tasks/{task.code}/progress/", {"note": "x"}), 403, "forbidden")

    assert "you can see this" in told["detail"].lower() or "shihni" in told["detail"]
    assert steps_of(task) == 0


def test_an_address_that_is_none_is_a_problem_too(machine):
    for asked in ("nowhere/", "tasks", "tasks/no-uuid/", ""):
        problem(machine().get(asked), 404, "not_found")
    problem(Client(enforce_csrf_checks=True).post("/api/v1/nowhere/"), 404, "not_found")


def test_another_method_is_refused_with_those_that_are_taken(machine):
    answer = machine().ask("DELETE", "tasks/")

    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET"


def test_options_tells_nobody_anything(machine):
    problem(machine().ask("OPTIONS", "tasks/"), 405, "method_not_allowed")


def test_head_answers_like_get_without_a_body(machine):
    answer = machine().ask("HEAD", "tasks/")

    assert (answer.status_code, answer.content) == (200, b"")


def test_what_stands_may_not_allow_a_call(machine, task):
    Task.objects.unscoped("a test closes it").filter(pk=task.pk).update(state=State.CANCELLED)

    told = problem(machine().post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}), 409, "state_conflict")

    assert told["errors"]["non_field_errors"][0]["code"] == "state"


def test_a_verb_refuses_by_field(machine, task):
    answer = machine().post(f"tasks/{task.code}/progress/", {"note": "Fola me Arben Hoxha në shkollë."})

    assert list(problem(answer, 400, "invalid")["errors"]) == ["note"]
    assert steps_of(task) == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b'{"note": "a", "note": "b"}', 400, "malformed"),
        (b'{"note": NaN}', 400, "malformed"),
        (b"[" * 200_000, 400, "malformed"),
        (b"[]", 400, "invalid"),
        (b"null", 400, "invalid"),
        (b'"note"', 400, "invalid"),
        (b"", 400, "invalid"),
        (b'{"note": "' + b"a" * 2_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_a_body_that_is_none_is_refused(machine, task, body, status, code):
    problem(machine().post(f"tasks/{task.code}/progress/", body), status, code)

    assert steps_of(task) == 0


def test_other_formats_are_refused(machine, task):
    one = machine()
    address = f"/api/v1/tasks/{task.code}/progress/"
    said = {"headers": {"Authorization": f"Bearer {one.token}"}}

    problem(one.browser.post(address, {"note": "Puna filloi."}, **said), 415, "unsupported_media_type")
    problem(
        one.browser.generic("POST", address, b"note=x", "application/x-www-form-urlencoded", **said),
        415,
        "unsupported_media_type",
    )


class Fails(Resource):
    """A probe that goes wrong in a way nobody thought of."""

    rights = {"GET": "tasks.view"}

    def get(self, request):
        raise RuntimeError("the name of somebody")


def test_a_mistake_of_ours_shows_a_number_and_nothing_else(machine, extra_urls, caplog):
    extra_urls(path("api/v1/fails/", Fails.as_view(), name="fails"))

    told = problem(machine().get("fails/"), 500, "incident")

    assert "somebody" not in json.dumps(told)
    assert "somebody" not in caplog.text
    [record] = [one for one in caplog.records if one.name == "krat.incidents"]
    assert record.args[0] in told["detail"]


# --- language ---


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("", "sq", None),
        ("sq", "sq", None),
        ("en", "en", "Not there"),
        ("en-GB,sq;q=0.5", "en", "Not there"),
        ("de", "sq", None),
    ],
)
def test_the_language_is_that_of_the_header(machine, asked, language, title):
    answer = machine().get(f"tasks/{uuid.uuid4()}/", **({"Accept-Language": asked} if asked else {}))

    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    if title:
        assert answer.json()["title"] == title


def test_a_page_does_not_listen_to_the_header(as_):
    """The negative control."""
    assert as_("zva.durres").get("/tasks/", headers={"Accept-Language": "en"})["Content-Language"] == "sq"


# --- serializers ---


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"note": "x", "colour": "blu"}, "colour", "unknown_field"),
        ({"note": "a\x00b"}, "note", "invisible"),
        ({"note": "a\u200bb"}, "note", "invisible"),
        ({"note": "a\u202eb"}, "note", "invisible"),
        ({"note": "\ud800"}, "note", "invisible"),
        ({"note": 5, "note\x00": 1}, "note?", "unknown_field"),
        ({}, "note", "required"),
        ({"note": None}, "note", "null"),
        ({"note": ""}, "note", "blank"),
        ({"note": {"a": 1}}, "note", "invalid"),
        ({"note": "x" * 4001}, "note", "max_length"),
    ],
)
def test_what_does_not_fit_is_named_by_field(machine, task, body, field, code):
    told = problem(machine().post(f"tasks/{task.code}/progress/", body), 400, "invalid")

    assert told["errors"][field][0]["code"] == code
    assert steps_of(task) == 0


def test_a_text_is_stored_in_its_one_form(machine, task):
    machine().post(f"tasks/{task.code}/progress/", {"note": "Fe\u0308mija u regjistrua."})

    assert Step.objects.unscoped("tests look").get(task=task).note == "F\u00ebmija u regjistrua."


class Inner(StrictSerializer):
    """A part."""

    kind = serializers.ChoiceField(choices=["a", "b"])


class Outer(StrictSerializer):
    """A whole."""

    code = serializers.UUIDField(read_only=True)
    inner = Inner()
    lead = CodeRelatedField(lambda seat: Institution.objects.visible_to(seat))


class Takes(Resource):
    """A probe that takes a record and says which institution it named."""

    rights = {"POST": "tasks.report"}

    def post(self, request):
        return Response({"lead": self.validated(Outer)["lead"].code}, status=201)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"code": str(uuid.uuid4())}, "code", "read_only_field"),
        ({"inner": {"kind": "a", "more": 1}}, "inner.more", "unknown_field"),
        ({"inner": {"kind": "c"}}, "inner.kind", "invalid_choice"),
        ({"inner": "a"}, "inner", "invalid"),
        ({"lead": "AL-05-ZVA"}, "lead", "unknown_code"),
        ({"lead": "AL-02-NUK-EKZISTON"}, "lead", "unknown_code"),
        ({"lead": ""}, "lead", "unknown_code"),
        ({"lead": 7}, "lead", "unknown_code"),
        ({"lead": "a\x00"}, "lead", "invisible"),
    ],
)
def test_parts_and_rows_by_code_are_named_too(machine, extra_urls, change, field, code):
    extra_urls(path("api/v1/takes/", Takes.as_view(), name="takes"))
    one = machine()
    good = {"inner": {"kind": "a"}, "lead": "AL-02-POL"}

    assert one.post("takes/", good).json() == {"lead": "AL-02-POL"}
    told = problem(one.post("takes/", good | change), 400, "invalid")

    assert told["errors"][field][0]["code"] == code


def test_a_foreign_code_and_a_missing_one_are_refused_with_the_same_bytes(machine, extra_urls):
    extra_urls(path("api/v1/takes/", Takes.as_view(), name="takes"))
    one = machine()

    foreign = one.post("takes/", {"inner": {"kind": "a"}, "lead": "AL-05-ZVA"})
    missing = one.post("takes/", {"inner": {"kind": "a"}, "lead": "AL-02-NUK-EKZISTON"})

    assert foreign.content == missing.content


# --- pages by cursor ---


def walk(one, path_: str) -> list[str]:
    found, cursor = [], ""
    for _page in range(100):
        told = one.get(f"{path_}&cursor={cursor}" if cursor else path_).json()
        found += [row["code"] for row in told["results"]]
        cursor = told["next"]
        if cursor is None:
            return found
    raise AssertionError("It has no end.")


def test_a_list_is_walked_to_its_end_without_loss_or_repetition(machine, world):
    mine = [make.task(office("AL-02-ZVA")) for _number in range(7)]
    make.task(office("AL-05-ZVA"))
    one = machine()

    found = walk(one, "tasks/?limit=3")

    assert found == walk(one, "tasks/?limit=200")
    assert len(found) == len(set(found))
    assert {str(task.code) for task in mine} <= set(found)
    visible = Task.objects.visible_to(one.seat).values_list("code", flat=True)
    assert set(found) == {str(code) for code in visible}


def test_what_comes_in_between_shifts_nothing(machine, world):
    for _number in range(4):
        make.task(office("AL-02-ZVA"))
    one = machine()
    first = one.get("tasks/?limit=2").json()

    new = make.task(office("AL-02-ZVA"))
    rest = [row["code"] for row in one.get(f"tasks/?limit=200&cursor={first['next']}").json()["results"]]

    assert not {row["code"] for row in first["results"]} & set(rest)
    assert rest[-1] == str(new.code)


def test_meetings_come_with_the_latest_first(machine, world):
    one = machine()
    told = one.get("meetings/?limit=200").json()

    days = [row["held_on"] for row in told["results"]]
    assert days == sorted(days, reverse=True)
    assert walk(one, "meetings/?limit=1") == [row["code"] for row in told["results"]]
    assert len(days) >= 2


def test_a_cursor_says_nothing_and_belongs_to_its_own_list(machine, world):
    for _number in range(3):
        make.task(office("AL-02-ZVA"))
    one, other = machine(), machine()
    cursor = one.get("tasks/?limit=1").json()["next"]

    problem(one.get(f"tasks/?state=new&cursor={cursor}"), 400, "invalid")
    problem(one.get(f"institutions/?cursor={cursor}"), 400, "invalid")
    problem(other.get(f"tasks/?cursor={cursor}"), 400, "invalid")
    assert one.get(f"tasks/?cursor={cursor}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ("cursor=abc", "cursor", "invalid_cursor"),
        ("cursor=%C3%AB", "cursor", "invalid_cursor"),
        ("cursor=%00", "cursor", "invisible"),
        ("cursor=" + "a" * 2001, "cursor", "max_length"),
        ("limit=0", "limit", "min_value"),
        ("limit=-1", "limit", "min_value"),
        ("limit=many", "limit", "invalid"),
        ("limit=1&limit=2", "limit", "repeated_parameter"),
        ("colour=blue", "colour", "unknown_parameter"),
        ("state=nowhere", "state", "invalid_choice"),
        ("due_until=31.12.2026", "due_until", "invalid"),
        ("late=perhaps", "late", "invalid"),
    ],
)
def test_parameters_that_make_no_sense_are_named(machine, asked, field, code):
    told = problem(machine().get(f"tasks/?{asked}"), 400, "invalid")

    assert told["errors"][field][0]["code"] == code


def test_an_empty_parameter_is_as_if_it_were_not_there(machine, task):
    one = machine()

    assert one.get("tasks/?state=&limit=&cursor=").json() == one.get("tasks/").json()


def test_no_page_is_longer_than_the_longest(machine, world):
    institution = office("AL-02-ZVA")
    for _number in range(201):
        make.task(institution)
    one = machine()

    assert len(one.get("tasks/").json()["results"]) == 50
    assert len(one.get("tasks/?limit=100000").json()["results"]) == 200


def test_filters_narrow(machine, task):
    late = make.task(office("AL-02-ZVA"), given_on=make.in_days(-9), due_on=make.in_days(-2))
    one = machine()

    assert str(late.code) in walk(one, "tasks/?late=1&limit=200")
    assert str(task.code) not in walk(one, "tasks/?late=1&limit=200")
    assert str(late.code) not in walk(one, "tasks/?late=0&limit=200")
    assert {row["kind"] for row in one.get("institutions/?kind=education").json()["results"]} == {"education"}


# --- versions ---


class Changed(StrictSerializer):
    """A task's new words."""

    title = serializers.CharField(max_length=300)


class Changes(Resource):
    """A probe that changes a task's words."""

    rights = {"GET": "tasks.view", "PATCH": "tasks.report"}

    def get(self, request, code):
        return self.one(door(request, _rows(request), code), Changed)

    def patch(self, request, code):
        task = hold(door(request, _rows(request), code), based_on=based_on(request))
        task.title = self.validated(Changed)["title"]
        settle(task, by=request.seat, right="tasks.report")
        return self.one(task, Changed)


def _rows(request):
    return Task.objects.visible_to(request.seat).select_related("lead", "county")


@pytest.fixture
def changes(extra_urls):
    extra_urls(path("api/v1/changes/<uuid:code>/", Changes.as_view(), name="changes"))


def test_one_thing_carries_the_tag_of_its_version(machine, task):
    one = machine()
    first = one.get(f"tasks/{task.code}/")
    assert first["ETag"] == f'"{task.version}"'

    after = one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."})

    assert after["ETag"] == f'"{task.version + 1}"'
    assert after.json()["steps"][0]["note"] == "Puna filloi."
    assert after.json() == one.get(f"tasks/{task.code}/").json()


def test_a_change_says_which_version_it_is_based_on(machine, changes, task):
    one = machine()
    tag = one.get(f"changes/{task.code}/")["ETag"]

    changed = one.ask("PATCH", f"changes/{task.code}/", {"title": "Titull i ri"}, **{"If-Match": tag})

    assert (changed.status_code, changed.json()) == (200, {"title": "Titull i ri"})
    stale = one.ask("PATCH", f"changes/{task.code}/", {"title": "Titull i vonuar"}, **{"If-Match": tag})
    problem(stale, 412, "version_changed")
    assert stale["ETag"] == changed["ETag"] != tag
    task.refresh_from_db()
    assert task.title == "Titull i ri"


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        (None, 428, "version_missing"),
        ("", 428, "version_missing"),
        ("*", 428, "version_missing"),
        ('W/"1"', 412, "version_changed"),
        ("1", 412, "version_changed"),
        ('"x"', 412, "version_changed"),
        ('"99999999999999999999"', 412, "version_changed"),
    ],
)
def test_a_change_without_a_good_tag_is_refused(machine, changes, task, tag, status, code):
    headers = {} if tag is None else {"If-Match": tag}

    problem(machine().ask("PATCH", f"changes/{task.code}/", {"title": "Titull i ri"}, **headers), status, code)

    task.refresh_from_db()
    assert task.title != "Titull i ri"


# --- keys ---

KEY = {HEADER: "nje-celes-1"}


def test_a_repeat_with_the_same_key_does_nothing_twice_and_answers_the_same(machine, task):
    one = machine()
    address = f"tasks/{task.code}/progress/"

    first, second = (one.post(address, {"note": "Puna filloi."}, **KEY) for _time in range(2))

    assert (first.status_code, first.content, first["ETag"]) == (second.status_code, second.content, second["ETag"])
    assert second["Idempotency-Replayed"] == "true"
    assert steps_of(task) == 1
    assert len(entries(event="page.seen", thing_code=str(task.code))) == 2  # what is shown again is noted again


def test_without_a_key_a_repeat_is_a_second_call(machine, task):
    """The negative control."""
    one = machine()
    for _time in range(2):
        one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."})

    assert steps_of(task) == 2


def test_a_key_is_for_one_request(machine, task):
    one = machine()
    address = f"tasks/{task.code}/progress/"
    one.post(address, {"note": "Puna filloi."}, **KEY)

    problem(one.post(address, {"note": "Diçka tjetër."}, **KEY), 409, "idempotency_key_reused")

    assert steps_of(task) == 1


def test_two_clients_may_send_the_same_key(machine, task):
    for one in (machine(), machine()):
        assert one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}, **KEY).status_code == 200

    assert steps_of(task) == 2


def test_a_refused_call_may_be_tried_again_with_its_key(machine, task):
    one = machine()
    address = f"tasks/{task.code}/progress/"
    problem(one.post(address, {"note": ""}, **KEY), 400, "invalid")

    assert not IdempotentAnswer.objects.exists()
    assert one.post(address, {"note": "Puna filloi."}, **KEY).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ë", "x" * 201])
def test_a_key_that_is_none_is_refused(machine, task, key):
    answer = machine().post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}, **{HEADER: key})

    assert problem(answer, 400, "invalid")["errors"][HEADER][0]["code"] == "invalid_key"
    assert steps_of(task) == 0


def test_what_left_the_clients_sight_is_not_shown_again(machine, task):
    one = machine()
    address = f"tasks/{task.code}/progress/"
    one.post(address, {"note": "Puna filloi."}, **KEY)
    Task.objects.unscoped("a test moves it away").filter(pk=task.pk).update(lead=office("AL-05-ZVA"))

    problem(one.post(address, {"note": "Puna filloi."}, **KEY), 404, "not_found")


def test_neither_key_nor_answer_can_be_read_in_the_database(machine, task):
    machine().post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}, **KEY)

    row = IdempotentAnswer.objects.get()
    assert b"Puna" not in bytes(row.ciphertext)
    assert KEY[HEADER] not in row.key_hash + row.fingerprint


def test_after_a_day_a_key_is_new(machine, task, time_machine_at):
    one = machine()
    one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}, **KEY)

    time_machine_at(25 * 3600)
    again = one.with_token().post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}, **KEY)

    assert "Idempotency-Replayed" not in again
    assert steps_of(task) == 2


# --- the trail ---


def test_what_is_shown_is_noted_before_it_is_shown(machine, task):
    one = machine()

    one.get(f"tasks/{task.code}/")

    [entry] = entries(event="page.seen", actor=one.seat.code)
    assert (entry.thing_code, entry.route, entry.county) == (str(task.code), "api:task", "AL-02")


class Silent:
    """An access logger that cannot write."""

    gathering = nullcontext

    def saw(self, *what):
        raise DatabaseError("no place left")

    def refused(self, *what):
        """Not asked."""


def test_what_cannot_be_noted_is_neither_shown_nor_done(machine, task, access_logger_of):
    one = machine()
    access_logger_of(Silent())

    shown = one.get(f"tasks/{task.code}/")
    done = one.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."})

    for answer in (shown, done):
        told = problem(answer, 503, "trail_silent")
        assert task.title not in json.dumps(told)
        assert answer["Retry-After"]
    assert steps_of(task) == 0


def test_with_an_access_logger_it_is_shown(machine, task):
    """The negative control."""
    assert machine().get(f"tasks/{task.code}/").json()["title"] == task.title
    assert access_logger.access_logger()


class AsksLate(Resource):
    """A probe that leaves its question for after the commit."""

    rights = {"GET": "tasks.view"}

    def get(self, request):
        return Response({"tasks": Task.objects.visible_to(request.seat).values_list("title")})


def test_no_query_runs_after_the_transaction(machine, extra_urls, task, settings):
    extra_urls(path("api/v1/late/", AsksLate.as_view(), name="late"))
    one = machine()

    problem(one.get("late/"), 500, "incident")

    settings.DEBUG = True  # a developer sees the mistake itself
    with pytest.raises(QueryWhileRendering):
        one.get("late/")


# --- closed by default ---


class Bare(APIView):
    """An address whose author said nothing."""

    def get(self, request):
        return Response({"open": True})


class Opened(Resource):
    """An address whose author opened it."""

    rights = {"GET": "tasks.view"}
    permission_classes = [AllowAny]

    def get(self, request):
        return Response({"open": True})


def test_an_address_that_says_nothing_is_open_to_nobody(machine, extra_urls):
    extra_urls(path("api/v1/bare/", Bare.as_view(), name="bare"))

    answer = machine().get("bare/")

    assert answer.status_code == 403
    assert b"open" not in answer.content
    assert {one.id for one in run_checks()} >= {"krat.E001", "krat.E015"}


def test_an_address_that_was_opened_is_found(extra_urls):
    extra_urls(path("api/v1/opened/", Opened.as_view(), name="opened"))

    assert [one.msg for one in rest_is_closed_by_default(None)] == ["api/v1/opened/ is not closed."]


def test_an_opened_default_is_found(settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_PERMISSION_CLASSES": [ANYBODY]}
    try:
        assert "krat.E015" in {one.id for one in rest_is_closed_by_default(None)}
    finally:
        api_settings.reload()


def test_as_it_is_nothing_is_found():
    assert rest_is_closed_by_default(None) == []


# --- what the areas answer ---


def test_a_task_looks_like_its_shape(machine, task):
    told = machine().get(f"tasks/{task.code}/").json()

    assert list(told) == [*TaskSerializer().fields, "steps"]
    assert (told["lead"], told["county"], told["state"]) == ("AL-02-ZVA", "AL-02", "new")


def test_a_meeting_is_told_with_agenda_decisions_and_attendance(machine, world):
    one = machine()
    code = one.get("meetings/?limit=200").json()["results"][-1]["code"]

    told = one.get(f"meetings/{code}/").json()

    assert told["agenda"]
    assert told["attendance"]
    assert any(item["decisions"] for item in told["agenda"])
    decided = [decision for item in told["agenda"] for decision in item["decisions"]]
    assert {task for decision in decided for task in decision["tasks"]} <= set(walk(one, "tasks/?limit=200"))


def test_an_institution_beside_the_table_reads_no_meetings(machine, world):
    assert machine("AL-02-STREHEZ").get("meetings/").json()["results"] == []


def test_the_directory_ends_at_the_county(machine, world):
    told = machine().get("institutions/?limit=200").json()["results"]

    assert {row["county"] for row in told} == {"AL-02", None}
    assert "AL-02-POL" in {row["code"] for row in told}


def test_the_lists_have_both_languages_and_every_code(machine, world):
    told = machine().get("reference/").json()

    assert len(told["counties"]) == 12
    assert len(told["municipalities"]) == 61
    assert {"AL-02-DURRES", "AL-10-VAU-I-DEJES"} <= {row["code"] for row in told["municipalities"]}
    assert all(row["name"]["sq"] and row["name"]["en"] for row in [*told["lists"], *told["deadlines"]])
    by_code = {row["code"]: row for row in told["institutions"]}
    assert {"AL-02-ZVA", "AL-05-ZVA", "AL-KOORD"} <= set(by_code)
    assert "name" in by_code["AL-02-ZVA"]
    assert "name" not in by_code["AL-05-ZVA"]


def test_the_queries_of_a_list_do_not_grow_with_it(machine, world):
    one = machine()
    for _number in range(2):
        make.task(office("AL-02-ZVA"))
    one.get("tasks/")

    with CaptureQueriesContext(connection) as few:
        one.get("tasks/")
    for _number in range(20):
        make.task(office("AL-02-ZVA"))
    with CaptureQueriesContext(connection) as many:
        one.get("tasks/")

    assert len(many) == len(few)


def test_a_conflict_and_a_missing_row_raised_anywhere_keep_their_meaning(machine, extra_urls):
    class Raises(Resource):
        rights = {"POST": "tasks.report"}

        def post(self, request):
            mistakes = {"conflict": Conflict(), "gone": Http404(), "sense": ValidationError("Nuk shkon.")}
            raise mistakes[request.data["what"]]

    extra_urls(path("api/v1/raises/", Raises.as_view(), name="raises"))
    one = machine()

    problem(one.post("raises/", {"what": "conflict"}), 409, "state_conflict")
    problem(one.post("raises/", {"what": "gone"}), 404, "not_found")
    assert problem(one.post("raises/", {"what": "sense"}), 400, "invalid")["detail"] == "Nuk shkon."


def test_every_request_has_fields_of_its_own():
    """They are copies: whoever changes or binds those of one serializer changes nothing for another."""
    first, second = (CaseSerializer(context={"whose": whose}) for whose in ("first", "second"))
    declared = CaseSerializer._declared_fields

    for name, field in first.fields.items():
        other = second.fields[name]
        assert field is not other
        assert field is not declared[name]
        assert (field.parent, other.parent, declared[name].parent) == (first, second, None)
        assert (field.context["whose"], other.context["whose"]) == ("first", "second")
    for one in (first, second):
        assert one.fields["concerns"].child.parent is one.fields["concerns"]
        assert all(field.parent is one.fields["identity"] for field in one.fields["identity"].fields.values())
    first.fields["risk"].required = True
    assert not second.fields["risk"].required
    assert not CaseSerializer().fields["risk"].required
