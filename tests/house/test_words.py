"""The Albanian of the registry: the catalogue is whole and clean, and no page says a word of English.

Pages are walked as the people of the invented world see them; English is what a page says although the catalogue has
Albanian for it, and what no Albanian sentence can hold.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import formats, timezone, translation
from django.utils.dateformat import format as day_in_words
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from krat.access import census
from krat.demo.accounts import INSTITUTIONS, PASSWORD
from krat.people import actions as people
from krat.people.models import User
from krat.plan.actions import tasks
from krat.plan.models import Task
from krat.reference.models import Deadline, Holiday, Term
from krat.ui import styleguide
from tests import drawn
from tests.access.objects import address_of
from tests.access.reach import is_refused
from tests.drawn import ask
from tests.pace import FULL
from tests.people.factors import give_app, give_recovery_codes

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "sq" / "LC_MESSAGES" / "django.po"
PEOPLE = ["koordinator.durres", "pmf.durres", "prefekt.durres", "zva.durres", "admin", "dpo"]
WALKERS = [*PEOPLE, ""]


# --- the catalogue -------------------------------------------------------------------------------------------------

WRITTEN = polib.pofile(CATALOGUE)
MESSAGES = [one for one in WRITTEN if not one.obsolete]


def named(message: polib.POEntry) -> str:
    """What a failing test calls a message."""
    return f"{message.msgctxt}: {message.msgid}" if message.msgctxt else message.msgid


def albanian(message: polib.POEntry) -> dict[int, str]:
    """Every form of a message, by its number."""
    return message.msgstr_plural or {0: message.msgstr}


def pairs(message: polib.POEntry) -> list[tuple[str, str]]:
    """Each English form with its Albanian one."""
    return [(message.msgid_plural if number else message.msgid, words) for number, words in albanian(message).items()]


def test_every_word_has_its_albanian():
    assert [named(one) for one in MESSAGES if not all(albanian(one).values())] == []
    assert [named(one) for one in MESSAGES if len(albanian(one)) != (2 if one.msgid_plural else 1)] == []


def test_no_word_is_a_guess_of_the_machine():
    assert not WRITTEN.metadata_is_fuzzy
    assert [named(one) for one in MESSAGES if one.fuzzy] == []


def test_the_head_counts_as_albanian_counts():
    assert WRITTEN.metadata["Language"] == "sq"
    assert WRITTEN.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"


def test_what_is_compiled_is_what_is_written():
    """A .mo that somebody forgot to make anew (`make messages`)."""

    def told(messages: Iterable[polib.POEntry]) -> dict[tuple[str | None, str, str], dict[int, str]]:
        return {(one.msgctxt, one.msgid, one.msgid_plural): albanian(one) for one in messages}

    assert told(polib.mofile(CATALOGUE.with_suffix(".mo"))) == told(MESSAGES)


# --- the catalogue and the sources ---------------------------------------------------------------------------------

# How many of the first arguments are words for people, after the context.
CALLS = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
WITH_CONTEXT = {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 2, "npgettext_lazy": 2}
_LITERAL = r"""\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*"""
_IN_TEMPLATE = re.compile(rf"\b(n?)(p?)gettext\({_LITERAL}(?:,{_LITERAL})?(?:,{_LITERAL})?|\b_\({_LITERAL}\)")


def words_of_module(source: str) -> Iterator[tuple[str, str]]:
    """Context and English of every call that translates, under whatever name it was imported."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        called = names.get(getattr(getattr(node, "func", None), "id", ""), "")
        if called not in CALLS and called not in WITH_CONTEXT:
            continue
        values = [one.value for one in node.args if isinstance(one, ast.Constant)]
        yield (values[0], values[1]) if called in WITH_CONTEXT else ("", values[0])


def words_of_template(source: str) -> Iterator[tuple[str, str]]:
    """Context and English of every translated text of a template."""
    for found in _IN_TEMPLATE.finditer(templatize(source)):
        first, second, _third, plain = (ast.literal_eval(one) if one else "" for one in found.groups()[2:])
        if plain:
            yield "", plain
        else:
            yield (first, second) if found[2] else ("", first)


