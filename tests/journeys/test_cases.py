"""A child from the signal to the table and back: what each office sees of it, and what goes wrong on bad days."""

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import unquote

import pytest
from django.utils import formats, translation
from playwright.sync_api import Page, expect

from tests.journeys.child import (
    ADDRESS,
    ASKED,
    BORN,
    DECISION,
    FOR_AID,
    FOR_CENTRE,
    FOR_SCHOOL,
    LOOKS,
    MUNICIPALITY,
    NAMES,
    NOTE,
    OF_CENTRE,
    OF_CONCERN,
    OF_SCHOOL,
    PLACE,
    SAFE,
    SEEN,
    TODAY,
    WHO,
    Child,
    a_case,
    a_table,
    accept,
    card_is,
    code_of,
    day,
    decide,
    holds,
    mark_obstacle,
    put_on_the_agenda,
    refer,
    stands_as,
    the_police_send_a_signal,
    the_worker_takes_it,
)
from tests.journeys.steps import (
    CENTRE,
    COORDINATOR,
    EDUCATION,
    HEAD,
    PHONE,
    PREFECT,
    WORKER,
    click,
    goes,
    say,
    send,
    sign_in,
    sign_out,
    text_of,
    verb,
    way,
    write,
)

People = Callable[..., Page]
POLICE, AID = "policia.durres", "ndihma.durres"
WORKER_ELSEWHERE, CENTRE_ELSEWHERE = "pmf.gjirokaster", "ojf.gjirokaster"

# --- Nobody's name in what a browser keeps ------------------------------------------------------------------

# Of the item that is shown; under another item of the same page open decisions of earlier meetings return.
DECIDED_HERE = "[data-screen]:not([hidden]) .decision"
_TELL_TITLE = """addEventListener("DOMContentLoaded", () => console.debug("title:", document.title));"""
_KEPT = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.title, location.href])"


@dataclass
class Traces:
    """What is left of a visit outside the page itself: addresses asked, titles, the browser's storage."""

    left: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Collect from now on."""
        page.context.on("request", lambda request: self.left.append(request.url))
        page.context.on("console", lambda said: said.text.startswith("title:") and self.left.append(said.text))
        page.context.add_init_script(_TELL_TITLE)
        self.pages.append(page)

    def names(self) -> list[str]:
        """Where a name of the child stands."""
        left = {unquote(one) for one in self.left} | {unquote(page.evaluate(_KEPT)) for page in self.pages}
        return [one for one in left if any(name in one for name in (*NAMES.values(), WHO["personal_number"]))]


@pytest.fixture
def people(person: People) -> Iterator[People]:
    """``people("zva.durres")``: a person's browser; at the end no name stands in what any of them keeps."""
    traces = Traces()

    def sit_down(username: str, **options: object) -> Page:
        page = person(username, **options)
        traces.over(page)
        return page

    yield sit_down
    assert not traces.names()
    assert any(one.startswith("title:") for one in traces.left), "nothing was collected"


def test_a_name_in_an_address_a_title_or_the_storage_is_found(person: People) -> None:
    """The control of what every journey here is watched for."""
    page = person(WORKER)
    traces = Traces()
    traces.over(page)
    page.goto("/cases/")
    assert not traces.names()

    page.evaluate("name => document.title = name", NAMES["first_name"])
    assert len(traces.names()) == 1
    page.goto("/cases/?stage=open")
    assert not traces.names()
    page.evaluate("name => localStorage.setItem('seen', name)", NAMES["last_name"])
    assert len(traces.names()) == 1
    page.evaluate("() => localStorage.clear()")
    page.goto(f"/cases/?words={NAMES['father_name']}")
    assert traces.names()


# --- The story ----------------------------------------------------------------------------------------------


