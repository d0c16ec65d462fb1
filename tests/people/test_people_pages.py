"""People and their seats: who is shown to whom, and how a seat and its sessions end."""

import pytest

from krat.demo import make
from krat.people.models import Seat
from tests.ui.html_client import (
    again,
    entries,
    person,  # noqa: F401  a fixture
    rows,
    url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(person):  # noqa: F811
    return person("admin")


def test_the_coordinator_sees_the_people_of_the_county(person, world):  # noqa: F811
    names = {
        seat.user.username
        for seat in person("koordinator.durres").look(url("people:list")).response.context["found"].rows
    }

    assert "zva.durres" in names
    assert not [name for name in names if name.endswith(".gjirokaster")]


def test_the_administrator_sees_everybody(admin):
    names = {seat.user.username for seat in admin.look(url("people:list")).response.context["found"].rows}

    assert {"zva.durres", "zva.gjirokaster", "dpo"} <= names


def test_the_border_police_sees_no_people(person, seat):  # noqa: F811
    border = person("kufi.durres")

    assert border.get(url("people:list")).status == 403
    assert border.get(url("people:seat", seat("zva.durres"))).status == 403


def test_a_seat_shows_where_and_since_when_and_the_persons_other_seats(admin, seat):
    one = seat("zva.durres")
    other = make.seat("ngo", user=one.user)

    shown = admin.look(url("people:seat", one))

    assert one.institution.name in shown.text
    assert url("people:seat", other) in shown.links


def test_a_foreign_seat_is_not_there(person, seat):  # noqa: F811
    assert person("koordinator.gjirokaster").get(url("people:seat", seat("zva.durres"))).status == 404


def test_the_coordinator_ends_no_seat(person, seat):  # noqa: F811
    one = seat("zva.durres")

    assert person("koordinator.durres").post(url("people:seat_end", one)).status == 403
    assert person("koordinator.durres").post(url("people:sessions_end", one)).status == 403
    assert again(one).ended_at is None


def test_ending_a_seat_cuts_the_next_request_in_every_session(admin, person, seat):  # noqa: F811
    sessions = [person("zva.durres"), person("zva.durres")]
    one = seat("zva.durres")
    for session in sessions:
        assert session.get("/").status == 200

    admin.press(url("people:seat", one), url("people:seat_end", one))

    for session in sessions:
        assert session.get("/").status == 403
        assert session.get(url("plan:tasks")).status == 403
    assert entries("people.seat_ended", one)


def test_a_seat_ends_once(admin, seat):
    one = seat("zva.durres")
    for _again in range(2):
        admin.post(url("people:seat_end", one))

    assert len(entries("people.seat_ended", one)) == 1


def test_the_administrator_does_not_end_the_own_seat(admin, seat):
    one = seat("admin")

    answer = admin.post(url("people:seat_end", one))

    assert "Nobody ends their own seat" in admin.follow(answer).text
    assert again(one).ended_at is None


def test_an_ended_seat_leaves_the_list_and_stays_to_be_read(admin, seat):
    one = seat("zva.durres")
    admin.post(url("people:seat_end", one))

    assert url("people:seat", one) not in admin.look(url("people:list")).links
    assert admin.get(url("people:seat", one)).status == 200


def test_ended_sessions_lead_to_sign_in_and_the_seat_stays(admin, person, seat):  # noqa: F811
    one, session, other = seat("zva.durres"), person("zva.durres"), person("kufi.durres")
    session.look("/")

    answer = admin.press(url("people:seat", one), url("people:sessions_end", one))

    assert answer.leads_to == url("people:seat", one)
    assert session.get("/").leads_to.startswith("/account/login/")
    assert other.get("/").status == 200
    assert again(one).ended_at is None
    assert entries("people.sessions_ended", one.user)


@pytest.mark.parametrize("query", ["?role=police", "?role=nobody", "?institution=abc"])
def test_the_list_is_narrowed_by_what_makes_sense(admin, query):
    found = admin.look(url("people:list") + query).response.context["found"]

    if query == "?role=police":
        assert {row.role for row in found.rows} == {"police"}
    else:
        assert found.filters.errors


def test_ones_own_account_shows_the_own_seats_only(person, seat):  # noqa: F811
    shown = person("zva.durres").look(url("people:account"))

    assert "ZVA Durrës" in shown.text
    assert rows(Seat).count() > 5
    assert "Policia Kufitare" not in shown.text
