"""Everything by keyboard alone, and one always sees where one is."""

import datetime
import re
from collections.abc import Callable

from django.utils import formats, timezone, translation
from playwright.sync_api import Page, expect

from krat.demo.accounts import PASSWORD
from tests.journeys.steps import COORDINATOR, PHONE, say

MOST = 60  # presses of Tab from the page's start to anything on it

_FOCUS_SHOWS = """() => {
  const one = document.activeElement;
  const drawn = (node) => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const box = one.getBoundingClientRect();
  const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  // A line of a list may show the focus of its link as a whole.
  const shown = drawn(one) || (one.closest("li, tr") && drawn(one.closest("li, tr")))
    || getComputedStyle(one, "::after").outlineStyle !== "none";
  return inside && shown ? "" : one.outerHTML.slice(0, 200);
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the control has the focus; every stop on the way is to be seen."""
    for _press in range(MOST):
        page.keyboard.press("Tab")
        hidden = page.evaluate(_FOCUS_SHOWS)
        assert not hidden, f"the focus is not to be seen: {hidden}"
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_sign_in_and_file_a_meeting_by_keyboard(window: Callable[..., Page]) -> None:
    """From the sign-in page to a filed meeting without a mouse, with a mistake on the way."""
    page = window()
    page.goto("/account/login/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "#id_login")
    page.keyboard.type(COORDINATOR)
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Today"))

    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, 'a.button[href="/meetings/new/"]')
    enter(page)

    # Nothing filled in: the summary takes the focus, its first line leads to the field.
    tab_to(page, "#id_place")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    tab_to(page, "main form.form button[type=submit]")
    enter(page)
    summary = page.locator(".form-errors")
    expect(summary).to_be_focused()
    expect(summary.locator("a")).to_have_count(2)
    tab_to(page, ".form-errors a")
    page.keyboard.press("Enter")
    expect(page.locator("#id_held_on")).to_be_focused()
    described = page.locator("#id_held_on").get_attribute("aria-describedby")
    assert described
    assert "id_held_on_error" in described
    expect(page.locator("#id_held_on_error")).to_be_visible()
    # Typed as people write it here, whatever language the browser speaks (this one German); said in words on leaving.
    year = (timezone.localdate() - datetime.timedelta(days=90)).year
    page.keyboard.type(f"0412{year}")
    tab_to(page, "#id_place")
    expect(page.locator("#id_held_on")).to_have_value(f"04.12.{year}")
    with translation.override("sq"):
        said = formats.date_format(datetime.date(year, 12, 4), "l, j F Y")
    expect(page.locator("[data-day-words]")).to_have_text(said)
    page.keyboard.type("Salla e Prefekturës")
    tab_to(page, "main form.form button[type=submit]")
    enter(page)
    expect(page.locator("main")).to_contain_text(say("The meeting was filed."))


def test_the_menu_by_keyboard(person: Callable[..., Page]) -> None:
    """Enter opens, Escape closes and the focus is back; leaving with Tab closes as well."""
    page = person(COORDINATOR)
    menu = page.locator("details.menu")
    tab_to(page, "summary.menu-face")
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('.menu-panel') !== null")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(page.locator("summary.menu-face")).to_be_focused()
    page.keyboard.press("Enter")
    for _press in range(10):
        page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")


def test_more_on_the_phone_by_keyboard(person: Callable[..., Page]) -> None:
    """The rest of the way round, behind one button of the phone's bar."""
    page = person(COORDINATOR, size=PHONE)
    more = page.locator(".tabs-more summary")
    more.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".tabs-panel")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(more).to_be_focused()


def test_the_key_slash_opens_the_search_and_going_back_finds_the_same(person: Callable[..., Page]) -> None:
    """From anywhere but a field; what was typed stands in no address, and Back asks to send nothing again."""
    page = person(COORDINATOR)
    page.goto("/tasks/")
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()
    page.keyboard.type("mbledhje/")  # in a field it is a sign like any other
    expect(page.locator("#top-search")).to_have_value("mbledhje/")
    page.keyboard.press("Escape")
    expect(page.locator("#top-search")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("KRAT 1")
    enter(page)

    assert re.search(r"/search/\?found=[0-9a-f-]{36}$", page.url)
    hit = page.locator(".hit a").first
    found = page.locator(".hit a").all_inner_texts()
    with page.expect_navigation():
        hit.click()
    page.go_back()
    expect(page.locator("main [name=words]")).to_have_value("KRAT 1")
    assert page.locator(".hit a").all_inner_texts() == found
