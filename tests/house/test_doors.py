"""Who may pass the door by: every module that does is named here, with its reason.

A new one fails the test until somebody has written down why it is safe, and somebody else has read it.
"""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)

UNSCOPED = {
    "cases/actions/cases.py": "what still runs in a case that is held, and the workers of one's own unit",
    "cases/actions/inbox.py": "what this very system sent before and nobody has decided about yet",
    "cases/actions/name_index.py": "names are indexed anew, and none of them is shown",
    "cases/actions/signals.py": "to which unit a signal goes, whoever sends it",
    "cases/handover.py": "what is open where a seat or an institution ends, whoever ends it; told as numbers",
    "cases/models/reach.py": "the path of reach by which a team finds its cases",
    "cases/models/referral.py": "the path of reach by which whoever was referred to finds its part",
    "cases/models/signal_words.py": "the path of reach from a case to the signal it came from",
    "cases/service_use.py": "whether anybody waits at a service that is withdrawn; told as yes or no",
    "cases/sharing.py": "only the fields of a referral's purpose leave this module",
    "cases/actions/cards.py": "the table moves a card: its case's team must not decide on an older state",
    "cases/models/card.py": "the way from a card to its case and back, and how its tasks stand",
    "cases/timer.py": "late cases and cards, told as codes to those above, each by the door of who is told",
    "cases/viewers.py": "who looked at a case that came through the door, whoever may see what they looked at",
    "cases/next_step.py": "whether the table's tasks for a card of a case that is held are over",
    "krat/access/scoping.py": "a row already held is read again or locked",
    "krat/api/auth.py": "nobody is asking yet: this finds out which machine does",
    "krat/api/directory.py": "codes of public institutions, in which records name them",
    "krat/api/management/commands/apiclient.py": "the server's console makes and lists the machines' clients",
    "krat/audit/checkpoints.py": "checkpoints are taken and verified over the whole trail",
    "krat/audit/models.py": "which entries name a thing; whoever asks for them says why",
    "krat/audit/trail.py": "the history of a thing that came through the door",
    "krat/committee/actions.py": "whether anybody sits at an institution, and its places when it is retired",
    "krat/committee/models.py": "the path of reach by which members find their bodies' papers",
    "krat/home/timer.py": "whose first page is looked at, each seat by its own rights; the earliest day leaves it",
    "krat/notify/addresses.py": "who sits anywhere, and which addresses an invitation has reached",
    "krat/notify/outbox.py": "mails hold no words; whether one is still needed is asked by the seat's own rights",
    "krat/notify/telling.py": "whom a verb tells: seats, each narrowed by the door of the thing",
    "krat/notify/unread.py": "how many notices somebody has not read, beside their own seat",
    "krat/oversight/reading.py": "whether whoever opened a file was in its team; the officer reads numbers alone",
    "krat/people/actions.py": "the person's own seats, before one more is taken",
    "krat/people/management/commands/firstadmin.py": "nobody can ask before the first seat",
    "krat/people/asking.py": "nobody is asking yet: this finds out who",
    "krat/people/models.py": "the data protection officer asks the trail by person; where anybody sits at all",
    "krat/people/views.py": "an invitation's link is the right",
    "krat/conformance/kit.py": "a throw-away registry of invented cases, in which the kit is everybody",
    "krat/feed/feed.py": "codes of public institutions, in which the feed names them",
    "krat/committee/identity_guard.py": "names of public institutions may stand in any text",
    "krat/indicators/telling.py": "sums what institutions reported and tells it with the small numbers hidden",
    "krat/plan/actions/plans.py": "a plan that is held reads differently now; who took over from whom",
    "krat/plan/actions/tasks.py": "who reported or supported a task that is held",
    "krat/plan/handover.py": "what is open in the plan where an institution ends; told as numbers",
    "krat/plan/models/task.py": "the path of reach from a step to its task",
    "krat/services/models.py": "which missing services wait: how their tasks stand is part of them",
    "krat/services/handover.py": "what an institution that ends offers; told as a number",
    "krat/plan/timer.py": "late tasks, told as codes to those above, each by the door of who is told",
    "krat/reports/queries.py": "counts the cases of a county and tells numbers alone, the small ones hidden",
    "krat/search/index.py": "texts are indexed whoever may read them, and told through the door alone",
    "meetings/handover.py": "what an institution that ends was to report on",
    "meetings/actions/minutes.py": "approved minutes leave no draft behind, whoever wrote it",
    "meetings/actions/held.py": "the minutes of a meeting already held read differently now",
    "meetings/paper.py": "body and composition of a meeting that came through the door",
    "meetings/quorum.py": "the quorum of a meeting that came through the door",
}
# The invented world is filled by nobody in particular.
WORLD = "krat/demo/"

# An expression takes the query out of its queryset, so the door never hears of it.
EXPRESSIONS = {
    "cases/models/keys.py": "the key that opens a row of a case, with the row that came through its door",
    "cases/views/heads.py": "who manages the heads of a list, by the door of assignments",
    "krat/committee/models.py": "the path of reach by which members find their bodies' papers",
    "krat/search/finding.py": "what fits, each kind of text by its own door",
    "cases/waiting.py": "how many cases of a unit are late, of rows that its head may open",
    "krat/api/auth.py": "what a machine's token was given for, before anybody is asking",
    "cases/models/inbox.py": "which version of a case that came through the door this very system knows",
}

