"""All that belongs to a case is read by one statement, and nobody gets by it what no door would give."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import (
    AidPart,
    Assignment,
    CounsellingPart,
    Identity,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    StageDeadline,
)
from cases.views.whole import read_whole
from krat.access import together
from krat.demo import make
from krat.people.models import Seat

pytestmark = pytest.mark.django_db

KINDS = {
    "identity": Identity,
    "deadlines": StageDeadline,
    "school": SchoolPart,
    "aid": AidPart,
    "counselling": CounsellingPart,
    "referrals": Referral,
    "obstacles": Obstacle,
    "notes": Note,
    "sent": SentChange,
    "own_place": Assignment,
}


@pytest.fixture
def case(seat):
    worker = seat("pmf.durres")
    case = make.case(manager=worker, first_name="Shembulla", last_name="Çupaj", birth_year="2013", risk="high")
    make.school_part(case)
    make.aid_part(case)
    make.counselling_part(case)
    make.referral(case)
    make.referral(case, seat("zva.durres").institution, state="accepted")
    make.card(make.obstacle(case), state="decided")
    make.obstacle(case)
    make.sent_change(case)
    for _one in range(3):
        make.note(case, worker)
    make.note(case, worker, is_sensitive=True)
    make.note(case, seat("njmf.durres"), is_sensitive=True)
    make.assignment(case, seat("pmf2.durres"))
    return case


def told(whole, name):
    rows = getattr(whole, name)
    return rows if isinstance(rows, list) else [one for one in [rows] if one is not None]


def everybody():
    return list(Seat.objects.unscoped("a test: whoever there is").for_request().exclude(role="system"))


def test_every_seat_gets_by_it_what_each_door_gives(case, world):
    seen = set()
    for seat in everybody():
        whole = read_whole(seat, case)
        for name, model in KINDS.items():
            rows = model.objects.visible_to(seat).filter(case=case)
            rows = rows.filter(seat=seat, ended_at=None) if model is Assignment else rows
            expected = sorted(rows.values_list("pk", flat=True))
            assert sorted(one.pk for one in told(whole, name)) == expected, f"{seat.user} {name}"
            seen |= {(name, bool(expected))}

    assert {(name, True) for name in KINDS} <= seen  # somebody saw each of them,
    assert {(name, False) for name in KINDS} <= seen  # and somebody did not


def test_one_seat_after_another_of_the_same_role_gets_its_own(case, seat):
    another = make.case(manager=seat("pmf2.durres"), first_name="Dytaprova")

    mine = read_whole(seat("pmf.durres"), case)
    foreign = read_whole(seat("pmf.gjirokaster"), case)
    theirs = read_whole(seat("pmf2.durres"), another)

    assert mine.identity.data["last_name"] == "Çupaj"
    assert foreign.identity is None
    assert foreign.parts == foreign.notes == []
    assert theirs.identity.data["first_name"] == "Dytaprova"


def test_rows_are_read_as_their_own_queries_read_them(case, seat):
    worker = seat("pmf.durres")
    whole = read_whole(worker, case)

    for name in ("deadlines", "referrals", "obstacles", "notes", "sent"):
        for one in told(whole, name):
            again = type(one).objects.visible_to(worker).get(pk=one.pk)
            for field in one._meta.concrete_fields:
                read, there = getattr(one, field.attname), getattr(again, field.attname)
                assert read == there, f"{name} {field.name}"
    assert whole.manager.seat.user == worker.user
    assert whole.referrals[0].receiver.short_name
    assert [one.card is None for one in whole.obstacles] == [False, True]


def test_notes_are_the_latest_ones(case, seat):
    worker = seat("pmf.durres")
    for day in range(12):
        make.note(case, worker, happened_on=make.in_days(-40 - day))

    whole = read_whole(worker, case)

    expected = Note.objects.visible_to(worker).filter(case=case)[:10]
    assert [one.pk for one in whole.notes] == [one.pk for one in expected]


def test_it_is_one_statement(case, seat):
    worker = seat("pmf.durres")
    read_whole(worker, case)

    with CaptureQueriesContext(connection) as captured:
        read_whole(worker, case)

    assert len(captured) == 1


def test_nobody_named_nothing_read():
    with pytest.raises(Exception, match="Who is asking"):
        together.Together(lambda seat, **ids: {"notes": together.Rows(Note.objects.all())}).read(everybody()[0])


def test_a_statement_that_is_not_the_same_for_all_is_not_kept(case):
    def looks_into_it(seat, *, case):
        return {"notes": together.Rows(Note.objects.visible_to(seat).filter(case=abs(case) % 7, pk=case))}

    def forgets_it(seat, *, case):
        return {"notes": together.Rows(Note.objects.visible_to(seat))}

    worker = next(one for one in everybody() if one.user.username == "pmf.durres")
    for build in (looks_into_it, forgets_it):
        with pytest.raises(together.NotAlike):
            together.Together(build).read(worker, case=case.pk)
