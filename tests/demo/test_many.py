"""Many invented cases: encrypted like any other, the same for the same seed, seen by their own unit only."""

import io
import re
from collections import Counter
from multiprocessing import get_context

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions.cases import OPENED
from cases.models import Assignment, Card, Case, DataKey, Identity, NameToken, Note, Obstacle, Referral, StageDeadline
from cases.models.keys import fetch_keys
from cases.models.stages import OVER
from cases.names import tokens_to_find
from krat.access.models import Installation
from krat.access.roles import Role
from krat.audit import checkpoints, triggers
from krat.audit.models import Entry
from krat.counts import keeping
from krat.counts import triggers as counts
from krat.demo import bulk, many
from krat.feed import triggers as feed
from krat.feed.models import Pending
from krat.people.models import Seat, User
from krat.reference.models import County

pytestmark = pytest.mark.usefixtures("world")

WHY = "a test looks at every invented case"
COUNT, SEED = 200, 11


@pytest.fixture
def added(world):
    """The cases that were added, by their reference and code."""
    before = set(Case.objects.unscoped(WHY).values_list("pk", flat=True))
    many.add(COUNT, SEED)
    return Case.objects.unscoped(WHY).exclude(pk__in=before).order_by("pk")


def told(cases):
    """What the dice say of cases: all but codes and keys."""
    people = list(Identity.objects.unscoped(WHY).filter(case__in=cases).order_by("case"))
    fetch_keys(people)
    heads = cases.values_list("kind", "stage", "risk", "signalled_on", "municipality__code", "closed_on", "due_at")
    return [(*head, tuple(who.data.values())) for head, who in zip(heads, people, strict=True)]


def of(model, cases, **more):
    return model.objects.unscoped(WHY).filter(case__in=cases, **more)


def test_as_many_as_were_asked_for_are_added_over_all_counties(added):
    counties = added.values_list("municipality__county", flat=True)

    assert added.count() == COUNT
    assert set(counties) == set(County.objects.values_list("pk", flat=True))


def test_every_case_has_what_a_case_has(added):
    each_once = {
        "identity": of(Identity, added),
        "key": DataKey.objects.filter(case__in=added),
        "running or last clock": of(StageDeadline, added).filter(met_at=None),
        "manager": of(Assignment, added, is_manager=True),
    }
    over = added.filter(stage__in=OVER).count()

    counts = {name: rows.count() for name, rows in each_once.items()}
    assert counts == {"identity": COUNT, "key": COUNT, "running or last clock": COUNT - over, "manager": COUNT}
    assert 0 < over < COUNT
    assert all(of(model, added).exists() for model in (Referral, Note, Obstacle))
    assert Card.objects.unscoped(WHY).filter(pk__in=of(Obstacle, added).values("card")).exists()


def test_every_row_is_as_the_models_want_it(added):
    """Bulk writing looks at no row, so this does; what it finds would be refused by the verbs, too."""
    models = (Identity, StageDeadline, Assignment, Referral, Obstacle, Note)

    rows = [*added, *(one for model in models for one in of(model, added))]
    assert len(rows) > 5 * COUNT
    for row in rows:
        row.full_clean(validate_unique=False)
    connection.check_constraints()


def test_the_clock_of_a_case_runs_as_its_head_says(added):
    clocks = of(StageDeadline, added, met_at=None).select_related("case")

    assert [one for one in clocks if one.due_at != one.case.due_at or one.stage != one.case.stage] == []


def test_a_case_is_found_by_its_name_and_nobody_reads_it_in_the_database(added):
    who = of(Identity, added).order_by("pk")[0]

    tokens = tokens_to_find(who.data["last_name"])[0]

    assert NameToken.objects.filter(case=who.case_id, token__in=tokens).exists()
    raw = bytes(Identity.objects.unscoped(WHY).filter(pk=who.pk).values_list("data", flat=True)[0])
    assert who.data["last_name"].encode() not in raw


def test_everybody_is_plainly_invented(added):
    people = [one.data for one in of(Identity, added)]
    workers = User.objects.filter(seats__institution__in=added.values("holder"))

    assert [words for words in people if not words["last_name"].endswith("prova")] == []
    assert [words for words in people if words["personal_number"] and words["personal_number"][0] != "Z"] == []
    assert [one.name for one in workers if "shembull" not in one.name.lower()] == []


