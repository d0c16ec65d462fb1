"""The one door: whoever asks for rows of a scoped model without a seat is refused, by every way there is.

A way is a small function. The harness runs it and says whether the door refused it. Taking the door's question out must
make the harness report every one of them as open: then it can fail.
"""

import io
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.core import serializers
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import models, transaction
from django.db.models import Count, Prefetch, ProtectedError, prefetch_related_objects
from django.test.utils import isolate_apps

from krat.access.scoping import CheckedModel, ScopedQuerySet, Stale, UnscopedQuery, hold, settle
from krat.committee.models import Body, Institution
from meetings.models import AgendaItem, Meeting

pytestmark = pytest.mark.django_db


async def _listed(rows: Any) -> list[Any]:
    return [row async for row in rows]


class _Choice(forms.Form):
    meeting = forms.ModelChoiceField(Meeting.objects.all())


class _MeetingForm(forms.ModelForm):
    class Meta:
        model = Meeting
        fields = ["body", "place"]


# Each gets a queryset that nobody was named for, a row of it, and the same rows through the door.
QUERYSET_WAYS: dict[str, Callable[[Any, Meeting, Any], Any]] = {
    "iteration": lambda rows, one, named: [row.pk for row in rows],
    "list": lambda rows, one, named: list(rows),
    "bool": lambda rows, one, named: bool(rows),
    "len": lambda rows, one, named: len(rows),
    "repr": lambda rows, one, named: repr(rows),
    "in": lambda rows, one, named: one in rows,
    "pickle": lambda rows, one, named: pickle.dumps(rows),
    "index": lambda rows, one, named: rows.order_by("pk")[0],
    "slice": lambda rows, one, named: list(rows.order_by("pk")[:2]),
    "step": lambda rows, one, named: rows.order_by("pk")[::2],
    "count": lambda rows, one, named: rows.count(),
    "exists": lambda rows, one, named: rows.exists(),
    "first": lambda rows, one, named: rows.first(),
    "last": lambda rows, one, named: rows.order_by("pk").last(),
    "earliest": lambda rows, one, named: rows.earliest("held_on"),
    "latest": lambda rows, one, named: rows.latest("held_on"),
    "get": lambda rows, one, named: rows.get(pk=one.pk),
    "in_bulk": lambda rows, one, named: rows.in_bulk(),
    "in_bulk by id": lambda rows, one, named: rows.in_bulk([one.pk]),
    "values": lambda rows, one, named: list(rows.values("place")),
    "values_list": lambda rows, one, named: list(rows.values_list("place", flat=True)),
    "only": lambda rows, one, named: list(rows.only("place")),
    "defer": lambda rows, one, named: list(rows.defer("place")),
    "distinct": lambda rows, one, named: list(rows.values("place").distinct()),
    "annotate": lambda rows, one, named: list(rows.annotate(how_many=Count("items"))),
    "select_related": lambda rows, one, named: list(rows.select_related("body")),
    "iterator": lambda rows, one, named: list(rows.iterator()),
    "iterator of values": lambda rows, one, named: list(rows.values("place").iterator(chunk_size=10)),
    "aiterator": lambda rows, one, named: async_to_sync(_listed)(rows.aiterator()),
    "async for": lambda rows, one, named: async_to_sync(_listed)(rows),
    "acount": lambda rows, one, named: async_to_sync(rows.acount)(),
    "aexists": lambda rows, one, named: async_to_sync(rows.aexists)(),
    "afirst": lambda rows, one, named: async_to_sync(rows.afirst)(),
    "aget": lambda rows, one, named: async_to_sync(rows.aget)(pk=one.pk),
    "aggregate": lambda rows, one, named: rows.aggregate(Count("pk")),
    "contains": lambda rows, one, named: rows.contains(one),
    "update": lambda rows, one, named: rows.update(place="elsewhere"),
    "delete": lambda rows, one, named: rows.delete(),
    "explain": lambda rows, one, named: rows.explain(),
    "raw": lambda rows, one, named: list(rows.raw("SELECT * FROM meetings_meeting")),
    "dates": lambda rows, one, named: list(rows.dates("held_on", "year")),
    "select_for_update": lambda rows, one, named: list(rows.select_for_update()),
    "get_or_create": lambda rows, one, named: rows.get_or_create(pk=one.pk),
    "update_or_create": lambda rows, one, named: rows.update_or_create(pk=one.pk, defaults={"place": "elsewhere"}),
    "bulk_update": lambda rows, one, named: rows.bulk_update([one], ["place"]),
    "condition of another query": lambda rows, one, named: list(named.filter(pk__in=rows)),
    "condition by values": lambda rows, one, named: list(named.filter(pk__in=rows.values("pk"))),
    "excluded by another query": lambda rows, one, named: list(named.exclude(pk__in=rows)),
    "condition of an open model": lambda rows, one, named: list(_kinds().filter(pk__in=rows.values("kind"))),
    "union, left": lambda rows, one, named: list(rows.union(named)),
    "union, right": lambda rows, one, named: list(named.union(rows)),
    "intersection, left": lambda rows, one, named: list(rows.intersection(named)),
    "intersection, right": lambda rows, one, named: list(named.intersection(rows)),
    "difference, left": lambda rows, one, named: list(rows.difference(named)),
    "difference, right": lambda rows, one, named: list(named.difference(rows)),
    "or, left": lambda rows, one, named: list(rows | named),
    "or, right": lambda rows, one, named: list(named | rows),
    "and, left": lambda rows, one, named: list(rows & named),
    "and, right": lambda rows, one, named: list(named & rows),
    "xor, left": lambda rows, one, named: list(rows ^ named),
    "xor, right": lambda rows, one, named: list(named ^ rows),
    "choices of a field": lambda rows, one, named: list(forms.ModelChoiceField(rows).choices),
    "cleaning of a choice": lambda rows, one, named: forms.ModelChoiceField(rows).clean(str(one.pk)),
    "cleaning of several choices": lambda rows, one, named: forms.ModelMultipleChoiceField(rows).clean([str(one.pk)]),
    "serializer": lambda rows, one, named: serializers.serialize("json", rows),
}

