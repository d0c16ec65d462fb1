"""The invented child of the journeys, and what people do with its case in the browser."""

import datetime
import re
from dataclasses import dataclass

from django.utils import formats, timezone, translation
from playwright.sync_api import Page, expect

from krat.committee.models import Body
from krat.demo.accounts import INSTITUTIONS
from tests.journeys.steps import an_hour, click, say, send, text_of, verb, way, write

SHORT = {place.code: place.short_name for place in INSTITUTIONS}
MUNICIPALITY = SHORT["AL-02-BASHKIA-DURRES"]
TODAY = timezone.localdate()

# In words that stand nowhere else in the invented world.
BORN = datetime.date(2016, 5, 17)
NAMES = {"first_name": "Zymbylë", "last_name": "Kryelarti", "father_name": "Gafurr", "mother_name": "Nurije"}
WHO = NAMES | {"birth_date": BORN.isoformat(), "sex": "female", "personal_number": "P90516009Z"}
SAFE = "Vetëm nëpërmjet kujdestares së klasës, para orës 12."
ADDRESS = "Lagjja e trilluar, pallati i fundit"
CONCERN, OF_CONCERN = "street_situation", "Fëmijë në situatë rruge"
NOTE = "Nëna tregoi se vajza punon natën te semafori."
FOR_SCHOOL, OF_SCHOOL = "Të regjistrohet në klasën e katërt, me ndihmën e psikologut.", "Shkolla e trilluar e lagjes"
FOR_CENTRE, OF_CENTRE = "Këshillim për vajzën dhe për nënën.", "Dy takime të para, vajza flet lirshëm."
FOR_AID = "Përfshirje në skemën e ndihmës ekonomike."
SEEN, LOOKS, PLACE = "Një vajzë shet çamçakëz mes makinave.", "Rreth dhjetë vjeç, xhup i kuq", "Semafori i trilluar"
ASKED = "Vendim për kërkesën për ndihmë ekonomike, e paraqitur para tri javësh."
DECISION = "Të shqyrtohet brenda dhjetë ditësh kërkesa për ndihmë ekonomike e familjes së kartelës."


def day(of: datetime.date) -> str:
    """A day as an Albanian page writes it."""
    with translation.override("sq"):
        return formats.date_format(of, "SHORT_DATE_FORMAT")


@dataclass
class Child:
    """The child's case, as its worker finds it."""

    url: str
    number: str

    @property
    def code(self) -> str:
        """What stands in its address."""
        return code_of(self.url)


def code_of(url: str) -> str:
    """The code that an address ends with."""
    return url.rstrip("/").rpartition("/")[2]


def holds(page: Page, *words: str) -> list[str]:
    """Which of these stand anywhere in the page, seen or not."""
    html = page.content()
    return [word for word in words if word in html]


def case_at(page: Page) -> Child:
    """The case whose page one is on."""
    assert re.fullmatch(r".*/cases/[0-9a-f-]{36}/", page.url), page.url
    return Child(page.url, page.locator("h1").inner_text().strip())


def the_police_send_a_signal(police: Page) -> str:
    """From the first page to the address of what was sent."""
    police.goto("/")
    click(way(police, "/signals/new/"))
    write(police, municipality="Durrës", what=SEEN, who=LOOKS, where=PLACE)
    send(police)
    assert re.fullmatch(r".*/signals/[0-9a-f-]{36}/", police.url), police.url
    return police.url


def stands_as(page: Page, signal: str, state: str) -> None:
    """The list shows the signal in this state."""
    page.goto(f"/signals/?state={state}")
    expect(page.locator(f'main tbody a[href$="{code_of(signal)}/"]')).to_have_count(1)


def the_worker_takes_it(worker: Page, signal: str) -> Child:
    """From what waits to the open case."""
    worker.goto("/")
    click(worker.locator(f'#waiting a[href$="{code_of(signal)}/"]'))
    click(way(worker, "/take/"))
    write(worker, **WHO, safe_contact=SAFE, address=ADDRESS, concerns=CONCERN)
    send(worker)
    return case_at(worker)


