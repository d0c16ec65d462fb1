"""The page that teaches tells the truth: what it names exists, and what it prints is what the tables say.

``KRAT_UPDATE_README=1`` writes its printed parts anew, and ``docs/rights.txt`` with them.
"""

import ast
import os
import re
import struct
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.utils import translation

from cases.forms.cases import IdentityFields
from cases.models import card, case, referral
from cases.sharing import PURPOSES, Purpose
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.demo import make
from krat.demo.accounts import ACCOUNTS, PASSWORD
from krat.plan.models import task
from krat.reference.first_rows import TERMS
from krat.reference.models import Term
from tests.access.test_matrix import ACCOUNTS as COLUMNS

ROOT = Path(settings.BASE_DIR)
README = ROOT / "README.md"
RIGHTS = ROOT / "docs" / "rights.txt"
UPDATING = os.environ.get("KRAT_UPDATE_README") == "1"

SIGNS = {
    Reach.OWN: "o",
    Reach.INSTITUTION: "i",
    Reach.BODY: "b",
    Reach.TEAM: "t",
    Reach.SENT: "s",
    Reach.RECEIVED: "r",
    Reach.VICTIMS: "v",
    Reach.COUNTY: "c",
    Reach.COUNTRY: "A",
}
FENCE = r"^```{kind}\n(.*?)^```$"
# Read by the settings and by nobody's service.
INNER = {"KRAT_NO_DOTENV"}  # checks and tests do not listen to a .env, so it cannot stand in one
MOVES_HEAD = "| from | to | by the right |\n|---|---|---|\n"
# Under which heading the moves of a thing stand.
MOVES = {
    "The life of a task": task.MOVES,
    "How a case moves": case.MOVES,
    "How a referral moves": referral.MOVES,
    "How a card moves": card.MOVES,
}
SHARING_HEAD = "| purpose | who may be asked | sees of who it is | writes |\n|---|---|---|---|\n"


def words() -> str:
    return README.read_text()


