"""The census: no page without a right, none without an access logger, none that asks the database while it is drawn."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, override_settings
from django.urls import include, path

from krat.access import access_logger, census
from krat.access.checks import every_route_declares_its_right
from krat.access.views import QueryWhileRendering, needs, no_queries, own_account, public
from krat.api.views import Resource
from krat.urls import OTHERS_PAGES
from meetings.models import Meeting
from tests.access.extra_urls import urls_with
from tests.access.objects import address_of

PUBLIC = {"ui:health", "ui:ready", "ui:language", "ui:styleguide", "api:schema", "api:docs", "api:nowhere"}
ROUTES = census.routes()
NAMES = [route.name for route in ROUTES]


def of_ours() -> list[census.Route]:
    """The routes of this house; those of django-allauth guard themselves."""
    return [route for route in ROUTES if route.name not in OTHERS_PAGES]


@pytest.fixture
def extra_urls(monkeypatch):
    """``extra_urls(path(…))``: the registry with more pages, until the test ends."""
    stack = []

    def plant(*patterns) -> None:
        monkeypatch.setitem(sys.modules, "extra_urls", urls_with(*patterns))
        stack.append(override_settings(ROOT_URLCONF="extra_urls"))
        stack[-1].enable()

    yield plant
    for one in reversed(stack):
        one.disable()


def _hidden(request):
    return HttpResponse("nobody asked who you are")


# --- every route says who may come ---


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_every_route_is_classified(route):
    assert route.is_classified, f"/{route.pattern} declares no right."
    assert route.name, f"/{route.pattern} has no name."


def test_no_name_stands_twice():
    assert sorted(NAMES) == sorted(set(NAMES))


def test_only_a_few_pages_ask_nobody_who_they_are():
    opened = {route.name for route in of_ours() if route.open_because and route.open_because[0] == "public"}

    assert opened - PUBLIC <= {"people:accept", "people:invitation", "people:take_seat"}


def test_others_pages_are_all_routed():
    assert set(OTHERS_PAGES) <= set(NAMES)


def test_a_hidden_route_is_found(extra_urls):
    extra_urls(path("hidden/", _hidden, name="hidden"))

    found = [one for one in every_route_declares_its_right(None) if one.id == "krat.E001"]

    assert [one.msg for one in found] == ["hidden/ declares no right."]


def test_a_hidden_route_deep_inside_is_found(extra_urls):
    inner = ([path("below/<uuid:code>/", _hidden, name="below")], "deep")
    extra_urls(path("outer/", include(inner)))

    assert [one.msg for one in run_checks() if one.id == "krat.E001"] == ["outer/below/<uuid:code>/ declares no right."]


def test_a_route_with_a_right_nobody_declared_is_found(extra_urls):
    extra_urls(path("misspelt/", needs("meetings.veiw")(_hidden), name="misspelt"))

    assert [one.id for one in every_route_declares_its_right(None)] == ["krat.E002"]


def test_a_method_for_machines_without_a_right_is_found(extra_urls):
    class Forgets(Resource):
        rights = {"GET": "tasks.view"}

        def get(self, request):
            """Declared."""

        def patch(self, request):
            """Forgotten."""

    extra_urls(path("forgets/", Forgets.as_view(), name="forgets"))

    assert [one.msg for one in every_route_declares_its_right(None)] == ["forgets/ answers PATCH without a right."]


def test_a_route_without_a_name_is_found(extra_urls):
    extra_urls(path("nameless/", public("a probe")(_hidden)))

    assert [one.id for one in every_route_declares_its_right(None)] == ["krat.E003"]


def test_without_a_planted_route_nothing_is_found():
    assert every_route_declares_its_right(None) == []


def test_an_open_page_says_why():
    with pytest.raises(ValueError, match="why"):
        public("")
    with pytest.raises(ValueError, match="why"):
        own_account("")


# --- the server does not start ---

_START = """
import sys, types, django
from django.conf import settings
from django.http import HttpResponse
from django.urls import include, path
import krat.settings
{before}
import krat.wsgi
print("started")
"""
_PLANT = """
def hidden(request):
    return HttpResponse("")
