"""What people do in the journeys, and how an Albanian page calls it."""

import datetime
import itertools

from django.utils import translation
from playwright.sync_api import Locator, Page, Response

from krat.demo.accounts import PASSWORD

COORDINATOR, PREFECT, EDUCATION = "koordinator.durres", "prefekt.durres", "zva.durres"
HEAD, WORKER, CENTRE = "njmf.durres", "pmf.durres", "ojf.durres"
ELSEWHERE = "koordinator.gjirokaster"
DESK, PHONE = (1280, 900), (390, 844)


def say(words: str, context: str = "", **values: object) -> str:
    """The words as an Albanian page shows them."""
    with translation.override("sq"):
        found = translation.pgettext(context, words) if context else translation.gettext(words)
    return found % values if values else found


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in through the page, from wherever the browser was led to sign in."""
    if "/account/login/" not in page.url:
        page.goto("/account/login/")
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    press(page, "Sign in")


def sign_out(page: Page) -> None:
    """Sign out through the menu of one's own."""
    page.locator("summary.menu-face").click()
    press(page, "Sign out")
    page.wait_for_url("**/account/login/")


def press(page: Page, words: str) -> None:
    """Press the button of these words (English; the page is Albanian), and wait for what comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=say(words), exact=True).first.click()


def confirm(page: Page, words: str) -> None:
    """Press what asks once, and say yes to what it asks over the page."""
    page.get_by_role("link", name=say(words), exact=True).first.click()
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name=say(words), exact=True).click()


def follow(page: Page, words: str) -> None:
    """Follow the first link of these words in the page."""
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=say(words)).first.click()


def goes(page: Page, address: str) -> Response:
    """Go to an address and give the answer."""
    answer = page.goto(address)
    assert answer is not None
    return answer


def text_of(page: Page) -> str:
    """All that stands in the page's main part."""
    return page.locator("main").inner_text()


_filed = itertools.count()


def an_hour() -> str:
    """An hour at which this run has not filed a meeting yet: a second one for the same hour is asked back."""
    number = next(_filed)
    return f"{8 + number // 60:02d}:{number % 60:02d}"


def file_meeting(page: Page, day: datetime.date, agenda: list[str]) -> str:
    """File a meeting of the committee and give its address."""
    page.goto("/meetings/new/")
    page.locator("#id_held_on").fill(day.isoformat())
    page.locator("#id_starts_at").fill(an_hour())
    page.locator("#id_place").fill("Salla e Prefekturës")
    page.locator("#id_agenda").fill("\n".join(agenda))
    press(page, "File the meeting")
    assert "/new/" not in page.url, text_of(page)
    return page.url


def open_item(page: Page, meeting: str, title: str) -> str:
    """Go to the meeting's page of one item, and give its address."""
    page.goto(meeting)
    sheet = page.locator("section", has=page.get_by_role("heading", name=title))
    with page.expect_navigation():
        sheet.locator('a[href*="/meetings/items/"]:not([href$="/edit/"])').first.click()
    return page.url


# --- By names and addresses, whatever language the page speaks ------------------------------------------------


def write(page: Page, **typed: str | bool) -> None:
    """Fill the page's form: each control by its name, a choice by its value or by letters of its words."""
    for name, word in typed.items():
        control = page.locator(f'main form.form:not([hidden] *) [name="{name}"]')  # of the item that is shown
        kind = control.first.evaluate("one => one.localName === 'select' ? 'select' : one.type")
        if kind == "select":
            choices = control.locator("option").evaluate_all("all => all.map(one => [one.value, one.label])")
            by_value = [value for value, _words in choices if value == word]
            found = by_value or [value for value, words in choices if str(word) in words]
            assert len(found) == 1, f"{name}: {word} is not one of {choices}"
            control.select_option(found[0])
        elif isinstance(word, bool):
            control.set_checked(word)
        elif kind in ("radio", "checkbox"):
            words = control.evaluate_all("all => all.map(one => [one.value, one.labels[0]?.textContent.trim()])")
            found = [at for at, one in enumerate(words) if word in one]
            assert len(found) == 1, f"{name}: {word} is not one of {words}"
            control.nth(found[0]).check()
        else:
            control.fill(word)


def send(page: Page, form: str = "form.form") -> None:
    """Send a form of the page, and wait for what comes."""
    with page.expect_navigation():
        page.locator(f"main {form} button[type=submit]").first.click()


def verb(page: Page, ending: str) -> Locator:
    """The button whose form is sent to an address with this end."""
    return page.locator(f'main form.form-button[action$="{ending}"] button')


def way(page: Page, ending: str) -> Locator:
    """The link to an address with this end."""
    return page.locator(f'main a[href$="{ending}"]:visible').first


def click(target: Locator) -> None:
    """Click, and wait for what comes."""
    with target.page.expect_navigation():
        target.click()
