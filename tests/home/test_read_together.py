"""All that a first page is made of is read by one statement, and nobody gets by it what no door would give."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from krat.access.together import Numbers
from krat.committee.models import Body, Institution
from krat.demo import make
from krat.home import waiting
from krat.home.waiting import FirstPage
from krat.people.models import Invitation, Seat
from krat.ui.waiting import Moments

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def everybody():
    """Somebody of each role, in each county."""
    seats = Seat.objects.unscoped("a test: whoever there is").active().for_request().exclude(role="system")
    return list({(one.role, one.county_id): one for one in seats.order_by("-pk")}.values())


@pytest.fixture
def busy(world, seat):
    """Something of everything that may wait."""
    worker, zva, head = seat("pmf.durres"), seat("zva.durres"), seat("njmf.durres")
    late = make.case(manager=worker, risk="immediate", due_at=ago(3))
    make.case()
    make.sent_change(late)
    make.referral(late, zva.institution, sent_at=ago(30))
    make.referral(make.case(manager=worker), zva.institution, state="accepted", accepted_by=zva)
    make.signal(seat("policia.durres"))
    for state in ("new", "done"):
        make.task(lead=zva.institution, state=state)
        make.task(lead=head.institution, state=state, supporting=[zva.institution])
    for state, due_on in (("verified", make.in_days(-5)), ("new", make.in_days(-2))):
        card = make.card(make.obstacle(late), state="decided")
        card.tasks.add(make.task(lead=zva.institution, state=state, due_on=due_on))
    coordinator = seat("koordinator.durres")
    make.seat("child_worker", Institution.objects.visible_to(coordinator).get(short_name="NJMF Krujë"))
    body = Body.objects.visible_to(coordinator).filter(kind="table").latest("year")
    make.meeting(body, held_on=make.in_days(-2), number=71)
    make.meeting(body, state="open", number=72)
    make.plan(year=timezone.localdate().year + 1, state="draft")
    Invitation.objects.unscoped("the test").create(
        token_hash="0" * 64,
        username="ftese.shembull",
        institution=zva.institution,
        role="education",
        starts_on=make.in_days(-3),
        invited_by=seat("admin"),
        expires_at=ago(-4),
        accepted_at=ago(2),
    )


def asked(rows):
    """What each door gives by itself, in its order where it has one."""
    if isinstance(rows, Numbers):
        return list(rows.queryset), bool(rows.queryset.query.order_by)
    ordered = rows.queryset.query.is_sliced or bool(rows.queryset.query.order_by)
    return [one.pk for one in rows.queryset], ordered


def alike(found):
    return sorted(found, key=repr)


def test_every_seat_gets_by_it_what_each_door_gives(busy):
    seen = set()
    for seat in everybody():
        page, at = FirstPage(seat), Moments.of_now()
        for name, read in waiting._reads().items():
            rows = read(seat, at)
            told = page.of(read)
            if rows is None:
                assert told == [], f"{seat.user} {name}"
                continue
            expected, is_ordered = asked(rows)
            got = told if isinstance(rows, Numbers) else [one.pk for one in told]
            if is_ordered:
                assert got == expected, f"{seat.user} {name}"
            assert alike(got) == alike(expected), f"{seat.user} {name}"
            seen |= {(name, bool(expected))}

    names = set(waiting._reads())
    assert {name for name in names if (name, True) in seen} == names  # somebody saw each of them,
    both = {name for name in names if {(name, True), (name, False)} <= seen}
    assert len(both) > len(names) // 2  # and of most somebody did not


def test_rows_are_read_as_their_own_queries_read_them(busy, seat):
    for username in ("pmf.durres", "zva.durres", "koordinator.durres", "prefekt.durres"):
        who = seat(username)
        page, at = FirstPage(who), Moments.of_now()
        for name, read in waiting._reads().items():
            rows = read(who, at)
            if rows is None or isinstance(rows, Numbers):
                continue
            own = {one.pk: one for one in rows.queryset}
            for one in page.of(read):
                for field in one._meta.concrete_fields:
                    there = getattr(own[one.pk], field.attname)
                    assert getattr(one, field.attname) == there, f"{name} {field.name}"


def test_it_is_one_statement_whoever_asks(busy):
    for seat in everybody():
        FirstPage(seat)  # put together for this role

        with CaptureQueriesContext(connection) as captured:
            FirstPage(seat)

        assert len(captured) == 1, seat.user


def test_one_seat_after_another_of_the_same_role_gets_its_own(busy, seat):
    """The statement is kept by role: no seat's values stay in it."""
    of = {
        username: {line.url for line in FirstPage(seat(username)).waiting()}
        for username in ("zva.durres", "zva.gjirokaster", "zva.durres")
    }

    again = {line.url for line in FirstPage(seat("zva.durres")).waiting()}
    assert of["zva.durres"] == again
    assert not of["zva.gjirokaster"] & again - {"/tasks/"}


def test_two_that_are_called_alike_would_be_found(monkeypatch):
    """Of two with one name only one would be read, and both kinds of lines be told of its rows."""
    several = [lambda seat, at: None, lambda seat, at: None]
    monkeypatch.setattr(waiting, "_lines", lambda: [(1, list, (one,)) for one in several])
    waiting._reads.cache_clear()

    with pytest.raises(TypeError, match="are called"):
        waiting._reads()
    monkeypatch.undo()
    waiting._reads.cache_clear()
