"""What is read together by one statement: limits, orders, moments, numbers. Doors: `tests/cases/test_whole.py`."""

import datetime

import pytest
from django.db import connection
from django.db.models import Count, F, Max, Q, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from krat.access.together import NotAlike, Numbers, Rows, Together
from krat.demo import make
from krat.plan.models import Task
from meetings.models import Meeting

pytestmark = pytest.mark.django_db


def test_the_first_so_many_come_in_their_order_each_kind_in_its_own(seat):
    zva = seat("zva.durres")
    for days in (5, 1, 9, 3):
        make.task(lead=zva.institution, due_on=make.in_days(days))
    latest = Task.objects.visible_to(zva).open().order_by("-due_on", "pk")
    urgent = Task.objects.visible_to(zva).for_list()[:3]
    both = Together(
        lambda asking: {
            "latest": Rows(Task.objects.visible_to(asking).open().order_by("-due_on", "pk")),
            "urgent": Rows(Task.objects.visible_to(asking).for_list()[:3], {"lead": ("short_name",)}),
        }
    )

    both.read(zva)
    with CaptureQueriesContext(connection) as captured:
        found = both.read(zva)
        assert all(one.lead.short_name for one in found["urgent"])

    assert len(captured) == 1
    assert [one.pk for one in found["latest"]] == [one.pk for one in latest]
    assert [one.pk for one in found["urgent"]] == [one.pk for one in urgent]
    assert len(found["urgent"]) == 3


def test_moments_are_those_of_each_reading_also_within_an_order(seat):
    worker = seat("pmf.durres")
    now = timezone.now()
    cases = {days: make.case(manager=worker, due_at=now + datetime.timedelta(days=days)) for days in (1, 5)}
    late = Together(
        lambda asking, *, now: {
            "late": Rows(
                Case.objects.visible_to(asking)
                .filter(due_at__lt=now, pk__in=[one.pk for one in cases.values()])
                .by_urgency(now)[:9]
            )
        }
    )

    told = {days: late.read(worker, now=now + datetime.timedelta(days=days))["late"] for days in (0, 2, 9)}

    assert [one.pk for one in told[0]] == []
    assert [one.pk for one in told[2]] == [cases[1].pk]
    with_both = Case.objects.visible_to(worker).filter(pk__in=[one.pk for one in cases.values()])
    assert [one.pk for one in told[9]] == [one.pk for one in with_both.by_urgency(now + datetime.timedelta(days=9))]


def test_numbers_are_told_by_their_names(seat):
    coordinator = seat("koordinator.durres")

    def rows(asking):
        held = Q(state=Meeting.State.HELD)
        visible = Meeting.objects.visible_to(asking).order_by()
        return visible.values("body__kind").annotate(last=Max("held_on", filter=held), n=Count("pk"))

    found = Together(lambda asking: {"numbers": Numbers(rows(asking))}).read(coordinator)["numbers"]

    in_order = sorted(rows(coordinator), key=lambda one: one["body__kind"])
    assert sorted(found, key=lambda one: one["body__kind"]) == in_order
    assert any(isinstance(one["last"], datetime.date) for one in found)


NOT_SO = {
    "what is reckoned from a moment": lambda asking, *, now: Rows(
        Case.objects.visible_to(asking).filter(due_at__lt=now + datetime.timedelta(days=1))
    ),
    "the time itself": lambda asking, *, now: Rows(
        Case.objects.visible_to(asking).filter(due_at__lt=timezone.now(), changed_at__lt=now)
    ),
}


@pytest.mark.parametrize("what", NOT_SO)
def test_nothing_that_changes_by_itself_is_kept(seat, what):
    together = Together(lambda asking, *, now: {"cases": NOT_SO[what](asking, now=now)})

    with pytest.raises(NotAlike):
        together.read(seat("pmf.durres"), now=timezone.now())


def test_whoever_reads_a_kind_of_value_that_json_changes_is_refused(seat):
    lasting = Numbers(
        Case.objects.visible_to(seat("njmf.durres")).annotate(lasts=F("due_at") - Value(timezone.now())).values("lasts")
    )

    with pytest.raises(TypeError, match="DurationField"):
        Together(lambda asking: {"lasting": lasting}).read(seat("njmf.durres"))
