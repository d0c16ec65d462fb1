"""Titles of tasks say what is to be done, not the words up to the first full stop."""

import importlib

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from krat.demo import make
from krat.plan.models import Task
from krat.plan.titles import MOST, task_title, tidy
from meetings import actions
from tests.ui.html_client import rows

SENTENCES = [
    # what a decision says, and what its task is called
    ("Sipas VKM nr. 578, datë 3.10.2018, ZVA verifikon regjistrimin.", "ZVA verifikon regjistrimin"),
    (
        "ZVA dhe p.sh. drejtoritë e shkollave verifikojnë regjistrimin. Raportojnë në tryezë.",
        "ZVA dhe p.sh. drejtoritë e shkollave verifikojnë regjistrimin",
    ),
    ("Drejt. Arsimore verifikon regjistrimin e fëmijëve.", "Drejt. Arsimore verifikon regjistrimin e fëmijëve"),
    (
        "ZVA verifikon regjistrimin e fëmijëve në klasën e parë.",
        "ZVA verifikon regjistrimin e fëmijëve në klasën e parë",
    ),
    ("ZVA verifikon regjistrimin. Raporton brenda muajit.", "ZVA verifikon regjistrimin"),
    ("Të hapet qendra deri më 3.10.2026. Bashkia raporton.", "Të hapet qendra deri më 3.10.2026"),
    ("Të kontrollohen 12.500 fëmijë në 3.5 muaj. Raportohet.", "Të kontrollohen 12.500 fëmijë në 3.5 muaj"),
    ("Kujdes! Njësia viziton familjet çdo muaj.", "Kujdes! Njësia viziton familjet çdo muaj"),
    ("1. Bashkia siguron transportin. 2. ZVA raporton.", "Bashkia siguron transportin"),
    (
        "Urdhri nr. 12 dt. 4.2.2026 zbatohet nga Policia. Fillon menjëherë.",
        "Urdhri nr. 12 dt. 4.2.2026 zbatohet nga Policia",
    ),
    (
        "Në zbatim të ligjit nr. 18/2017, të ndryshuar, neni 23, NJMF të hartojë planin.",
        "NJMF të hartojë planin",
    ),
    (
        "Sipas VKM nr. 578, datë 3.10.2018, “Për procedurat”, dhe urdhrit nr. 5, bashkia të ngrejë grupin.",
        "Bashkia të ngrejë grupin",
    ),
    ("Sipas planit të miratuar ZVA vijon punën.", "Sipas planit të miratuar ZVA vijon punën"),
    ("Të sigurohen libra, fletore etj. Shpërndahen nga ZVA.", "Të sigurohen libra, fletore etj. Shpërndahen nga ZVA"),
    ("Njësia viziton familjen\nnë shtëpi\n\nçdo javë", "Njësia viziton familjen në shtëpi çdo javë"),
    ("- Bashkia siguron transportin\n- ZVA raporton", "Bashkia siguron transportin"),
    ("Mbështetje", "Mbështetje"),
]


@pytest.mark.parametrize(("text", "title"), SENTENCES, ids=[title[:30] for _text, title in SENTENCES])
def test_a_title_says_what_to_do(text, title):
    assert task_title(text) == title


def test_words_up_to_the_first_full_stop_say_nothing():
    """The negative control: what tasks were called before."""
    said_before = [text.split(". ")[0] for text, _title in SENTENCES]

    assert {"Sipas VKM nr", "ZVA dhe p.sh", "Drejt"} <= set(said_before)


def test_a_long_one_ends_at_a_word():
    title = task_title("Të hartohet plani i përbashkët i punës " * 20)

    assert len(title) <= MOST
    assert title.endswith("…")
    assert title[:-1].split()[-1] in "Të hartohet plani i përbashkët i punës".split()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Vizitë në familje.", "Vizitë në familje"),
        ("Libra etj.", "Libra etj."),
        ("Vijon...", "Vijon..."),
        ("Po?", "Po?"),
    ],
)
def test_a_title_ends_without_a_full_stop(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.django_db
def test_the_task_of_a_decision_is_called_by_what_it_asks_for(world, seat):
    coordinator = seat("koordinator.durres")
    body = make.body("table", county="AL-02", year=2084, starts_on=make.in_days(-9))
    item = make.item(make.meeting(body, state="open"))
    make.attendance(item.meeting, coordinator.institution)
    text = "Sipas VKM nr. 578, datë 3.10.2018, ZVA verifikon regjistrimin."

    decision = actions.decide(
        item, by=coordinator, text=text, lead=seat("zva.durres").institution, due_on=make.in_days(9)
    )

    [task] = rows(type(make.task())).filter(decisions=decision)
    assert (task.title, task.details) == ("ZVA verifikon regjistrimin", text)
    assert task.source == f"TT {decision.number}/2084"


# --- tasks from before ---

BEFORE = [
    ("ZVA dorëzon listat.", "ZVA dorëzon listat"),
    ("ZVA dorëzon listat", "ZVA dorëzon listat"),
    ("Të zbatohet VKM nr.", "Të zbatohet VKM nr."),
    ("Të ftohen p.sh.", "Të ftohen p.sh."),
    ("Të vijojë puna...", "Të vijojë puna..."),
    ("Të ftohet Drejtoria A.", "Të ftohet Drejtoria A."),
]


@pytest.mark.django_db
def test_existing_titles_lose_their_full_stop_and_nothing_else(world):
    tasks = [(make.task(make.institution(), details=before), before, after) for before, after in BEFORE]
    for task, before, _after in tasks:
        rows(Task).filter(pk=task.pk).update(title=before)
    models = MigrationLoader(connection).project_state().apps

    importlib.import_module("krat.plan.migrations.0002_titles_without_full_stop").shorten(
        models, connection.schema_editor()
    )

    for task, before, after in tasks:
        assert rows(Task).values_list("title", "details", "version").get(pk=task.pk) == (after, before, task.version)


def test_the_migration_knows_what_the_registry_knew():
    """It stands by itself: what it does is what `tidy` did on its day."""
    migration = importlib.import_module("krat.plan.migrations.0002_titles_without_full_stop")

    for before, after in BEFORE:
        assert migration.tidy(before) == tidy(before) == after
