"""The trail: what is written, that it stays, and that nothing is shown which could not be written down."""

import json
import uuid

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from krat.access.views import door, needs
from krat.audit import rows, trail, triggers
from krat.audit.models import Checkpoint, Entry, Version
from krat.people.models import User
from krat.urls import OTHERS_PAGES, handler400, handler403, handler404, handler500  # noqa: F401  this module is a URLconf
from krat.urls import urlpatterns as _all
from meetings.actions import CHANGED
from meetings.models import Meeting

pytestmark = pytest.mark.django_db


@needs("meetings.view")
def _one(request, code):
    """A page that shows one meeting."""
    return HttpResponse(f"shown: {door(request, Meeting, code).place}")


@needs("meetings.file")
def _breaks_off(request, code):
    """A page that writes something and is then refused."""
    meeting = door(request, Meeting, code)
    trail.record(request.seat, CHANGED, meeting)
    raise PermissionDenied("Not today.")


urlpatterns = [
    path("probe/<uuid:code>/", _one, name="probe"),
    path("probe/<uuid:code>/breaks-off/", _breaks_off, name="probe_breaks_off"),
    path("", include(_all)),
]
probing = override_settings(ROOT_URLCONF=__name__)


def entries():
    return Entry.objects.unscoped("the test reads the trail").order_by("pk")


def last_entry() -> Entry:
    return entries().last()


@pytest.fixture
def coordinator(seat):
    return seat("koordinator.durres")


@pytest.fixture
def meeting(coordinator):
    return Meeting.objects.visible_to(coordinator)[0]


@pytest.fixture
def foreign_meeting(seat):
    return Meeting.objects.visible_to(seat("koordinator.gjirokaster"))[0]


# --- what is written ---


def test_a_record_says_who_did_what_on_which_thing(coordinator, meeting):
    trail.record(coordinator, CHANGED, meeting, fields=["place", "held_on"], route="meetings:edit")

    entry = last_entry()
    assert (entry.actor, entry.event) == (coordinator.code, CHANGED)
    assert entry.actor_words == "koordinator.durres, coordinator, AL-02-PREF"
    assert (entry.thing_type, entry.thing_code) == ("meetings.meeting", str(meeting.code))
    assert entry.fields == ["held_on", "place"]
    assert (entry.county, entry.route) == ("AL-02", "meetings:edit")


def test_a_record_holds_no_value(coordinator, meeting):
    trail.record(coordinator, CHANGED, meeting, changes={"place": ("Salla Markerit", "Salla tjetër")})

    row = entries().values().last()
    assert "Markerit" not in json.dumps(row, default=str)
    assert row["fields"] == ["place"]


def test_an_event_nobody_registered_is_an_error(coordinator):
    with pytest.raises(LookupError, match="not registered"):
        trail.record(coordinator, "meeting.forgotten")


def test_an_event_cannot_be_registered_twice():
    with pytest.raises(ValueError, match="twice"):
        trail.event(CHANGED, "again")


def test_every_event_has_words():
    assert all(str(words).strip() for words in trail.all_events().values())
    assert trail.words_of(CHANGED) != CHANGED


# --- old and new values ---


def test_history_opens_the_values_of_a_thing(coordinator, meeting):
    trail.record(coordinator, CHANGED, meeting, changes={"place": ("Salla e vjetër", "Salla e re"), "number": (1, 1)})

    (change,) = trail.history(meeting, limit=1)
    assert change.values == {"place": ["Salla e vjetër", "Salla e re"]}
    assert change.by.startswith("koordinator.durres")


def test_history_lists_the_latest_change_first(coordinator, meeting):
    for number in range(3):
        trail.record(coordinator, CHANGED, meeting, changes={"place": (None, f"Salla {number}")})

    found = [change.values["place"][1] for change in trail.history(meeting, limit=2)]
    assert found == ["Salla 2", "Salla 1"]