def in_sources() -> set[tuple[str, str]]:
    """Everything that the sources want translated."""
    modules = [one for folder in ("krat", "meetings", "cases") for one in (ROOT / folder).glob("**/*.py")]
    templates = [one for one in (ROOT / "templates").glob("**/*") if one.suffix in (".html", ".txt")]
    found = {words for one in modules for words in words_of_module(one.read_text(encoding="utf-8"))}
    return found | {words for one in templates for words in words_of_template(one.read_text(encoding="utf-8"))}


def test_the_catalogue_holds_the_words_of_the_sources_and_no_others():
    """A new sentence without its Albanian, or an old one that nobody says any more (`make messages` collects them).

    A function imported under a name that the collector does not know is found here too.
    """
    wanted = in_sources()
    held = {(one.msgctxt or "", one.msgid) for one in MESSAGES}

    assert sorted(wanted - held) == []
    assert sorted(held - wanted) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            'from django.utils.translation import gettext as _now\n_now("Any other business")',
            ("", "Any other business"),
        ),
        ('from django.utils.translation import pgettext_lazy\npgettext_lazy("task", "new")', ("task", "new")),
        ('from django.utils.translation import ngettext\nngettext("%(n)s item", "%(n)s items", n)', ("", "%(n)s item")),
    ],
)
def test_the_collector_reads_modules(source, found):
    assert list(words_of_module(source)) == [found]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Saved at %s." %}', ("", "Saved at %%s.")),
        ('{% translate "Open" context "tasks" %}', ("tasks", "Open")),
        ("{% blocktranslate with a=b %}from {{ a }}{% endblocktranslate %}", ("", "from %(a)s")),
        (
            "{% blocktranslate count n=n %}{{ n }} late{% plural %}{{ n }} late{% endblocktranslate %}",
            ("", "%(n)s late"),
        ),
    ],
)
def test_the_collector_reads_templates(source, found):
    assert list(words_of_template(source)) == [found]


# --- how it is written ---------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"%%|%\(\w+\)[sdr]|%[sd]|\{\w*\}")


def placeholders(words: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(words))


def test_every_placeholder_stands_in_both_languages():
    torn = [
        named(one) for one in MESSAGES for english, words in pairs(one) if placeholders(english) != placeholders(words)
    ]

    assert torn == []


def ends(words: str) -> str:
    found = re.search(r"[.:?…\n]+\Z", words)
    return found[0] if found else ""


# An abbreviation ends with its point, and an answer may be a question.
OWN_END: set[str] = set()


def test_a_sentence_is_a_sentence_in_both_languages():
    assert [named(one) for one in MESSAGES for english, words in pairs(one) if ends(english) != ends(words)] == []


# What standard Albanian does not write (most of it stands on official pages), and what an office does not say.
WRONG = {
    r"qëni": "qenie",
    r"\bant[aë]r": "anëtar",
    r"\bproç": "proces, procesverbal, procedurë",
    r"proc?es[ -]verbal|proces-verbal": "procesverbal",
    r"\bkordin": "koordinim",
    r"\brregj": "regjistrim",
    r"çertifik": "certifikatë",
    r"vëmëndj": "vëmendje",
    r"bashkp": "bashkëpunim",
    r"veçanrisht|veqan": "veçanërisht",
    r"efiç": "efikas",
    r"p[eë]rkushtuër": "i përkushtuar",
    r"p[eë]rgezoi": "përgëzoi",
    r"anull": "anulo",
    r"\bkomitet[eë] rajonal anti-": "antitrafik",
    r"\bmbledhj[aë]t\b": "mbledhjet",
    r"\b(eshte|jane|per|nje|kerko|femij\w*|njesi\w*|ceshtj\w*|ndermjet|cdo|keshill\w*)\b": "with its marks",
    r"f[eë]mij[eë]\w* (të|e) rrug[eë]s|lyps": "fëmijë në situatë rruge",
    r"(?<!nuk është )viktim(?!\w* (e|të) (mundshme|identifikuar))": "viktimë e mundshme, before the identification",
    r"invalid|handikap": "me aftësi të kufizuar",
    r"\b(klik\w*|login|logout|server\w*|browser\w*|shfletues\w*)\b": "a plain word",
    r"\b(password\w*|cookie\w*|token\w*|default|link\w*|email\w*|user\w*)\b": "a plain word",
    r"\b(ti|yt|jot|tënd|tënde|yti|jotja)\b": "ju",
    r"!": "a calm sentence",
    r"'": "’",
    r'"': "“ ”",
    r"\.\.\.": "…",
    r"\S {2,}\S| [.,:;?]": "one space, in its place",
}
_WRONG = {re.compile(pattern, re.IGNORECASE): instead for pattern, instead in WRONG.items()}


