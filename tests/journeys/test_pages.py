"""Every page: axe finds nothing, the policy is kept, nobody else is asked, a phone shows it whole; paper is paper."""

import re
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, expect

from krat.access import census
from tests.access.reach import is_refused
from tests.journeys.conftest import Server, Watch
from tests.journeys.steps import CENTRE, COORDINATOR, DESK, EDUCATION, HEAD, PHONE, PREFECT, goes, send, text_of
from tests.pace import FULL

People = Callable[..., Page]
Addresses = list[tuple[str, str, str]]

# Files, JSON, and pages that end the session they are looked at with.
FILES = (".pdf", ".docx", ".xlsx", ".ics")
NO_PAGES = {"ui:health", "ui:ready", "meetings:draft_key", "mfa_download_recovery_codes"}
ON_THE_PHONE_TOO = {
    "home:today",
    "meetings:list",
    "meetings:detail",
    "meetings:item",
    "meetings:minutes",
    "meetings:add",
    "plan:tasks",
    "plan:task",
    "plan:detail",
    "account_login",
    "cases:list",
    "cases:add",
    "cases:case",
    "cases:identity",
    "cases:notes",
    "cases:refer",
    "cases:referral",
    "cases:signal_add",
    "cases:signal",
    "cases:cards",
    "cases:card",
    "reports:numbers",
}
ERRORS = ("400", "403", "404", "405", "csrf", "no_seat", "500")


def axe_finds(page: Page) -> list[str]:
    """What axe has to say about the page: rule, place, help."""
    page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        # Without preload: axe would copy the style sheets into the page, which the policy rightly refuses.
        "() => axe.run(document, {resultTypes: ['violations'], preload: false}).then(results => results.violations)"
    )
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"][:3]
    ]


class _Build(HTMLParser):
    """What the main part of a page is made of, without its words: each tag with its classes and roles, what it stands
    in, whether a field has a label, and the order of the headings. And its longest word, which is what a phone may have
    no room for."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.longest = 0
        self.parts: set[str] = set()
        self._headings = ""
        self._open = [""]
        main = html.partition("<main")[2].partition("</main>")[0]
        self._labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', main))
        self.feed(main)
        self.parts.add(self._headings)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        named = f"{tag} " + ",".join(str(own.get(each)) for each in ("class", "role", "type", "hidden", "open"))
        if own.get("name"):
            named += ",labelled" if own.get("id") in self._labelled else f",{own['name']}"
        self.parts |= {named, f"{self._open[-1]} > {tag}"}
        if tag not in _VOID:
            self._open.append(tag)
        if tag in ("h1", "h2", "h3", "h4") and not self._headings.endswith(tag):
            self._headings += tag

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.longest = max(self.longest, *map(len, data.split()), 0)


_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_known_parts: set[str] = set()
_longest: dict[str, int] = {}


def is_new(html: str) -> bool:
    """Whether a page holds a part that nobody has come past."""
    seen = _Build(html)
    new = bool(seen.parts - _known_parts)
    _known_parts.update(seen.parts)
    return FULL or new


def is_longer(name: str, html: str) -> bool:
    """Whether a page holds a longer word than all others of its kind."""
    longest = _Build(html).longest
    longer = longest > _longest.get(name, 0)
    _longest[name] = max(longest, _longest.get(name, 0))
    return longer


def test_a_page_with_a_new_part_or_a_longer_word_is_drawn() -> None:
    """The negative control of passing by what is known."""
    known = '<main><h1>A</h1><ul class="probes"><li>word</li></ul><label for="id_a"></label><input id="id_a" name="a">'
    assert is_new(known)
    assert FULL or not is_new(known.replace("word", "longer"))
    assert FULL or not is_new(known.replace("id_a", "id_b").replace('"a"', '"b"'))
    assert is_new(known.replace('"id_a" name="a"', '"id_c" name="c"'))  # its label names another
    assert is_new(known.replace("<li>word", '<li class="probe">word'))
    assert is_new(known.replace("h1", "h3"))
    assert FULL or not is_new(known.replace("<li>word</li>", "<li>word</li><li>drow</li>"))
    assert is_longer("probe", known)
    assert not is_longer("probe", known.replace("word", "drow"))
    assert is_longer("probe", known.replace("word", "a-longer-word"))


_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (node) => {
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement)
      if (getComputedStyle(one).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter((node) =>
    node.getBoundingClientRect().right > width + 0.5 && !scrolls(node));
  const named = wide.slice(-3).map((node) => node.outerHTML.slice(0, 160));
  return [`${document.documentElement.scrollWidth} of ${width} pixels`, ...named];
}"""


