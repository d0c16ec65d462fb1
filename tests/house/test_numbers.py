"""Whatever code names by a number can be looked up: decisions, promises and rules, sections of the domain.

And nothing names a paper that only somebody's desk holds.
"""

import re
from pathlib import Path

import pytest

from tests.house.papers import DOCS, PAGES, ROOT, name_of, page, rows, section, without_fences

FOLDERS = ("krat", "cases", "meetings", "tests", "bench", "clients", "templates", "static")
SINGLE = (
    "Makefile",
    "pyproject.toml",
    "manage.py",
    ".env.example",
    ".ci/run",
    "requirements.in",
    "requirements-dev.in",
)
SUFFIXES = {".py", ".html", ".css", ".js", ".toml", ".txt", ".yml", ".in"}
# Their negative controls name what must not be named.
CONTROLS = {"tests/house/test_numbers.py", "tests/house/test_papers.py"}

# A number, or more of them: "11 and 12", "2, 11 and 12", "5 to 8". "Decision 7/2026" is one of a committee's.
NUMBER = r"\d+(?:\.\d+)?(?![\w/])"
LIST = rf"({NUMBER}(?:(?:,\s+and\s+|,\s+|\s+and\s+|\s+to\s+){NUMBER})*)"
NAMED = {
    "decision": re.compile(rf"\bdecisions?\s+{LIST}", re.IGNORECASE),
    "promise": re.compile(rf"\bpromises?\s+{LIST}", re.IGNORECASE),
    "domain": re.compile(rf"\bdomain(?:\]\(\S*?domain\.md\)|\.md)\s+{LIST}"),
}
# Papers beside the repository that code once argued with.
ELSEWHERE = re.compile(
    "|".join((r"\brul" + r"ings?\b", r"\bdomain" + r" notes\b", r"\b(?:contract|features|found|style)" + r"\.md\b")),
    re.IGNORECASE,
)


def sources() -> list[Path]:
    """Everything that is written for the registry, but its pages."""
    inside = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES and path.is_file() and "__pycache__" not in path.parts
    ]
    return [path for path in [*inside, *(ROOT / one for one in SINGLE)] if name_of(path) not in CONTROLS]


def flowing(text: str) -> str:
    """A text without the ends of its lines and the signs of comments there: a list of numbers may go over one."""
    return re.sub(r"\s*\n\s*(?:#|//|\*)?\s*", " ", text)


def numbers(kind: str, text: str) -> set[str]:
    """The numbers of one kind that a text names."""
    found: set[str] = set()
    for one in NAMED[kind].findall(flowing(text)):
        for span in re.split(r",\s+and\s+|,\s+|\s+and\s+", one):
            first, _, last = (part.strip() for part in span.partition(" to "))
            found |= {str(n) for n in range(int(first), int(last) + 1)} if last else {first}
    return found


def decisions() -> dict[str, Path]:
    """The pages of decisions, by their number."""
    return {str(int(path.name[:4])): path for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))}


def there(kind: str) -> set[str]:
    """The numbers of one kind that can be looked up."""
    if kind == "decision":
        return set(decisions())
    if kind == "promise":
        return {row[0] for row in rows(section("Promises", page("docs/promises.md")))}
    return set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", without_fences(page("docs/domain.md")), flags=re.MULTILINE))


def nameless(kind: str, text: str) -> set[str]:
    """Numbers that a text names and nobody can look up."""
    return numbers(kind, text) - there(kind)


@pytest.mark.parametrize("kind", NAMED)
def test_each_number_that_is_named_has_its_page(kind):
    lost = {name_of(path): found for path in [*sources(), *PAGES] if (found := nameless(kind, path.read_text()))}

    assert lost == {}