# Each gets a row that came through the door as Django fetched it, with nothing read along, and the rows of its seat.
OTHER_WAYS: dict[str, Callable[[Meeting, Any], Any]] = {
    "default manager": lambda one, named: list(Meeting._default_manager.all()),
    "base manager": lambda one, named: list(Meeting._base_manager.all()),
    "manager of a database": lambda one, named: Meeting.objects.db_manager("default").count(),
    "rows of a row": lambda one, named: list(one.items.all()),
    "count of the rows of a row": lambda one, named: one.items.count(),
    "many to many": lambda one, named: list(_task_rows()),
    "forward key": lambda one, named: str(one.body),
    "prefetch": lambda one, named: list(named.prefetch_related("items")),
    "prefetch of a forward key": lambda one, named: list(named.prefetch_related("body")),
    "prefetch with open rows": lambda one, named: list(
        named.prefetch_related(Prefetch("items", queryset=AgendaItem.objects.all()))
    ),
    "prefetch afterwards": lambda one, named: prefetch_related_objects([one], "items"),
    "form": lambda one, named: _Choice().as_p(),
    "form that was sent": lambda one, named: _Choice({"meeting": one.pk}).is_valid(),
    "model form": lambda one, named: _MeetingForm().as_p(),
    "model form that was sent": lambda one, named: _MeetingForm(
        {"body": one.body_id, "place": "here"}, instance=one
    ).is_valid(),
    "dumpdata": lambda one, named: call_command("dumpdata", "meetings.meeting", stdout=io.StringIO(), traceback=True),
    "dumpdata of everything": lambda one, named: call_command(
        "dumpdata", "meetings.meeting", use_base_manager=True, stdout=io.StringIO(), traceback=True
    ),
    "deleting a row": lambda one, named: one.delete(),
    "next of a row": lambda one, named: one.get_next_by_held_on(),
}


def _kinds() -> Any:
    from krat.reference.models import Term

    return Term.objects.all()


def _task_rows() -> Any:
    from meetings.models import Decision

    return Decision(pk=1).tasks.all()


def how_it_went(way: Callable[..., Any], *arguments: Any) -> str:
    """``refused`` by the door, or what happened instead: ``open``, or the name of another error."""
    try:
        with transaction.atomic():
            way(*arguments)
            transaction.set_rollback(True)
    except UnscopedQuery:
        return "refused"
    except Exception as mistake:  # whatever it is, the door did not refuse
        return type(mistake).__name__
    return "open"


@pytest.fixture
def named(seat):
    """The meetings of a coordinator."""
    return Meeting.objects.visible_to(seat("koordinator.durres")).order_by()


@pytest.fixture
def one(named):
    """A meeting that came through the door alone, without its body."""
    return named[0]


# --- nobody was named ---


@pytest.mark.parametrize("way", QUERYSET_WAYS)
def test_rows_refuse_themselves_to_nobody(way, one, named):
    assert how_it_went(QUERYSET_WAYS[way], Meeting.objects.all(), one, named) == "refused"


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_what_leads_to_rows_refuses_nobody_too(way, one, named):
    assert how_it_went(OTHER_WAYS[way], one, named) == "refused"


# Two ways meet a row that is held by others; that is the database's refusal, not the door's.
_HELD = {"delete", "deleting a row"}


@pytest.mark.parametrize("way", QUERYSET_WAYS)
def test_an_ordinary_queryset_leaks_by_every_way(way, one, named, monkeypatch):
    monkeypatch.setattr(ScopedQuerySet, "_ask", lambda rows: None)  # for the bodies that a meeting's words name
    plain = models.QuerySet(model=Meeting)
    doors = plain.filter(pk__gt=0)

    found = how_it_went(QUERYSET_WAYS[way], plain, one, doors)

    assert found == (ProtectedError.__name__ if way in _HELD else "open")


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_without_the_question_every_way_leaks(way, one, named, monkeypatch):
    monkeypatch.setattr(ScopedQuerySet, "_ask", lambda rows: None)

    found = how_it_went(OTHER_WAYS[way], one, named)

    # A table with one meeting a day may have no next one: then the way was open and found nothing.
    assert found in ({ProtectedError.__name__} if way in _HELD else {"open", "DoesNotExist"})


