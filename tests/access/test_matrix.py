"""The matrix: every role × route × method × own county or another, against a file that people can read.

``KRAT_UPDATE_MATRIX=1`` writes the file anew (on SQLite, from a whole run); a change is then a visible diff. The checks
below it ask the tables of rights and not the file, so that a wrong file does not make a wrong answer right.

A role is asked for those that cannot get another answer than it does: one role for all that the table of rights gives
no reach on a page (they are refused by the same lines, before the page begins), and one for those that reach equally
far and for which the file says the same. ``make test-full`` asks every role.
"""

import os
import re
import sys
import zlib
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import Http404, HttpResponse
from django.test import Client, client, override_settings
from django.urls import path
from django.utils import timezone

from krat.access import census, rights
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.access.views import needs
from krat.committee.models import Institution
from krat.people.models import Seat, User
from krat.people.sign_in import LISTED_AS, SEEN_AT, STARTED_AT
from meetings.models import Meeting
from tests import drawn
from tests.access.extra_urls import urls_with
from tests.access.objects import address_of, model_of
from tests.access.reach import declared
from tests.declaring import HERE, THERE
from tests.drawn import Answer, ask
from tests.pace import FULL

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILE = Path(__file__).parent / "matrix.txt"
UPDATING = os.environ.get("KRAT_UPDATE_MATRIX") == "1"
EVERYBODY = UPDATING or FULL

# One account of the invented world for each role, and how the file's head calls it.
ACCOUNTS = {
    Role.PREFECT: ("PRE", "prefekt.durres"),
    Role.COORDINATOR: ("COO", "koordinator.durres"),
    Role.SECRETARIAT: ("SEC", "sekretaria.durres"),
    Role.UNIT_HEAD: ("UNI", "njmf.durres"),
    Role.CHILD_WORKER: ("CHI", "pmf.durres"),
    Role.SOCIAL_DIRECTOR: ("DIR", "drejtor.durres"),
    Role.ECONOMIC_AID: ("AID", "ndihma.durres"),
    Role.POLICE: ("POL", "policia.durres"),
    Role.BORDER_POLICE: ("BOR", "kufi.durres"),
    Role.SOCIAL_SERVICE: ("SSS", "shssh.durres"),
    Role.EDUCATION: ("EDU", "zva.durres"),
    Role.HEALTH: ("HEA", "shendeti.durres"),
    Role.NGO: ("NGO", "ojf.durres"),
    Role.SHELTER: ("SHE", "strehez.durres"),
    Role.NATIONAL: ("NAT", "koordinatori.kombetar"),
    Role.DATA_PROTECTION: ("DPO", "dpo"),
    Role.ADMIN: ("ADM", "admin"),
    Role.SYSTEM: ("SYS", "sistemi.prove"),  # made here: with a browser a machine has no seat
}
METHODS = ("GET", "POST")  # of a route those it declares: the census asks for the others


def pages() -> list[census.Route]:
    """Every route that people ask for; the machines' addresses have a matrix of their own."""
    return [route for route in census.routes() if not route.is_for_machines]


def relations(route: census.Route) -> tuple[str, ...]:
    """Whose object a route can be asked for."""
    return ("own", "other") if model_of(route) else ("-",)


# --- asking ---


@pytest.fixture
def browsers(world):
    """A signed-in browser for every role; the sessions are made by hand, because signing 18 people in takes a while."""
    machine = User.objects.create_user("sistemi.prove", "nje fjali e makines", name="Shembull Sistemi")
    Seat.objects.create(
        user=machine,
        institution=Institution.objects.unscoped("a machine's seat for the test").get(code=f"{HERE}-ZVA"),
        role=Role.SYSTEM,
        starts_on=timezone.localdate(),
    )
    people = User.objects.in_bulk([username for _short, username in ACCOUNTS.values()], field_name="username")
    return {role: signed_in(people[username]) for role, (_short, username) in ACCOUNTS.items()}


