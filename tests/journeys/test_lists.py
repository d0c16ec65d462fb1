"""Lists as hands use them: a filter needs no press, what is open comes first, a heading sorts."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.steps import COORDINATOR

People = Callable[..., Page]


def test_a_filter_narrows_as_soon_as_it_is_chosen_and_the_focus_stays(person: People) -> None:
    """The rows, the count, the address and the tabs follow; the way back from the filters appears."""
    page = person(COORDINATOR)
    page.goto("/tasks/")
    count, state = page.locator(".sheet-title .count"), page.locator("[name=state]")
    open_ones = int(count.inner_text())
    expect(page.locator(".filters [type=submit]")).to_be_hidden()
    expect(page.locator(".filters-buttons a")).to_have_count(0)

    state.focus()
    state.select_option("late")
    page.wait_for_url("**/tasks/?*state=late*")

    expect(page.locator(".standing [aria-current]")).to_have_count(0)
    assert int(count.inner_text()) < open_ones
    assert page.evaluate("document.activeElement.name") == "state"
    expect(page.locator(".filters > [role=status]")).to_contain_text(count.inner_text())
    page.locator(".filters-buttons a").click()
    expect(page.locator(".standing [aria-current]")).to_have_count(1)
    assert int(count.inner_text()) == open_ones


def test_a_heading_sorts_and_what_was_narrowed_stays(person: People) -> None:
    """Up by the first press, down by the second."""
    page = person(COORDINATOR)
    page.goto("/tasks/?state=all")

    for order in ("ascending", "descending"):
        page.locator("thead a.sort").last.click()
        expect(page.locator(f'th[aria-sort="{order}"]')).to_have_count(1)
        assert "state=all" in page.url


def test_a_choice_that_makes_no_sense_is_said_at_its_field(person: People) -> None:
    """The page itself says it, with what was typed."""
    page = person(COORDINATOR)
    page.goto("/tasks/")

    page.locator("[name=until]").fill("31.02.2026")
    page.locator("[name=until]").press("Tab")

    expect(page.locator(".filters .error")).to_be_visible()
    expect(page.locator("[name=until]")).to_have_value("31.02.2026")
