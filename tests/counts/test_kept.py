"""Kept counts are how many rows there are, whoever writes them and however (decision 41)."""

import datetime
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases.models import AidPart, Case, Referral, SchoolPart, Signal
from krat.counts import declared, keeping, triggers
from krat.counts.models import KeptCount
from krat.demo import make
from tests import worlds
from tests.counts.writers import Writer
from tests.meetings.test_many_editors import ROOT

pytestmark = pytest.mark.django_db

WHY = "tests count them"


def kept(series, **which) -> dict[str, int]:
    """How many of each word are kept."""
    found: dict[str, int] = {}
    for one in KeptCount.objects.filter(series=series, **which):
        found[one.word] = found.get(one.word, 0) + one.n
    return {word: n for word, n in found.items() if n}


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def uncounted(world):
    """Nothing counts what is written from now on."""
    connection.check_constraints()  # what is still to be checked would hold the triggers
    triggers.remove(connection)  # they come back with the rollback of the test


# --- kept by the writes ---


def test_in_the_invented_world_every_count_is_right(world):
    assert keeping.differences() == []
    assert KeptCount.objects.filter(series="stage").exists()


def test_a_case_is_counted_when_it_is_opened_moved_and_closed(world):
    before = kept("stage")
    case = make.case(stage="conference")

    assert kept("stage").get("conference", 0) == before.get("conference", 0) + 1

    case.stage, case.closed_on = "closed", timezone.localdate()
    case.save()

    assert kept("stage") == before
    assert keeping.differences() == []


def test_what_belongs_to_a_case_goes_with_it_to_another_place_and_holder(world):
    case = make.case()
    make.school_part(case, state="enrolled")
    make.referral(case, state="accepted")
    other = make.institution(kind="child_protection_unit")

    case.holder = other
    case.save()

    assert kept("school", first=other.pk) == {"enrolled": 1}
    assert sum(kept("purpose", first=other.pk).values()) == 1
    assert keeping.differences() == []

    Case.objects.unscoped(WHY).filter(pk=case.pk).update(municipality=make.municipality("AL-02-KRUJE"))

    assert keeping.differences() == []


def test_parts_of_cases_that_are_over_are_not_counted(world):
    case = make.case()
    make.aid_part(case, state="applied")
    before = kept("economic_aid")

    case.stage, case.closed_on = "closed", timezone.localdate()
    case.save()

    assert kept("economic_aid").get("applied", 0) == before["applied"] - 1
    assert keeping.differences() == []


def test_rows_written_by_the_hundred_past_every_verb_are_counted(world):
    cases = [make.case() for _once in range(3)]
    parts = [make.school_part(case) for case in cases]
    SchoolPart.objects.unscoped(WHY).filter(pk__in=[part.pk for part in parts]).update(state="irregular")
    rows = Case.objects.unscoped(WHY).filter(pk__in=[case.pk for case in cases])
    rows.update(risk="immediate", due_at=timezone.now() - datetime.timedelta(days=3))
    sql("UPDATE cases_case SET victim_status = 'possible_victim' WHERE id = %s", cases[0].pk)
    Signal.objects.unscoped(WHY).update(state="rejected")
    Referral.objects.unscoped(WHY).filter(state="sent").update(state="withdrawn", ended_at=timezone.now())

    assert keeping.differences() == []


def test_a_row_that_is_gone_is_counted_no_more(world):
    case = make.case()
    part = make.aid_part(case)
    before = keeping.differences()

    AidPart.objects.unscoped(WHY).filter(pk=part.pk).delete()

    assert (before, keeping.differences()) == ([], [])


def test_a_moment_just_after_midnight_here_counts_for_the_day_here(world):
    """In UTC it is the day before, and at New Year the year before."""
    night = datetime.datetime(2025, 12, 31, 23, 30, tzinfo=datetime.UTC)
    case = make.case()
    referral = make.referral(
        case, state="accepted", sent_at=night, accepted_at=datetime.datetime(2026, 6, 1, 22, 30, tzinfo=datetime.UTC)
    )

    days = timezone.localdate(referral.accepted_at) - timezone.localdate(night)
    assert kept("answered", year=2026, first=case.holder_id, second=referral.receiver_id)[str(days.days)] >= 1
    assert keeping.differences() == []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_verbs_do_the_counts_are_right(world, seed):
    writer = Writer(seed)

    done = [writer.write() for _turn in range(25)]

    assert len(set(done)) > 4
    assert keeping.differences() == []


# --- what is wrong is seen, and mended ---


def test_a_write_that_nobody_counted_is_named_and_mended(uncounted):
    make.case(stage="conference")

    wrong = keeping.differences()

    assert any("series stage" in one.cell and "conference" in one.cell and one.there == one.kept + 1 for one in wrong)
    keeping.recount()
    assert keeping.differences() == []


