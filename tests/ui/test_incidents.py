"""When something fails: a page of ours, whatever was typed on it, a number, and a log without addresses.

Nothing of it needs the database: it may be what failed.
"""

import logging
import re
import sqlite3
import sys
from contextlib import contextmanager
from io import StringIO
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from krat.access import recovered_forms
from krat.access.access_logger import AccessLogFailed
from krat.access.logs import OneLine
from krat.access.storage import Trouble, trouble_in
from krat.access.views import needs
from krat.people.models import User
from krat.ui.rendering import render_page
from tests.access.extra_urls import urls_with

pytestmark = pytest.mark.django_db

TEXT = "Fjalë të shkruara me mundim, që nuk duhen humbur kurrë."
KEY = "sekreti-i-nje-ftese-1234567890abcdef"
HEADERS = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def is_told_as_every_page(answer) -> None:
    """The headers by which browsers keep nothing and load nothing from elsewhere."""
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def failing(mistake):
    @needs("home.view")
    def view(request, key=""):
        raise mistake

    return view


@needs("home.view")
def taken(request, key=""):
    if request.method == "POST":
        response = HttpResponse(status=302)
        response["Location"] = "/"
        return response
    return render_page(request, "errors/404.html", {"typed": []})


def sqlite_error(code, name):
    told = sqlite3.OperationalError("somebody's words")
    told.sqlite_errorcode, told.sqlite_errorname = code, name
    return wrapped(told)


def postgresql_error(state):
    told = RuntimeError("somebody's words")
    told.pgcode = state
    return wrapped(told)


def wrapped(told):
    mistake = OperationalError("somebody's words")
    mistake.__cause__ = told
    return mistake


def form(username, **more):
    person = User.objects.get(username=username)
    return {"text": TEXT, "name": "Drita", "kind": "contact", "_once": recovered_forms.new_token(person.code), **more}


@contextmanager
def the_log():
    """What the registry's own handler writes."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(OneLine("{asctime} {levelname} {name} {message}", style="{"))
    logging.root.addHandler(handler)
    try:
        yield said
    finally:
        logging.root.removeHandler(handler)


@contextmanager
def no_database():
    """Every statement fails as on a server that is gone, on a connection that is new or open."""
    gone = OperationalError("connection to server failed")

    def refuse(execute, sql, params, many, context):
        raise gone

    broken = mock.patch.object(connections["default"], "ensure_connection", side_effect=gone)
    with connection.execute_wrapper(refuse), broken:
        yield


@pytest.fixture
def extra_urls(monkeypatch, settings):
    """``extra_urls(path(…))``: these pages before the registry's own."""

    def plant(*patterns):
        monkeypatch.setitem(sys.modules, "tests.ui.planted_urls", urls_with(*patterns))
        settings.ROOT_URLCONF = "tests.ui.planted_urls"

    return plant


# --- words ---


@pytest.mark.parametrize(
    ("mistake", "status"),
    [
        (RuntimeError("x"), 500),
        (sqlite_error(13, "SQLITE_FULL"), 503),
        (sqlite_error(5, "SQLITE_BUSY"), 503),
        (postgresql_error("53100"), 503),
        (postgresql_error("40P01"), 503),
        (postgresql_error("57P01"), 503),
        (postgresql_error("22P02"), 500),
        (AccessLogFailed("x"), 503),
    ],
)
def test_what_ana_typed_stands_on_the_page_that_says_it_failed(mistake, status, extra_urls, as_):
    extra_urls(path("fails/<str:key>/", failing(mistake), name="fails"))

    answer = as_("pmf.durres", raise_request_exception=False).post(f"/fails/{KEY}/", form("pmf.durres"))

    html = answer.content.decode()
    assert answer.status_code == status
    assert TEXT in html
    assert '<p class="as-typed">Drita</p>' in html
    assert '<p class="as-typed">contact</p>' not in html  # a choice, not words
    assert re.search(r'lost-number">[0-9A-F]{8}<', html)
    is_told_as_every_page(answer)
    assert ("Retry-After" in answer) is (status == 503)
    assert "somebody" not in html


