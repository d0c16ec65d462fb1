"""The tables of rights: nothing undeclared is asked, nothing declared is left unasked."""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from krat.access import rights
from krat.access.census import routes
from krat.access.checks import own_models
from krat.access.rights import Reach, UnknownRight
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, SECRETARIES, WITH_SECOND_FACTOR, Role
from krat.access.scoping import ScopedModel
from krat.plan.models.task import MOVES

ROOT = Path(settings.BASE_DIR)


def sources() -> list[Path]:
    """The registry's own code, without its tables of rights and its migrations."""
    found = [*ROOT.glob("krat/**/*.py"), *ROOT.glob("meetings/**/*.py"), *ROOT.glob("cases/**/*.py")]
    return [one for one in found if one.name != "access.py" and "migrations" not in one.parts]


def strings_in(path: Path) -> set[str]:
    """Every text that stands in a module's code, docstrings left out."""
    tree = ast.parse(path.read_text())
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    }


def asked_in(path: Path) -> set[str]:
    """The rights a module asks for by calls that take one: ``needs``, ``permitted``, ``door``, ``settle``, ``may``."""
    named: set[str] = set()
    tree = ast.parse(path.read_text())
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        position = {"needs": 0, "permitted": 1, "may": 1, "reach": 1}.get(called)
        asked = [node.args[position]] if position is not None and len(node.args) > position else []
        asked += [keyword.value for keyword in node.keywords if keyword.arg == "right"]
        for one in asked:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                named.add(one.value)
            elif isinstance(one, ast.Name) and one.id in constants:
                named.add(constants[one.id])
    return named - {""}


def asked_in_templates() -> set[str]:
    """The rights that buttons ask for."""
    found: set[str] = set()
    for path in ROOT.glob("templates/**/*.html"):
        found |= set(re.findall(r"""{%\s*may\s+["']([^"']+)["']""", path.read_text()))
    return found


def used_rights() -> set[str]:
    """Every right that some page, verb, model, table of moves or button asks for."""
    found = (
        {right for route in routes() for right in route.rights.values()} | set(MOVES.values()) | asked_in_templates()
    )
    for path in sources():
        found |= asked_in(path)
    return found | {model.view_right for model in own_models() if issubclass(model, ScopedModel)}


DECLARED = {one.name for one in rights.all_rights()}


# --- the tables ---


def test_every_area_with_scoped_rows_has_a_table():
    areas = {model.__module__.rpartition(".models")[0] for model in own_models() if issubclass(model, ScopedModel)}

    assert len(areas) > 5
    for area in areas:
        assert (ROOT / area.replace(".", "/") / "access.py").exists(), f"{area} declares no rights."


def test_every_declared_right_is_asked_somewhere():
    used = used_rights()
    mentioned = set().union(*(strings_in(path) for path in sources()))

    assert sorted(name for name in DECLARED if name not in used and name not in mentioned) == []


def test_every_right_that_is_asked_is_declared():
    assert sorted(used_rights() - DECLARED) == []


def test_an_unknown_right_is_an_error_and_no_quiet_no(world, seat):
    for question in (rights.reach, rights.may):
        with pytest.raises(UnknownRight, match=r"No access\.py declares"):
            question(seat("dpo"), "meetings.fiel")


def test_a_slip_of_the_pen_in_a_table_is_noticed():
    with pytest.raises(ValueError, match="declared twice"):
        rights.declare("meetings.view", "again", {})
    with pytest.raises(ValueError, match="names prefect twice"):
        rights.declare("probe.view", "probe", {COMMITTEE: Reach.COUNTY, Role.PREFECT: Reach.COUNTRY})
    assert "probe.view" not in {one.name for one in rights.all_rights()}


def test_every_right_says_in_words_what_it_lets_one_do():
    assert [one.name for one in rights.all_rights() if not str(one.label).strip()] == []


def test_nobody_without_a_seat_has_any_right():
    assert not [one.name for one in rights.all_rights() if rights.may(None, one.name)]


def test_every_reach_of_a_right_has_a_path_in_its_model(world, seat):
    """A reach without a path is an error when it is asked: better here than in front of people."""
    asking = seat("koordinator.durres")
    for model in own_models():
        if issubclass(model, ScopedModel):
            reaches = set(rights.right(model.view_right).reaches.values()) - {Reach.COUNTRY, Reach.NONE}
            assert reaches <= set(model.paths(asking)), f"{model.__name__} has no path for {reaches}."


def test_roles_are_names_and_never_ranks():
    compared = [
        path.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        and any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
        and "role" in ast.unparse(node).lower()
    ]

    assert compared == []


# --- what the tables must never say (docs/domain.md 16, promises 12) ---


def reaches(name: str) -> dict[Role, Reach]:
    return dict(rights.right(name).reaches)


