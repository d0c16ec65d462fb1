"""A list leaves one entry that names everything on it: each thing finds it, and whoever hides one is found out.

And what a request records is written together at its end, without what was undone on the way.
"""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from krat.access.views import door, needs
from krat.audit import checkpoints, rows, trail, triggers
from krat.audit.models import Entry, EntryThing, Version
from krat.urls import OTHERS_PAGES, handler400, handler403, handler404, handler500  # noqa: F401  this module is a URLconf
from krat.urls import urlpatterns as _all
from meetings.actions import CHANGED
from meetings.models import Meeting

pytestmark = pytest.mark.django_db
WHY = "the test reads the trail"


class Undone(Exception):
    """Something went wrong on the way."""


@needs("meetings.view")
def _list(request):
    """A page that shows every meeting of the seat, and of the first one its place."""
    found = list(Meeting.objects.visible_to(request.seat).order_by("pk"))
    request.shown += [*found, *found, (found[0], ["place"])]
    return HttpResponse("shown")


@needs("meetings.view")
def _opens(request, code):
    """A page of one meeting that shows the others beside it."""
    opened = door(request, Meeting, code)
    request.shown += list(Meeting.objects.visible_to(request.seat).exclude(pk=opened.pk).order_by("pk"))
    return HttpResponse("shown")


@needs("meetings.file")
def _records(request):
    """A page that records two things, and one in a savepoint that is undone."""
    meeting = Meeting.objects.visible_to(request.seat)[0]
    trail.record(request.seat, CHANGED, meeting, changes={"place": ("Salla 1", "Salla 2")})
    try:
        with transaction.atomic():
            trail.record(request.seat, CHANGED, meeting, changes={"place": ("Salla 2", "Salla e zhbërë")})
            raise Undone
    except Undone:
        pass
    if "refused" in request.GET:
        raise PermissionDenied("Not today.")
    with transaction.atomic():
        trail.record(request.seat, CHANGED, meeting, changes={"place": ("Salla 2", "Salla 3")})
    told = trail.history(meeting)[0].values["place"][1] if "history" in request.GET else "done"
    return HttpResponse(told)


urlpatterns = [
    path("probe/list/", _list, name="probe_list"),
    path("probe/opens/<uuid:code>/", _opens, name="probe_opens"),
    path("probe/records/", _records, name="probe_records"),
    path("", include(_all)),
]
probing = override_settings(ROOT_URLCONF=__name__)


def entries():
    return Entry.objects.unscoped(WHY).order_by("pk")


def things():
    return EntryThing.objects.unscoped(WHY).order_by("pk")


def last() -> int:
    newest = entries().last()
    return newest.pk if newest else 0


@pytest.fixture
def mine(seat):
    """The meetings that the coordinator sees, several."""
    found = list(Meeting.objects.visible_to(seat("koordinator.durres")).order_by("pk"))
    assert len(found) > 2
    return found


@pytest.fixture
def looked(as_, mine):
    """The entries of one look at the list."""
    browser, before = as_("koordinator.durres"), last()
    with override_settings(ROOT_URLCONF=__name__):
        assert browser.get("/probe/list/").content == b"shown"
    return list(entries().filter(pk__gt=before))


# --- one entry for a list ---


def test_a_list_leaves_one_entry_that_names_each_once(looked, mine):
    first, others = mine[0], mine[1:]
    by_fields = {tuple(one.fields): one for one in looked}

    assert len(looked) == 2  # of one the place was shown as well
    assert by_fields["place",].codes == [str(first.code)]
    assert by_fields[()].codes == [str(one.code) for one in others]
    assert {(one.thing_type, one.event) for one in looked} == {("meetings.meeting", trail.SEEN)}
    assert (by_fields["place",].thing_code, by_fields["place",].things) == (str(first.code), None)
    assert by_fields[()].thing_code == ""


@probing
def test_what_was_opened_by_its_own_address_stands_by_itself(as_, mine):
    """Whoever counts what somebody opened counts these, and no row of a list."""
    browser, before = as_("koordinator.durres"), last()

    browser.get(f"/probe/opens/{mine[1].code}/")

    opened, beside = entries().filter(pk__gt=before)
    assert (opened.thing_code, opened.things) == (str(mine[1].code), None)
    assert beside.codes == [str(one.code) for one in mine if one != mine[1]]


def test_it_is_found_from_each_of_them_and_from_nothing_else(looked, mine, seat):
    foreign = Meeting.objects.visible_to(seat("koordinator.gjirokaster"))[0]

    for meeting in mine:
        assert set(entries().filter(pk__gt=looked[0].pk - 1).about([meeting.code])) & set(looked)
        assert "koordinator.durres" in {one.actor_words.split(",")[0] for one in trail.viewers([meeting.code])}
    assert not set(entries().about([foreign.code])) & set(looked)