def a_case(worker: Page) -> Child:
    """A case that came to the worker directly, with its risk."""
    worker.goto("/cases/")
    click(way(worker, "/cases/new/"))
    write(worker, **WHO, source="Shkolla", safe_contact=SAFE, address=ADDRESS, concerns=CONCERN, risk="high")
    send(worker)
    return case_at(worker)


def refer(worker: Page, case: Child, purpose: str, request: str, **more: str) -> str:
    """Refer the child, and give the referral's address."""
    worker.goto(case.url)
    click(way(worker, "/refer/"))
    click(way(worker, f"?purpose={purpose}"))
    write(worker, request=request, **more)
    send(worker)
    assert "/referrals/" in worker.url, text_of(worker)
    return worker.url


def accept(office: Page, referral: str) -> None:
    """From what waits to what is shared."""
    office.goto("/")
    click(office.locator(f'#waiting a[href$="{code_of(referral)}/"]'))
    click(verb(office, "/accept/"))


def mark_obstacle(worker: Page, case: Child, since: datetime.date) -> str:
    """Mark that economic aid does not come, take it to the table, and give the card's address."""
    worker.goto(case.url)
    click(way(worker, "/obstacles/new/"))
    write(worker, kind="Pa përgjigje", waits_for=MUNICIPALITY, since=since.isoformat(), asked=ASKED)
    if worker.locator('[name="referral"] option').count() > 1:
        write(worker, referral=MUNICIPALITY)
    send(worker)
    click(verb(worker, "/take/"))
    assert "/cards/" in worker.url, text_of(worker)
    return worker.url


def a_table(coordinator: Page) -> str:
    """A meeting of the technical table, today."""
    coordinator.goto("/meetings/new/")
    body = f"{say(str(Body.Kind.TABLE.label))} {TODAY.year}"
    write(
        coordinator,
        body=body,
        held_on=TODAY.isoformat(),
        starts_at=an_hour(),
        place="Salla e vogël",
        agenda="Hapja e mbledhjes",
    )
    send(coordinator)
    assert re.fullmatch(r".*/meetings/[0-9a-f-]{36}/", coordinator.url), text_of(coordinator)
    return coordinator.url


def put_on_the_agenda(coordinator: Page, meeting: str, card: str) -> str:
    """Put a card on the agenda, open the meeting, and give the address of the card's item."""
    coordinator.goto(meeting)
    click(way(coordinator, "/cards/"))
    click(verb(coordinator, f"/cards/{code_of(card)}/add/"))
    coordinator.goto(meeting)
    click(verb(coordinator, "/open/"))
    coordinator.goto(meeting)
    sheet = coordinator.locator("main section", has=coordinator.locator(f'a[href$="{code_of(card)}/"]'))
    click(sheet.last.locator('a[href*="/meetings/items/"]:not([href$="/edit/"])').first)
    return coordinator.url


def decide(coordinator: Page, decision: str = DECISION) -> None:
    """Decide on the item, with a task for the municipality that the card waits for."""
    coordinator.locator("[data-everybody]").click()
    expect(coordinator.locator("[data-quorum] .badge-done")).to_be_visible()
    form = "form.form:not([hidden] *)"  # of the item that is shown
    assert coordinator.locator(f'main {form} [name="lead"] option:checked').inner_text() == MUNICIPALITY
    coordinator.locator(f'main {form} [name="text"]').fill(decision)
    coordinator.locator(f'main {form} [name="due_on"]').fill((TODAY + datetime.timedelta(days=10)).isoformat())
    with coordinator.expect_navigation():
        coordinator.locator(f'main {form} button[type=submit]:not([name="then"])').first.click()


def card_is(page: Page, card: str, state: str) -> None:
    """The list shows the card in this state."""
    page.goto(f"/cards/?state={state}")
    expect(page.locator(f'main tbody a[href$="{code_of(card)}/"]')).to_have_count(1)
