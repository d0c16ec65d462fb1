"""Albanian first; English by the switch in the page and by nothing else."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def choose(browser: Client, language: str, way_back: str = "/"):
    return browser.post("/language/", {"language": language, "next": way_back})


def test_pages_are_albanian_whatever_the_browser_asks_for(client, world):
    answer = client.get("/account/login/", headers={"accept-language": "en, it;q=0.9"})

    assert answer["Content-Language"] == "sq"
    assert b'<html lang="sq"' in answer.content


def test_the_switch_turns_pages_english_and_back(as_):
    browser = as_("kufi.durres")

    choose(browser, "en")
    english = browser.get("/")
    choose(browser, "sq")
    albanian = browser.get("/")

    assert b'<html lang="en"' in english.content
    assert "Meetings" in english.content.decode()
    assert b'<html lang="sq"' in albanian.content


def test_the_switch_leads_back_to_the_page(client, world):
    assert choose(client, "en", "/account/login/?next=/tasks/")["Location"] == "/account/login/?next=/tasks/"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org"]
)
def test_the_switch_leads_to_no_other_site(client, world, elsewhere):
    assert choose(client, "en", elsewhere)["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "en-us", "../en", "sq\x00"])
def test_an_unknown_language_changes_nothing(client, world, language):
    answer = choose(client, language)

    assert answer.status_code == 302
    assert "krat_language" not in answer.cookies


def test_a_forged_cookie_is_not_listened_to(client, world):
    client.cookies["krat_language"] = "xx"

    assert client.get("/account/login/")["Content-Language"] == "sq"


def test_the_cookie_is_for_the_server_alone(client, world):
    cookie = choose(client, "en").cookies["krat_language"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_asking_for_the_switch_by_its_address_is_not_allowed(client, world):
    assert client.get("/language/").status_code == 405


def test_health_says_ok_and_nothing_else(client, world):
    answer = client.get("/health/")

    assert answer.content == b"ok"
    assert client.post("/health/").status_code == 405


def test_the_styleguide_is_not_there_in_service(client, world, settings):
    assert client.get("/styleguide/").status_code == 200
    settings.STYLEGUIDE = False
    assert client.get("/styleguide/").status_code == 404
