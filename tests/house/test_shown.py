"""Every page and file of a case says what it shows, and nobody notes it in another way."""

import ast

import pytest

from krat.access.rights import all_rights
from tests.house.test_doors import ROOT, called, sources

# Besides the door and `note_shown`: machines' addresses, whose answers are no pages.
NOTES = ("krat/access/views.py", "krat/api/", "cases/api/")


def says_shown(call: ast.Call) -> bool:
    return any(keyword.arg == "shown" for keyword in call.keywords)


def silent_in(tree: ast.AST, *, confidential: bool) -> list[int]:
    """The lines of calls that answer a page or a file without `shown=`; of the confidential functions, or of all."""
    silent = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and (confidential or _asks_for_a_confidential_right(function)):
            silent += [
                node.lineno
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and called(node) in ("render_page", "file") and not says_shown(node)
            ]
    return silent


def _asks_for_a_confidential_right(function: ast.FunctionDef) -> bool:
    secret = {one.name for one in all_rights() if one.is_confidential}
    return any(
        isinstance(one, ast.Call)
        and called(one) == "needs"
        and isinstance(one.args[0], ast.Constant)
        and one.args[0].value in secret
        for one in function.decorator_list
    )


def notes_by_itself(tree: ast.AST) -> list[int]:
    """The lines where a module changes `request.shown` itself."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            changed = node.func.value if node.func.attr in ("append", "extend", "insert") else None
        elif isinstance(node, ast.Assign | ast.AugAssign):
            changed = node.targets[0] if isinstance(node, ast.Assign) else node.target
        else:
            changed = None
        if isinstance(changed, ast.Attribute) and changed.attr == "shown":
            found.append(node.lineno)
    return found


def names_by_a_value(tree: ast.AST) -> list[int]:
    """The lines where a file is named by anything but a word that stands there."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if called(node) == "file"
        and isinstance(node.func, ast.Name)
        and not (len(node.args) > 3 and isinstance(node.args[3], ast.Constant))
    ]


def test_every_page_of_a_case_says_what_it_shows():
    silent = {}
    for path in sources():
        name = str(path.relative_to(ROOT))
        lines = silent_in(ast.parse(path.read_text()), confidential=name.startswith("cases/views/"))
        if lines:
            silent[name] = lines

    assert silent == {}


def test_only_the_door_and_machines_addresses_note_what_is_shown_themselves():
    noted = {str(path.relative_to(ROOT)): notes_by_itself(ast.parse(path.read_text())) for path in sources()}

    assert [name for name, lines in noted.items() if lines and not name.startswith(NOTES)] == []


def test_a_file_is_named_by_words_that_stand_in_the_code():
    named = {str(path.relative_to(ROOT)): names_by_a_value(ast.parse(path.read_text())) for path in sources()}

    assert [name for name, lines in named.items() if lines] == []


def test_every_right_that_cases_declare_is_confidential():
    declared = {
        node.args[0].value
        for node in ast.walk(ast.parse((ROOT / "cases/access.py").read_text()))
        if called(node) == "declare"
    }

    assert declared
    assert {one.name for one in all_rights() if one.is_confidential} == declared


@pytest.mark.parametrize(
    ("code", "finds"),
    [
        ("@needs('cases.view')\ndef page(request):\n    return render_page(request, 'a.html', {})", silent_in),
        ("@needs('cases.view')\ndef page(request):\n    return file(request, b'', PDF, 'a')", silent_in),
        ("request.shown.append(case)", notes_by_itself),
        ("request.shown += cases", notes_by_itself),
        ("request.shown = []", notes_by_itself),
        ("file(request, content, PDF, meeting.place)", names_by_a_value),
        ("file(request, content, PDF, f'minutes-{name}')", names_by_a_value),
    ],
)
def test_each_slip_would_be_seen(code, finds):
    """The negative control."""
    tree = ast.parse(code)

    assert silent_in(tree, confidential=False) if finds is silent_in else finds(tree)
