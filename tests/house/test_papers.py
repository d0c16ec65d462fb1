"""The pages that teach tell the truth: what they name exists, what exists is named, and they hold nothing forbidden.

What they print from tables stands in test_printed.py, the numbers that code names in test_numbers.py.
"""

import ast
import re
import struct
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from krat.demo import make
from krat.demo.accounts import ACCOUNTS, PASSWORD
from tests.access.test_matrix import ACCOUNTS as COLUMNS
from tests.house.papers import (
    PAGES,
    README,
    ROOT,
    anchors,
    block,
    code,
    headings,
    name_of,
    page,
    rows,
    section,
    without_fences,
)

OPERATING, ARCHITECTURE, GLOSSARY = (f"docs/{one}.md" for one in ("operating", "architecture", "glossary"))
# Read by the settings and by nobody's service.
INNER = {"KRAT_NO_DOTENV"}  # checks and tests do not listen to a .env, so it cannot stand in one


def on_all_pages(look: Callable[[Path], Any]) -> dict[str, Any]:
    """What a look at each page finds, by the page."""
    assert len(PAGES) > 40
    return {name_of(path): found for path in PAGES if (found := look(path))}


# --- the first page, and the way from it ---


def test_the_first_page_is_read_in_ten_minutes():
    assert 12_000 <= len(README.read_bytes()) <= 15_000


def test_every_page_can_be_reached_from_the_first_one():
    found, ahead = set(), [README]
    while ahead:
        path = ahead.pop()
        if path in found:
            continue
        found.add(path)
        ahead += [
            (path.parent / link.partition("#")[0]).resolve()
            for link in links(path.read_text())
            if link.partition("#")[0].endswith(".md")
        ]

    assert sorted(name_of(path) for path in PAGES if path not in found) == []


def test_the_pages_that_everybody_looks_for_are_there():
    licence = (ROOT / "LICENSE").read_text()

    assert "GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3, 19 November 2007" in licence
    assert licence.rstrip().endswith("<https://www.gnu.org/licenses/>.")
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"} <= {name_of(path) for path in PAGES}
    assert "\n## Unreleased\n" in page("CHANGELOG.md")


def is_out_of_shape(text: str) -> bool:
    """Not one title on top, or two headings that a link could not tell apart."""
    titles = re.findall(r"^# .+$", without_fences(text), flags=re.MULTILINE)
    return titles != [text.splitlines()[0]] or len(set(headings(text))) != len(headings(text))


def test_a_page_has_one_title_and_no_heading_twice():
    assert on_all_pages(lambda path: is_out_of_shape(path.read_text())) == {}
    assert is_out_of_shape("No title")
    assert is_out_of_shape("# A title\n\n## Twice\n\n## Twice")


# --- the world ---


def test_every_account_stands_in_the_table_with_its_role():
    told = {
        name: row[2]
        for row in rows(section("The first five minutes", README.read_text()))
        for name in re.findall(r"`([\w.]+)`", row[0])
    }

    in_world = {name: COLUMNS[role][0] for name, _first, role, _place in ACCOUNTS}
    assert {name: short for name, short in told.items() if name in in_world} == in_world
    assert f"`{PASSWORD}`" in README.read_text()


@pytest.mark.django_db
def test_the_example_of_a_test_passes(as_, seat):
    source = block("python", page(ARCHITECTURE))
    names = {"make": make}
    exec(compile(source, ARCHITECTURE, "exec"), names)  # noqa: S102  # our own page

    [test] = [one for name, one in names.items() if name.startswith("test_")]
    test(as_, seat)


# --- commands ---


def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def targets() -> set[str]:
    """What `make` can be asked for."""
    runtime = re.search(r"^RUNTIME := (\S+)$", makefile(), flags=re.MULTILINE)[1]
    return {*re.findall(r"^([a-z][a-z-]*):", makefile(), flags=re.MULTILINE), runtime}


def asked_of_make(text: str) -> set[str]:
    return {name for one in code(text) for name in re.findall(r"(?:^|\s)make ([a-z.][\w./-]*)", one)}