def test_a_child_from_the_street_to_the_table_and_back(people: People) -> None:
    """A signal, a case, two offices that each see their part, and an obstacle that the table removes."""
    # The police tell the unit about a child, and see from then on how that stands and nothing else.
    police = people(POLICE)
    signal = the_police_send_a_signal(police)
    assert not holds(police, SEEN, LOOKS, PLACE), "what was told is not shown again"
    stands_as(police, signal, "sent")

    # The worker takes it, says how high the risk is, and the clock runs by that.
    worker = people(WORKER)
    case = the_worker_takes_it(worker, signal)
    assert holds(worker, *NAMES.values()) == list(NAMES.values())
    clock = worker.locator(".badge-due").first
    before = clock.inner_text()
    click(way(worker, "/risk/"))
    write(worker, risk="medium")
    send(worker)
    assert clock.inner_text() != before
    worker.goto(f"{case.url}notes/")
    write(worker, text=NOTE)
    send(worker)
    assert NOTE in text_of(worker)
    worker.goto(signal)
    assert holds(worker, SEEN, LOOKS, PLACE) == [SEEN, LOOKS, PLACE], "the team reads what was told"

    stands_as(police, signal, "taken")
    police.goto(signal)
    told = (SEEN, LOOKS, PLACE, case.number, case.code, NOTE, SAFE, *NAMES.values())
    assert not holds(police, *told)
    for address in (case.url, f"{case.url}notes/", "/cases/"):
        assert goes(police, address).status in (403, 404), address
        assert not holds(police, *told), address

    # The education office reads the request; after accepting also who it is, and its own part.
    school = refer(worker, case, "school", FOR_SCHOOL)
    office = people(EDUCATION)
    office.goto(school)
    assert FOR_SCHOOL in text_of(office)
    assert not holds(office, SAFE, day(BORN), *NAMES.values())
    accept(office, school)
    for shown in (NAMES["first_name"], NAMES["last_name"], day(BORN), SAFE, FOR_SCHOOL):
        assert shown in text_of(office)
    unsaid = [NOTE, ADDRESS, OF_CONCERN, SEEN, WHO["personal_number"], NAMES["father_name"], NAMES["mother_name"]]
    unsaid += [case.number, case.code, code_of(signal), say("medium risk")]
    assert not holds(office, *unsaid)
    click(way(office, "/part/"))
    assert not holds(office, *unsaid)
    write(office, state="enrolled", school=OF_SCHOOL, grade="IV")
    send(office)
    assert OF_SCHOOL in text_of(office)
    assert goes(office, case.url).status == 403
    worker.goto(f"{case.url}school/")
    expect(worker.locator("#id_school")).to_have_value(OF_SCHOOL)

    # The centre counsels: it sees who it is, and its own part only.
    counselling = refer(worker, case, "counselling", FOR_CENTRE, receiver="Qendra e Shërbimeve", consent="given")
    centre = people(CENTRE)
    accept(centre, counselling)
    click(way(centre, "/part/"))
    write(centre, state="going_on", summary=OF_CENTRE)
    send(centre)
    assert OF_CENTRE in text_of(centre)
    assert not holds(centre, *unsaid, FOR_SCHOOL, OF_SCHOOL)
    assert goes(centre, school).status == 404
    office.goto(school)
    assert not holds(office, *unsaid, FOR_CENTRE, OF_CENTRE)
    assert goes(office, counselling).status == 404

    # Economic aid does not answer: the obstacle goes to the table as a card with a name of its own.
    aid = refer(worker, case, "economic_aid", FOR_AID)
    since = TODAY - datetime.timedelta(days=21)
    card = mark_obstacle(worker, case, since)
    alias = re.search(r"R-\d+/\d{4}", worker.locator("h1").inner_text())[0]
    coordinator = people(COORDINATOR)
    expected = with_this_card(coordinator, 21)
    coordinator.goto(card)
    assert ASKED in text_of(coordinator)
    of_the_case = [case.number, case.code, code_of(aid), NOTE, SAFE, ADDRESS, FOR_AID, *NAMES.values(), day(BORN)]
    assert not holds(coordinator, *of_the_case)

    # The table decides, and the municipality has a task.
    meeting = a_table(coordinator)
    put_on_the_agenda(coordinator, meeting, card)
    assert alias in text_of(coordinator)
    assert ASKED in text_of(coordinator)
    decision = f"{alias}: {DECISION}"
    decide(coordinator, decision)
    assert decision in text_of(coordinator)
    assert not holds(coordinator, *of_the_case)
    card_is(coordinator, card, "decided")
    municipality = people(AID)
    line = municipality.locator("#waiting li", has_text=decision[:60])
    click(line.get_by_role("link"))
    task = municipality.url
    assert not holds(municipality, *of_the_case)
    click(way(municipality, "/done/"))
    write(municipality, note="Kërkesa u shqyrtua dhe u miratua.")
    send(municipality)
    coordinator.goto(task)
    click(way(coordinator, "/verify/"))
    send(coordinator)
    card_is(coordinator, card, "decided")

    # The worker alone knows whether it helped; with that the card closes, and its days are counted.
    worker.goto("/")
    click(worker.locator('#waiting a[href$="/gone/"]', has_text=case.number))
    write(worker, how="Familja e mori vendimin dhe pagesën e parë.")
    send(worker)
    assert worker.url == case.url
    card_is(coordinator, card, "closed")
    coordinator.goto("/reports/")
    rows = coordinator.locator("section[aria-labelledby=cards] tr")
    row = rows.filter(has=coordinator.get_by_role("rowheader", name=MUNICIPALITY))
    assert row.first.locator("td").last.inner_text() == expected

    # The Prefect sees the card, the decision and numbers, and no child anywhere.
    the_prefect_sees_no_child(people(PREFECT), card, meeting, task, [case.number, case.code, *NAMES.values()])

    # Elsewhere nothing of it is there.
    ours = [case.url, f"{case.url}identity/", f"{case.url}notes/", f"{case.url}refer/", f"{case.url}viewers/"]
    ours += [school, counselling, aid, card, signal]
    words = [case.number, case.code, alias, *NAMES.values()]
    elsewhere = people(WORKER_ELSEWHERE)
    nothing_is_there(elsewhere, ours, ["/", "/cases/", "/referrals/", "/signals/", "/cards/"], words)
    assert not found_by_name(elsewhere, case)
    assert found_by_name(worker, case), "the control: it is there to be found"
    other_centre = people(CENTRE_ELSEWHERE)
    nothing_is_there(other_centre, [school, counselling, aid, card, signal], ["/", "/referrals/", "/cards/"], words)


