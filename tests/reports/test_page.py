"""The page of figures as people see it: on the screen and on paper."""

import os
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from krat.demo import make
from krat.reports import queries
from tests.ui.html_client import entries, queries_of

pytestmark = pytest.mark.django_db

PAGE = "/reports/"


class Tables(HTMLParser):
    """The cells of every table, by its caption, as a medium shows them; ``left_out`` is the class it leaves out."""

    def __init__(self, left_out: str) -> None:
        super().__init__(convert_charrefs=True)
        self.left_out = left_out
        self.found: dict[str, list[list[str]]] = {}
        self._open: list[tuple[str, str]] = []
        self._words = ""

    def handle_starttag(self, tag, attrs):
        if tag in ("rect", "svg", "img", "br", "input", "link", "meta", "use", "path"):
            return
        self._open.append((tag, dict(attrs).get("class") or ""))
        if tag in ("caption", "th", "td"):
            self._words = ""
        elif tag == "tr":
            self.found.setdefault(list(self.found or [""])[-1], []).append([])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass
        words = " ".join(self._words.split())
        if tag == "caption":
            self.found[words] = []
        elif tag in ("th", "td"):
            self.found[list(self.found)[-1]][-1].append(words)

    def handle_data(self, data):
        hidden = any(self.left_out in classes.split() or "unseen" in classes.split() for _tag, classes in self._open)
        if not hidden or self._open[-1][0] == "caption":
            self._words += data


def tables(shown, *, left_out: str) -> dict[str, list[list[str]]]:
    reader = Tables(left_out)
    reader.feed(shown.html)
    return reader.found


@pytest.fixture
def coordinator(person, steers):
    """That county's coordinator at the browser."""
    return person(steers.user.username)


def test_a_small_number_is_marked_and_not_in_the_page_at_all(coordinator, cases):
    cases(13, stage="conference")
    cases(3, stage="follow_up", place=1)

    shown = coordinator.look(PAGE)

    stages = dict(row[:2] for row in tables(shown, left_out="print-only")["Open cases · By stage"])
    assert stages["Cross-sector group"] == "15"
    assert stages["Follow-up"] == "< 5"
    assert "fewer than 5" in shown.text
    assert not re.search(r">\s*(?:3|13|16)\s*<", shown.html)


def test_paper_tells_what_the_screen_tells(coordinator, cases, steers, empty):
    """One page, printed as it stands: no number is for one of the two alone, and each is the counting layer's."""
    cases(13, stage="conference")
    make.card(county=empty)

    shown = coordinator.look(PAGE)

    screen, paper = tables(shown, left_out="print-only"), tables(shown, left_out="screen-only")
    assert screen == paper
    assert {"Open cases · By stage", "Open cases · By municipality", "Cards by institution waited for"} <= set(paper)
    counted = queries.open_cases(steers, empty).table("stage").rows
    words = ["< 5" if row.told.is_few else str(row.told.value) for row in counted]
    assert [row[1] for row in paper["Open cases · By stage"]][1:-1] == words


def test_a_number_for_the_screen_alone_would_be_seen():
    """The negative control."""

    class Page:
        html = '<table><caption>A</caption><tr><td>5</td><td class="screen-only">3</td></tr></table>'

    assert tables(Page, left_out="print-only") != tables(Page, left_out="screen-only")


def test_the_limit_is_a_setting(coordinator, cases, settings):
    settings.KRAT_SMALL_CELL = 10
    cases(9, stage="conference")

    shown = coordinator.look(PAGE)

    assert "< 10" in shown.text
    assert "< 5" not in shown.text


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("prefekt.durres", 200),
        ("koordinator.durres", 200),
        ("sekretaria.durres", 200),
        ("njmf.durres", 200),
        ("zva.durres", 200),
        ("koordinatori.kombetar", 200),
        ("pmf.durres", 403),
        ("drejtor.durres", 403),
        ("ndihma.durres", 403),
        ("admin", 403),
        ("dpo", 403),
    ],
)
def test_who_has_the_right_comes_in_and_nobody_else(person, world, username, status):
    assert person(username).get(PAGE).status == status


def test_the_way_there_stands_where_the_right_is(person, world):
    assert PAGE in person("prefekt.durres").look("/").links
    assert PAGE not in person("pmf.durres").look("/").links


def test_the_secretariat_reads_no_cards_there(person, empty, world):
    make.card(county=empty)
    secretary = make.seat("secretariat", county=empty)

    assert "Cards by institution" not in person(secretary.user.username).look(PAGE).text


def test_opening_it_leaves_an_entry(coordinator, steers):
    coordinator.look(PAGE)

    [entry] = [one for one in entries("page.seen") if one.actor == steers.code]
    assert entry.route == "reports:numbers"


def test_no_address_asks_for_a_part_of_a_year(coordinator, cases):
    """Nothing that a reader adds to the address narrows what is counted; so no two answers can be subtracted."""
    cases(13)
    whole = tables(coordinator.look(PAGE), left_out="print-only")

    for query in ("?stage=conference", "?month=3", "?municipality=AL-10-PUKE", "?county=AL-02", "?page=2"):
        assert tables(coordinator.look(PAGE + query), left_out="print-only") == whole