def unknown_commands(text: str) -> list[str]:
    """Commands of manage.py that are named and are not there, and options that they do not take."""
    there, unknown = get_commands(), []
    for one in code(text):
        if found := re.search(r"manage\.py ([a-z_]+)(.*)", one.partition("#")[0]):
            name, rest = found.groups()
            if name not in there:
                unknown.append(name)
                continue
            known = options_of(load_command_class(there[name], name).create_parser("manage.py", name))
            unknown += [f"{name} {option}" for option in sorted({*re.findall(r"--[a-z-]+", rest)} - known)]
    return unknown


def options_of(parser: ArgumentParser) -> set[str]:
    """What a command takes, and what its own commands take."""
    inner = [one.choices.values() for one in parser._actions if isinstance(one.choices, dict)]
    return set(parser._option_string_actions).union(*(options_of(one) for below in inner for one in below))


def test_every_target_that_is_named_exists():
    assert on_all_pages(lambda path: asked_of_make(path.read_text()) - targets()) == {}


def test_every_target_that_make_lists_is_explained():
    listed = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile(), flags=re.MULTILINE))

    assert len(listed) > 5
    assert listed - asked_of_make(page(OPERATING)) == set()


def test_every_command_and_option_that_is_named_exists():
    assert on_all_pages(lambda path: unknown_commands(path.read_text())) == {}


def test_a_command_or_target_that_is_not_there_would_be_seen():
    """The negative control."""
    assert unknown_commands("`manage.py nothing` and `manage.py rights --rank`") == ["nothing", "rights --rank"]
    assert asked_of_make("Say `make coffee`.") - targets() == {"coffee"}


def test_every_command_of_ours_is_explained():
    ours = {name for name, place in get_commands().items() if place.startswith(("krat", "meetings", "cases"))}

    assert len(ours) > 5
    assert sorted(name for name in ours if f"`manage.py {name}" not in page(OPERATING)) == []


@pytest.mark.parametrize(("command", "option"), [("rights", "--role"), ("rights", "--routes"), ("check", "--database")])
def test_options_that_stand_apart_from_their_command_exist(command, option):
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)

    assert f"`{option}" in page(OPERATING)
    assert option in parser._option_string_actions


# --- the map ---


def mapped() -> list[str]:
    """The paths of the map, put together from its steps."""
    paths, above = [], []
    for line in block("text map", page(ARCHITECTURE)).splitlines():
        indent, name = re.match(r"( *)(\S+)\s{2,}\S", line).groups()
        depth = len(indent) // 2
        above = [*above[:depth], name]
        paths.append("".join(above))
    return paths


def test_every_path_of_the_map_exists():
    wrong = [path for path in mapped() if not (ROOT / path).exists() or path.endswith("/") != (ROOT / path).is_dir()]

    assert len(mapped()) > 50
    assert wrong == []


def test_every_part_of_the_house_is_on_the_map():
    packages = {f"{one.parent.relative_to(ROOT)}/" for one in (ROOT / "krat").glob("*/__init__.py")}
    tops = {f"{one.parent.relative_to(ROOT)}/" for one in ROOT.glob("*/__init__.py")}

    assert len(packages) > 10
    assert (packages | tops) - set(mapped()) == set()


def test_the_layers_are_those_the_tool_holds():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["id"] == "layers"]

    assert [line.split(" · ") for line in block("text layers", page(ARCHITECTURE)).splitlines()] == [
        re.findall(r"[\w.]+", one) for one in layers
    ]


def lost_paths(text: str) -> list[str]:
    """Paths that are named and lead to nothing."""
    begins = tuple(f"{one.name}/" for one in ROOT.iterdir() if one.is_dir() and one.name != "var")
    named = {one.strip() for one in re.findall(r"`([\w./-]+)`", text) if one.startswith(begins) and "AREA" not in one}
    return sorted(path for path in named if not (ROOT / path).exists() and path not in targets())


def test_every_path_that_is_named_exists():
    assert on_all_pages(lambda path: lost_paths(path.read_text())) == {}


def test_a_path_that_is_not_there_would_be_seen():
    """The negative control."""
    assert lost_paths("See `krat/nowhere.py` and `krat/settings.py`.") == ["krat/nowhere.py"]


# --- the environment ---