def block(kind: str) -> str:
    """What stands in the fenced block of this kind."""
    found = re.findall(FENCE.format(kind=kind), words(), flags=re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"There is not one block of kind {kind!r}."
    return found[0]


def code() -> list[str]:
    """Every stretch of code, fenced or in a line."""
    fenced = re.findall(FENCE.format(kind="[^\n]*"), words(), flags=re.DOTALL | re.MULTILINE)
    without = re.sub(FENCE.format(kind="[^\n]*"), "", words(), flags=re.DOTALL | re.MULTILINE)
    return [line for one in fenced for line in one.splitlines()] + re.findall(r"`([^`\n]+)`", without)


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    return words().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")][1:]


# --- what is printed from tables ---


def printed_rights() -> str:
    """What `manage.py rights` prints."""
    out = StringIO()
    with translation.override("en"):
        call_command("rights", stdout=out)
    return out.getvalue()


def rights_table() -> str:
    """The printed rights as one table: a line for each right, a column for each role."""
    with translation.override("en"):
        sign_of = {str(reach.label): sign for reach, sign in SIGNS.items()}
    shorts = [short for short, _name in COLUMNS.values()]
    lines = [f"{'':21}" + " ".join(shorts)]
    for part in re.split(r"\n(?=\S)", printed_rights().rstrip("\n")):
        first, *reaches = part.splitlines()
        signs = {
            role: sign_of[label] for role, label in (re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in reaches)
        }
        cells = [signs.get(role.value, "·") for role in COLUMNS]
        lines.append(f"{first.split()[0]:21}" + " ".join(f" {sign} " for sign in cells))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def moves_table(title: str) -> str:
    """The moves under a heading, a row each."""
    with translation.override("en"):
        return "".join(
            f"| {before.label} | {after.label} | `{right}` |\n" for (before, after), right in MOVES[title].items()
        )


def shared_row(purpose: Purpose) -> str:
    """What a referral for one purpose shares."""
    kinds = {code: english for code, _albanian, english in TERMS[Term.List.INSTITUTION]}
    asked = ", ".join(kinds[code].lower() for code in sorted(purpose.kinds))
    seen = ", ".join(str(IdentityFields.base_fields[name].label).lower() for name in purpose.identity)
    consent = ", with consent" if purpose.needs_consent else ""
    part = str(purpose.part._meta.verbose_name) if purpose.part else "–"
    return f"| {purpose.label} | {asked}{consent} | {seen} | {part} |\n"


def sharing_table() -> str:
    """What a referral shares, a row for each purpose."""
    with translation.override("en"):
        return "".join(shared_row(purpose) for purpose in PURPOSES.values())


def after_heading(title: str) -> str:
    """All that stands behind a heading."""
    return re.split(rf"^##+ {title}\n", words(), maxsplit=1, flags=re.MULTILINE)[1]


def put_table(text: str, head: str, table: str) -> str:
    """The text with the first table of this head written anew."""
    before, head, after = text.partition(head)
    return before + head + table + after[len(re.match(r"(?:\|.*\n)*", after)[0]) :]


@pytest.fixture(scope="module", autouse=True)
def _written():
    if UPDATING:
        RIGHTS.write_text(printed_rights())
        README.write_text(
            words().replace(f"```text rights\n{block('text rights')}", f"```text rights\n{rights_table()}")
        )
        for title in MOVES:
            behind = after_heading(title)
            README.write_text(words().removesuffix(behind) + put_table(behind, MOVES_HEAD, moves_table(title)))
        README.write_text(put_table(words(), SHARING_HEAD, sharing_table()))


def test_the_rights_are_the_printed_rights():
    assert block("text rights") == rights_table()


def test_the_file_of_rights_is_what_the_command_prints():
    assert RIGHTS.read_text() == printed_rights()


def test_the_table_of_rights_has_every_role_and_every_reach():
    assert set(COLUMNS) == set(Role)
    assert set(SIGNS) == set(Reach) - {Reach.NONE}
    assert {sign for line in rights_table().splitlines()[1:] for sign in line[21:].split()} <= {*SIGNS.values(), "·"}


@pytest.mark.parametrize("title", MOVES)
def test_the_moves_are_those_of_the_tables(title):
    assert len(MOVES[title]) > 4
    assert after_heading(title).partition(MOVES_HEAD)[2].startswith(moves_table(title) + "\n")


def test_what_a_referral_shares_is_what_the_purposes_say():
    assert words().partition(SHARING_HEAD)[2].startswith(sharing_table() + "\n")
    assert "concern" not in sharing_table()


# --- the world ---


def test_every_account_stands_in_the_table_with_its_role():
    told = {
        name: row[2] for row in rows(section("The first five minutes")) for name in re.findall(r"`([\w.]+)`", row[0])
    }

    in_world = {name: COLUMNS[role][0] for name, _first, role, _place in ACCOUNTS}
    assert {name: short for name, short in told.items() if name in in_world} == in_world
    assert f"`{PASSWORD}`" in words()


@pytest.mark.django_db
def test_the_example_of_a_test_passes(as_, seat):
    source = block("python")
    names = {"make": make}
    exec(compile(source, "README.md", "exec"), names)  # noqa: S102  # our own page

    [test] = [one for name, one in names.items() if name.startswith("test_")]
    test(as_, seat)


# --- commands ---


def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def targets() -> set[str]:
    """What `make` can be asked for."""
    runtime = re.search(r"^RUNTIME := (\S+)$", makefile(), flags=re.MULTILINE)[1]
    return {*re.findall(r"^([a-z]+):", makefile(), flags=re.MULTILINE), runtime}


def asked_of_make() -> set[str]:
    return {name for one in code() for name in re.findall(r"(?:^|\s)make ([a-z.][\w./-]*)", one)}


def test_every_target_that_is_named_exists():
    assert asked_of_make() - targets() == set()


def test_every_target_that_make_lists_is_explained():
    listed = set(re.findall(r"^([a-z]+):.*## ", makefile(), flags=re.MULTILINE))

    assert listed - asked_of_make() == set()


def test_every_command_and_option_that_is_named_exists():
    there, unknown = get_commands(), []
    for one in code():
        if found := re.search(r"manage\.py ([a-z]+)(.*)", one.partition("#")[0]):
            name, rest = found.groups()
            if name not in there:
                unknown.append(name)
                continue
            parser = load_command_class(there[name], name).create_parser("manage.py", name)
            options = {
                option for option in re.findall(r"--[a-z-]+", rest) if option not in parser._option_string_actions
            }
            unknown += [f"{name} {option}" for option in sorted(options)]

    assert unknown == []


def test_every_command_of_ours_is_explained():
    ours = {name for name, place in get_commands().items() if place.startswith(("krat", "meetings", "cases"))}

    assert sorted(name for name in ours if f"`manage.py {name}" not in words()) == []


@pytest.mark.parametrize(("command", "option"), [("rights", "--role"), ("rights", "--routes"), ("check", "--database")])
def test_options_that_stand_apart_from_their_command_exist(command, option):
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)

    assert f"`{option}" in words()
    assert option in parser._option_string_actions