@pytest.mark.parametrize("kind", NAMED)
def test_numbers_are_named_at_all(kind):
    """A pattern that finds nothing would be content with everything."""
    assert len({one for path in sources() for one in numbers(kind, path.read_text())}) > 5


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("decision", "as decision 6 says, and decisions 99, 12 and 11", {"6", "99", "12", "11"}),
        ("decision", "# (decisions 5 to\n    # 8)", {"5", "6", "7", "8"}),
        ("decision", "Decision 41: none", {"41"}),
        ("decision", "decision 7/2026 and decision 17/2026 of the table, a decision of 12 people", set()),
        ("promise", "promises 1, 5 and 28", {"1", "5", "28"}),
        ("domain", "docs/domain.md 12.5, after VKM 578/2018, and docs/domain.md 13 and 99", {"12.5", "13", "99"}),
        ("domain", "([domain](../domain.md) 10.3 and 11)", {"10.3", "11"}),
    ],
)
def test_a_number_is_found_however_it_is_named(kind, text, found):
    assert numbers(kind, text) == found


@pytest.mark.parametrize(
    ("kind", "text", "lost"),
    [
        ("decision", "decisions 6 and 99", {"99"}),
        ("promise", "promise 28", {"28"}),
        ("domain", "docs/domain.md 12.99", {"12.99"}),
    ],
)
def test_a_number_without_a_page_would_be_seen(kind, text, lost):
    """The negative control."""
    assert nameless(kind, text) == lost


def test_nothing_names_a_paper_that_is_not_here():
    assert {name_of(path) for path in [*sources(), *PAGES] if ELSEWHERE.search(path.read_text())} == set()


def test_a_paper_that_is_not_here_would_be_seen():
    """The negative control."""
    named = ["by ruling 7", "see rulings 2 and 11", "the domain notes say", "as contract.md wants"]

    assert [text for text in named if not ELSEWHERE.search(text)] == []
    assert not ELSEWHERE.search("docs/domain.md 16, decision 6")


# --- the papers themselves ---


def test_every_decision_has_a_page_of_the_same_form():
    numbers_there = sorted(int(number) for number in decisions())

    assert numbers_there == list(range(1, len(numbers_there) + 1))
    assert numbers_there[-1] >= 40
    for number, path in decisions().items():
        text = path.read_text()
        assert text.startswith(f"# {number}. "), path.name
        assert "\n**Status:** " in text, path.name
        for part in ("Context", "Decision", "Consequences"):
            assert len(section(part, text).split()) > 8, f"{path.name}: {part}"


def test_the_list_of_decisions_names_each_with_its_title():
    listed = {row[0]: row[1] for row in rows(page("docs/decisions/README.md"))}
    titles = {
        f"[{number}]({path.name})": path.read_text().partition("\n")[0].partition(". ")[2]
        for number, path in decisions().items()
    }

    assert listed == titles


def is_proven(proof: str) -> bool:
    """Whether a proof names tests that are there and can fail, or says plainly that the promise is not kept yet."""
    named = re.findall(r"`(tests/[\w./]+)`", proof)
    there = [ROOT / path for path in named]
    return "not kept yet" in proof or bool(
        named and all(path.is_file() and re.search(r"^def test_", path.read_text(), re.MULTILINE) for path in there)
    )


def test_every_promise_names_its_tests_or_says_that_it_is_not_kept():
    promises = rows(section("Promises", page("docs/promises.md")))

    assert [row[0] for row in promises] == [str(number) for number in range(1, 28)]
    assert [row[0] for row in promises if not is_proven(row[2])] == []


def test_a_promise_without_a_test_would_be_seen():
    """The negative control."""
    assert not is_proven("we are careful")
    assert not is_proven("`tests/safety/test_nothing.py`")
    assert not is_proven("`tests/safety/canaries.py`: no test in it")
    assert is_proven("`tests/safety/test_walk.py`")


def test_the_rules_are_counted():
    rules = re.findall(r"^(\d+)\. \*\*", section("Rules that hold everywhere", page("docs/promises.md")), re.MULTILINE)

    assert rules == [str(number) for number in range(1, 16)]


def test_the_domain_keeps_its_sections():
    assert {str(number) for number in range(1, 22)} <= there("domain")