def too_wide(page: Page) -> list[str]:
    """What sticks out to the right."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def resize(page: Page, size: tuple[int, int]) -> None:
    """Make the window so large."""
    page.set_viewport_size({"width": size[0], "height": size[1]})


def look_at(page: Page, watch: Watch, name: str, new: bool = True) -> list[str]:
    """All that is wrong with the page one is on, at the desk and on the phone; only its width where no part is new."""
    wrong = list(watch.complaints) + [f"asked somebody else: {url}" for url in watch.strangers]
    wrong += axe_finds(page) if new else []
    resize(page, PHONE)
    wrong += [f"too wide: {one}" for one in too_wide(page)]
    if new and name in ON_THE_PHONE_TOO:
        wrong += [f"on the phone: {one}" for one in axe_finds(page)]
    resize(page, DESK)
    watch.complaints.clear()
    watch.strangers.clear()
    return wrong


def walk(page: Page, watch: Watch, addresses: Addresses, username: str = "") -> tuple[int, dict[str, list[str]]]:
    """Go to every address of one's county: how many pages there were, and what is wrong with which."""
    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}
    refused = {one.name for one in census.routes() if username and is_refused(username, one) and not FULL}
    for name, county, address in addresses:
        if name in NO_PAGES or address.endswith(FILES) or name in refused or county not in ("", "AL-02"):
            continue
        answer = page.request.get(address, max_redirects=0)
        if not answer.ok or address in seen:  # what is refused is looked at once, below
            continue
        seen.add(address)
        html = answer.text()
        new, longer = is_new(html), is_longer(name, html)
        if not new and not longer:
            continue
        goes(page, address)
        if found := look_at(page, watch, name, new):
            wrong[address] = found
    return len(seen), wrong


def told(wrong: dict[str, list[str]]) -> str:
    """What is wrong, page by page."""
    return "\n".join(f"{address}\n  " + "\n  ".join(found) for address, found in wrong.items())


@pytest.mark.parametrize(
    ("username", "at_least"),
    [(COORDINATOR, 60), (PREFECT, 30), (EDUCATION, 30), ("admin", 25), ("dpo", 10)],
)
def test_every_page(username: str, at_least: int, person: People, watch: Watch, addresses: Addresses) -> None:
    """As five people."""
    count, wrong = walk(person(username), watch, addresses, username)
    assert not wrong, told(wrong)
    assert count >= at_least, f"only {count} pages were there to look at"


@pytest.mark.parametrize(
    ("username", "at_least"),
    [(HEAD, 35), (CENTRE, 4), ("ndihma.durres", 4), ("shssh.durres", 4), ("policia.durres", 4)],
)
def test_every_page_of_cases(username: str, at_least: int, person: People, watch: Watch, addresses: Addresses) -> None:
    """The head of a unit sees the whole file; whoever is referred to, sent a signal or helps a victim, a part of it."""
    of_cases = [one for one in addresses if one[0].startswith("cases:")]
    count, wrong = walk(person(username), watch, of_cases, username)
    assert not wrong, told(wrong)
    assert count >= at_least, f"only {count} pages were there to look at"


def test_what_a_form_of_a_case_answers(person: People, watch: Watch, addresses: Addresses) -> None:
    """What was found, and pages that come back with mistakes: no address leads there."""
    page = person(HEAD)
    # The first of each name: those behind it stand in states in which there is nothing left to send.
    address = {name: each for name, county, each in reversed(addresses) if county in ("", "AL-02")}
    wrong = {}

    def answers(name: str, form: str = "form.form") -> None:
        send(page, form)
        expect(page.locator("h1")).to_be_visible()
        if found := look_at(page, watch, name):
            wrong[f"{name}, answered"] = found

    for typed in ("celaj", "ce", "kryqezimi"):
        page.goto("/cases/")
        page.locator('main [role="search"] [name="words"]').fill(typed)
        answers("cases:list", '[role="search"]')
    for name in ("cases:add", "cases:notes", "cases:signal_add", "cases:obstacle_add", "cases:signal_reject"):
        page.goto(address[name])
        answers(name)
        expect(page.locator(".form-errors")).to_be_visible()
    assert not wrong, told(wrong)