def test_she_sends_it_again_from_there_and_it_is_taken_once(extra_urls, as_):
    extra_urls(path("fails/", failing(RuntimeError("x")), name="fails"), path("works/", taken, name="works"))
    ana = as_("pmf.durres", raise_request_exception=False)
    failed = ana.post("/fails/?of=3", form("pmf.durres", csrfmiddlewaretoken="abc", lines="një\r\ndy"))

    html = failed.content.decode()
    [action] = re.findall(r'<form method="post" action="([^"]+)">', html)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html, re.S))
    assert action == "/fails/?of=3"
    assert fields["csrfmiddlewaretoken"] == "abc"
    assert fields["lines"] == "një\r\ndy"
    assert ana.post("/works/", fields)["Location"] == "/"
    again = ana.post("/works/", fields, follow=True)
    assert "dy herë" in again.content.decode()  # nothing was done twice


def test_secrets_are_neither_shown_nor_sent_again(extra_urls, as_):
    extra_urls(path("fails/", failing(RuntimeError("x")), name="fails"))

    answer = as_("pmf.durres", raise_request_exception=False).post(
        "/fails/", form("pmf.durres", password="krat-demo-2026-secret")
    )

    assert TEXT in answer.content.decode()
    assert b"krat-demo-2026-secret" not in answer.content
    assert b'<form method="post"' not in answer.content


def test_what_comes_without_a_token_of_ours_is_not_put_on_a_page(extra_urls, as_):
    """Another site could send a form with whatever words it likes."""
    extra_urls(path("fails/", failing(RuntimeError("x")), name="fails"))

    answer = as_("pmf.durres", raise_request_exception=False).post("/fails/", {"text": TEXT, "_once": "made-up"})

    assert answer.status_code == 500
    assert TEXT not in answer.content.decode()
    assert b'<form method="post"' not in answer.content


@pytest.mark.parametrize(
    ("more", "status"),
    [({"long": "fjalë të gjata " * 200_000}, 413), ({f"field_{number}": "Fushë" for number in range(600)}, 400)],
    ids=["too large", "too many fields"],
)
@pytest.mark.parametrize("is_checked", [True, False], ids=["in the middleware", "in the view"])
def test_a_form_that_is_too_much_keeps_its_words(more, status, is_checked, extra_urls, as_):
    extra_urls(path("works/", taken, name="works"))
    ana = as_("pmf.durres", raise_request_exception=False, enforce_csrf_checks=is_checked)
    body = "&".join(f"{name}={value}" for name, value in form("pmf.durres", **more).items())

    answer = ana.post("/works/", body.replace(" ", "+"), content_type="application/x-www-form-urlencoded")

    html = answer.content.decode()
    assert answer.status_code == status
    assert TEXT in html
    assert all(str(value) in html for value in more.values())
    assert b'<form method="post"' not in answer.content
    assert "no-store" in answer["Cache-Control"]


# --- without a database ---


ASKED = [
    ("GET", "home:today", {}),
    ("GET", "cases:list", {}),
    ("GET", "meetings:list", {}),
    ("POST", "cases:search", {}),
    ("GET", "account_login", {}),
    ("POST", "account_login", {}),
    ("GET", "people:account", {}),
]


@pytest.mark.parametrize(("method", "route", "kwargs"), ASKED)
@pytest.mark.parametrize("username", ["pmf.durres", ""], ids=["signed in", "signed out"])
def test_without_a_database_every_page_says_so(method, route, kwargs, username, as_):
    browser = as_(username, raise_request_exception=False) if username else Client(raise_request_exception=False)
    words = form("pmf.durres")

    with no_database():
        answer = browser.generic(
            method,
            reverse(route, kwargs=kwargs),
            "&".join(f"{name}={value}" for name, value in words.items()) if method == "POST" else "",
            content_type="application/x-www-form-urlencoded",
        )

    html = answer.content.decode()
    assert answer.status_code == 503
    assert re.search(r'lost-number">[0-9A-F]{8}<', html)
    assert "Regjistri nuk lidhet dot me bazën e të dhënave." in html
    is_told_as_every_page(answer)
    assert answer["Retry-After"] == "30"
    assert (TEXT in html) is (method == "POST")