def misspelt(words: str) -> list[str]:
    words = _PLACEHOLDER.sub("5", words)
    return [
        f"“{found[0]}” in “{words}”: {instead}"
        for pattern, instead in _WRONG.items()
        if (found := pattern.search(words))
    ]


def test_the_catalogue_is_written_in_standard_albanian():
    assert [wrong for one in MESSAGES for _english, words in pairs(one) for wrong in misspelt(words)] == []


@pytest.mark.django_db
def test_the_lists_are_written_in_standard_albanian(world):
    names = [one.name_sq for model in (Term, Deadline, Holiday) for one in model.objects.all()]

    assert len(names) > 100
    assert [wrong for name in names for wrong in misspelt(name)] == []


@pytest.mark.parametrize(
    "words",
    [
        "Mirë se vini!",
        "trafikimi i qënieve njerëzore",
        "antarët e komitetit",
        "Proçesverbali i mbledhjes",
        "për kordinimin e punës",
        "Rregjistro",
        "viktimat e trafikimit",
        "fëmijët e rrugës",
        "Anullo",
        "Eshte ruajtur",
        "Klikoni këtu",
        "Shkruaj password-in tënd",
        "t'u ruajtur",
        "Ruaj , pastaj dil",
    ],
)
def test_each_slip_would_be_seen(words):
    """The negative control."""
    assert misspelt(words)


@pytest.mark.parametrize(
    "words", ["viktimë e mundshme e trafikimit", "Procesverbali u dërgua.", "t’u ruajtur", "qenie"]
)
def test_good_albanian_passes(words):
    assert misspelt(words) == []


def test_labels_of_one_list_agree_with_their_noun():
    """A task, a card and economic aid are feminine; a plan, a case and a referral are masculine."""
    gender = {
        "task": "e",
        "measure": "e",
        "meeting": "e",
        "plan": "i",
        "minutes": "i",
        "activity": "i",
        "decision": "i",
        "case": "i",
        "risk": "i",
        "signal": "i",
        "referral": "i",
        "sent change": "i",
        "school": "i",
        "counselling": "i",
        "card": "e",
        "obstacle": "e",
        "aid": "e",
    }
    articles = [
        (named(one), albanian(one)[0])
        for one in MESSAGES
        if re.match(r"[ei] \w", albanian(one)[0]) and one.msgctxt in gender
    ]

    assert len(articles) > 20
    assert [pair for pair in articles if pair[1][0] != gender[pair[0].partition(":")[0]]] == []


# --- days and months -----------------------------------------------------------------------------------------------