def test_a_way_through_the_door_is_open(one, named):
    assert how_it_went(QUERYSET_WAYS["list"], named, one, named) == "open"


def test_the_refusal_says_what_to_write():
    with pytest.raises(UnscopedQuery, match=r"Who is asking\? Write Meeting\.objects\.visible_to\(seat\)"):
        Meeting.objects.count()


@pytest.mark.parametrize("model", [Meeting, AgendaItem, Institution, Body], ids=lambda model: model.__name__)
def test_every_kind_of_row_refuses_itself(model):
    with pytest.raises(UnscopedQuery):
        list(model.objects.all())


# --- what Django itself needs, and gets ---


def test_nothing_may_be_handed_to_anyone():
    assert list(Meeting.objects.none()) == []
    assert Meeting.objects.none().count() == 0


def test_a_row_one_holds_may_be_read_again(one):
    Meeting.objects.unscoped("the test changes it behind its back").filter(pk=one.pk).update(place="Tjetër vend")

    one.refresh_from_db()

    assert one.place == "Tjetër vend"


def test_a_row_one_holds_may_be_checked_and_saved(one):
    one.place = "Salla e re"

    one.full_clean()
    one.save()

    again = Meeting.objects.unscoped("the test looks").get(pk=one.pk)
    assert again.place == "Salla e re"


@isolate_apps("krat.committee")
def test_an_open_model_that_points_here_may_be_checked(seat):
    class Pointer(CheckedModel):
        institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "committee"

    Pointer(institution_id=seat("zva.durres").institution_id).full_clean()


@isolate_apps("krat.committee")
def test_an_open_model_of_the_ordinary_kind_could_not_be_checked(seat):
    class Pointer(models.Model):
        institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "committee"

        def __str__(self) -> str:
            return ""

    with pytest.raises(UnscopedQuery):
        Pointer(institution_id=seat("zva.durres").institution_id).full_clean()


def test_checking_a_row_leaves_the_door_shut_behind_it(one):
    one.full_clean()

    with pytest.raises(UnscopedQuery):
        Meeting.objects.count()


def test_a_reason_is_needed_to_pass_the_door_by():
    with pytest.raises(ValueError, match="why"):
        Meeting.objects.unscoped("")


# --- who sees what ---


def test_a_coordinator_finds_the_meetings_of_the_own_county_only(seat):
    mine = Meeting.objects.visible_to(seat("koordinator.durres")).select_related("body__county")

    assert {meeting.body.county.code for meeting in mine} == {"AL-02"}


def test_an_administrator_finds_no_meeting(seat):
    assert not Meeting.objects.visible_to(seat("admin")).exists()


def test_a_name_stays_with_every_copy_of_the_query(named):
    assert named.filter(pk__gt=0).exclude(pk=0).order_by("pk").distinct()._is_named


# --- writing is looked at again ---


def _foreign_body() -> Body:
    bodies = Body.objects.unscoped("the test looks for another county's body").select_related("county")
    return bodies.filter(county__code="AL-05").order_by("-year")[0]


def test_what_is_written_outside_the_reach_is_rolled_back(seat, one):
    coordinator = seat("koordinator.durres")
    everything = Meeting.objects.unscoped("the test counts")
    before = everything.count()
    body = _foreign_body()
    meeting = Meeting(body=body, kind_id=one.kind_id, year=body.year, number=900, held_on=body.starts_on, place="Larg")

    with pytest.raises(PermissionDenied), transaction.atomic():
        settle(meeting, by=coordinator, right="meetings.file")

    assert everything.all().count() == before


def test_a_row_cannot_be_moved_out_of_the_reach(seat, one):
    one.body, one.number = _foreign_body(), 901

    with pytest.raises(PermissionDenied), transaction.atomic():
        settle(one, by=seat("koordinator.durres"), right="meetings.file")

    again = Meeting.objects.unscoped("the test looks").select_related("body__county").get(pk=one.pk)
    assert again.body.county.code == "AL-02"


def test_what_is_written_within_the_reach_stays(seat, one):
    one.held_on += timedelta(days=0)
    before = one.version

    settle(one, by=seat("koordinator.durres"), right="meetings.file")

    assert Meeting.objects.unscoped("the test looks").get(pk=one.pk).version == before + 1


def test_an_edit_that_is_based_on_an_old_version_is_stale(seat, one):
    settle(hold(one), by=seat("koordinator.durres"), right="meetings.file")

    with pytest.raises(Stale) as stale, transaction.atomic():
        hold(one, based_on=one.version)

    assert stale.value.current.version == one.version + 1


def test_an_edit_that_is_based_on_the_present_version_is_held(one):
    with transaction.atomic():
        assert hold(one, based_on=one.version) == one
