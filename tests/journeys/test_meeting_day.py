"""A meeting filed in its own hour: how many presses and pages it costs, and that it can be done without script."""

import datetime
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.steps import COORDINATOR, say, sign_in

People = Callable[..., Page]
MOST_CLICKS, MOST_LOADS = 14, 11


class Counted:
    """A page on which every press and every load counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.loads = page, 0, 0
        page.on("load", self._loaded)

    def _loaded(self, _page: Page) -> None:
        self.loads += 1

    def press(self, selector: str) -> None:
        """Press what stays on the page."""
        self.clicks += 1
        self.page.locator(selector).first.click()

    def go(self, selector: str) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.press(selector)


# How many words of the choices of an institution are drawn over others.
_ON_TOP_OF_EACH_OTHER = """() => [...document.querySelectorAll(".attend")].flatMap((row) => {
  const boxes = [...row.querySelectorAll(".segment")].map((one) => one.getBoundingClientRect());
  return boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}).length"""


def test_a_meeting_of_five_items_and_three_decisions_takes_fourteen_presses_and_eleven_pages(person: People) -> None:
    """Twelve institutions at the table; selecting who is charged and until when is typing, not counted here."""
    page = person(COORDINATOR, anew=True)
    page.goto("/")
    day = Counted(page)
    day.go('main a[href$="/meetings/new/"]')
    page.locator("#id_held_on").fill(timezone.localdate().isoformat())
    page.locator("#id_starts_at").fill("06:40")
    page.locator("#id_agenda").fill("1. Hapja\n2. Raporte\n3. Shkollat\n4. Transporti\n5. Të ndryshme")
    day.go("main form.form button[type=submit]")
    day.go('main form[action$="/open/"] button')
    assert page.evaluate(_ON_TOP_OF_EACH_OTHER) == 0
    day.press("[data-everybody]")
    expect(page.locator("[data-quorum] .badge-done")).to_be_visible()
    until = (timezone.localdate() + datetime.timedelta(days=20)).isoformat()
    for item in range(6):  # the follow-up of decisions is one of them
        page.locator("#id_discussion").fill(f"U diskutua pika {item + 1}.")
        if item in (2, 3, 4):
            page.locator("#id_text").fill(f"Të kryhet puna {item} deri në afat.")
            page.locator("#id_lead").select_option(index=3)
            page.locator("#id_due_on").fill(until)
        day.go('main form.form button[name="then"]')
    expect(page.locator(".agenda .agenda-mark")).to_have_count(6)
    day.press('a[data-confirm="confirm-close"]')
    day.go("dialog[open] button[type=submit]")
    day.press('a[data-confirm="confirm-circulate"]')
    day.go("dialog[open] button[type=submit]")
    expect(page.locator("main .decision", has_text="Të kryhet puna")).to_have_count(3)
    assert say("The minutes are out for remarks.") in page.locator("body").inner_text()
    assert day.clicks <= MOST_CLICKS
    assert day.loads <= MOST_LOADS


def test_without_script_the_same_is_done_page_by_page(window: People) -> None:
    """All took part, one taken back, the item saved, the meeting closed by the page that asks."""
    page = window(java_script_enabled=False)
    sign_in(page, COORDINATOR)
    page.goto("/meetings/new/")
    page.locator("#id_held_on").fill(timezone.localdate().isoformat())
    page.locator("#id_starts_at").fill("06:50")
    page.locator("#id_agenda").fill("Hapja\nTë ndryshme")
    _send(page, "main form.form button[type=submit]")
    _send(page, 'main form[action$="/open/"] button')
    here = page.url
    _send(page, "[data-everybody]")
    assert page.url == here
    row = page.locator("fieldset.attend").first
    expect(row.locator('input[value="present"]')).to_be_checked()
    row.locator('input[value=""]').check()
    _send(page, ".attend-form [data-whole] button")
    assert page.url == here
    expect(page.locator("fieldset.attend").first.locator('input[value=""]')).to_be_checked()
    page.locator("#id_discussion").fill("U hap mbledhja.")
    _send(page, 'main form.form button[name="then"]')
    assert page.url != here
    _send(page, 'a[data-confirm="confirm-close"]')
    assert say("Close the meeting?") in page.locator("main").inner_text()
    _send(page, "main form.form button[type=submit]")
    assert say("The meeting is closed.") in page.locator("body").inner_text()


def _send(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def test_a_day_of_rest_offers_the_next_working_day(person: People) -> None:
    """A Saturday says so; one press takes the day on which offices work, and nothing else moves."""
    page = person(COORDINATOR)
    page.goto("/meetings/new/")
    page.locator("#id_held_on").fill(timezone.localdate().isoformat())
    page.locator("#id_starts_at").fill("06:55")
    page.locator("#id_agenda").fill("Hapja\nTë ndryshme")
    _send(page, "main form.form button[type=submit]")
    _send(page, 'main form[action$="/open/"] button')
    field, rest = page.locator("#id_due_on"), page.locator(".field:has(#id_due_on) [data-day-rest]")
    saturday = timezone.localdate() + datetime.timedelta(days=(5 - timezone.localdate().weekday()) % 7 + 14)
    below = page.locator(".item-decision .drawer").first

    def apart() -> float:
        return (below.bounding_box() or {})["y"] - (field.bounding_box() or {})["y"]

    before = apart()
    field.fill(f"{saturday:%d.%m.%Y}")
    field.press("Tab")
    expect(rest).to_be_visible()
    expect(rest).to_contain_text(say("A day of rest."))
    assert apart() == before, "what stands below moved away from the finger"
    rest.locator("button").click()
    expect(rest).to_be_hidden()
    taken = datetime.datetime.strptime(field.input_value(), "%d.%m.%Y").date()  # noqa: DTZ007  a day, no moment
    assert saturday < taken <= saturday + datetime.timedelta(days=7)
    assert taken.weekday() < 5
