"""Nothing typed is lost: sessions end, servers stop, fingers press twice, two people write at once."""

import datetime
import json
from collections.abc import Callable

from django.utils import formats, timezone, translation
from playwright.sync_api import Page, Route, expect

from tests.journeys.steps import COORDINATOR, WORKER, file_meeting, open_item, press, say, sign_in, sign_out, text_of

People = Callable[..., Page]
DRAFTS = "**/meetings/items/**"
WORDS = "Njësia kërkoi transport dhe paketa ushqimore për shkurtin."
TODAY = timezone.localdate()


def day_later(days: int) -> datetime.date:
    """A day on which this run's body stands; each test has its own."""
    return TODAY + datetime.timedelta(days=days)


def meetings_on(page: Page, day: datetime.date) -> int:
    """How many meetings the list shows on a day."""
    page.goto("/meetings/")
    with translation.override("sq"):
        written = formats.date_format(day, "SHORT_DATE_FORMAT")
    return page.locator("tbody tr", has_text=written).count()


def kept_here(page: Page) -> dict[str, str]:
    """What this device keeps of the registry."""
    kept: dict[str, str] = page.evaluate("() => ({...localStorage})")
    assert page.evaluate("() => sessionStorage.length") == 0
    return kept


def item_in_progress(page: Page, day: datetime.date) -> str:
    """File and open a meeting, and go to its first item."""
    meeting = file_meeting(page, day, ["Hapja e mbledhjes", "Raportimi i njësive"])
    press(page, "Open the meeting")
    return open_item(page, meeting, "Raportimi i njësive")


# --- Somebody goes elsewhere --------------------------------------------------------------------------------


def test_a_half_written_note_waits_for_its_writer(person: People) -> None:
    """A link is followed in the middle of a sentence; without a connection it is not followed at all."""
    page = person(WORKER)
    page.goto("/cases/")
    page.goto(page.locator("main tbody a[href^='/cases/']").first.get_attribute("href") or "")
    notes = f"{page.url}notes/"
    page.goto(notes)
    page.locator("#id_text").fill(WORDS)
    with page.expect_navigation():
        page.locator("a.brand").click()
    page.goto(notes)
    expect(page.locator("#id_text")).to_have_value(WORDS)
    expect(page.locator("[data-drops-draft]")).to_be_visible()
    assert not kept_here(page), "what concerns a case never lies on the device"
    page.context.set_offline(True)
    page.locator("#id_text").fill(f"{WORDS} Vijon.")
    page.locator("a.brand").click()
    expect(page.locator("[data-offline-stays]")).to_be_visible()
    page.locator('main form[data-writes] button[type="submit"]').click()
    assert page.url == notes
    page.context.set_offline(False)
    expect(page.locator('[data-save-state][data-is="saved"]')).to_be_visible()
    with page.expect_navigation():
        page.locator("[data-drops-draft] button").click()
    expect(page.locator("#id_text")).to_have_value("")


# --- The session ends ---------------------------------------------------------------------------------------


def test_a_new_meeting_survives_the_end_of_the_session(person: People) -> None:
    """The cookie is gone when the form is sent; after signing in the form is back with every word."""
    page = person(COORDINATOR, anew=True)
    page.goto("/meetings/new/")
    day = day_later(41)
    page.locator("#id_held_on").fill(day.isoformat())
    page.locator("#id_place").fill("Salla e vogël")
    page.locator("#id_agenda").fill(WORDS)
    page.context.clear_cookies(name="krat_session")
    press(page, "File the meeting")
    assert "/account/login/" in page.url
    sign_in(page, COORDINATOR)
    assert "/meetings/new/" in page.url
    expect(page.locator("#id_agenda")).to_have_value(WORDS)
    expect(page.locator("#id_place")).to_have_value("Salla e vogël")
    expect(page.locator("#id_held_on")).to_have_value(f"{day:%d.%m.%Y}")
    assert say("What you had typed when the page expired was kept. Check it and save again.") in text_of(page)
    press(page, "File the meeting")
    assert meetings_on(page, day) == 1


def test_minutes_survive_a_session_ended_elsewhere(person: People) -> None:
    """Somebody ends the session from another device: typing says so, the button keeps the words."""
    page = person(COORDINATOR, anew=True)
    item = item_in_progress(page, TODAY)
    other = person(COORDINATOR, anew=True)
    other.goto("/account/sessions/")
    press(other, "End all other sessions")
    page.locator("#id_discussion").fill(WORDS)
    expect(page.locator('[data-save-state][data-is="ended"]')).to_be_visible()
    press(page, "Save")
    assert "/account/login/" in page.url
    sign_in(page, COORDINATOR)
    assert page.url == item
    expect(page.locator("#id_discussion")).to_have_value(WORDS)
    press(page, "Save")
    expect(page.locator("#id_discussion")).to_have_value(WORDS)


# --- The server does not answer -----------------------------------------------------------------------------


def refuse(route: Route) -> None:
    """A server that is not there for drafts; what else is asked is answered."""
    if "_draft=keep" in (route.request.post_data or ""):
        route.abort("connectionrefused")
    else:
        route.continue_()


