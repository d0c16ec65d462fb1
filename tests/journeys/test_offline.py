"""A meeting minuted while the connection is gone: the agenda still turns, and every word arrives when it is back."""

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.steps import COORDINATOR, DESK, PHONE, file_meeting, open_item, press, say, sign_in

People = Callable[..., Page]
AGENDA = ["Hapja e mbledhjes", "Raportimi i njësive", "Transporti i nxënësve", "Të ndryshme"]
DECISION = "Të sigurohet transporti i nxënësve të zonave të largëta."


def the_day(page: Page) -> str:
    """Open a meeting with everybody at its table; gives its address, the first item before one."""
    meeting = file_meeting(page, timezone.localdate(), AGENDA)
    press(page, "Open the meeting")
    open_item(page, meeting, AGENDA[1])
    page.locator("[data-everybody]").click()
    expect(page.locator("[data-quorum] .badge-done")).to_be_visible()
    return meeting


def turn_to(page: Page, title: str) -> Locator:
    """Press an item of the agenda, folded away on a phone; gives its screen."""
    link = page.locator("[data-agenda] a", has_text=title)
    if not link.is_visible():
        page.locator(".column-agenda summary").click()
    link.click()
    screen = page.locator("[data-screen]:visible")
    expect(screen.get_by_role("heading").first).to_contain_text(title)
    return screen


def write(screen: Locator, name: str, words: str) -> None:
    """Type into a field of the item that is shown."""
    screen.locator(f'[name="{name}"]').fill(words)


def typed(screen: Locator, name: str) -> Locator:
    return screen.locator(f'[name="{name}"]')


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_several_items_and_a_decision_written_offline_arrive(person: People, size: tuple[int, int]) -> None:
    """No page is loaded while the connection is gone, no link leads out of the meeting, and nothing is lost."""
    page = person(COORDINATOR, size=size)
    meeting = the_day(page)
    loads: list[str] = []
    page.on("load", lambda one: loads.append(one.url))
    until = (timezone.localdate() + datetime.timedelta(days=21)).strftime("%d.%m.%Y")
    cdp = page.context.new_cdp_session(page)
    cut = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", {"offline": True, **cut})
    expect(page.locator("[data-offline]")).to_be_visible()

    write(page.locator("[data-screen]:visible"), "discussion", "Njësitë raportuan për tetorin.")
    third = turn_to(page, AGENDA[2])
    write(third, "discussion", "Drejtoria paraqiti nevojat.")
    write(third, "text", DECISION)
    third.locator('[name="lead"]').select_option(index=3)
    write(third, "due_on", until)
    write(turn_to(page, AGENDA[3]), "discussion", "U njoftua takimi tjetër.")
    second = turn_to(page, AGENDA[1])
    expect(typed(second, "discussion")).to_have_value("Njësitë raportuan për tetorin.")
    # "Save and go on" goes on; the item is marked as not saved yet.
    second.locator('button[name="then"]').click()
    expect(page.locator("[data-screen]:visible").get_by_role("heading").first).to_contain_text(AGENDA[2])
    expect(page.locator("[data-unsaved]:not([hidden])")).to_have_count(3)
    here = page.url
    page.locator("a.brand").click()
    expect(page.locator("[data-offline-stays]")).to_be_visible()
    row = page.locator("fieldset.attend").first
    row.locator('input[value="excused"]').check()
    expect(page.locator('[data-attendance-state][data-is="unsent"]')).to_be_visible()
    assert page.url == here
    assert loads == []

    cdp.send("Network.emulateNetworkConditions", {"offline": False, **dict.fromkeys(cut, -1), "latency": 0})
    expect(page.locator("[data-offline]")).to_be_hidden()
    expect(page.locator('[data-save-state][data-is="saved"]')).to_have_count(3)
    expect(page.locator('[data-attendance-state][data-is="saved"]')).to_be_visible()
    assert page.evaluate("() => Object.keys(localStorage)") == []
    page.reload()
    expect(page.locator("[data-unsaved]:not([hidden])")).to_have_count(3)
    for title in AGENDA[1:]:
        screen = turn_to(page, title)
        with page.expect_navigation():
            screen.get_by_role("button", name=say("Save"), exact=True).click()
    page.goto(meeting)
    told = page.locator("main").inner_text()
    for words in (
        "Njësitë raportuan për tetorin.",
        "Drejtoria paraqiti nevojat.",
        "U njoftua takimi tjetër.",
        DECISION,
    ):
        assert words in told
    assert say("absent with reason", "attendance") in told


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(person: People) -> None:
    """Both texts stand before the writer when the connection is back."""
    page, other = person(COORDINATOR), person("sekretaria.durres")
    the_day(page)
    page.context.set_offline(True)
    screen = turn_to(page, AGENDA[2])
    write(screen, "discussion", "Siç u tha pa lidhje.")
    other.goto(page.url)
    write(other.locator("[data-screen]:visible"), "discussion", "Siç e shkroi sekretaria.")
    press(other, "Save")
    page.context.set_offline(False)
    expect(screen.locator('[data-save-state][data-is="conflict"]')).to_be_visible()
    page.reload()
    both = page.locator("section.both:visible")
    expect(both).to_contain_text("Siç u tha pa lidhje.")
    expect(both).to_contain_text("Siç e shkroi sekretaria.")


def test_a_connection_that_nobody_missed_yet_leads_to_no_error_page(person: People) -> None:
    """The browser believes to be online; the registry is asked before a link of the meeting is followed."""
    page = person(COORDINATOR)
    the_day(page)
    here = page.url

    def refuse(route: Route) -> None:
        route.abort("connectionrefused")

    page.route("**/*", refuse)
    page.locator("a.brand").click()
    expect(page.locator("[data-offline-stays]")).to_be_visible()
    page.locator('[data-screen]:visible button[name="then"]').click()
    expect(page.locator("[data-screen]:visible").get_by_role("heading").first).to_contain_text(AGENDA[2])
    page.go_back()
    assert page.url == here
    expect(page.locator("[data-screen]:visible").get_by_role("heading").first).to_contain_text(AGENDA[1])
    page.unroute("**/*", refuse)
    with page.expect_navigation():
        page.locator("a.brand").click()


def test_without_script_each_item_is_a_page(window: People) -> None:
    """The agenda leads on as it always did; only the item that was asked for is seen."""
    page = window(java_script_enabled=False)
    sign_in(page, COORDINATOR)
    meeting = file_meeting(page, timezone.localdate(), AGENDA)
    with page.expect_navigation():
        page.locator('main form[action$="/open/"] button').click()
    open_item(page, meeting, AGENDA[1])
    expect(page.locator("[data-screen]:visible")).to_have_count(1)
    here = page.url
    with page.expect_navigation():
        page.locator("[data-agenda] a", has_text=AGENDA[2]).click()
    assert page.url != here
    expect(page.locator("[data-screen]:visible").get_by_role("heading").first).to_contain_text(AGENDA[2])
    page.locator('[data-screen]:visible [name="discussion"]').fill("Pa skript.")
    with page.expect_navigation():
        page.locator("[data-screen]:visible form.form button[type=submit]").nth(1).click()
    expect(page.locator('[data-screen]:visible [name="discussion"]')).to_have_value("Pa skript.")