def test_whoever_reads_english_is_told_in_english(as_):
    browser = as_("pmf.durres", raise_request_exception=False)
    browser.cookies["krat_language"] = "en"

    with no_database():
        answer = browser.get("/")

    assert "The registry does not reach its database." in answer.content.decode()


def test_machines_are_told_in_their_shape():
    machine = Client(raise_request_exception=False)
    with no_database():
        asked = machine.get("/api/v1/cases/", headers={"Authorization": "Bearer x"})
        token = machine.post(
            "/identity/o/api/token",
            {"grant_type": "client_credentials", "client_id": "a" * 32, "client_secret": "SECRET"},
        )

    for answer in (asked, token):
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "database_away"
        assert answer["Retry-After"] == "30"
        is_told_as_every_page(answer)
        assert "SECRET" not in answer.content.decode()


def test_health_says_what_is_true_of_the_process_and_ready_of_the_database(as_):
    for browser in (as_("pmf.durres"), Client()):
        assert (browser.get("/health/").status_code, browser.get("/health/").content) == (200, b"ok")
        assert (browser.get("/health/ready/").status_code, browser.get("/health/ready/").content) == (200, b"ok")
        with no_database():
            assert (browser.get("/health/").status_code, browser.get("/health/").content) == (200, b"ok")
            answer = browser.get("/health/ready/")
        assert (answer.status_code, answer.content) == (503, b"database")
        assert "no-store" in answer["Cache-Control"]


# --- the log ---


def breaks(where):
    """A middleware that fails on its way in, or out."""

    class Breaks:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            if where == "in":
                raise RuntimeError(f"{TEXT} {request.path}")
            self.get_response(request)
            raise RuntimeError(f"{TEXT} {request.path}")

    return Breaks


BREAKS_IN, BREAKS_OUT = breaks("in"), breaks("out")


def says_only_where(said: str, lines: int) -> None:
    """One line a fault, with its number and place; no address, no key, no word."""
    told = said.strip().splitlines()
    assert len(told) == lines, said
    assert all(re.search(r"incident [0-9A-F]{8} \S+ \S+ at [\w.]+:\d+", one) for one in told), said
    assert not re.search(r"/\S", said), said
    assert KEY not in said
    assert "mundim" not in said


def test_a_fault_in_a_view_is_one_line_without_the_address(extra_urls, as_):
    extra_urls(path("fails/<str:key>/", failing(RuntimeError(f"{TEXT} /fails/{KEY}/")), name="fails"))
    ana = as_("pmf.durres", raise_request_exception=False)

    with the_log() as said:
        answer = ana.post(f"/fails/{KEY}/", form("pmf.durres"))

    says_only_where(said.getvalue(), 1)
    assert "fails RuntimeError at tests.ui.test_incidents:" in said.getvalue()
    number = re.search(r"incident (\w+)", said.getvalue())[1]
    assert number in answer.content.decode()


@pytest.mark.parametrize("name", ["BREAKS_IN", "BREAKS_OUT"])
@pytest.mark.parametrize("place", [0, 6, -1])
def test_a_fault_in_a_middleware_is_one_line_without_the_address(name, place, settings):
    around = list(settings.MIDDLEWARE)
    around.insert(place if place >= 0 else len(around), f"{__name__}.{name}")
    settings.MIDDLEWARE = around

    with the_log() as said:
        answer = Client(raise_request_exception=False).get(f"/people/welcome/{KEY}/")

    says_only_where(said.getvalue(), 1)
    assert "people:accept" in said.getvalue()
    assert answer.status_code == 500
    assert re.search(r'lost-number">[0-9A-F]{8}<', answer.content.decode())