# --- the map ---


def mapped() -> list[str]:
    """The paths of the map, put together from its steps."""
    paths, above = [], []
    for line in block("text map").splitlines():
        indent, name = re.match(r"( *)(\S+)\s{2,}\S", line).groups()
        depth = len(indent) // 2
        above = [*above[:depth], name]
        paths.append("".join(above))
    return paths


def test_every_path_of_the_map_exists():
    wrong = [path for path in mapped() if not (ROOT / path).exists() or path.endswith("/") != (ROOT / path).is_dir()]

    assert wrong == []


def test_every_part_of_the_house_is_on_the_map():
    packages = {f"{one.parent.relative_to(ROOT)}/" for one in (ROOT / "krat").glob("*/__init__.py")}
    tops = {f"{one.parent.relative_to(ROOT)}/" for one in ROOT.glob("*/__init__.py")}

    assert (packages | tops) - set(mapped()) == set()


def test_the_layers_are_those_the_tool_holds():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["id"] == "layers"]

    assert [line.split(" · ") for line in block("text layers").splitlines()] == [
        re.findall(r"[\w.]+", one) for one in layers
    ]


def test_every_path_that_is_named_exists():
    begins = tuple(f"{one.name}/" for one in ROOT.iterdir() if one.is_dir() and one.name != "var")
    named = {one.strip() for one in re.findall(r"`([\w./-]+)`", words()) if one.startswith(begins)}

    assert sorted(path for path in named if not (ROOT / path).exists() and path not in targets()) == []


# --- the environment ---


def test_every_variable_is_described_in_both_places():
    source = (ROOT / "krat" / "settings.py").read_text()
    read = {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if ast.unparse(node.func)
        in ("env", *(f"env.{kind}" for kind in ("str", "bool", "int", "list", "db", "email_url")))
    }
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    told = {row[0].strip("`") for row in rows(section("Serving for real"))}

    assert len(read) > 10
    assert set(re.findall(r"""\benv(?:\.\w+)?\(\s*["'](\w+)""", source)) == read
    assert example == read - INNER
    assert told == read - INNER


# --- words, links, pictures ---


def test_every_code_name_of_the_glossary_exists():
    modules = [path for folder in ("krat", "meetings", "cases") for path in (ROOT / folder).glob("**/*.py")]
    source = "\n".join(path.read_text() for path in modules)
    names = {
        part
        for row in rows(section("Glossary"))
        for name in re.findall(r"`([^`]+)`", row[2])
        for part in name.split(".")
    }

    assert len(names) > 30
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", source)) == []


def anchors() -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(FENCE.format(kind="[^\n]*"), "", words(), flags=re.S | re.M), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def links() -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", words())


def test_every_link_leads_somewhere():
    lost = [
        link
        for link in links()
        if not (link.removeprefix("#") in anchors() if link.startswith("#") else (ROOT / link).exists())
    ]

    assert lost == []
    assert len(links()) > 10


def pictures() -> list[tuple[str, str]]:
    return re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", words())


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
    "a number of an inner paper": r"\b[Rr]uling\b|\bissue \d",
    "an address elsewhere": r"https?://(?!localhost\b|127\.0\.0\.1\b)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_page_does_not_hold(what):
    assert re.findall(FORBIDDEN[what], words()) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see /ro" + "ot/notes"),
        ("something put off", "TO" + "DO: say more"),
        ("a number of an inner paper", "by ruling 7"),
        ("an address elsewhere", "from https://example.org"),
    ],
)
def test_it_would_be_seen(what, text):
    """The negative control."""
    assert re.search(FORBIDDEN[what], text)


def test_lines_end_where_an_eye_still_finds_the_next():
    long = [
        number for number, line in enumerate(words().splitlines(), 1) if len(line) > 132 and line[:1] not in ("|", "!")
    ]

    assert long == []