urls = types.ModuleType("extra_urls")
django.setup()
import krat.urls
urls.__dict__.update({name: value for name, value in vars(krat.urls).items() if not name.startswith("__")})
urls.urlpatterns = [path("hidden/", hidden, name="hidden"), *krat.urls.urlpatterns]
sys.modules["extra_urls"] = urls
settings.ROOT_URLCONF = "extra_urls"
"""
_NO_ACCESS_LOGGER = """
django.setup()
from krat.access import access_logger
from krat.audit.apps import AuditConfig
AuditConfig.ready = lambda self: None
access_logger.register(None)
django.setup = lambda *a, **k: None
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> dict[str, str]:
    """The environment of a server with a database of its own, which is ready."""
    folder = tmp_path_factory.mktemp("start")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "ALLOWED_HOSTS")},
        "KRAT_DEMO": "1",
        "PLAIN_HTTP": "1",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "krat.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'start.sqlite3'}",
        "KRAT_KEYS": str(folder / "keys.json"),
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True, capture_output=True
    )
    return environment


def start(before: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Start the server's way in, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", _START.replace("{before}", before)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_server_starts_as_it_is(place):
    started = start("", place)

    assert (started.returncode, started.stdout.strip()) == (0, "started"), started.stderr


@pytest.mark.slow
def test_the_server_does_not_start_with_a_hidden_route(place):
    refused = start(_PLANT, place)

    assert refused.returncode == 1
    assert "The registry does not start: hidden/ declares no right." in refused.stderr


@pytest.mark.slow
def test_the_server_does_not_start_without_an_access_logger(place):
    refused = start(_NO_ACCESS_LOGGER, place)

    assert refused.returncode == 1
    assert "No access logger is registered" in refused.stderr


# --- while a page is drawn, and while nobody watches ---


def _asks_while_drawn(request):
    template = engines["django"].from_string("{{ ask }}")
    return TemplateResponse(request, template, {"ask": lambda: Meeting.objects.visible_to(request.seat).count()})


def _asks_before(request):
    how_many = Meeting.objects.visible_to(request.seat).count()
    return TemplateResponse(request, engines["django"].from_string("counted {{ ask }}"), {"ask": how_many})


@pytest.mark.django_db
def test_a_page_that_asks_the_database_while_it_is_drawn_is_stopped(as_, extra_urls, settings):
    extra_urls(path("asks/", needs("meetings.view")(_asks_while_drawn), name="asks"))
    browser = as_("koordinator.durres")
    settings.DEBUG = True  # a developer sees the mistake itself; people see an incident number

    with pytest.raises(QueryWhileRendering, match="A template ran a query"):
        browser.get("/asks/")


@pytest.mark.django_db
def test_a_page_that_asked_before_is_drawn(as_, extra_urls):
    extra_urls(path("asks/", needs("meetings.view")(_asks_before), name="asks"))

    assert as_("koordinator.durres").get("/asks/").content.startswith(b"counted ")


@pytest.mark.django_db
def test_no_query_runs_where_none_may():
    with no_queries(), pytest.raises(QueryWhileRendering), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.django_db
def test_a_page_without_an_access_logger_shows_nothing(as_, extra_urls, access_logger_of):
    extra_urls(path("asks/", needs("meetings.view")(_asks_before), name="asks"))
    browser = as_("koordinator.durres", raise_request_exception=False)
    access_logger_of(None)

    answer = browser.get("/asks/")

    assert answer.status_code == 500
    assert b"counted" not in answer.content


def test_the_check_misses_the_access_logger(access_logger_of):
    access_logger_of(None)

    assert "krat.E004" in {one.id for one in run_checks()}
    with pytest.raises(access_logger.NoAccessLogger):
        access_logger.access_logger()


# --- signed out, and by other methods ---


def guarded() -> list[census.Route]:
    """Every page that wants to know who comes. Addresses for machines answer 401: see tests/api/test_matrix.py."""
    asking = [route for route in ROUTES if not route.open_because or route.open_because[0] != "public"]
    return [route for route in asking if not route.is_for_machines]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route",
    [route for route in guarded() if route.name != "account_logout"],  # which leads to the front page, signed in or not
    ids=lambda route: route.name,
)
def test_signed_out_every_page_leads_to_the_sign_in(route, world):
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address_of(route, missing=True))

        assert answer.status_code == 302, f"{method.upper()} /{route.pattern} answered {answer.status_code}."
        assert answer["Location"].startswith("/account/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("route", of_ours(), ids=lambda route: route.name)
def test_a_page_takes_the_methods_it_declares_and_no_other(route, as_):
    browser = as_("admin")

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - set(route.methods):
        answer = browser.generic(method, address_of(route, missing=True))

        assert answer.status_code == 405, f"{method} /{route.pattern} answered {answer.status_code}."


@pytest.mark.django_db
def test_the_wrong_method_is_not_met_by_a_page_that_forgets_it(as_, extra_urls):
    """The negative control: an undecorated page takes anything."""
    extra_urls(path("hidden/", _hidden, name="hidden"))

    assert as_("admin").delete("/hidden/").status_code == 200