def test_every_page_before_signing_in(window: Callable[..., Page], watch: Watch, addresses: Addresses) -> None:
    """Signing in, a forgotten password, the styleguide, a link that has ended."""
    page = window()
    count, wrong = walk(page, watch, addresses)
    for address in ("/people/welcome/nobody-was-sent-this-link/", "/nuk-ekziston/"):
        assert goes(page, address).status == 404
        if found := look_at(page, watch, address):
            wrong[address] = found
    assert not wrong, told(wrong)
    assert count >= 5


def _fulfil(html: str, route: Route) -> None:
    route.fulfill(body=html, content_type="text/html")


def test_every_error_page(window: Callable[..., Page], watch: Watch, server: Server) -> None:
    """What one meets when something is wrong; most of these nobody meets on purpose."""
    page = window()
    wrong = {}
    for name in ERRORS:
        with translation.override("sq"):
            html = render_to_string(f"errors/{name}.html", {"incident": "4F2A91C0"})
        answer = partial(_fulfil, html)
        page.route("**/an-error/", answer)
        page.goto("/an-error/")
        expect(page.locator("h1")).to_be_visible()
        if found := look_at(page, watch, name):
            wrong[name] = found
        page.unroute("**/an-error/")
    assert not wrong, told(wrong)


# --- The checks find what they are there for ----------------------------------------------------------------


def test_planted_faults_are_found(browser: Browser, server: Server) -> None:
    """A picture without words, a sheet that is too wide, a script in the page, a picture from elsewhere."""
    watch = Watch(server.url)
    context = browser.new_context(base_url=server.url)
    watch.over(context)
    page = context.new_page()
    page.goto("/account/login/")
    resize(page, PHONE)
    assert not axe_finds(page)
    assert not too_wide(page)
    watch.is_quiet()
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(document.createElement("img"));
          const wide = document.createElement("div");
          wide.className = "planted";
          Object.assign(wide.style, {width: "500px", height: "10px"});
          main.append(wide);
        }"""
    )
    assert any("image-alt" in found for found in axe_finds(page))
    assert any("planted" in found for found in too_wide(page))
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.planted = true";
          document.body.append(script);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("() => window.planted") is None, "the policy lets a script in the page run"
    assert any("script-src" in said for said in watch.complaints)
    context.close()

    careless = browser.new_context(base_url=server.url, bypass_csp=True)
    elsewhere = Watch(server.url)
    elsewhere.over(careless)
    page = careless.new_page()
    page.goto("/account/login/")
    with page.expect_event("requestfailed"):
        page.evaluate("() => { new Image().src = 'http://127.0.0.1:9/planted.png'; }")
    assert elsewhere.strangers == ["http://127.0.0.1:9/planted.png"]
    careless.close()


# --- Paper --------------------------------------------------------------------------------------------------


def test_the_minutes_on_paper(person: People, addresses: Addresses) -> None:
    """Letterhead, text and foot; no way round, no buttons."""
    page = person(COORDINATOR)
    address = next(each for name, county, each in addresses if name == "meetings:minutes" and county == "AL-02")
    page.goto(address)
    page.emulate_media(media="print")
    expect(page.locator(".letterhead").first).to_be_visible()
    expect(page.locator(".print-foot")).to_be_visible()
    expect(page.locator(".paper-title")).to_be_visible()
    heads = page.locator(".letterhead, .paper-title, .paper h2").evaluate_all("all => all.map(one => one.className)")
    assert heads[0].startswith("letterhead"), "the letterhead comes first"
    for hidden in ("header.top", "nav.ways", "nav.tabs", "footer.foot", ".page-head", ".skip"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    assert "Shembulli" in text_of(page), "who printed it"
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), ground
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