RAW_SQL = {
    "krat/access/together.py": "asks anew the statement that querysets with their doors made, with other ids",
    "krat/access/storage.py": "reads the database's own settings",
    "krat/api/limits.py": "counts in one statement, whoever counts at the same time",
    "krat/audit/checkpoints.py": "takes the trail's lock",
    "krat/audit/rows.py": "writes the trail in one statement, under its lock",
    "krat/audit/triggers.py": "makes and counts the triggers of the trail",
    "krat/counts/keeping.py": "puts kept counts together, counts anew and compares, in one statement each",
    "krat/counts/triggers.py": "makes and looks at the triggers that count",
    "krat/feed/actions.py": "finds lines of the feed of what an institution does not see any more",
    "krat/feed/triggers.py": "makes the triggers that enter what changed",
    "krat/search/index.py": "takes the lock of whoever indexes",
    "krat/search/triggers.py": "makes the triggers that name what was written",
    "krat/operations/upgrade.py": "takes the lock of whoever upgrades",
    "krat/operations/databases.py": "copies whole databases and compares them, encrypted for the holder of another key",
}

# The table between two models has an ordinary manager: it may say which ids belong together, and no more.
THROUGH = {
    "krat/plan/models/task.py": "which tasks an institution supports",
    "krat/services/models.py": "which municipalities a service serves",
    "krat/ui/forms.py": "which choices of several stood in a row that came through the door",
}


def sources() -> list[Path]:
    return [
        one
        for folder in ("krat", "meetings", "cases")
        for one in (ROOT / folder).glob("**/*.py")
        if "migrations" not in one.parts
    ]


def modules_that(says) -> set[str]:
    """The modules in whose code some node says it; the invented world aside."""
    found = set()
    for path in sources():
        name = str(path.relative_to(ROOT))
        if not name.startswith(WORLD) and any(says(node) for node in ast.walk(ast.parse(path.read_text()))):
            found.add(name)
    return found


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def says_unscoped(node: ast.AST) -> bool:
    return called(node) in ("unscoped", "_named")


def says_expression(node: ast.AST) -> bool:
    return called(node) in ("Subquery", "Exists", "ArraySubquery")


def says_raw_sql(node: ast.AST) -> bool:
    return called(node) in ("cursor", "raw", "RawSQL", "extra", "executescript") and not (
        # `super().raw` and the door's own refusal are no SQL.
        isinstance(node, ast.Call) and "super()" in ast.unparse(node)
    )


def says_through(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "objects" and ".through" in ast.unparse(node.value)


def says_base_manager(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("_base_manager", "_default_manager", "_raw_delete")


def test_only_named_modules_read_without_a_seat():
    assert modules_that(says_unscoped) == set(UNSCOPED)


def test_only_named_modules_take_a_query_out_of_its_queryset():
    assert modules_that(says_expression) == set(EXPRESSIONS)


def test_only_named_modules_speak_sql():
    assert modules_that(says_raw_sql) == set(RAW_SQL)


def test_only_named_modules_read_the_table_between_two_models():
    assert modules_that(says_through) == set(THROUGH)


def test_nobody_goes_round_by_djangos_own_managers():
    assert modules_that(says_base_manager) == {"krat/access/checks.py"}


@pytest.mark.parametrize("table", [UNSCOPED, EXPRESSIONS, RAW_SQL, THROUGH])
def test_every_one_has_a_reason(table):
    assert all(len(reason) > 10 for reason in table.values())


def test_every_unscoped_reading_says_its_reason_in_place():
    silent = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if called(node) == "unscoped" and not (node.args and isinstance(node.args[0], ast.Constant)):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert [one for one in silent if not one.startswith(WORLD)] == []


def test_raw_sql_gets_values_as_parameters():
    """Names of tables and triggers are the only words put into a statement, and they come from constants."""
    put_together = []
    for name in RAW_SQL:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if called(node) == "execute" and isinstance(node.args[0], ast.JoinedStr):
                words = {
                    part.value.id
                    for part in node.args[0].values
                    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
                }
                put_together += [f"{name}:{node.lineno}"] * bool(words - {"name", "verb", "table", "level", "on"})

    assert put_together == []


def test_requests_are_never_unpacked_into_a_query():
    unpacked = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            for keyword in getattr(node, "keywords", []):
                if keyword.arg is None and any(
                    word in ast.unparse(keyword.value) for word in (".GET", ".POST", "kept")
                ):
                    unpacked.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert unpacked == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("rows = Meeting.objects.unscoped('why')", says_unscoped),
        ("q = Exists(Meeting.objects.all())", says_expression),
        ("with connection.cursor() as c: pass", says_raw_sql),
        ("Meeting.objects.raw('SELECT 1')", says_raw_sql),
        ("Task.supporting.through.objects.filter()", says_through),
        ("Meeting._base_manager.all()", says_base_manager),
    ],
)
def test_each_way_round_would_be_seen(code, says):
    """The negative control."""
    assert any(says(node) for node in ast.walk(ast.parse(code)))