def with_this_card(coordinator: Page, days: int) -> str:
    """What the median of the municipality's cards is: by the list of cards, this one among them."""
    coordinator.goto("/cards/?state=all")
    listed = coordinator.locator("main tbody tr", has_text=MUNICIPALITY).locator("td.number").all_inner_texts()
    found = [int(one) for one in listed]
    assert days in found
    with translation.override("sq"):
        return formats.number_format(median(found), 1 if median(found) % 1 else 0)


def the_prefect_sees_no_child(prefect: Page, card: str, meeting: str, task: str, names: list[str]) -> None:
    """Cards, decisions, tasks and numbers are there; small numbers are not."""
    assert ASKED in (goes(prefect, card).ok and text_of(prefect))
    assert DECISION in (goes(prefect, meeting).ok and text_of(prefect))
    for address in ("/", "/cards/", card, meeting, task, "/meetings/decisions/", "/reports/"):
        assert goes(prefect, address).ok, address
        assert not holds(prefect, *names), address
    told = prefect.locator("section.figures-part:not([aria-labelledby=cards]) td.number:first-of-type .number")
    numbers = [int(one) for one in told.all_inner_texts() if one.isdigit()]
    assert numbers
    assert all(number % 5 == 0 and number for number in numbers), numbers


def nothing_is_there(page: Page, addresses: list[str], lists: list[str], words: list[str]) -> None:
    """Its addresses are not there, and no list knows of it."""
    for address in addresses:
        answer = goes(page, address)
        assert answer.status == 404, (address, answer.status)
        assert not holds(page, *words), address
    for address in lists:
        assert goes(page, address).ok, address
        assert not holds(page, *words), address


