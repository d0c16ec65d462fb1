"""An older registry's trail after the upgrade: every value opens, everything is bound, and nothing is blamed.

Back and forward, with rows, on both databases; the tables are really changed.
"""

import json
import uuid
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from krat.access import crypto
from krat.access.models import Installation
from krat.audit import checkpoints, trail, triggers
from krat.people.models import User
from tests.audit.test_checkpoints import change, taken, versions, write
from tests.audit.test_cut import as_before, sql

pytestmark = pytest.mark.django_db(transaction=True)

OLD = [("audit", "0003_checkpoint"), ("access", "0005_draft")]
NEW = [("audit", "0005_several_things"), ("access", "0006_genuine_installation")]


def migrate(where: list[tuple[str, str]]):
    """Go there; gives the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(where)
    return MigrationExecutor(connection).loader.project_state(where).apps


@pytest.fixture
def older_registry(settings):
    """A trail as the release before wrote it: changes, checkpoints, noted heads of three words. Gives its person."""
    triggers.remove(connection)
    for rows in (taken(), versions()):
        rows.delete()
    Installation.objects.all().delete()
    Installation.establish(Installation.Kind.DEMO)
    change("Salla")
    checkpoints.take()
    write(3)
    checkpoints.take()
    models = migrate(OLD)
    as_before(Path(settings.KRAT_TRAIL_HEAD))
    person = User.objects.order_by("pk").first()
    code = uuid.uuid4()
    models.get_model("audit", "Version").objects.create(
        code=code,
        thing_type="people.user",
        thing_code=str(person.code),
        at=timezone.now(),
        actor=person.code,
        actor_words=person.trail_words,
        ciphertext=crypto.encrypt(json.dumps({"name": ["as it was", "then"]}), place=f"audit_version:sealed:{code}"),
    )
    yield person
    migrate(NEW)


def test_the_upgrade_is_not_held_up_by_what_it_brings(older_registry):
    """`migrate` runs the checks of the database before it begins: the newer guards cannot stand yet."""
    assert run_checks(databases=["default"], tags=["database"]) == []

    migrate(NEW)
    triggers.remove(connection)

    assert {one.id for one in run_checks(databases=["default"], tags=["database"])} == {"krat.E020"}
    triggers.install(connection)


def test_every_value_opens_and_the_trail_is_whole(older_registry):
    migrate(NEW)
    triggers.install(connection)

    told = trail.history(older_registry)

    assert [(one.is_genuine, one.values["name"][0]) for one in told] == [(True, "as it was"), (True, "Salla 0")]
    assert Installation.objects.get().is_genuine
    assert checkpoints.verify().is_whole


def test_after_the_next_checkpoint_older_versions_cannot_vanish_either(older_registry):
    migrate(NEW)
    write(1)
    assert checkpoints.take().versions_up_to == versions().last().pk

    sql("DELETE FROM audit_version")
    triggers.install(connection)

    assert checkpoints.verify().problem == "version is missing"


def test_nothing_is_bound_the_old_way_any_more(older_registry):
    """There is no downgrade: a row without its hash is a changed row."""
    migrate(NEW)
    write(1)
    checkpoints.take()

    sql("UPDATE audit_version SET mac = ''")
    triggers.install(connection)

    assert checkpoints.verify().problem == "version was changed"
    assert not any(one.is_genuine for one in trail.history(older_registry))


def test_whoever_makes_the_registry_upgrade_once_more_is_found_by_the_noted_heads(older_registry):
    """The database says that the migration never ran; the start runs it, and would bless what was changed meanwhile."""
    migrate(NEW)
    write(1)
    checkpoints.take()
    triggers.install(connection)
    assert checkpoints.verify().is_whole

    migrate(OLD)
    sql("UPDATE audit_version SET actor_words = 'somebody else'")
    migrate(NEW)
    triggers.install(connection)

    assert checkpoints.verify().problem == "the checkpoint is not the one that was noted"


def test_back_and_forward_keep_every_row(older_registry):
    migrate(NEW)
    before = list(versions().values_list("pk", "code", "ciphertext", "mac"))

    migrate(OLD)
    migrate(NEW)

    assert list(versions().values_list("pk", "code", "ciphertext", "mac")) == before