def test_without_a_database_the_log_has_one_line_for_each_request(as_):
    browser = as_("pmf.durres", raise_request_exception=False)
    with the_log() as said, no_database():
        browser.get(f"/people/welcome/{KEY}/")
        browser.put(f"/api/v1/cases/by-reference/{KEY}/", headers={"Authorization": "Bearer x"})
        browser.post("/identity/o/api/token", {"client_id": "a" * 32, "client_secret": KEY})

    says_only_where(said.getvalue(), 3)


def test_what_is_refused_leaves_no_address_in_the_log(as_):
    browser = as_("pmf.durres", raise_request_exception=False)
    with the_log() as said:
        browser.get(f"/people/welcome/{KEY}/")
        browser.get(f"/cases/{KEY}/")
        browser.get("/", headers={"Host": f"{KEY}.example.org"})
        browser.get(f"/cases/{KEY}%00/")

    assert KEY not in said.getvalue()
    assert not re.search(r"/\S", said.getvalue())
    assert [one.split(" ", 3)[3] for one in said.getvalue().splitlines()] == [
        "krat.incidents not understood home:today DisallowedHost at django.http.request:"
        + said.getvalue().splitlines()[0].rpartition("django.http.request:")[2],
        "krat.incidents not understood - BadRequest at krat.ui.middleware:"
        + said.getvalue().splitlines()[1].rpartition(":")[2],
    ]


def test_a_library_that_logs_an_address_or_a_trace_is_cut_short():
    """The negative control: what a careless line would have told."""
    try:
        raise ValueError(TEXT)
    except ValueError:
        careless = logging.LogRecord("other", logging.ERROR, "x", 1, "Failed %s\nat once", (f"/cases/{KEY}/",), None)
        careless.exc_info = sys.exc_info()

    assert KEY in logging.Formatter().format(careless)
    assert TEXT in logging.Formatter().format(careless)
    careless.exc_text = None
    said = OneLine().format(careless)
    assert said.startswith("Failed /… at once ValueError at tests.ui.test_incidents:")
    assert "\n" not in said


# --- what the database suffers from ---


def test_a_row_that_is_refused_is_not_taken_for_trouble():
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        User.objects.create(username="pmf.durres")

    assert trouble_in(caught.value) is None


@pytest.mark.parametrize("has_room", [True, False])
def test_sqlite_that_cannot_even_begin_on_a_full_disk_says_full(has_room, settings, tmp_path, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(tmp_path / "x.sqlite3"))
    full = mock.Mock(f_bavail=0 if not has_room else 1 << 20, f_frsize=4096)
    monkeypatch.setattr("os.statvfs", lambda folder: full)

    assert trouble_in(sqlite_error(4874, "SQLITE_IOERR_SHMSIZE")) is (Trouble.AWAY if has_room else Trouble.FULL)


def test_a_mistake_that_hides_its_cause_is_judged_by_itself():
    hidden, shown = ValueError(), ValueError()
    hidden.__context__ = shown.__context__ = sqlite_error(13, "SQLITE_FULL")
    hidden.__suppress_context__ = True

    assert trouble_in(hidden) is None
    assert trouble_in(shown) is Trouble.FULL


# --- signs that are none ---


@pytest.mark.parametrize(
    "address",
    [
        "/reports/?county=%00",
        "/cases/?page=%00",
        "/cases/a%00b/",
        "/people/welcome/a%00b/",
        "/account/password/reset/a-b%00/",
    ],
)
def test_an_address_with_nul_in_it_is_refused_on_both_databases(address, as_):
    answer = as_("koordinatori.kombetar").get(address)

    assert answer.status_code == 400
    is_told_as_every_page(answer)


@pytest.mark.parametrize("name", ["krat_session", "krat_csrf", "krat_language"])
def test_a_cookie_with_nul_in_it_is_nobodys(name):
    """Python's own reader of cookies turns an octal escape into it."""
    browser = Client()

    answer = browser.get("/", headers={"Cookie": f'{name}="aaaaaaaa\\000bbbbbbbb"'})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
