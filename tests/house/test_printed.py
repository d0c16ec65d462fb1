"""What pages print is what the tables say: rights, moves, what a referral shares. Each is printed in one place.

``KRAT_UPDATE_PAPERS=1`` writes the printed parts anew.
"""

import os
import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from cases.forms.cases import IdentityFields
from cases.models import card, case, identification, referral
from cases.sharing import PURPOSES, Purpose
from krat.access import areas
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.plan.models import task
from krat.reference.first_rows import TERMS
from krat.reference.models import Term
from krat.services.models import MISSING_MOVES
from tests.access.test_matrix import ACCOUNTS as COLUMNS
from tests.api.test_budgets import BUDGETS as CALLS
from tests.home.test_budget import BUDGETS as HOMES
from tests.house.papers import DOCS, PAGES, ROOT, block
from tests.ui.test_budgets import BUDGETS as PAGE_BUDGETS

ARCHITECTURE = DOCS / "architecture.md"
RIGHTS = DOCS / "rights.md"
STATES = DOCS / "states.md"
PERFORMANCE = DOCS / "performance.md"
UPDATING = os.environ.get("KRAT_UPDATE_PAPERS") == "1"

SIGNS = {
    Reach.OWN: "o",
    Reach.INSTITUTION: "i",
    Reach.BODY: "b",
    Reach.TEAM: "t",
    Reach.SENT: "s",
    Reach.RECEIVED: "r",
    Reach.VICTIMS: "v",
    Reach.COUNTY: "c",
    Reach.SERVED: "e",
    Reach.COUNTRY: "A",
}
MOVES_HEAD = "| from | to | by the right |\n|---|---|---|\n"
# Under which heading the moves of a thing stand.
MOVES = {
    "The life of a task": task.MOVES,
    "How a case moves": case.MOVES,
    "How identification moves": identification.MOVES,
    "How a referral moves": referral.MOVES,
    "How a card moves": card.MOVES,
    "How a missing service moves": MISSING_MOVES,
}
SHARING_HEAD = "| purpose | who may be asked | sees of who it is | writes |\n|---|---|---|---|\n"


def rights_table() -> str:
    """What `manage.py rights` prints, as one table: a line for each right, a column for each role."""
    out = StringIO()
    with translation.override("en"):
        call_command("rights", stdout=out)
        sign_of = {str(reach.label): sign for reach, sign in SIGNS.items()}
    shorts = [short for short, _name in COLUMNS.values()]
    lines = [f"{'':21}" + " ".join(shorts)]
    for part in re.split(r"\n(?=\S)", out.getvalue().rstrip("\n")):
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


PAGES_HEAD = "| page | as | statements |\n|---|---|---|\n"
CALLS_HEAD = "| call | statements |\n|---|---|\n"


def pages_table() -> str:
    """How many statements a page may ask, a row for each page and reader."""
    return "".join(f"| `{page}` | {who} | {most} |\n" for (page, who), most in (HOMES | PAGE_BUDGETS).items())


def calls_table() -> str:
    """How many statements a call may ask, a row each."""
    return "".join(f"| {call} | {most} |\n" for call, most in CALLS.items())


def after_heading(title: str) -> str:
    """All that stands behind a heading of the page of states."""
    return re.split(rf"^##+ {title}\n", STATES.read_text(), maxsplit=1, flags=re.MULTILINE)[1]


def put_table(text: str, head: str, table: str) -> str:
    """The text with the first table of this head written anew."""
    before, head, after = text.partition(head)
    return before + head + table + after[len(re.match(r"(?:\|.*\n)*", after)[0]) :]


def put_block(text: str, kind: str, inside: str) -> str:
    """The text with the block of this kind written anew."""
    return text.replace(f"```{kind}\n{block(kind, text)}", f"```{kind}\n{inside}")


