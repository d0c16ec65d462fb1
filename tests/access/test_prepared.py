"""Queries prepared once: nobody is answered with another's values; what cannot be prepared is asked as it stands."""

import uuid

import pytest
from django.db import connection
from django.db.models import DateTimeField, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from krat.access.prepared import Prepared
from krat.access.scoping import UnscopedQuery
from krat.committee.models import Institution
from krat.demo import make
from meetings.models import Meeting

pytestmark = pytest.mark.django_db
WHY = "the test compares"
PEOPLE = ("njmf.durres", "pmf.durres", "njmf.gjirokaster", "shssh.durres", "prefekt.durres", "admin")


@pytest.mark.parametrize("order", [1, -1])
def test_each_seat_gets_its_own_rows_whoever_asked_before(seat, order):
    own = Prepared(lambda asking: Case.objects.visible_to(asking).select_related("holder").order_by("pk"))
    seats = [seat(name) for name in PEOPLE][::order]

    for _again in range(2):
        for asking in seats:
            assert own.rows(asking) == list(Case.objects.visible_to(asking).order_by("pk"))
    assert len({tuple(one.pk for one in own.rows(asking)) for asking in seats}) > 2


def test_the_text_is_made_once_and_what_it_gives_is_whole(seat):
    made = []

    def build(asking, codes):
        made.append(1)
        return Meeting.objects.visible_to(asking).select_related("body").filter(code__in=codes)

    asking, prepared = seat("koordinator.durres"), Prepared(build)
    wanted = list(Meeting.objects.visible_to(asking).order_by("pk")[:2])
    codes = [one.code for one in wanted]

    first = prepared.rows(asking, codes)
    with CaptureQueriesContext(connection) as queries:
        second = prepared.rows(asking, codes[::-1])
        names = [one.body.code for one in second]

    assert len(made) == 2  # to be compared
    assert prepared.is_prepared(asking, codes)
    assert set(first) == set(second) == set(wanted)
    assert all(names)
    assert len(queries) == 1


def test_as_many_values_as_there_are(seat):
    prepared = Prepared(lambda asking, codes: Meeting.objects.visible_to(asking).filter(code__in=codes))
    asking = seat("koordinator.durres")
    codes = [one.code for one in Meeting.objects.visible_to(asking)]

    for many in (1, 2, 3, 0, 2):
        assert {one.code for one in prepared.rows(asking, codes[:many])} == set(codes[:many])


def test_a_seat_of_another_role_is_asked_anew(seat):
    """One text for all would show a worker what the head of the unit may see."""
    own = Prepared(lambda asking: Case.objects.visible_to(asking).order_by("pk"))
    alone = make.case(manager=seat("njmf.durres"))

    assert alone in own.rows(seat("njmf.durres"))
    assert alone not in own.rows(seat("pmf.durres"))


def _of(**wanted):
    return Institution.objects.unscoped(WHY).filter(**wanted)


NOT_SO = {
    "a value is cut on its way": lambda code: _of(code=code[:9]),
    "a part of a value is asked for": lambda code: _of(code__startswith=code[:5]),
    "a value stands within a pattern": lambda code: _of(code__startswith=code),
    "a value is only looked at": lambda code: _of(code__in=["AL-02-ZVA"] if code == "AL-02-ZVA" else []),
    "a clock is read within": lambda code: _of(code=code).annotate(now=Value(timezone.now())),
    "a day is read within": lambda code: _of(code=code, seats__starts_on__lte=timezone.localdate()).distinct(),
    "a row is read within": lambda code: _of(code=code, kind__in=[_of(code="AL-02-ZVA").get().kind_id]),
    "more is fetched beside it": lambda code: _of(code=code).prefetch_related("territories"),
}


@pytest.mark.parametrize("name", NOT_SO)
def test_what_cannot_be_prepared_is_asked_as_it_stands(name):
    prepared = Prepared(NOT_SO[name])

    for code in ("AL-02-ZVA", "AL-05-ZVA", "AL-02-NJMF-DURRES"):
        assert set(prepared.rows(code)) == set(NOT_SO[name](code))
        assert not prepared.is_prepared(code)


def test_a_moment_stands_where_it_belongs(time_machine):
    prepared = Prepared(lambda now, code: _of(code=code).annotate(now=Value(now, DateTimeField())).filter(now=now))
    now = timezone.now()

    assert [one.code for one in prepared.rows(now, "AL-02-ZVA")] == ["AL-02-ZVA"]


def test_the_door_is_asked(seat):
    with pytest.raises(UnscopedQuery):
        Prepared(lambda code: Case.objects.filter(code=code)).rows(uuid.uuid4())


def test_nothing_is_found_where_nobody_may(seat):
    own = Prepared(lambda asking: Case.objects.visible_to(asking))

    assert own.rows(seat("admin")) == []
    assert own.rows(seat("njmf.durres")) != []


def test_what_every_request_of_a_machine_asks_is_prepared(seat):
    """Else a change of the door would make it slow again, and nobody would see it."""
    from cases.api import cases as api
    from krat.api import auth

    asking, now = make.seat("system", institution=seat("njmf.durres").institution), timezone.now()
    questions = [
        (auth._BEHIND_A_TOKEN, ("0" * 64, now), ()),
        (api._PAGE, (asking, 0), (51,)),
        (api._PEOPLE, (asking, [1, 2, 3]), ()),
        (api._HELD, (asking, "kartela-1"), ()),
    ]

    for prepared, values, words in questions:
        prepared.rows(*values, words=words)
        assert prepared.is_prepared(*values, words=words), values
