"""What is asked where, so that the suite stays within its time (decision 29): by rules that stand here, not by luck.

``make test`` runs everything once: what needs no database, how pages read and what forms refuse on SQLite, everything
else on PostgreSQL, as in service; and on both what speaks to each in its own words. Where there is no PostgreSQL,
SQLite is asked everything. ``make test-full`` (``KRAT_FULL=1``) runs all of it on both, every role for every page, and
what is long.
"""

import os
from typing import Any

FULL = os.environ.get("KRAT_FULL") == "1"
SOAK = os.environ.get("KRAT_SOAK") == "1"  # the long forms of what stands in tests/soak; set by `make soak`
# Set by `make test` for the run on SQLite, where one on PostgreSQL follows.
POSTGRESQL_FOLLOWS = os.environ.get("KRAT_POSTGRESQL_FOLLOWS") == "1" and not FULL

ONCE_ON_SQLITE = "on PostgreSQL: what does not depend on the database, it is run on SQLite."
ONCE_ON_POSTGRESQL = "on SQLite: what is the same on every database, it is run on PostgreSQL, as in service."

IN_SOAK = "minutes of kills, faults and many writers at once; make soak."
LATER = "what takes longest: a new area, the bench, migrations back and forth, worlds filled in bulk; make test-full."

ON_SQLITE_ONLY = (
    # What a browser does with a page: how it draws it, keeps it, is led through it by keyboard.
    "tests/journeys/test_pages.py",
    "tests/journeys/test_keyboard.py",
    "tests/journeys/test_account.py",
    "tests/journeys/test_nothing_lost.py",
    "tests/journeys/test_lists.py",
    "tests/journeys/test_meeting_day.py",
    "tests/journeys/test_offline.py",
    # How pages read and what stands on them; the verbs behind them are asked on both.
    "tests/house/",
    "tests/home/test_today.py",
    "tests/home/test_waiting_in_cases.py",
    "tests/cases/test_case_pages.py",
    "tests/cases/test_next_step.py",
    "tests/people/test_people_pages.py",
    "tests/reports/test_page.py",
    "tests/ui/test_due.py",
    "tests/ui/test_language.py",
    "tests/ui/test_forms.py::test_script_and_formulas_stay_words",
    "tests/ui/test_forms.py::test_the_names_of_private_persons_are_refused_without_being_repeated",
    "tests/ui/test_forms.py::test_bad_words_are_refused_in_every_slot_with_a_sentence_beside_it",
    "tests/ui/test_forms.py::test_a_missing_or_garbled_version_changes_nothing",
    # What the guards themselves find: they are the same on both.
    "tests/safety/test_oracle.py",
    # Which locks a verb asks for; what they do is asked on both (test_races.py).
    "tests/safety/test_locks.py",
    "tests/safety/test_canaries.py",
    # What is refused before any statement is made.
    "tests/cases/test_core_doors.py::test_nobody_reads_a_depth_of_a_case_without_saying_who_asks",
    "tests/cases/test_core_doors.py::test_no_join_from_a_head_names_a_depth",
    # Who may see which page: by the table of rights and by rows that both hold alike.
    "tests/access/test_matrix.py",
    "tests/access/test_census.py",
    # How many statements a page makes.
    "tests/ui/test_growth.py",
    # What the invented cases are like; on PostgreSQL the world of the run itself is filled by the same code.
    "tests/demo/",
)
# Where the registry speaks to each database in its own words: triggers, locks, search, files, limits, what is put into
# SQL beforehand. And the way of a decision and of a case from the first step to the last.
ON_BOTH = (
    "tests/access/test_cache.py",
    "tests/access/test_prepared.py",
    "tests/access/test_recovered_forms.py",
    "tests/access/test_storage.py",
    "tests/access/test_together.py",
    "tests/api/test_bulk.py",
    "tests/api/test_changes.py",
    "tests/api/test_scrambled.py",
    "tests/audit/",
    "tests/cases/test_core_rights.py",
    "tests/cases/test_core_story.py",
    "tests/cases/test_indexes.py",
    "tests/cases/test_search.py",
    "tests/counts/",
    "tests/home/test_read_together.py",
    "tests/meetings/test_paper_guard.py",
    "tests/meetings/test_story.py",
    "tests/notify/test_outbox.py",
    "tests/operations/test_backup.py",
    "tests/people/test_guessing.py",
    "tests/reports/test_kept_counts.py",
    "tests/safety/test_byte_scan.py",
    "tests/safety/test_races.py",
    "tests/safety/test_trail_stopped.py",
    "tests/search/",
    "tests/soak/test_faults.py",
    "tests/soak/test_trail.py",
)
# What takes ten seconds and more of one core, and stays as it is from one day to the next.
IN_THE_LONG_RUN = (
    "tests/access/test_areas.py::test_a_new_area_passes_its_checks_and_tests_and_touches_nothing_else",
    "tests/demo/test_many.py",
    "tests/demo/test_world.py::test_an_empty_database_is_filled_remembers_that_it_is_invented_and_can_be_filled_alike_again",
    "tests/house/test_bench.py",
    "tests/house/test_migrations.py::test_all_go_back_to_the_first_and_forward_again",
)