def printed_layers() -> str:
    """The layers that the tool holds, a line each."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["id"] == "layers"]
    return "".join(" · ".join(re.findall(r"[\w.]+", one)) + "\n" for one in layers)


def with_new_areas(map_of_the_house: str) -> str:
    """The map with a line for every area that is not on it, from what its configuration says of it."""
    for name in areas.names():
        folder = f"  {name.removeprefix('krat.')}/"
        if name.startswith("krat.") and f"\n{folder} " not in map_of_the_house:
            said = type(apps.get_app_config(name.removeprefix("krat."))).__doc__.strip().rstrip(".")
            map_of_the_house = map_of_the_house.replace("  formats/ ", f"{folder:26}{said}\n  formats/ ", 1)
    return map_of_the_house


def test_an_area_that_is_not_on_the_map_is_put_there():
    whole = block("text map", ARCHITECTURE.read_text())

    assert with_new_areas(whole) == whole
    without = "".join(line for line in whole.splitlines(keepends=True) if not line.startswith("  plan/"))
    assert "\n  plan/ " in with_new_areas(without)


@pytest.fixture(scope="module", autouse=True)
def _written():
    if UPDATING:
        text = put_block(ARCHITECTURE.read_text(), "text layers", printed_layers())
        ARCHITECTURE.write_text(put_block(text, "text map", with_new_areas(block("text map", text))))
        RIGHTS.write_text(put_block(RIGHTS.read_text(), "text rights", rights_table()))
        for title in MOVES:
            behind = after_heading(title)
            STATES.write_text(
                STATES.read_text().removesuffix(behind) + put_table(behind, MOVES_HEAD, moves_table(title))
            )
        STATES.write_text(put_table(STATES.read_text(), SHARING_HEAD, sharing_table()))
        text = put_table(PERFORMANCE.read_text(), PAGES_HEAD, pages_table())
        PERFORMANCE.write_text(put_table(text, CALLS_HEAD, calls_table()))


@pytest.mark.parametrize(("head", "table"), [(PAGES_HEAD, pages_table()), (CALLS_HEAD, calls_table())])
def test_the_budgets_of_statements_are_those_that_tests_hold(head, table):
    text = PERFORMANCE.read_text()

    assert len(table.splitlines()) > 4
    assert put_table(text, head, table) == text
    assert put_table(text, head, table.replace(" |\n", "0 |\n", 1)) != text, "one statement more would be seen"


def prints_its_rights(text: str) -> bool:
    return block("text rights", text) == rights_table()


def test_the_rights_are_the_printed_rights():
    assert prints_its_rights(RIGHTS.read_text())


def test_one_sign_more_in_the_rights_would_be_seen():
    """The negative control."""
    text = RIGHTS.read_text()

    assert not prints_its_rights(put_block(text, "text rights", rights_table().replace("·", "A", 1)))
    assert prints_its_rights(put_block(text, "text rights", rights_table()))


def test_the_table_of_rights_has_every_role_and_every_reach():
    assert set(COLUMNS) == set(Role)
    assert set(SIGNS) == set(Reach) - {Reach.NONE}
    assert {sign for line in rights_table().splitlines()[1:] for sign in line[21:].split()} <= {*SIGNS.values(), "·"}


@pytest.mark.parametrize("title", MOVES)
def test_the_moves_are_those_of_the_tables(title):
    assert len(MOVES[title]) > 4
    assert after_heading(title).partition(MOVES_HEAD)[2].startswith(moves_table(title) + "\n")


@pytest.mark.parametrize("title", MOVES)
def test_a_move_that_is_written_otherwise_is_written_anew(title):
    """The negative control, and what the update does."""
    table = moves_table(title)
    wrong = MOVES_HEAD + table.replace(table.splitlines()[0] + "\n", "") + "\nand on"

    assert table not in wrong
    assert put_table(wrong, MOVES_HEAD, table) == MOVES_HEAD + table + "\nand on"


def test_what_a_referral_shares_is_what_the_purposes_say():
    assert STATES.read_text().partition(SHARING_HEAD)[2].startswith(sharing_table() + "\n")
    assert "concern" not in sharing_table()


@pytest.mark.parametrize("printed", ["```text rights\n", *(moves_table(title) for title in MOVES), sharing_table()])
def test_what_is_printed_stands_in_one_place(printed):
    holding: list[Path] = [path for path in PAGES if printed in path.read_text()]

    assert len(holding) == 1
    assert not list(DOCS.glob("*.txt"))