def test_history_shows_no_other_things_values(coordinator, meeting, foreign_meeting):
    trail.record(coordinator, CHANGED, meeting, changes={"place": (None, "Salla")})

    assert not [change for change in trail.history(foreign_meeting) if change.values.get("place") == [None, "Salla"]]


def test_the_database_holds_no_readable_value(coordinator, meeting):
    trail.record(coordinator, CHANGED, meeting, changes={"place": ("Marker7731", "Marker9942")})

    stored = bytes(Version.objects.unscoped("the test looks at the bytes").latest("pk").ciphertext)
    assert b"Marker7731" not in stored
    assert b"Marker9942" not in stored


def test_nothing_that_stayed_equal_is_kept(coordinator, meeting):
    before = Version.objects.unscoped("the test counts").count()

    trail.record(coordinator, CHANGED, meeting, changes={"place": ("Salla", "Salla")})

    assert Version.objects.unscoped("the test counts").count() == before
    assert last_entry().fields == []


# --- rows are only ever added ---

CHANGES = {
    "update by the model": lambda: entries().update(event="nothing"),
    "save by the model": lambda: entries()[0].save(),
    "delete by the model": lambda: entries().delete(),
    "delete of a row": lambda: entries()[0].delete(),
    "raw delete": lambda: entries()._raw_delete("default"),
    "bulk update": lambda: entries().bulk_update([entries()[0]], ["event"]),
    "update by hand": lambda: _by_hand("UPDATE audit_entry SET event = 'nothing'"),
    "delete by hand": lambda: _by_hand("DELETE FROM audit_entry"),
    "update of a checkpoint": lambda: _by_hand("UPDATE audit_seal SET previous = 'x'"),
    "delete of a checkpoint": lambda: _by_hand("DELETE FROM audit_seal"),
    "update of a version": lambda: _by_hand("UPDATE audit_version SET actor_words = 'x'"),
    "delete of a version": lambda: _by_hand("DELETE FROM audit_version"),
}
if_postgresql = {"truncate": lambda: _by_hand("TRUNCATE audit_entry"), "empty": lambda: _by_hand("TRUNCATE audit_seal")}
if_postgresql["forget"] = lambda: _by_hand("TRUNCATE audit_version")