def found_by_name(page: Page, case: Child) -> bool:
    """Whether the search finds the case by the beginning of a name, without its marks."""
    page.goto("/cases/")
    page.locator('main form[role="search"] [name="words"]').fill("kryelart zymb")
    send(page, 'form[role="search"]')
    assert "=" not in page.url or re.search(r"\?found=[0-9a-f-]{36}$", page.url), "a code, and never the words"
    return page.locator(f'main tbody a[href$="{case.code}/"]').count() == 1


def test_from_the_street_to_the_office_on_a_phone(people: People) -> None:
    """The officer in the street, the worker at the door and the office, each with a phone."""
    police, worker, office = (people(who, size=PHONE) for who in (POLICE, WORKER, EDUCATION))
    signal = the_police_send_a_signal(police)
    case = the_worker_takes_it(worker, signal)
    click(way(worker, "/notes/"))
    write(worker, kind="visit", text=NOTE)
    send(worker)
    assert NOTE in text_of(worker)

    school = refer(worker, case, "school", FOR_SCHOOL)
    accept(office, school)

    assert NAMES["first_name"] in text_of(office)
    assert not holds(office, NOTE, ADDRESS, case.number)
    stands_as(police, signal, "taken")
    for page in (police, worker, office):
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), page.url


# --- Bad days -----------------------------------------------------------------------------------------------


def test_two_people_write_who_it_is(people: People) -> None:
    """The second to save sees both texts and decides; nothing of either is swallowed."""
    worker, head = people(WORKER), people(HEAD)
    case = a_case(worker)
    for page, care in ((worker, "Nëpërmjet gjyshes, pasdite."), (head, "Nëpërmjet fqinjës, në mbrëmje.")):
        page.goto(f"{case.url}identity/")
        write(page, safe_contact=care)

    send(worker)
    assert worker.url == case.url
    send(head)

    both = head.locator("section.both")
    expect(both).to_contain_text("Nëpërmjet gjyshes, pasdite.")
    expect(both).to_contain_text("Nëpërmjet fqinjës, në mbrëmje.")
    expect(head.locator("#id_safe_contact")).to_have_value("Nëpërmjet fqinjës, në mbrëmje.")
    worker.goto(case.url)
    assert "Nëpërmjet gjyshes, pasdite." in text_of(worker), "nothing is written before the second has decided"
    write(head, safe_contact="Nëpërmjet gjyshes ose fqinjës.")
    send(head)
    worker.goto(case.url)
    assert "Nëpërmjet gjyshes ose fqinjës." in text_of(worker)


def test_one_person_in_two_tabs_writes_who_it_is(people: People) -> None:
    """The forgotten tab overwrites nothing."""
    first = people(WORKER)
    case = a_case(first)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"{case.url}identity/")
    write(first, address="Rruga e re e trilluar")
    write(second, mother_name="Nurie")

    send(first)
    send(second)

    expect(second.locator("section.both")).to_contain_text("Rruga e re e trilluar")
    first.goto(case.url)
    assert NAMES["mother_name"] in text_of(first)


def test_a_referral_is_accepted_twice(people: People) -> None:
    """Two people of the office press at once: one acceptance, and both see what is shared."""
    worker = people(WORKER)
    referral = refer(worker, a_case(worker), "school", FOR_SCHOOL)
    first, second = people(EDUCATION), people(EDUCATION, anew=True)
    for page in (first, second):
        page.goto(referral)

    click(verb(first, "/accept/"))
    click(verb(second, "/accept/"))

    for page in (first, second):
        assert NAMES["first_name"] in text_of(page)
        expect(verb(page, "/accept/")).to_have_count(0)
    expect(first.locator(".notice-done")).to_have_count(1)
    expect(second.locator(".notice-done")).to_have_count(0)
    expect(second.locator(".notice-late")).to_have_count(1)