def test_a_unit_sees_its_own_and_no_others(added, seat):
    mine = Case.objects.visible_to(seat("njmf.durres")).filter(pk__in=added)

    assert mine.exists()
    assert set(mine.values_list("holder__code", flat=True)) == {"AL-02-NJMF-DURRES"}


def test_the_accounts_that_were_made_open_with_no_password(added):
    made = User.objects.filter(seats__role__in=[Role.CHILD_WORKER, Role.UNIT_HEAD], username__contains=".al-0")

    assert made
    assert [one.username for one in made if one.has_usable_password()] == []


def test_the_trail_says_of_each_case_who_opened_it_and_once_that_all_were_added_in_bulk(world):
    last = Entry.objects.unscoped(WHY).order_by("-pk")[0].pk
    before = set(Case.objects.unscoped(WHY).values_list("pk", flat=True))

    many.add(COUNT, SEED)

    *opened, whole = Entry.objects.unscoped(WHY).filter(pk__gt=last).order_by("pk")
    added = Case.objects.unscoped(WHY).exclude(pk__in=before)
    managers = of(Assignment, added, is_manager=True).values_list("case__code", "seat__code")
    assert {(one.event, one.thing_code, one.actor) for one in opened} == {
        (OPENED, str(case), seat) for case, seat in managers
    }
    assert len(opened) == COUNT
    assert (whole.event, whole.fields) == (many.ADDED, [f"count {COUNT}", f"seed {SEED}"])
    assert checkpoints.verify().is_whole


def test_a_bulk_entry_that_somebody_changes_is_found(world, monkeypatch):
    """So the entries are sealed like any other."""
    monkeypatch.setattr(checkpoints, "MOST_ROWS", 50)
    many.add(COUNT, SEED)
    first = Entry.objects.unscoped(WHY).filter(event=OPENED).order_by("-pk")[0].pk
    assert checkpoints.verify().is_whole

    triggers.remove(connection)
    Entry.objects.unscoped(WHY).filter(pk=first).update(actor_words="dikush tjetër")
    triggers.install(connection)

    assert checkpoints.verify().bad_entry == first


