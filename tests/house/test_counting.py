"""Numbers come from one place: only the counting layer counts rows of cases (promise 14).

A count in a view would be exact, and two exact numbers subtract to one child. What a page lists row by row may be
numbered beside its list, because its reader sees each row; `krat.ui.listing` does that for lists that are paged.
"""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from cases.models import Case
from cases.models.reach import InCase

ROOT = Path(settings.BASE_DIR)
COUNTS = "krat/reports/queries.py"
# What is counted there tells nobody a number of cases whose rows they may not see.
ELSEWHERE = {
    "cases/views/heads.py": "how many heads a list has, beside the list that shows each of them",
    "cases/finding.py": "how many of the words that were typed one case fits, to put those that fit most first",
    "cases/waiting.py": "how many cases of a unit are late, told to its head alone, whose list shows each of them",
}
# The invented world looks at what it has made.
WORLD = "krat/demo/"
MODELS = {
    model.__name__
    for model in apps.get_models()
    if model._meta.app_label == Case._meta.app_label or issubclass(model, InCase)
}

# How rows are counted, and what an `annotate` or `aggregate` counts with.
METHODS = {"count", "aggregate", "acount", "aaggregate"}
FUNCTIONS = {"Count", "Sum", "Avg", "Min", "Max", "StdDev", "Variance"}


def sources() -> list[Path]:
    return [
        one
        for folder in ("krat", "meetings", "cases")
        for one in (ROOT / folder).glob("**/*.py")
        if "migrations" not in one.parts
    ]


def name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_of_cases(node: ast.AST, held: set[str]) -> bool:
    """Whether an expression speaks of rows of cases: their model, or a name that holds such rows."""
    found = {name_of(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}
    asked = any(isinstance(one, ast.Attribute) and one.attr == "objects" for one in ast.walk(node))
    return bool(found & held) or (asked and bool(found & MODELS))


def holding(scope: ast.AST) -> set[str]:
    """The names of a function that hold rows of cases."""
    held: set[str] = set()
    for _again in range(3):  # rows that are handed on from name to name
        for node in ast.walk(scope):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if value is not None and is_rows(value) and is_of_cases(value, held):
                held |= {name_of(one) for one in targets if name_of(one)}
    return held


def is_rows(value: ast.AST) -> bool:
    """Whether an expression hands on the rows themselves: a query or a list of them, and not what was found in them."""
    if isinstance(value, ast.Call) and name_of(value.func) in ("list", "tuple", "set", "sorted"):
        return True
    while isinstance(value, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(value, ast.Call) and name_of(value.func) in ("first", "get", "exists", "last", "door", "listing"):
            return False
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name)


def counting(tree: ast.AST) -> list[int]:
    """The lines on which rows of cases are counted."""
    found = []
    scopes = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)] or [tree]
    for scope in [*scopes, tree]:
        held = holding(scope) if scope is not tree else set()
        for node in ast.walk(scope):
            if not isinstance(node, ast.Call):
                continue
            called = name_of(node.func)
            if isinstance(node.func, ast.Attribute) and called in METHODS:
                counts = is_of_cases(node.func.value, held)
            elif called in ("annotate", "values", "alias"):
                within = {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
                counts = bool(within & FUNCTIONS) and is_of_cases(node.func, held)
            elif called in ("len", "Counter", "sum") and node.args:
                counts = is_of_cases(node.args[0], held)
            else:
                counts = False
            if counts:
                found.append(node.lineno)
    return sorted(set(found))


def test_only_the_counting_layer_counts_cases():
    elsewhere = [
        f"{name}:{line}"
        for path in sources()
        if (name := str(path.relative_to(ROOT))) not in {COUNTS, *ELSEWHERE} and not name.startswith(WORLD)
        for line in counting(ast.parse(path.read_text()))
    ]

    assert elsewhere == []


def test_the_counting_layer_does_count():
    """Where nothing is found in the place that counts, nothing would be found elsewhere."""
    assert counting(ast.parse((ROOT / COUNTS).read_text()))


def test_no_template_counts_rows_by_itself():
    counting_calls = r"\.(?:count|aggregate)\b\s*(?:%}|}}|\|)"
    found = [
        f"{path.relative_to(ROOT)}: {call}"
        for path in (ROOT / "templates").glob("**/*.html")
        for call in re.findall(r"[\w.]*\.(?:objects|all)" + counting_calls, path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "def view(seat):\n    return Case.objects.visible_to(seat).count()",
        "def view(seat):\n    rows = Case.objects.visible_to(seat)\n    few = rows.all()\n    few.count()",
        "def view(seat):\n    rows = list(Referral.objects.visible_to(seat))\n    return {'n': len(rows)}",
        "def view(seat):\n    return len(Case.objects.visible_to(seat).filter(risk='high'))",
        "def view(seat):\n    return Signal.objects.visible_to(seat).values('state').annotate(n=Count('pk'))",
        "def view(seat):\n    return SchoolPart.objects.permitted(seat, 'x').aggregate(n=Count('pk'))",
        "def view(seat):\n    rows = Card.objects.visible_to(seat)\n    return Counter(one.state for one in rows)",
        "def view(seat):\n    rows = models.Case.objects.visible_to(seat)\n    return sum(1 for one in rows)",
    ],
)
def test_it_would_be_seen(code):
    """The negative control."""
    assert counting(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "def view(seat):\n    return Task.objects.visible_to(seat).count()",
        "def view(request):\n    case = Case.objects.visible_to(request.seat).first()\n    return len(case.number)",
        "def view(request):\n    case = door(request, Case, code)\n    return len(case.concerns)",
        "def view(request, seat):\n    found = listing(request, Case.objects.visible_to(seat))\n    return found.total",
    ],
)
def test_other_counts_are_left_alone(code):
    assert not counting(ast.parse(code))