def left_to_the_other(item: Any, vendor: str) -> str:
    """Why a test is not run here, in the words of the summary; empty where it is."""
    if not SOAK and item.get_closest_marker("soak"):
        return IN_SOAK
    if not FULL and item.nodeid.startswith(IN_THE_LONG_RUN):
        return LATER
    if _on_sqlite_only(item):
        return ONCE_ON_SQLITE if vendor == "postgresql" else ""
    if POSTGRESQL_FOLLOWS and vendor == "sqlite" and not item.nodeid.startswith(ON_BOTH):
        return ONCE_ON_POSTGRESQL
    return ""


def _on_sqlite_only(item: Any) -> bool:
    if not FULL and item.nodeid.startswith(ON_SQLITE_ONLY):
        return True
    if item.get_closest_marker("django_db") or {"db", "server"} & set(item.fixturenames):
        return False
    # Others open a database by themselves: through the blocker, which pytest-django's own fixtures always take.
    ours = [one for each in item._fixtureinfo.name2fixturedefs.values() for one in each if one.baseid]
    return not any("django_db_blocker" in each.argnames for each in (item._fixtureinfo, *ours))


# --- which worker runs what ---

# Modules that read the same drawn pages are run by one worker.
_SHARING = ("tests/access/test_matrix.py", "tests/house/test_words.py")
# What takes longest comes first, so that workers end together; the seconds are those of one idle core.
_SECONDS = {
    "tests/journeys/test_pages.py": 90,
    "tests/journeys/test_cases.py": 75,
    "tests/journeys/test_nothing_lost.py": 45,
    "tests/journeys/test_account.py": 30,
    "tests/access/test_matrix.py": 30,
    "tests/ui/test_forms.py": 40,
    "tests/safety/test_walk.py": 30,
    "tests/ui/test_growth.py": 25,
    "tests/journeys/test_story.py": 20,
    "tests/house/test_bench.py": 15,
    "tests/safety/test_byte_scan.py": 15,
    "tests/cases/test_core_concurrency.py": 15,
    "tests/cases/test_core_all_or_nothing.py": 13,
    "tests/demo/test_many.py": 13,
    "tests/demo/test_world.py": 11,
    "tests/journeys/test_rest.py": 11,
    "tests/meetings/test_many_editors.py": 8,
}


def unit(nodeid: str) -> str:
    """What one worker runs: a module, whose tests share what is expensive, or two that share drawn pages."""
    module = nodeid.partition("::")[0]
    return _SHARING[0] if module in _SHARING else module


def seconds(module: str, tests: int) -> float:
    """About how long a module takes."""
    return _SECONDS.get(module, tests * 0.05)