def read_by_the_settings() -> set[str]:
    """The variables of the environment that the settings read."""
    source = (ROOT / "krat" / "settings.py").read_text()
    read = {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if ast.unparse(node.func)
        in ("env", *(f"env.{kind}" for kind in ("str", "bool", "int", "list", "db", "email_url")))
    }
    assert set(re.findall(r"""\benv(?:\.\w+)?\(\s*["'](\w+)""", source)) == read
    return read


def test_every_variable_is_described_in_both_places():
    read = read_by_the_settings()
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    told = {row[0].strip("`") for row in rows(section("Serving for real", page(OPERATING)))}

    assert len(read) > 10
    assert example == read - INNER
    assert told == read - INNER


# --- words, links, pictures ---


def unknown_names(glossary: str) -> list[str]:
    """Names in code that the glossary tells and that do not stand in the code."""
    modules = [path for folder in ("krat", "meetings", "cases") for path in (ROOT / folder).glob("**/*.py")]
    source = "\n".join(path.read_text() for path in modules)
    names = {part for row in rows(glossary) for name in re.findall(r"`([^`]+)`", row[2]) for part in name.split(".")}
    return sorted(name for name in names if not re.search(rf"\b{name}\b", source))


def test_every_code_name_of_the_glossary_exists():
    assert len(rows(page(GLOSSARY))) > 40
    assert unknown_names(page(GLOSSARY)) == []


def test_a_name_of_the_glossary_that_is_not_there_would_be_seen():
    """The negative control."""
    assert unknown_names("| a | b | c |\n|---|---|---|\n| vegël | tool | `Gadget.knob`, `Case` |") == ["Gadget", "knob"]


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", text)


def lost_links(path, text: str) -> list[str]:
    """Links of a page that lead to no file, or to no heading of it."""
    lost = []
    for link in links(text):
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(text if target == path else target.read_text())):
            lost.append(link)
    return lost


def test_every_link_leads_somewhere():
    assert on_all_pages(lambda path: lost_links(path, path.read_text())) == {}
    assert len(links(README.read_text())) > 10


def test_a_link_that_leads_nowhere_would_be_seen():
    """The negative control."""
    text = "# A page\n\n[one](docs/nowhere.md), [two](docs/rights.md#nowhere), [three](#a-page), [four](../elsewhere)"

    assert lost_links(README, text) == ["docs/nowhere.md", "docs/rights.md#nowhere", "../elsewhere"]


def pictures() -> list[tuple[str, str]]:
    return re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README.read_text())


def test_the_pictures_are_there_small_and_described():
    assert len(pictures()) == 3
    for said, path in pictures():
        picture = (ROOT / path).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack(">I", picture[16:20])[0] == 1280
        assert len(picture) < 300_000
        assert len(said) > 20


# Words of the machine that built it, of a promise put off, and of numbers that nobody outside knows.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home|tmp|Users)/",
    "something put off": "|".join(("TO" + "DO", "FIX" + "ME", r"\bTBD\b")),
    "a number of an inner paper": r"\b[Rr]uling\b|\bissue \d|\bdomain notes\b",
    "an address elsewhere": r"https?://(?!localhost\b|127\.0\.0\.1\b)",
    "a mail address of somebody": r"[\w.]+@(?!example\.org\b|host:)\w+\.\w+",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_holds(what):
    assert on_all_pages(lambda path: re.findall(FORBIDDEN[what], path.read_text())) == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see /ro" + "ot/notes"),
        ("something put off", "TO" + "DO: say more"),
        ("a number of an inner paper", "by ruling 7"),
        ("an address elsewhere", "from https://example.org"),
        ("a mail address of somebody", "write to ana@prefektura.example"),
    ],
)
def test_it_would_be_seen(what, text):
    """The negative control."""
    assert re.search(FORBIDDEN[what], text)


def long_lines(text: str) -> list[int]:
    """The numbers of lines that are too long to read; tables and pictures have no choice."""
    return [
        number for number, line in enumerate(text.splitlines(), 1) if len(line) > 132 and line[:1] not in ("|", "!")
    ]


def test_lines_end_where_an_eye_still_finds_the_next():
    assert on_all_pages(lambda path: long_lines(path.read_text())) == {}
    assert long_lines("short\n" + "word " * 30 + "\n|" + "cell " * 30) == [2]