def test_minutes_survive_a_server_that_stopped(person: People) -> None:
    """It says "not sent yet"; the text survives a reload, encrypted; it is sent when the server is back."""
    page = person(COORDINATOR)
    item_in_progress(page, TODAY)
    page.route(DRAFTS, refuse)
    page.locator("#id_discussion").fill(WORDS)
    state = page.locator('[data-save-state][data-is="unsent"]').first
    expect(state).to_be_visible()
    expect(state).to_have_text(say("Not sent yet. It is kept on this device and sent when the connection is back."))
    kept = kept_here(page)
    assert [name for name in kept if name.startswith("krat-draft:")]
    for word in WORDS.rstrip(".").split():
        assert len(word) < 4 or word not in json.dumps(kept, ensure_ascii=False), "kept in plain words"
    page.reload()
    expect(page.locator("#id_discussion")).to_have_value("")
    offer = page.locator("[data-restore]").first
    expect(offer).to_be_visible()
    expect(offer).to_contain_text(WORDS)
    page.unroute(DRAFTS)
    offer.locator("[data-restore-take]").click()
    expect(page.locator('[data-save-state][data-is="saved"]')).to_be_visible()
    assert not kept_here(page), "what the registry has, the device does not keep"
    page.reload()
    expect(page.locator("#id_discussion")).to_have_value(WORDS)


def test_the_connection_goes_and_comes(person: People) -> None:
    """Without a connection the page says so; what was typed is sent by itself when it is back."""
    page = person(COORDINATOR)
    item_in_progress(page, TODAY)
    page.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    page.locator("#id_discussion").fill(WORDS)
    expect(page.locator('[data-save-state][data-is="unsent"]')).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    expect(page.locator('[data-save-state][data-is="saved"]')).to_be_visible()


def test_sign_out_clears_the_device(person: People) -> None:
    """After signing out nothing of the draft is left here, encrypted or not."""
    page = person(COORDINATOR, anew=True)
    item_in_progress(page, TODAY)
    page.route(DRAFTS, refuse)
    page.locator("#id_discussion").fill(WORDS)
    expect(page.locator('[data-save-state][data-is="unsent"]')).to_be_visible()
    assert kept_here(page)
    sign_out(page)
    assert not kept_here(page)


def test_the_next_person_on_this_device_opens_nothing(person: People) -> None:
    """A session that ended without signing out leaves a copy that no other session can open."""
    page = person(COORDINATOR, anew=True)
    item = item_in_progress(page, TODAY)
    page.route(DRAFTS, refuse)
    page.locator("#id_discussion").fill(WORDS)
    expect(page.locator('[data-save-state][data-is="unsent"]')).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account/login/")
    sign_in(page, "sekretaria.durres")
    page.goto(item)
    expect(page.locator("#id_discussion")).to_have_value("")
    expect(page.locator("[data-restore]").first).to_be_hidden()
    page.wait_for_function("() => !Object.keys(localStorage).length")


# --- Twice, and two at once ---------------------------------------------------------------------------------


def test_a_double_click_makes_one_meeting(person: People) -> None:
    """Neither two clicks nor the same form sent twice at once file it twice."""
    page = person(COORDINATOR)
    for day, times in ((day_later(43), "clicks"), (day_later(44), "requests")):
        page.goto("/meetings/new/")
        page.locator("#id_held_on").fill(day.isoformat())
        page.locator("#id_place").fill("Salla e Prefekturës")
        with page.expect_navigation():
            if times == "clicks":
                page.get_by_role("button", name=say("File the meeting"), exact=True).dblclick()
            else:
                page.evaluate(
                    """async () => {
                      const form = document.querySelector("main form.form");
                      const body = new URLSearchParams(new FormData(form));
                      const send = () => fetch(location.href, {method: "POST", body});
                      const answers = await Promise.all([send(), send(), send()]);
                      location.href = answers[0].url;
                    }"""
                )
        page.wait_for_load_state()
        assert meetings_on(page, day) == 1, times


def test_two_people_edit_one_item(person: People) -> None:
    """The second to save sees both texts, and decides."""
    first, second = person(COORDINATOR), person("sekretaria.durres")
    item = item_in_progress(first, TODAY)
    second.goto(item)
    theirs, mine = "Raportoi njësia e Durrësit.", "Raportoi njësia e Krujës."
    first.locator("#id_discussion").fill(theirs)
    press(first, "Save")
    second.locator("#id_discussion").fill(mine)
    expect(second.locator('[data-save-state][data-is="conflict"]')).to_be_visible()
    press(second, "Save")
    both = second.locator("section.both")
    expect(both).to_be_focused()
    expect(both).to_contain_text(theirs)
    expect(both).to_contain_text(mine)
    expect(second.locator("#id_discussion")).to_have_value(mine)
    second.locator("#id_discussion").fill(f"{theirs} {mine}")
    press(second, "Save")
    first.goto(item)
    expect(first.locator("#id_discussion")).to_have_value(f"{theirs} {mine}")


def test_two_people_change_one_meeting(person: People) -> None:
    """The same of a form that does not save itself."""
    first, second = person(COORDINATOR), person("sekretaria.durres")
    meeting = file_meeting(first, day_later(45), ["Hapja e mbledhjes"])
    for page, place in ((first, "Salla e madhe"), (second, "Salla e vogël")):
        page.goto(f"{meeting}edit/")
        page.locator("#id_place").fill(place)
    press(first, "Save")
    press(second, "Save")
    both = second.locator("section.both")
    expect(both).to_contain_text("Salla e madhe")
    expect(both).to_contain_text("Salla e vogël")
    press(second, "Save")
    assert "Salla e vogël" in text_of(second)