def signed_in(user: User) -> Client:
    """A browser with a session of this person, as signing in would have made it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.create()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[STARTED_AT] = session[SEEN_AT] = timezone.now().timestamp()
    session[LISTED_AS] = session.session_key  # else each answer, which is rolled back, would list it again
    session.save()
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


@pytest.fixture(autouse=True)
def _templates_are_drawn_without_a_record(monkeypatch):
    """The test client copies the context of every fragment it sees; nobody looks at it here."""
    monkeypatch.setattr(client, "store_rendered_templates", lambda *drawn, **more: None)


Answers = dict[tuple[str, str, Role], Answer]
_asked: dict[str, Answers] = {}
# Pages of these are read for their words too (tests/house/test_words.py): among equals they are asked first.
READ = [Role.COORDINATOR, Role.CHILD_WORKER, Role.PREFECT, Role.EDUCATION, Role.ADMIN, Role.DATA_PROTECTION]


def equals(route: census.Route) -> list[list[Role]]:
    """The roles in groups that get the same answers of a page; of each the first is asked."""
    roles = list(ACCOUNTS)
    if EVERYBODY:
        return [[role] for role in roles]
    cells = [one.split()[3:] for one in expected()[route.name]]
    said = {role: tuple(each[at] for each in cells) for at, role in enumerate(roles)}
    turn = zlib.crc32(route.name.encode()) % len(roles)  # on each page another one is refused
    groups: dict[object, list[Role]] = defaultdict(list)
    for role in roles[turn:] + roles[:turn]:
        reach = declared(route, role)
        groups["without" if route.right and reach is Reach.NONE else (reach, said[role])].append(role)
    return [
        group if key == "without" else sorted(group, key=lambda role: role not in READ) for key, group in groups.items()
    ]


@pytest.fixture
def answers(request):
    """``answers(route)``: every answer of a route, asked once a run; also for an object that does not exist."""

    def of(route: census.Route) -> Answers:
        if route.name not in _asked:
            browsers = request.getfixturevalue("browsers")
            addresses = {"own" if model_of(route) else "-": address_of(route, HERE)}
            if model_of(route):
                addresses |= {"other": address_of(route, THERE), "missing": address_of(route, missing=True)}
            _asked[route.name] = {
                (method, relation, role): drawn.keep(ACCOUNTS[role][1], method, address, answer)
                for method in METHODS
                if method in route.methods
                for relation, address in addresses.items()
                for role, *_equal in equals(route)
                for answer in [ask(browsers[role], method, address)]
            }
        return _asked[route.name]

    return of


# --- the file ---

_HEAD = """\
# Who gets what: role by route, method and county of the object ("own" AL-02, "other" AL-05, "-" no object).
# The accounts are those of Durrës and of the whole country. POST sends an empty form: 200 is the form with its errors,
# 302 is done or says why not; 403 in reach without the right, 404 out of reach. Methods a route does not take: 405.
# Written by KRAT_UPDATE_MATRIX=1 pytest tests/access/test_matrix.py; a change here is a change of who sees what.
#
"""
_lines: dict[str, list[str]] = defaultdict(list)


def line(route: str, method: str, relation: str, statuses: list[str]) -> str:
    return f"{route:38} {method:5} {relation:6} {'  '.join(statuses)}"


def lines_of(route: census.Route, found: Answers) -> list[str]:
    asked = {role: group[0] for group in equals(route) for role in group}
    return [
        line(route.name, method, relation, [str(found[method, relation, asked[role]].status) for role in ACCOUNTS])
        for method in METHODS
        if method in route.methods
        for relation in relations(route)
    ]


def head() -> str:
    roles = "".join(f"#   {short}  {role.value}\n" for role, (short, _name) in ACCOUNTS.items())
    columns = line("# route", "", "county", [short for short, _name in ACCOUNTS.values()])
    return f"{_HEAD}{roles}#\n{columns}\n"


@cache
def expected() -> dict[str, list[str]]:
    """The file's lines by route."""
    by_route: dict[str, list[str]] = defaultdict(list)
    if FILE.exists():
        for one in FILE.read_text().splitlines():
            if one and not one.startswith("#"):
                by_route[one.split()[0]].append(one)
    return by_route


@pytest.fixture(scope="module", autouse=True)
def _written():
    yield
    if UPDATING and _lines:
        together = {**expected(), **_lines}
        order = [route.name for route in pages()]
        every = [one for name in order for one in together.get(name, [])]
        FILE.write_text(head() + "\n".join(every) + "\n")


@pytest.mark.parametrize("route", pages(), ids=lambda route: route.name)
def test_everybody_gets_what_the_file_says(route, answers):
    found = lines_of(route, answers(route))

    if UPDATING:
        _lines[route.name] = found
        return
    assert found == expected()[route.name]


@pytest.mark.skipif(EVERYBODY, reason="Everybody is asked: no role speaks for another.")
def test_a_role_that_the_file_lets_in_against_the_table_is_found(answers, monkeypatch):
    """The negative control of asking one for many: a right that only the file knows, of a role that nobody asks for."""
    route, silent = next(
        (route, role)
        for route in with_right
        for group in equals(route)
        if declared(route, group[0]) is Reach.NONE
        for role in group[1:]
    )
    at = list(ACCOUNTS).index(silent)
    lied = [one.split() for one in expected()[route.name]]
    for cells in lied:
        cells[3 + at] = "200"
    monkeypatch.setitem(expected(), route.name, [line(*cells[:3], cells[3:]) for cells in lied])

    assert lines_of(route, answers(route)) != expected()[route.name]


def test_every_reach_is_asked_for_on_every_page():
    """Of whoever reaches equally far somebody is asked, and one of those who reach nothing."""
    for route in pages():
        asked = {declared(route, group[0]) for group in equals(route)}
        assert asked == {declared(route, role) for role in ACCOUNTS}, route.name


def test_the_file_names_no_route_that_is_gone():
    assert set(expected()) <= {route.name for route in pages()}