def standing():
    """Every index and key of the tables, by name, as the database tells them; and what guards the trail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2, 3"
        )
        # It tells a list of words, once read back, with the casts at other places.
        return [(*names, re.sub(r"::[a-z ]+(\[\])?|[()]", "", told)) for *names, told in cursor.fetchall()]


@pytest.fixture
def from_the_first_row_on(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps its indexes row by row.")
    monkeypatch.setattr(bulk, "WORTH_IT", 0)
    monkeypatch.setattr(bulk, "_estimate", lambda tables: 0)


def test_indexes_and_keys_that_were_dropped_stand_again_as_they_were(world, from_the_first_row_on, monkeypatch):
    before, seen = standing(), []
    monkeypatch.setattr(many, "_write", lambda *args, write=many._write: (seen.append(standing()), write(*args)))

    many.add(COUNT, SEED)

    assert standing() == before
    assert len(seen[0]) < len(before) - 50, "they were gone while rows were written"
    assert triggers.faults(connection) == []
    connection.check_constraints()


@pytest.mark.parametrize("worth_it", [0, 1_000_000], ids=["at once", "row by row"])
def test_what_is_kept_of_cases_is_right_afterwards(world, monkeypatch, worth_it):
    """The counts, and what systems are told: whether their triggers stepped aside or not."""
    monkeypatch.setattr(bulk, "WORTH_IT", worth_it)
    monkeypatch.setattr(bulk, "_estimate", lambda tables: 0)
    before = set(Case.objects.unscoped(WHY).values_list("pk", flat=True))

    many.add(COUNT, SEED)

    assert counts.faults(connection) == feed.faults(connection) == []
    assert list(keeping.differences()) == []
    added = Case.objects.unscoped(WHY).exclude(pk__in=before).values_list("code", flat=True)
    assert set(added) <= set(Pending.objects.filter(kind="case").values_list("thing", flat=True))


def test_what_fails_half_way_leaves_indexes_and_keys_as_they_were(world, from_the_first_row_on, monkeypatch):
    before, cases = standing(), Case.objects.unscoped(WHY).count()
    monkeypatch.setattr(bulk.Table, "copy", lambda table, lines: 1 / 0)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        many.add(COUNT, SEED)

    assert standing() == before
    assert Case.objects.unscoped(WHY).count() == cases


def test_a_row_of_no_case_is_refused_when_its_key_is_made_again(world, from_the_first_row_on, monkeypatch):
    """Who writes without keys checks them afterwards."""
    teams = many._Batch._team

    def astray(batch, life):
        teams(batch, life)
        rows = batch.made[many._TEAMS]
        rows[-1] = (rows[-1][0], life.pk + 10_000_000, *rows[-1][2:])

    monkeypatch.setattr(many._Batch, "_team", astray)

    with pytest.raises(IntegrityError), transaction.atomic():
        many.add(COUNT, SEED)


def test_several_processes_make_what_one_makes(world, monkeypatch):
    """Which process throws the dice of a batch, and when, changes nothing."""
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite one process prepares.")
    monkeypatch.setattr(many, "BATCH", 20)
    pools, found = [], []
    monkeypatch.setattr(many.multiprocessing, "get_context", lambda how, get=get_context: pools.append(how) or get(how))
    for cores in ({0}, {0, 1}):
        monkeypatch.setattr(many.os, "sched_getaffinity", lambda pid, cores=cores: cores, raising=False)
        last = Case.objects.unscoped(WHY).order_by("-pk")[0].pk
        many.add(COUNT, SEED)
        found.append(told(Case.objects.unscoped(WHY).filter(pk__gt=last).order_by("pk")))
        Case.objects.unscoped(WHY).update(reference="")  # references are given once

    assert pools == ["fork"], "the second time"
    assert found[0] == found[1]


def test_the_same_seed_makes_the_same_cases_and_another_one_others(added):
    first = told(added)
    # References are given once, so the first ones go out of the way; nothing else hinders a second time.
    Case.objects.unscoped(WHY).filter(pk__in=added).update(reference="")
    numbers = Counter(added.values_list("number", flat=True))
    last = added.last().pk

    many.add(COUNT, SEED)
    again = Case.objects.unscoped(WHY).filter(pk__gt=last).order_by("pk")
    same, newest = told(again), again.last().pk
    many.add(COUNT, SEED + 1)
    others = told(Case.objects.unscoped(WHY).filter(pk__gt=newest).order_by("pk"))

    assert same == first
    assert others != first
    assert max(numbers.values()) == 1


def _demo(**options):
    printed = io.StringIO()
    call_command("demo", stdout=printed, **options)
    return printed.getvalue()


@pytest.fixture
def invented(world):
    Installation.objects.update_or_create(pk=1, defaults={"kind": "demo"})


def test_the_command_adds_them_and_still_prints_the_accounts_of_the_contract_only(invented):
    before = Case.objects.unscoped(WHY).count()

    printed = _demo(cases=30, seed=5)

    assert Case.objects.unscoped(WHY).count() == before + 30
    assert "pmf.durres" in printed
    assert "child_worker" not in printed


def test_the_command_adds_the_cases_of_a_seed_once(invented):
    _demo(cases=3, seed=5)
    before = Case.objects.unscoped(WHY).count()

    with pytest.raises(CommandError, match="are there already"):
        _demo(cases=3, seed=5)

    assert Case.objects.unscoped(WHY).count() == before


def test_the_command_adds_nothing_where_service_data_is(world):
    Installation.objects.update_or_create(pk=1, defaults={"kind": "service"})
    before = Case.objects.unscoped(WHY).count(), Seat.objects.unscoped(WHY).count()

    with pytest.raises(CommandError, match="service data"):
        _demo(cases=3)

    assert (Case.objects.unscoped(WHY).count(), Seat.objects.unscoped(WHY).count()) == before


def test_nothing_lies_in_the_future(added):
    assert not added.filter(signalled_on__gt=timezone.localdate()).exists()
    assert not of(StageDeadline, added, starts_at__gt=timezone.now()).exists()
