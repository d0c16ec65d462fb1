"""The account: the second factor, sessions, the language, and what signing out leaves behind."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from krat.access import census
from krat.demo.accounts import PASSWORD
from tests.access.reach import is_refused
from tests.journeys.steps import COORDINATOR, follow, goes, press, sign_in, sign_out, text_of
from tests.pace import FULL

People = Callable[..., Page]
SOMEBODY = "ojf.durres"


def code_of(secret: str) -> str:
    """The six digits that a code app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    found = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    at = found[-1] & 15
    return f"{(struct.unpack('>I', found[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def fresh_code(secret: str) -> str:
    """One that stays valid for a while."""
    if (left := 30 - time.time() % 30) < 8:
        time.sleep(left + 0.1)
    return code_of(secret)


def test_the_second_factor(window: Callable[..., Page]) -> None:
    """Set up, recovery codes, sign in with a code, once; with a recovery code, once; turn off."""
    page = window()
    sign_in(page, SOMEBODY)
    page.goto("/account/second-factor/")
    follow(page, "Set up the code app")
    # Who has just signed in is not asked for the password again.
    secret = page.locator(".totp-secret").inner_text().strip()
    page.locator("#id_code").fill("000000")
    press(page, "Turn on")
    expect(page.locator(".form-errors")).to_be_focused()
    assert page.locator(".totp-secret").inner_text().strip() == secret, "a wrong code keeps the secret"
    page.locator("#id_code").fill(fresh_code(secret))
    press(page, "Turn on")
    page.goto("/account/second-factor/codes/")
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    assert len(set(codes)) == 10
    sign_out(page)

    def second_step(code: str) -> bool:
        page.goto("/account/login/")
        if "/second-factor/" not in page.url:  # else a wrong code has just been refused
            sign_in(page, SOMEBODY)
        assert "/second-factor/authenticate/" in page.url
        page.goto("/tasks/")
        assert "/second-factor/authenticate/" in page.url, "the password alone opens nothing"
        page.locator("#id_code").fill(code)
        press(page, "Sign in")
        return "/account/" not in page.url

    code = fresh_code(secret)
    assert second_step(code)
    sign_out(page)
    assert not second_step(code), "a code works once"
    assert second_step(codes[0])
    sign_out(page)
    assert not second_step(codes[0]), "a recovery code works once"
    assert second_step(codes[1])
    page.goto("/account/second-factor/")
    follow(page, "Turn the code app off")
    press(page, "Turn off")
    sign_out(page)
    sign_in(page, SOMEBODY)
    assert "/account/" not in page.url


def test_sessions_are_listed_and_ended(person: People) -> None:
    """Two browsers of one person: the one ends the other."""
    one, other = person("njmf.shijak", anew=True), person("njmf.shijak", anew=True)
    other.goto("/tasks/")
    one.goto("/account/sessions/")
    expect(one.locator(".device")).to_have_count(2)
    press(one, "End all other sessions")
    one.goto("/account/sessions/")
    expect(one.locator(".device")).to_have_count(1)
    other.goto("/tasks/")
    assert "/account/login/" in other.url
    assert goes(one, "/tasks/").url.endswith("/tasks/")


def test_the_language_is_switched_in_the_page(window: Callable[..., Page]) -> None:
    """Albanian first, whatever the browser asks for; English by the switch, before and after signing in."""
    page = window()
    page.goto("/account/login/")
    expect(page.locator("html")).to_have_attribute("lang", "sq")
    page.locator('button[name="language"][value="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.locator("#id_login").fill(COORDINATOR)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.goto("/meetings/")
    page.locator("summary.menu-face").click()
    page.locator('button[name="language"][value="sq"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "sq")
    assert page.url.endswith("/meetings/"), "one stays where one was"


def test_back_shows_nothing_after_sign_out(person: People) -> None:
    """The browser's Back finds no page of the person who left, from memory or from disk."""
    page = person(COORDINATOR, anew=True)
    for address in ("/", "/meetings/", "/tasks/"):
        page.goto(address)
    assert page.locator("tbody tr").count()
    sign_out(page)
    for _step in range(4):
        page.go_back()
        assert "/account/" in page.url, page.url
        assert "tbody" not in page.content()
        assert "Shembulli" not in text_of(page)


def test_no_page_is_stored(person: People, addresses: list[tuple[str, str, str]]) -> None:
    """Every page of a signed-in person forbids storing it."""
    page = person(COORDINATOR)
    stored = []
    refused = {one.name for one in census.routes() if is_refused(COORDINATOR, one)}
    some = next(one for one in addresses if one[0] in refused)
    for name, county, address in [some, *(one for one in addresses if FULL or one[0] not in refused)]:
        if county in ("", "AL-02") and name not in ("ui:health", "ui:ready", "account_logout"):
            answer = page.request.get(address, max_redirects=0)
            if "no-store" not in answer.headers.get("cache-control", ""):
                stored.append((address, answer.status))
    assert not stored, stored