def test_a_year_is_chosen_among_five_whole_ones(coordinator, cases):
    this = timezone.localdate().year
    cases(13, signalled_on=date(this - 1, 3, 1))

    shown = coordinator.look(PAGE)
    assert [f"{PAGE}?year={this - back}" in shown.links for back in range(6)] == [True] * 5 + [False]

    before = coordinator.look(f"{PAGE}?year={this - 1}")
    assert f"Cases signalled in {this - 1}: about 15" in before.text
    assert "Open cases" not in before.text  # which are those of today
    for wrong in (this + 1, this - 5, "abc", "0", "-1", "²"):
        assert coordinator.get(f"{PAGE}?year={wrong}").status == 404


def test_the_national_office_keeps_its_county_when_it_chooses_a_year(person, cases, empty):
    this = timezone.localdate().year
    national = person("koordinatori.kombetar")

    shown = national.look(f"{PAGE}?county={empty.code}&year={this - 1}")

    assert f"{PAGE}?county={empty.code}&year={this - 2}" in shown.links


def test_it_begins_with_sentences_that_tell_what_the_tables_tell(coordinator, cases, empty):
    this = timezone.localdate().year
    cases(13, stage="conference", signalled_on=date(this, 1, 1))
    cases(3, stage="follow_up", signalled_on=date(this, 1, 1), place=1)
    make.card(county=empty)

    shown = coordinator.look(PAGE)

    short = shown.response.context["sentences"]
    assert 6 <= len(short) <= 8
    assert short[0].startswith("Open cases now: about 15.")
    assert f"Cases signalled in {this}: about 15; in {this - 1}: fewer than 5." in short
    assert any(one.startswith("Open cards: 1.") for one in short)
    assert not re.search(r"\b(?:3|13|16)\b", " ".join(short[:5]))


def test_a_reader_with_cases_of_their_own_reads_both(person, cases, empty):
    head = make.seat("unit_head", cases(1, stage="conference")[0].holder)
    cases(13, stage="conference", place=1)

    sentence = person(head.user.username).look(PAGE).response.context["sentences"][0]

    assert sentence.startswith("Open cases now: about 15 of others and 1 of yours.")


def test_tables_that_tell_no_number_are_one_line(coordinator, cases):
    cases(4, stage="conference")

    shown = coordinator.look(PAGE)

    assert not [caption for caption in tables(shown, left_out="print-only") if caption.startswith("Open cases")]
    assert "Not shown, because every number is small: By stage; By clock; By municipality" in shown.text
    assert "&lt; 5" not in shown.html


def test_a_table_with_one_number_stands_there_whole(coordinator, cases):
    """The negative control."""
    cases(13, stage="conference")

    stages = tables(coordinator.look(PAGE), left_out="print-only")["Open cases · By stage"]

    assert [row[1] for row in stages].count("15") == 2  # the stage, and all
    assert "< 5" in [row[1] for row in stages]


def test_what_stands_on_the_page_is_listed_at_its_top(coordinator, cases, empty):
    cases(13)
    make.card(county=empty)

    shown = coordinator.look(PAGE)

    for part in ("cases", "cards", "referrals", "days", "signals", "quarters"):
        assert f"#{part}" in shown.links
        assert f'id="{part}"' in shown.html


def test_on_paper_it_has_its_head(coordinator, cases):
    assert 'class="letterhead print-only"' in coordinator.look(PAGE).html


def test_the_national_office_chooses_a_county_and_the_trail_says_which(person, cases, empty):
    cases(13)
    national = person("koordinatori.kombetar")

    overview, chosen = national.look(PAGE), national.look(f"{PAGE}?county={empty.code}")

    assert f"{PAGE}?county={empty.code}" in overview.links
    assert "Figures of the county Shkodër" in chosen.text
    assert entries("page.seen")[-1].thing_code == empty.code
    assert national.get(f"{PAGE}?county=AL-99").status == 404
    assert national.get(f"{PAGE}?county=").status == 404


def test_the_national_office_and_the_county_read_the_same(person, coordinator, cases, empty):
    cases(13)

    theirs = tables(person("koordinatori.kombetar").look(f"{PAGE}?county={empty.code}"), left_out="print-only")

    assert theirs == tables(coordinator.look(PAGE), left_out="print-only")


def test_an_institution_of_no_county_is_told_so(person, world):
    seat = make.seat("ngo", make.institution(county=None))

    assert "figures are told by county" in person(seat.user.username).look(PAGE).text


def test_the_prefect_has_cases_as_numbers_on_the_first_page(person, cases, empty):
    cases(13)
    prefect = make.seat("prefect", county=empty)

    shown = person(prefect.user.username).look("/")

    assert "Cases as numbers" in shown.text
    assert "Open cases 15" in shown.text


def test_queries_do_not_grow_with_what_is_counted(coordinator, person, cases, empty):
    def grow(times):
        for _once in range(times):
            [one] = cases(1)
            make.school_part(one)
            make.referral(one, state="accepted")
            make.signal(municipality=empty.municipalities.first().code)
            make.card(make.obstacle(one))

    def queries():
        return [
            queries_of(who, address) for who, address in ((coordinator, PAGE), (coordinator, "/"), (national, PAGE))
        ]

    national = person("koordinatori.kombetar")
    grow(2)  # two already: on SQLite things of one kind take a statement more than one thing
    queries()  # what is remembered for the process is remembered now
    few = queries()

    grow(7)

    assert queries() == few


def test_a_limit_that_hides_too_little_stops_the_start():
    said = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {"KRAT_SMALL_CELL": "2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode != 0
    assert "KRAT_SMALL_CELL hides too little" in said.stderr