MOMENT = datetime(2026, 11, 23, 9, 5, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sq", ["23 nëntor 2026", "23.11.2026", "23 nëntor 2026, ora 09:05", "nëntor 2026", "23.11.2026, 09:05"]),
        ("en", ["23 November 2026", "23.11.2026", "23 November 2026, 09:05", "November 2026", "23.11.2026, 09:05"]),
    ],
)
def test_a_moment_is_written_as_people_write_it(language, written):
    names = ("DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "YEAR_MONTH_FORMAT", "SHORT_DATETIME_FORMAT")
    with translation.override(language):
        assert [formats.date_format(MOMENT, name) for name in names] == written


def test_days_and_months_are_small_and_rightly_spelt():
    with translation.override("sq"):
        days = [day_in_words(datetime(2026, 11, day), "l") for day in range(23, 30)]  # noqa: DTZ001  a day, no moment
        months = [day_in_words(datetime(2026, month, 1), "F E") for month in range(1, 13)]  # noqa: DTZ001

    assert days == ["e hënë", "e martë", "e mërkurë", "e enjte", "e premte", "e shtunë", "e diel"]
    assert months == [
        f"{name} {name}"
        for name in "janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor".split()
    ]


# --- what a page says ----------------------------------------------------------------------------------------------

_SILENT = {"script", "style"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SPOKEN = {"aria-label", "alt", "title", "placeholder", "data-label", "label"}  # and data-* that hold a sentence


class Heard(HTMLParser):
    """What a page says: every text and every spoken attribute, with the language it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[tuple[str, str]] = []  # language, words
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        language = own.get("lang", self._open[-1][1])
        if tag not in _VOID:
            self._open.append((tag, language))
        for name, value in own.items():
            if name in _SPOKEN or (name.startswith("data-") and " " in value):
                self._say(language, value)
        if tag == "input" and own.get("type") in ("submit", "button"):
            self._say(language, own.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open[-1][0] not in _SILENT:
            self._say(self._open[-1][1], data)

    def _say(self, language: str, words: str) -> None:
        if words := " ".join(words.split()):
            self.said.append((language, words))


def _pattern(words: str) -> str:
    """A pattern for what a sentence becomes with its values put in."""
    return _PLACEHOLDER.sub("", words) and "".join(
        "%" if part == "%%" else ".+?" if _PLACEHOLDER.fullmatch(part) else re.escape(part)
        for part in re.split(rf"({_PLACEHOLDER.pattern})", " ".join(words.split()))
    )


def _leftovers() -> tuple[set[str], list[re.Pattern[str]]]:
    """English that has an Albanian of its own, plain and with values in it."""
    both = [pair for one in MESSAGES for pair in pairs(one)]
    english = {english for english, words in both if english != words} - {words for _english, words in both}
    plain = {words for words in english if not placeholders(words)}
    return plain, [re.compile(_pattern(words)) for words in sorted(english - plain)]


PLAIN, FILLED = _leftovers()
# Words without which English hardly makes a sentence, and which no Albanian sentence holds.
STOP = re.compile(
    r"(?<![\w-])(the|and|of|your|with|you|is|was|are|were|this|that|these|those|from|for|not|have|been|will|would|must"
    r"|should|please|it|its|by|or|in|on|an|be|can|who|what|which|when|where|only|yet|no|there|they|if|after|before)\b",
    re.IGNORECASE,
)


@cache
def is_english(words: str) -> bool:
    return words in PLAIN or bool(STOP.search(words)) or any(one.fullmatch(words) for one in FILLED)


def english_of(html: str) -> list[str]:
    """What a page says in English where it should not."""
    return [words for language, words in Heard(html).said if language != "en" and is_english(words)]


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Waits for you</p>",
        "<p>3 days late</p>",
        "<p>Ruaj <b>Attendance</b></p>",
        '<button aria-label="Sign out">×</button>',
        '<p data-unsent="Not sent yet.">…</p>',
        "<p>Nobody translated this sentence yet.</p>",
        "<title>Meetings</title>",
        '<div lang="en"><p lang="sq">Tasks</p></div>',
    ],
)
def test_english_planted_in_a_page_is_found(planted):
    """The negative control."""
    assert english_of(f'<html lang="sq"><body>{planted}</body></html>')


@pytest.mark.parametrize(
    "clean",
    [
        "<p>3 ditë me vonesë</p>",
        '<button lang="en">Sign out</button>',
        "<script>const words = 'Waits for you'</script>",
        '<td lang="en">Ordinary meeting</td>',
        '<a href="/plan/" data-item="tasks">Plani</a>',
    ],
)
def test_albanian_and_marked_english_are_let_be(clean):
    assert english_of(f'<html lang="sq"><body>{clean}</body></html>') == []


# Dates of other countries and of machines; years with a point; Django's capital months.
_STRANGE_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b[12]\.\d{3}\b(?!\.)|\b\d{1,2}\. ?[a-zë]+ \d{4}|[ap]\.m\."
    r"|\d (Janar|Shkurt|Mars|Prill|Maj|Qershor|Korrik|Gusht|Shtator|Tetor|Nëntor|Dhjetor)\b"
    r"|\b\d \w+ \d{4}, \d:|\bE dielë\b"
)


def strange_dates_of(html: str) -> list[str]:
    return [words for _language, words in Heard(html).said if _STRANGE_DATE.search(words)]


@pytest.mark.parametrize("words", ["2026-11-23", "11/23/2026", "viti 2.026", "23 Nëntor 2026", "9 a.m.", "E dielë"])
def test_a_strange_date_is_found(words):
    assert strange_dates_of(f"<p>{words}</p>")


@pytest.mark.parametrize("words", ["23.11.2026", "E hënë, 23 nëntor 2026", "1234 fletëpalosje, 1.1.1 masa", "09:05"])
def test_a_date_of_ours_is_not_strange(words):
    assert strange_dates_of(f"<p>{words}</p>") == []


# --- walking ---------------------------------------------------------------------------------------------------------

# What machines are told follows their own header; tests/api asks for it.
ROUTES = [route for route in census.routes() if not route.pattern.startswith(("api/", "identity/"))]


def proven(browser: Client) -> Client:
    """The same browser, its person having just shown once more that it is they."""
    session = browser.session
    shown_at = timezone.now().timestamp()
    session["account_authentication_methods"] = [{"method": "password", "at": shown_at, "reauthenticated": True}]
    session.save()
    return browser


def with_second_factor(username: str) -> User:
    """A person who signs in with a code app, and holds recovery codes."""
    user = User.objects.get(username=username)
    give_app(user)
    give_recovery_codes(user)
    return user


def walk(browser: Client, method: str, username: str) -> dict[str, str]:
    """Every page of one person by its route; of those that refuse, which say the same, one."""
    pages = {}
    refused = False
    for route in ROUTES:
        if method not in route.methods or (route.name == "account_logout" and method == "POST"):
            continue
        if username and is_refused(username, route):
            if refused and not FULL:
                continue
            refused = True
        # What is not about a right may look otherwise to whoever has just shown that it is they.
        read = drawn.page if route.right else drawn.anew
        pages[route.name] = read(browser, username, method, address_of(route))
    return {name: html for name, html in pages.items() if html}


def code_words(name: str) -> set[str]:
    """What is no language: names of fields in the trail, of tones and icons on the page for those who build."""
    if name == "audit:trail":
        return {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    if name == "ui:styleguide":
        shown = styleguide.context()
        return {*shown["icons"], *(tone for tone, _words in shown["tones"])}
    return set()


def leftovers(name: str, html: str) -> list[str]:
    """The English of a page, its code words aside."""
    codes = code_words(name)
    return [words for words in english_of(html) if not codes.issuperset(words.split(", "))]


def assert_albanian(pages: dict[str, str]) -> None:
    assert {name: english for name, html in pages.items() if (english := leftovers(name, html))} == {}
    assert {name: strange for name, html in pages.items() if (strange := strange_dates_of(html))} == {}
    assert {name for name, html in pages.items() if '<html lang="sq">' not in html} == set()


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("username", WALKERS)
def test_no_page_says_a_word_of_english(as_, client, username):
    if username == "dpo":
        with_second_factor(username)
    pages = walk(proven(as_(username)) if username else client, "GET", username)

    assert len(pages) > (20 if username else 8)
    assert_albanian(pages)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize(
    "username", [one for one in WALKERS if one in ("koordinator.durres", "pmf.durres", "admin", "dpo", "")]
)
def test_no_refusal_says_a_word_of_english(as_, client, username):
    """Every form sent empty: what stands beside the fields, and the pages that refuse."""
    if username == "dpo":
        with_second_factor(username)
    pages = walk(proven(as_(username)) if username else client, "POST", username)

    assert len(pages) > (7 if username else 3)
    assert_albanian(pages)


@pytest.mark.django_db
def test_signing_in_speaks_albanian(client, world):
    with_second_factor("dpo")

    refused = client.post("/account/login/", {"login": "dpo", "password": "nuk-eshte-ky"})
    asked = client.post("/account/login/", {"login": "dpo", "password": PASSWORD}, follow=True)
    wrong = client.post("/account/second-factor/authenticate/", {"code": "000000"})

    assert "Emri i përdoruesit ose fjalëkalimi nuk është i saktë." in refused.content.decode()
    assert asked.request["PATH_INFO"] == "/account/second-factor/authenticate/"
    assert "Kodi nuk është i saktë." in wrong.content.decode()
    assert [english_of(page.content.decode()) for page in (refused, asked, wrong)] == [[], [], []]


@pytest.mark.django_db
def test_what_was_changed_is_told_in_albanian(as_, seat):
    """Labels and not names of fields, days as people write them."""
    task = Task.objects.visible_to(seat("koordinator.durres")).exclude(due_on=None).open().for_list().first()
    due_on = timezone.localdate() + timedelta(days=40)
    tasks.change(
        task,
        by=seat("koordinator.durres"),
        based_on=task.version,
        title=f"{task.title} Shembull",
        details="Hollësi shembull.",
        lead=task.lead,
        due_on=due_on,
        supporting=[],
    )

    html = ask(as_("koordinator.durres"), "GET", f"/tasks/{task.code}/").page

    said = {words.rstrip(":") for _language, words in Heard(html).said}
    assert due_on.strftime("%d.%m.%Y") in html
    assert said & {"title", "details", "due_on", "lead"} == set()
    assert english_of(html) == []
    assert strange_dates_of(html) == []


@pytest.mark.django_db
def test_a_word_that_lost_its_albanian_is_found_on_the_page(as_, monkeypatch):
    """The negative control of the walk."""
    catalogue = trans_real.translation("sq")._catalog
    for part in catalogue._catalogs:
        if "Waits for you" in part:
            monkeypatch.delitem(part, "Waits for you")

    assert english_of(ask(as_("koordinator.durres"), "GET", "/").page) == ["Waits for you"]


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "templates" / "errors").glob("[0-9a-z]*.html")))
def test_pages_of_mishap_are_albanian(page):
    with translation.override("sq"):
        html = render_to_string(f"errors/{page}", {"incident": "4F2A91C0"})

    assert english_of(html) == []


# --- mails -----------------------------------------------------------------------------------------------------------

MAILS = sorted(str(one.relative_to(ROOT / "templates")) for one in (ROOT / "templates").glob("*/**/email/**/*.txt"))


@pytest.mark.parametrize("mail", MAILS)
def test_mails_are_albanian(mail):
    with translation.override("sq"):
        words = render_to_string(mail, {"password_reset_url": "https://krat.example/x/"}, RequestFactory().get("/"))

    assert [line for line in words.splitlines() if english_of(f"<p>{line}</p>")] == []


def test_the_invitation_is_albanian(mailoutbox):
    with translation.override("sq"):
        people.send_invitation("zyra@example.org", "https://krat.example/x/")

    [mail] = mailoutbox
    assert english_of(f"<p>{mail.subject}</p><p>{mail.body}</p>") == []
    assert "https://krat.example/x/" in mail.body


# --- the switch to English --------------------------------------------------------------------------------------


def around(html: str) -> set[str]:
    """What a page says before its main part: the way round, the menu."""
    return {words for _language, words in Heard(html.partition("<main")[0]).said}


@pytest.mark.django_db
@pytest.mark.parametrize("username", PEOPLE)
def test_the_switch_shows_english(as_, username):
    browser = as_(username)
    albanian = ask(browser, "GET", "/").page
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = ask(browser, "GET", "/").page

    assert '<html lang="en">' in english
    assert {"Sot", "Dil", "Llogaria ime"} <= around(albanian)
    assert {"Today", "Sign out", "My account"} <= around(english)
    assert around(albanian) & around(english) <= {"KRAT", "K", "Shqip", "English", "Plan", "Durrës"} | {
        words for words in around(english) if not re.search(r"[a-z]{3}", words) or words in _names()
    }


def _names() -> set[str]:
    """Names of institutions are the same in every language."""
    return {words for one in INSTITUTIONS for words in (one.name, one.short_name)}


@pytest.mark.django_db
def test_signed_out_pages_turn_english_too(client, world):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    html = ask(client, "GET", "/account/login/").page

    assert {"Sign in", "User name" if "User name" in html else "Username"} <= {
        words for _language, words in Heard(html).said
    }