def test_the_file_has_a_column_for_every_role():
    assert set(ACCOUNTS) == set(Role)
    assert UPDATING or FILE.read_text().startswith(head())


# --- asked of the tables, not of the file ---

with_right = [route for route in pages() if route.right]
with_object = [route for route in with_right if model_of(route)]


@pytest.mark.parametrize("route", with_right, ids=lambda route: route.name)
def test_nobody_without_a_declared_reach_gets_in(route, answers):
    for (method, relation, role), answer in answers(route).items():
        if declared(route, role) is Reach.NONE:
            assert answer.status == 403, f"{role}: {method} {route.name} ({relation}) answered {answer.status}."


@pytest.mark.parametrize("route", with_object, ids=lambda route: route.name)
def test_an_object_of_another_county_is_not_there(route, answers):
    seen = rights.right(model_of(route).view_right).reaches

    for (method, relation, role), answer in answers(route).items():
        within = declared(route, role) not in (Reach.NONE, Reach.COUNTRY) and seen.get(role) is not Reach.COUNTRY
        if relation == "other" and within:
            assert answer.status == 404, f"{role}: {method} {route.name} answered {answer.status} for another county."


def _without_token(answer: Answer) -> tuple[object, ...]:
    """An answer without the token by which forms of the frame are known, which is another one each time."""
    return answer.status, re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", answer.body), answer.headers


@pytest.mark.parametrize("route", with_object, ids=lambda route: route.name)
def test_foreign_and_missing_answer_with_the_same_bytes_and_the_same_work(route, answers):
    found = answers(route)

    for (method, relation, role), foreign in found.items():
        if relation == "other" and foreign.status in (403, 404):
            missing = found[method, "missing", role]
            if foreign.status == 403 and missing.status == 404:
                # Only whoever may see the object at all is told that the right is missing.
                seen = rights.right(model_of(route).view_right).reaches
                assert seen.get(role) is Reach.COUNTRY, f"{role}: 403 tells that the object of {route.name} exists."
                continue
            if (
                role is Role.SYSTEM
            ):  # without a seat: one page whatever was asked, with a way out under a token of its own
                assert (foreign.status, foreign.queries) == (missing.status, missing.queries)
                continue
            assert _without_token(foreign) == _without_token(missing)
            assert foreign.queries == missing.queries, (
                f"{role}: {method} {route.name} works differently for a foreign one."
            )


@pytest.mark.parametrize("route", with_object, ids=lambda route: route.name)
def test_what_does_not_exist_is_not_there_for_anybody(route, answers):
    for (method, relation, role), answer in answers(route).items():
        if relation == "missing":
            wanted = 403 if declared(route, role) is Reach.NONE else 404
            assert answer.status == wanted, f"{role}: {method} {route.name} answered {answer.status} for nothing."


@pytest.mark.parametrize("route", pages(), ids=lambda route: route.name)
def test_nothing_answers_with_an_error(route, answers):
    assert {key: one.status for key, one in answers(route).items() if one.status >= 500} == {}


# --- the harness itself ---


def test_a_route_with_an_unknown_argument_is_named():
    planted = census.Route("probe", "probe/<uuid:thing>/", "meetings.view", None, ("GET",), None)

    with pytest.raises(AssertionError, match="argument 'thing' that no picker knows"):
        address_of(planted)


def test_every_argument_of_every_route_has_a_picker(world):
    for route in census.routes():
        assert address_of(route).startswith("/")
        assert model_of(route) is None or address_of(route, HERE) != address_of(route, THERE)


def test_a_page_that_forgets_the_door_would_be_found(browsers, monkeypatch):
    """The negative control: the answer for a foreign object differs from the one for a missing one."""

    @needs("meetings.view")
    def forgets(request, code):
        found = Meeting.objects.unscoped("the page forgets to ask").filter(code=code).first()
        if found is None:
            raise Http404
        return HttpResponse(found.place)

    monkeypatch.setitem(
        sys.modules, "extra_urls", urls_with(path("meetings/forgets/<uuid:code>/", forgets, name="forgets"))
    )
    planted = census.Route("forgets", "meetings/forgets/<uuid:code>/", "meetings.view", None, ("GET",), forgets)
    with override_settings(ROOT_URLCONF="extra_urls"):
        foreign = ask(browsers[Role.COORDINATOR], "GET", address_of(planted, THERE))
        missing = ask(browsers[Role.COORDINATOR], "GET", address_of(planted, missing=True))

    assert (foreign.status, missing.status) == (200, 404)


def test_asking_leaves_nothing_behind(browsers, world):
    before = Seat.objects.unscoped("the test counts").count(), User.objects.count()

    ask(browsers[Role.ADMIN], "POST", "/people/invite/")
    ask(browsers[Role.ADMIN], "POST", "/account/logout/")
    still = ask(browsers[Role.ADMIN], "GET", "/people/")

    assert (Seat.objects.unscoped("the test counts").count(), User.objects.count()) == before
    assert still.status == 200