def test_the_data_protection_officer_finds_the_list_by_one_of_its_things(looked, mine, as_):
    several = next(one for one in looked if one.things)
    officer = as_("dpo")

    found = officer.get("/trail/", {"thing": str(mine[1].code)}).content.decode()
    alone = officer.get("/trail/", {"entry": str(several.pk)}).content.decode()

    assert f"?entry={several.pk}" in found
    assert f"× {len(several.things)}" in found
    assert all(str(code) in alone for code in several.things)


def test_an_officer_who_asks_for_no_number_is_told(as_):
    assert as_("dpo").get("/trail/", {"entry": "x"}).status_code == 200


@probing
def test_however_many_are_shown_the_trail_takes_as_many_statements(as_, mine, seat):
    browser = as_("koordinator.durres")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/probe/list/")

    written = [one["sql"] for one in queries.captured_queries if "audit_" in one["sql"]]
    assert len(written) == (1 if connection.vendor == "postgresql" else 2)


# --- nobody hides what was seen ---


def _tamper(deed) -> None:
    triggers.remove(connection)
    deed()
    triggers.install(connection)


WAYS = {
    "the way from one thing to the entry is cut": lambda: things().last().delete(),
    "the way leads from another thing": lambda: things().filter(pk=things().last().pk).update(thing_code="other"),
    "the way leads to another entry": lambda: (
        things().filter(pk=things().last().pk).update(entry=entries().exclude(pk=things().last().entry_id).last())
    ),
    "a way is added to an entry that names one": lambda: EntryThing(
        entry=entries().filter(things__isnull=True).last(), thing_code="other"
    ).save(),
    "a way is added twice": lambda: EntryThing(
        entry_id=things().last().entry_id, thing_code=things().last().thing_code
    ).save(),
    "one thing is left out of the entry": lambda: (
        entries()
        .filter(pk=things().last().entry_id)
        .update(things=[one.thing_code for one in things().filter(entry=things().last().entry_id)][:-1])
    ),
    "the entry forgets its things": lambda: entries().filter(pk=things().last().entry_id).update(things=None),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_covered", [True, False])
def test_whoever_hides_a_look_is_found_out(way, is_covered, looked):
    if is_covered:
        checkpoints.take()
    assert checkpoints.verify().is_whole

    _tamper(WAYS[way])

    assert not checkpoints.verify().is_whole


@pytest.mark.parametrize("verb", ["UPDATE audit_entrything SET thing_code = 'x'", "DELETE FROM audit_entrything"])
def test_the_ways_to_an_entry_are_only_ever_added(verb, looked):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


# --- written together, at the end of the request ---


def of_meetings(after: int) -> list[str]:
    return [one.event for one in entries().filter(pk__gt=after, event=CHANGED)]


@probing
def test_what_was_undone_on_the_way_is_not_written(as_, mine):
    before, versions = last(), Version.objects.unscoped(WHY).count()

    assert as_("koordinator.durres").get("/probe/records/").content == b"done"

    assert of_meetings(before) == [CHANGED, CHANGED]
    told = [one.values["place"][1] for one in trail.history(mine[0], limit=2)]
    assert told == ["Salla 3", "Salla 2"]
    assert Version.objects.unscoped(WHY).count() == versions + 2


@probing
def test_a_refused_request_writes_its_refusal_alone(as_):
    browser, before = as_("koordinator.durres"), last()

    assert browser.get("/probe/records/?refused=1").status_code == 403

    assert [one.event for one in entries().filter(pk__gt=before)] == [trail.FORBIDDEN]


@probing
def test_who_asks_for_a_history_within_the_request_sees_what_it_recorded(as_):
    assert as_("koordinator.durres").get("/probe/records/?history=1").content.decode() == "Salla 3"


@probing
def test_if_it_cannot_be_written_at_the_end_nothing_is_shown(as_, monkeypatch):
    browser, before = as_("koordinator.durres", raise_request_exception=False), last()

    def full_disk(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(rows, "insert", full_disk)
    answer = browser.get("/probe/records/")

    assert answer.status_code == 503
    assert b"done" not in answer.content
    assert last() == before


def test_outside_a_request_it_is_written_at_once(seat, mine):
    before = last()

    with transaction.atomic():
        trail.record(seat("koordinator.durres"), CHANGED, mine[0])
        assert of_meetings(before) == [CHANGED]