def _by_hand(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def covered_entry(coordinator, meeting):
    from krat.audit import checkpoints

    trail.record(coordinator, CHANGED, meeting, changes={"place": ("Salla", "Salla tjetër")})
    checkpoints.take()


@pytest.mark.parametrize("way", CHANGES)
def test_an_entry_can_be_neither_changed_nor_removed(way, covered_entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CHANGES[way]()


@pytest.mark.parametrize("way", CHANGES)
def test_without_its_triggers_the_trail_could_be_changed(way, covered_entry):
    """The negative control: nothing else holds these ways up."""
    before = _stands()
    triggers.remove(connection)

    CHANGES[way]()

    triggers.install(connection)
    assert _stands() != before or way in ("save by the model", "bulk update")  # which write what stood there


def _stands() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, event, 'entry' FROM audit_entry UNION SELECT id, previous, 'other' FROM audit_seal"
            " UNION SELECT id, actor_words, 'version' FROM audit_version"
        )
        return sorted(cursor.fetchall(), key=str)


@pytest.mark.parametrize("way", if_postgresql)
def test_the_trail_cannot_be_truncated(way, covered_entry):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE.")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        if_postgresql[way]()


def test_the_start_is_refused_while_a_trigger_is_missing():
    name = "audit_entry_refuses_delete"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON audit_entry" if connection.vendor == "postgresql" else ""))

    found = [one for one in run_checks(databases=["default"]) if one.id == "krat.E020"]

    assert [one.msg for one in found] == [f"The trail is not guarded. Trigger {name} is missing."]
    triggers.install(connection)
    assert not [one for one in run_checks(databases=["default"]) if one.id == "krat.E020"]


def test_a_migration_brings_the_triggers_back(world):
    triggers.remove(connection)
    assert triggers.faults(connection)

    call_command("migrate", verbosity=0)

    assert triggers.faults(connection) == []


# --- seeing leaves an entry, and without an entry there is nothing to see ---


@probing
def test_opening_a_thing_leaves_an_entry_that_names_it(as_, meeting):
    as_("koordinator.durres").get(f"/probe/{meeting.code}/")

    entry = last_entry()
    assert (entry.event, entry.thing_code, entry.route) == (trail.SEEN, str(meeting.code), "probe")


@probing
def test_nothing_is_shown_when_the_entry_cannot_be_written(as_, meeting, monkeypatch):
    browser = as_("koordinator.durres", raise_request_exception=False)
    assert f"shown: {meeting.place}" in browser.get(f"/probe/{meeting.code}/").content.decode()

    def full_disk(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(rows, "insert", full_disk)
    answer = browser.get(f"/probe/{meeting.code}/")

    assert answer.status_code in (500, 503)
    assert meeting.place not in answer.content.decode()
    assert "disk full" not in answer.content.decode()


@probing
def test_nothing_is_shown_when_nobody_would_write_it_down(as_, meeting, access_logger_of):
    browser = as_("koordinator.durres", raise_request_exception=False)
    access_logger_of(None)

    answer = browser.get(f"/probe/{meeting.code}/")

    assert answer.status_code == 500
    assert "shown" not in answer.content.decode()


@probing
def test_a_refusal_is_written_down_after_the_rollback(as_, meeting):
    before = entries().filter(event=CHANGED).count()

    answer = as_("koordinator.durres").get(f"/probe/{meeting.code}/breaks-off/")

    assert answer.status_code == 403
    assert entries().filter(event=CHANGED).count() == before
    assert (last_entry().event, last_entry().fields) == (trail.FORBIDDEN, [str(meeting.code)])


@probing
def test_asking_for_a_foreign_thing_is_written_down(as_, foreign_meeting):
    answer = as_("koordinator.durres").get(f"/probe/{foreign_meeting.code}/")

    assert answer.status_code == 404
    assert (last_entry().event, last_entry().fields) == (trail.NOT_THERE, [str(foreign_meeting.code)])


@probing
def test_asking_for_a_missing_thing_is_written_down_alike(as_):
    code = uuid.uuid4()

    as_("koordinator.durres").get(f"/probe/{code}/")

    assert (last_entry().event, last_entry().fields) == (trail.NOT_THERE, [str(code)])


@probing
def test_somebody_without_a_seat_is_written_down(client, meeting, world):
    user = User.objects.create_user("pa.karrige", name="Shembull Pakarrige")
    client.force_login(user)

    answer = client.get(f"/probe/{meeting.code}/")

    assert answer.status_code == 403
    assert (last_entry().event, last_entry().actor) == (trail.NO_SEAT, user.code)


# --- signing in ---


def test_a_failed_sign_in_is_written_down_without_the_typed_name(client, world):
    client.post("/account/login/", {"login": "fjalekalimi-im-77", "password": "gabim-gabim-gabim"})

    entry = last_entry()
    assert (entry.event, entry.actor, entry.actor_words) == ("sign_in.failed", None, "")
    assert "fjalekalimi-im-77" not in json.dumps(list(entries().values()), default=str)


def test_a_failed_sign_in_of_a_known_person_names_the_account(client, world):
    client.post("/account/login/", {"login": "dpo", "password": "gabim-gabim-gabim"})

    entry = last_entry()
    assert (entry.event, entry.actor) == ("sign_in.failed", User.objects.get(username="dpo").code)


def test_signing_in_and_out_is_written_down(client, world):
    client.post("/account/login/", {"login": "dpo", "password": "krat-demo-2026"})
    client.post("/account/logout/")

    assert list(entries().values_list("event", flat=True).order_by("-pk")[:2]) == ["sign_in.went", "sign_in.came"]


def test_a_checkpoint_has_no_other_owner_than_the_trail():
    assert Checkpoint.view_right == Entry.view_right == "trail.view"