def test_a_note_survives_the_end_of_the_session(people: People) -> None:
    """The session ends while the worker writes; after signing in every word is there, and stands in the file once."""
    page = people(WORKER, anew=True)
    case = a_case(page)
    page.goto(f"{case.url}notes/")
    write(page, kind="call", text=NOTE, is_sensitive=True)
    page.context.clear_cookies(name="krat_session")

    send(page)
    assert "/account/login/" in page.url
    assert not holds(page, NOTE, *NAMES.values())
    sign_in(page, WORKER)

    assert page.url == f"{case.url}notes/"
    expect(page.locator("#id_text")).to_have_value(NOTE)
    expect(page.locator("#id_is_sensitive")).to_be_checked()
    expect(page.locator(".case-note")).to_have_count(0)
    send(page)
    expect(page.locator(".case-note")).to_have_count(1)
    expect(page.locator(".case-note")).to_contain_text(NOTE)


def test_the_obstacle_goes_away_while_the_table_decides(people: People) -> None:
    """The table learns that the card is closed: no decision, no task, and its words are still there."""
    worker, coordinator = people(WORKER), people(COORDINATOR)
    case = a_case(worker)
    card = mark_obstacle(worker, case, TODAY)
    item = put_on_the_agenda(coordinator, a_table(coordinator), card)
    worker.goto(case.url)
    click(way(worker, "/gone/"))
    write(worker, how="Vendimi erdhi sot në mëngjes.")
    send(worker)

    decide(coordinator)

    expect(coordinator.locator(".form-errors")).to_be_visible()
    expect(coordinator.locator('main form.form:not([hidden] *) [name="text"]')).to_have_value(DECISION)
    coordinator.goto(item)
    expect(coordinator.locator(DECIDED_HERE, has_text=DECISION)).to_have_count(0)
    card_is(coordinator, card, "closed")


def test_the_table_decides_while_the_worker_writes_that_it_is_gone(people: People) -> None:
    """The worker is told first, keeps the words, and confirms knowing it."""
    worker, coordinator = people(WORKER), people(COORDINATOR)
    case = a_case(worker)
    card = mark_obstacle(worker, case, TODAY)
    item = put_on_the_agenda(coordinator, a_table(coordinator), card)
    worker.goto(case.url)
    click(way(worker, "/gone/"))
    write(worker, how="Vendimi erdhi sot në mëngjes.")
    decide(coordinator)
    coordinator.goto(item)
    expect(coordinator.locator(DECIDED_HERE, has_text=DECISION)).to_have_count(1)

    send(worker)
    expect(worker.locator(".form-errors")).to_be_visible()
    expect(worker.locator("#id_how")).to_have_value("Vendimi erdhi sot në mëngjes.")
    card_is(coordinator, card, "decided")
    send(worker)

    assert worker.url == case.url
    card_is(coordinator, card, "closed")


def test_back_after_signing_out_shows_nothing_of_the_file(people: People) -> None:
    """Whoever sits down at the same PC and presses Back sees the page for signing in."""
    page = people(WORKER, anew=True)
    case = a_case(page)
    page.goto(f"{case.url}identity/")
    page.goto(case.url)
    assert holds(page, *NAMES.values()) == list(NAMES.values())
    sign_out(page)

    for _step in range(3):
        page.go_back()
        assert "/account/login/" in page.url
        assert not holds(page, *NAMES.values(), NOTE, SAFE, ADDRESS)


def test_a_search_survives_back_and_reload_and_says_nothing_in_the_address(people: People) -> None:
    """The browser does not ask to send the form again: what was found stands under a code."""
    worker = people(WORKER)
    worker.goto("/cases/")
    worker.locator("main [name=words]").fill("prov")
    with worker.expect_navigation():
        worker.locator("form.case-search button").click()
    found = worker.locator("main tbody tr").count()
    assert re.search(r"/cases/search/\?found=[0-9a-f-]{36}$", worker.url)

    assert found
    assert "prov" not in worker.url
    click(worker.locator("main tbody a").first)
    expect(worker.locator("#identity")).to_be_visible()
    worker.go_back()
    assert "?found=" in worker.url
    expect(worker.locator("main [name=words]")).to_have_value("prov")
    worker.reload()
    expect(worker.locator("main tbody tr")).to_have_count(found)
    expect(worker.locator("main [name=words]")).to_have_value("prov")
