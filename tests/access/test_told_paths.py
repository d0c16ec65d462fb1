"""What a server or proxy tells of the path counts for nothing: the page that is resolved decides.

Each is tried with the settings as they are, and with the prefix let in, so that both layers are seen to hold.
"""

import re
import shlex

import pytest
from django.conf import settings as the_settings
from django.test import Client
from gunicorn.config import Config
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

pytestmark = pytest.mark.django_db

SET_UP = "/account/second-factor/app/"
PREFIXES = ["/account", "/account/", "/static", "/health", "/api", "/identity", "/language", "//account"]


@pytest.fixture(params=["closed", "let in"])
def prefix_is(request, settings) -> str:
    """The settings as they are, or (to show that decisions do not lean on them) with the prefix let in."""
    if request.param == "let in":
        settings.FORCE_SCRIPT_NAME = None
    return request.param


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_prefix_spares_a_child_worker_the_second_factor(prefix, prefix_is, as_, settings):
    settings.KRAT_DEMO = False

    answer = as_("pmf.durres", SCRIPT_NAME=prefix).get("/tasks/")

    assert (answer.status_code, answer["Location"].endswith(SET_UP)) == (302, True)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_prefix_takes_a_seat_away(prefix, prefix_is, as_):
    """Under a prefix of machines, or of the house's own files, the cookie or the seat would not be looked at."""
    answer = as_("zva.durres", SCRIPT_NAME=prefix).get("/tasks/")

    assert (answer.status_code, answer.wsgi_request.seat is not None) == (200, True)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_prefix_lets_a_page_be_stored(prefix, prefix_is, as_):
    answer = as_("zva.durres", SCRIPT_NAME=prefix).get("/tasks/")

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_prefix_gives_a_machine_a_cookie(prefix, prefix_is, as_):
    answer = as_("zva.durres", SCRIPT_NAME=prefix).get("/api/v1/cases/")

    assert (answer.status_code, dict(answer.cookies)) == (401, {})


def test_a_file_that_is_missing_is_a_page_that_is_not_stored(client, world):
    answer = client.get("/static/nothing-of-ours.css")

    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (404, True)


def test_links_carry_no_told_prefix(as_):
    page = as_("zva.durres", SCRIPT_NAME="/elsewhere").get("/tasks/").content.decode()

    assert "/elsewhere/" not in page


def test_let_in_the_prefix_would_reach_the_links(as_, settings):
    """The negative control: the prefix does arrive."""
    settings.FORCE_SCRIPT_NAME = None

    assert "/elsewhere/tasks/" in as_("zva.durres", SCRIPT_NAME="/elsewhere").get("/tasks/").content.decode()


def test_an_expired_form_comes_back_without_the_prefix(world):
    answer = Client(SCRIPT_NAME="/elsewhere").get("/tasks/?state=open")

    assert answer["Location"] == "/account/login/?next=%2Ftasks%2F%3Fstate%3Dopen"


# --- the server ---


def _environment_of(options: list[str], header: str) -> list[tuple[str, str]]:
    """The header fields that gunicorn keeps of a request by a trusted peer."""
    config = Config()
    for name, value in vars(config.parser().parse_args(options)).items():
        if value is not None and name != "args":
            config.set(name.lower(), value)
    raw = f"GET /tasks/ HTTP/1.1\r\nHost: localhost\r\n{header}: /account\r\n\r\n".encode()
    return Request(config, IterUnreader(iter([raw])), ("127.0.0.1", 1)).headers


def _options_of_the_makefile() -> list[str]:
    command = re.search(r"^GUNICORN := (.*?[^\\])$", (the_settings.BASE_DIR / "Makefile").read_text(), re.M | re.S)
    words = shlex.split(command[1].replace("\\\n", " ").replace("$(PORT)", "8000"))
    return words[words.index("krat.wsgi") + 1 :]


@pytest.mark.parametrize("header", ["SCRIPT_NAME", "PATH_INFO", "REMOTE_USER"])
def test_the_server_takes_no_path_from_a_peer(header):
    kept = [name for name, _value in _environment_of(_options_of_the_makefile(), header)]

    assert kept == ["HOST"]


def test_left_to_itself_the_server_would_take_one():
    """The negative control."""
    assert ("SCRIPT_NAME", "/account") in _environment_of([], "SCRIPT_NAME")


# --- the code ---

TOLD = re.compile(r"\brequest\.path\b(?!_info)|\bSCRIPT_NAME\b(?!\))|get_script_prefix")


def test_no_code_asks_for_the_path_as_it_was_told():
    code = [one for top in ("krat", "cases", "meetings") for one in (the_settings.BASE_DIR / top).rglob("*.py")]
    pages = list((the_settings.BASE_DIR / "templates").rglob("*.html"))
    found = [
        f"{one.name}: {line.strip()}"
        for one in [*code, *pages]
        for line in one.read_text().splitlines()
        if TOLD.search(line) and not line.lstrip().startswith(("#", "FORCE_SCRIPT_NAME"))
    ]

    assert found == []


def test_such_code_would_be_found():
    """The negative control."""
    assert TOLD.search('if request.path.startswith("/account/"):')
    assert not TOLD.search('if request.path_info.startswith("/account/"):')