def test_a_trigger_that_is_missing_changed_or_too_many_is_named(world):
    assert triggers.faults(connection) == []
    connection.check_constraints()
    on = "" if connection.vendor == "sqlite" else " ON cases_case"

    sql(f"DROP TRIGGER krat_counts_cases_case_update{on}")

    assert triggers.faults(connection) == ["Trigger krat_counts_cases_case_update is missing."]
    assert [one.id for one in triggers.the_counts_are_kept(None, ["default"])] == ["krat.E022"]

    triggers.install(connection)
    assert triggers.faults(connection) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="triggers are switched off there alone")
def test_a_trigger_that_is_switched_off_is_named(world):
    connection.check_constraints()
    sql("ALTER TABLE cases_signal DISABLE TRIGGER krat_counts_cases_signal_insert")

    assert triggers.faults(connection) == ["Trigger krat_counts_cases_signal_insert was changed."]


def test_the_command_says_what_is_wrong_and_mends_it(world, capsys):
    call_command("counts", "check")
    assert "Every kept count is right." in capsys.readouterr().out
    KeptCount.objects.create(series="stage", place=make.municipality(), first=1, word="conference", n=2)

    with pytest.raises(SystemExit):
        call_command("counts", "check")

    assert "kept 2, there are 0" in capsys.readouterr().err
    call_command("counts", "recount")
    call_command("counts", "check")
    with pytest.raises(CommandError):
        call_command("counts", "guess")


def test_migrations_leave_the_counts_right(uncounted):
    make.case()

    triggers.after_migrate(None, "default")

    assert triggers.faults(connection) == []
    assert keeping.differences() == []


# --- put together ---


def test_folding_changes_no_count_and_leaves_one_row_a_cell(world):
    make.case(stage="conference")
    make.case(stage="conference", due_at=timezone.now() - datetime.timedelta(days=9))
    before = kept("stage"), kept("school"), sum(kept("due").values())

    keeping.fold()

    assert (kept("stage"), kept("school"), sum(kept("due").values())) == before
    cells = KeptCount.objects.values_list(*declared.COLUMNS)
    assert len(cells) == len(set(cells))
    assert not KeptCount.objects.filter(series="due", word__lt=declared.today()).exclude(word="").exists()
    assert keeping.differences() == []


def test_a_day_put_together_with_the_past_is_taken_back_all_the_same(world):
    case = make.case(due_at=timezone.now() - datetime.timedelta(days=9))
    keeping.fold()
    late = sum(n for word, n in kept("due").items() if word < declared.today())

    case.due_at = timezone.now() + datetime.timedelta(days=9)
    case.save()

    assert sum(n for word, n in kept("due").items() if word < declared.today()) == late - 1
    assert keeping.differences() == []


def test_one_county_is_folded_alone(world):
    make.case()
    make.case(municipality="AL-05-GJIROKASTER")
    unfolded = KeptCount.objects.filter(is_folded=False)

    keeping.fold(make.county().pk)

    assert not unfolded.filter(place__county__code="AL-02").exists()
    assert unfolded.filter(place__county__code="AL-05").exists()
    assert keeping.differences() == []


def test_who_reads_folds_where_much_was_written(world, monkeypatch, django_capture_on_commit_callbacks):
    make.case()
    with django_capture_on_commit_callbacks(execute=True):
        keeping.fold_soon(keeping.EVERY_ROWS - 1, None)
    assert KeptCount.objects.filter(is_folded=False).exists()

    with django_capture_on_commit_callbacks(execute=True):
        keeping.fold_soon(keeping.EVERY_ROWS, None)

    assert not KeptCount.objects.filter(is_folded=False).exists()


# --- at once ---


@pytest.mark.slow
def test_several_who_write_at_once_lose_no_count(tmp_path, django_db_blocker):
    """Three write at random, a fourth folds and counts anew and finds every count right at every moment."""
    with worlds.copied(worlds.WORLD, tmp_path, django_db_blocker) as address:
        environment = {**os.environ, "DATABASE_URL": address, "KRAT_KEYS": str(tmp_path / "keys.json")}
        environment |= {"KRAT_DEMO": "1", "PLAIN_HTTP": "1", "KRAT_TRAIL_HEAD": str(tmp_path / "head")}
        tasks = [("write", 1, 60), ("write", 2, 60), ("write", 3, 60), ("fold", 25)]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.counts.writers", *map(str, task)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for task in tasks
        ]
        said = [one.communicate(timeout=300) for one in running]
        failed = [errors[-1500:] for (_words, errors), one in zip(said, running, strict=True) if one.returncode]
        assert not failed, "\n".join(failed)
        verbs = " ".join(words for words, _errors in said).split()
        assert len([one for one in verbs if one not in ("DONE", "refused")]) > 60
        checked = subprocess.run(
            [sys.executable, "manage.py", "counts", "check"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