def test_the_administrator_has_no_content():
    theirs = {one.name for one in rights.all_rights() if Role.ADMIN in one.reaches}

    assert {name.partition(".")[0] for name in theirs} <= {
        "home",
        "people",
        "clients",
        "settings",
        "institutions",
        "notices",  # what they were told themselves
        "mail",  # whether mails go out, which hold no words
    }


def test_the_trail_is_read_by_the_data_protection_officer_alone():
    assert reaches("trail.view") == {Role.DATA_PROTECTION: Reach.COUNTRY}


def test_old_and_new_values_are_listed_by_nobody():
    assert reaches("versions.view") == {}


def test_only_chairs_approve_minutes_and_only_of_their_own_body():
    assert reaches("minutes.approve") == {Role.PREFECT: Reach.OWN, Role.COORDINATOR: Reach.OWN}


def test_a_machine_neither_approves_nor_closes():
    theirs = {one.name for one in rights.all_rights() if Role.SYSTEM in one.reaches}

    verbs = {name.partition(".")[2] for name in theirs}
    assert not verbs & {"adopt", "approve", "close", "file", "give", "manage", "transfer", "verify"}
    assert {"tasks.view", "tasks.report", "meetings.view", "reference.view"} <= theirs
    assert Role.SYSTEM not in WITH_SECOND_FACTOR


def test_only_secretaries_file_meetings():
    assert set(reaches("meetings.file")) == set(SECRETARIES)


def test_nobody_outside_the_table_reads_minutes():
    assert not set(reaches("meetings.view")) & (OFFICES | {Role.ADMIN, Role.DATA_PROTECTION})
    assert reaches("meetings.view")[Role.SYSTEM] is Reach.BODY


def test_nobody_but_the_country_wide_offices_reaches_beyond_the_county():
    wide = {
        role
        for one in rights.all_rights()
        if one.area not in ("settings", "reference")
        for role, reach in one.reaches.items()
        if reach is Reach.COUNTRY
    }

    assert wide == {Role.NATIONAL, Role.DATA_PROTECTION, Role.ADMIN}


def test_nobody_below_the_country_can_change_anything_in_another_county():
    seeing = (".view", ".facts")
    changing = [one for one in rights.all_rights() if not one.name.endswith(seeing)]

    assert {role for one in changing for role, reach in one.reaches.items() if reach is Reach.COUNTRY} <= {Role.ADMIN}


# Pages of a case that are read and written in one place: of those who read them, the verb lets write whom it may.
ASKED_BY_THE_VERB = {
    "cases:search": "changes nothing: what is typed about a person goes by POST (decision 17)",
    "search:search": "changes nothing: what is looked for goes by POST, so that it stands in no address (decision 17)",
    "cases:names": "changes nothing: names in a list are shown on a request of their own, which the trail notes",
    "cases:referral_names": "changes nothing: the same for the names in the list of sent referrals",
    "cases:referral_search": "changes nothing: what is typed about a person goes by POST (decision 17)",
    "cases:notes": "writing a note asks for notes.write",
    "cases:school": "writing the part asks for parts.change",
    "cases:aid": "writing the part asks for parts.change",
    "notify:read": "marks a notice of one's own as read: nobody sees another's",
    "notify:read_all": "marks one's own notices as read",
    "cases:team": "naming somebody asks for cases.assign",
}


def test_a_page_that_changes_something_asks_for_more_than_seeing():
    """The National Coordinator's office reads all counties: what asks only for seeing would let it write there too."""
    changing = {route.name for route in routes() if route.right.endswith(".view") and "POST" in route.methods}

    assert changing == set(ASKED_BY_THE_VERB)
    assert all(len(reason) > 10 for reason in ASKED_BY_THE_VERB.values())


def test_every_member_reads_the_papers_of_its_bodies():
    assert {reaches("meetings.view").get(role) for role in MEMBERS} == {Reach.BODY}


# --- printed for people ---


def test_the_command_prints_every_right_with_its_roles():
    said = StringIO()

    call_command("rights", stdout=said)

    assert [line.split()[0] for line in said.getvalue().splitlines() if not line.startswith(" ")] == sorted(
        name for name in DECLARED if rights.right(name).reaches
    )


def test_the_command_prints_one_role_alone():
    said = StringIO()

    call_command("rights", "--role", "data_protection", stdout=said)

    assert {line.split()[0] for line in said.getvalue().splitlines() if line.startswith(" ")} == {"data_protection"}
    assert "trail.view" in said.getvalue()


def test_the_command_prints_every_route_with_its_right():
    said = StringIO()

    call_command("rights", "--routes", stdout=said)

    assert len(said.getvalue().splitlines()) == len(routes())
    assert "unclassified" not in said.getvalue()


def test_the_apps_of_this_house_are_all_looked_at():
    own = {config.name for config in apps.get_app_configs() if (ROOT / config.name.replace(".", "/")).exists()}

    assert own <= {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for path in ROOT.glob("**/apps.py")
        if ".venv" not in path.parts
    }
