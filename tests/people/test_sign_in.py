"""Signing in: by invitation only, for a while only, through one seat at a time, and slowly for whoever guesses."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from krat.audit.models import Entry
from krat.committee.models import Institution
from krat.people import actions
from krat.people.models import Seat, User
from meetings.models import Meeting

pytestmark = pytest.mark.django_db

PASSWORD = "krat-demo-2026"
SIGN_IN = "/account/login/"


def sign_in(browser: Client, username: str, password: str = PASSWORD):
    return browser.post(SIGN_IN, {"login": username, "password": password})


def is_signed_in(browser: Client) -> bool:
    answer = browser.get("/account/")
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def body_of(answer) -> str:
    """What a page says, without what differs on every page: its one-time tokens."""
    return re.sub(r'value="[\w:.-]{40,}"', "", answer.content.decode())


def later(**much: int):
    return time_machine.travel(timezone.now() + timedelta(**much), tick=False)


# --- coming in ---


def test_a_person_signs_in_with_user_name_and_password(client, world):
    answer = sign_in(client, "koordinator.durres")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_a_wrong_password_signs_nobody_in(client, world):
    sign_in(client, "koordinator.durres", "nje fjali krejt tjeter")

    assert not is_signed_in(client)


def test_an_unknown_name_and_a_wrong_password_look_alike(client, world):
    wrong = sign_in(client, "koordinator.durres", "nje fjali krejt tjeter")
    unknown = sign_in(Client(), "askush.askund", "nje fjali krejt tjeter")

    assert wrong.status_code == unknown.status_code == 200
    assert body_of(wrong).replace("koordinator.durres", "?") == body_of(unknown).replace("askush.askund", "?")


def test_a_forgotten_password_tells_nobody_who_has_an_account(client, world):
    known = User.objects.get(username="koordinator.durres")
    known.email = "zyra@example.org"
    known.save()

    answers = [
        Client().post(reverse("account_reset_password"), {"email": address})
        for address in ("zyra@example.org", "askush@example.org")
    ]

    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_mail_holds_no_name_and_no_role(client, world):
    known = User.objects.get(username="koordinator.durres")
    known.email = "zyra@example.org"
    known.save()

    client.post(reverse("account_reset_password"), {"email": "zyra@example.org"})

    (message,) = mail.outbox
    assert known.name not in message.subject + message.body
    assert "Durrës" not in message.subject + message.body


def test_a_session_gets_another_key_at_sign_in(client, world):
    client.get(SIGN_IN)
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["krat_session"] = session.session_key

    sign_in(client, "koordinator.durres")

    assert client.cookies["krat_session"].value != session.session_key


def test_a_switched_off_account_signs_nobody_in(client, world):
    User.objects.filter(username="koordinator.durres").update(is_active=False)

    sign_in(client, "koordinator.durres")

    assert not is_signed_in(client)


def test_after_sign_out_the_session_opens_nothing(client, world):
    sign_in(client, "koordinator.durres")
    key = client.cookies["krat_session"].value

    client.post("/account/logout/")

    thief = Client()
    thief.cookies["krat_session"] = key
    assert not is_signed_in(thief)


def test_cookies_are_for_the_server_alone(client, world):
    sign_in(client, "koordinator.durres")

    cookie = client.cookies["krat_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


# --- by invitation only ---


def test_nobody_signs_up(client, world):
    before = User.objects.count()

    shown = client.get("/account/signup/")
    sent = client.post(
        "/account/signup/",
        {"username": "vete.vetja", "password1": "nje fjali e gjate ketu", "password2": "nje fjali e gjate ketu"},
    )

    assert User.objects.count() == before
    assert b"password1" not in shown.content
    assert sent.status_code < 500
    assert not is_signed_in(client)


@pytest.fixture
def invited(seat):
    """An invitation by the administrator, with its link's token."""
    today = timezone.localdate()
    return actions.invite(
        by=seat("admin"),
        username="e.reja.durres",
        name="Shembull Ereja",
        email="e.reja@example.org",
        institution=Institution.objects.unscoped("the test invites somebody").get(code="AL-02-ZVA"),
        role="education",
        starts_on=today,
        ends_on=None,
    )


def take(client: Client, token: str, password: str = "dallandyshet ikin para shiut"):
    return client.post(reverse("people:accept", kwargs={"token": token}), {"password": password, "again": password})


def test_an_invited_person_takes_the_seat_and_signs_in(client, invited):
    answer = take(client, invited[1])

    assert answer.status_code == 302
    sign_in(client, "e.reja.durres", "dallandyshet ikin para shiut")
    assert is_signed_in(client)


def test_an_invitation_is_taken_once(client, invited):
    take(client, invited[1])

    assert take(Client(), invited[1], "nje tjeter fjali e gjate").status_code == 404
    assert User.objects.get(username="e.reja.durres").check_password("dallandyshet ikin para shiut")


def test_an_invitation_ends_after_seven_days(client, invited):
    with later(days=7, minutes=1):
        assert take(client, invited[1]).status_code == 404

    assert not User.objects.filter(username="e.reja.durres").exists()


def test_a_withdrawn_invitation_and_an_unknown_one_look_alike(client, invited, seat):
    actions.withdraw(invited[0], by=seat("admin"))

    withdrawn = client.get(reverse("people:accept", kwargs={"token": invited[1]}))
    unknown = client.get(reverse("people:accept", kwargs={"token": "askujt-nuk-iu-dergua"}))

    assert (withdrawn.status_code, unknown.status_code) == (404, 404)
    assert body_of(withdrawn).replace(invited[1], "?") == body_of(unknown).replace("askujt-nuk-iu-dergua", "?")


def test_the_link_is_stored_as_a_hash_only(invited):
    invitation, token = invited

    assert token not in str(vars(invitation))
    assert re.fullmatch(r"[0-9a-f]{64}", invitation.token_hash)


def test_a_weak_password_takes_no_seat(client, invited):
    answer = take(client, invited[1], "durres2026durres")

    assert answer.status_code == 200
    assert not User.objects.filter(username="e.reja.durres").exists()


def test_an_invitation_for_another_seat_asks_for_the_password_one_has(client, invited, seat):
    take(client, invited[1])
    today = timezone.localdate()
    _second, token = actions.invite(
        by=seat("admin"),
        username="e.reja.durres",
        name="Shembull Ereja",
        email="e.reja@example.org",
        institution=Institution.objects.unscoped("the test invites again").get(code="AL-02-POL"),
        role="police",
        starts_on=today,
        ends_on=None,
    )

    take(Client(), token, "nje fjali qe e di vajza tjeter")
    assert Seat.objects.unscoped("the test counts").filter(user__username="e.reja.durres").count() == 1

    take(Client(), token)
    assert Seat.objects.unscoped("the test counts").filter(user__username="e.reja.durres").count() == 2


def test_an_invitation_in_somebody_elses_name_is_refused(seat):
    with pytest.raises(ValidationError) as refusal:
        actions.invite(
            by=seat("admin"),
            username="zva.durres",
            name="Dikush Tjetër",
            email="tjeter@example.org",
            institution=Institution.objects.unscoped("the test invites").get(code="AL-02-ZVA"),
            role="education",
            starts_on=timezone.localdate(),
            ends_on=None,
        )
    assert set(refusal.value.message_dict) == {"username"}


# --- the session's clocks ---


def test_a_session_ends_after_half_an_hour_of_silence(as_):
    browser = as_("koordinator.durres")

    with later(minutes=29):
        assert browser.get("/").status_code == 200
    with later(minutes=29 + 31):
        assert browser.get("/")["Location"].startswith(SIGN_IN)


def test_a_session_stays_while_somebody_works(as_):
    browser = as_("koordinator.durres")

    for minutes in range(20, 200, 20):
        with later(minutes=minutes):
            assert browser.get("/").status_code == 200


def test_a_session_ends_after_ten_hours_of_work(as_):
    browser = as_("koordinator.durres")

    for minutes in range(20, 600, 20):
        with later(minutes=minutes):
            assert browser.get("/").status_code == 200
    with later(minutes=601):
        assert browser.get("/")["Location"].startswith(SIGN_IN)


def test_a_session_without_clocks_has_ended(as_):
    browser = as_("koordinator.durres")
    session = browser.session
    del session["started_at"], session["seen_at"]
    session.save()

    assert browser.get("/")["Location"].startswith(SIGN_IN)


def test_an_ended_session_leads_back_to_its_page(as_):
    browser = as_("koordinator.durres")

    with later(minutes=31):
        answer = browser.get("/meetings/?state=held")
        assert answer["Location"] == f"{SIGN_IN}?next=%2Fmeetings%2F%3Fstate%3Dheld"


def test_sign_in_leads_to_no_other_site(client, world):
    answer = client.post(
        f"{SIGN_IN}?next=https://tjeter.example/",
        {"login": "dpo", "password": PASSWORD, "next": "https://tjeter.example/"},
    )

    assert answer["Location"] == "/"


# --- seats ---


def test_the_first_request_after_a_seats_end_fails_in_every_session(as_, seat):
    one, other = as_("zva.durres"), as_("zva.durres")
    assert one.get("/tasks/").status_code == other.get("/tasks/").status_code == 200

    actions.end_seat(seat("zva.durres"), by=seat("admin"))

    assert [browser.get("/tasks/").status_code for browser in (one, other)] == [403, 403]
    assert [browser.get("/").status_code for browser in (one, other)] == [403, 403]


def test_a_seat_ends_with_its_last_day(as_, seat):
    browser = as_("zva.durres")
    Seat.objects.unscoped("the test sets a date").filter(pk=seat("zva.durres").pk).update(ends_on=timezone.localdate())
    assert browser.get("/tasks/").status_code == 200

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        browser = as_("zva.durres")
        assert browser.get("/tasks/").status_code == 403


def test_a_seat_does_not_begin_before_its_day(as_, seat):
    tomorrow = timezone.localdate() + timedelta(days=1)
    Seat.objects.unscoped("the test sets a date").filter(pk=seat("zva.durres").pk).update(starts_on=tomorrow)

    assert as_("zva.durres").get("/tasks/").status_code == 403


def test_nobody_ends_their_own_seat(seat):
    with pytest.raises(ValidationError):
        actions.end_seat(seat("admin"), by=seat("admin"))

    assert seat("admin").ended_at is None


def test_ended_sessions_end_everywhere(as_, seat):
    one, other, another_person = Client(), Client(), as_("policia.durres")
    for browser in (one, other):
        sign_in(browser, "zva.durres")
        assert is_signed_in(browser)

    assert actions.end_sessions(User.objects.get(username="zva.durres"), by=seat("admin")) == 2

    assert [is_signed_in(browser) for browser in (one, other, another_person)] == [False, False, True]


def test_a_session_is_listed_before_its_first_page_and_not_written_again_with_every_page(as_):
    browser = as_("zva.durres")

    def listed() -> dict[str, datetime]:
        sessions = UserSession.objects.filter(user__username="zva.durres")
        return dict(sessions.values_list("session_key", "last_seen_at"))

    browser.get("/")
    first = listed()
    assert list(first) == [browser.session.session_key]
    browser.get("/")
    assert listed() == first

    session = browser.session
    session.cycle_key()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    browser.get("/")
    assert session.session_key in listed()


@pytest.fixture
def second_seat(seat):
    """The education office's person of Durrës also works in the secretariat of Gjirokastër."""
    return Seat.objects.create(
        user=User.objects.get(username="zva.durres"),
        institution=Institution.objects.unscoped("the test gives a second seat").get(code="AL-05-PREF"),
        role="secretariat",
        starts_on=timezone.localdate(),
    )


def meeting_of(seat, username: str) -> str:
    meetings = Meeting.objects.visible_to(seat(username)).filter(body__kind="committee")
    return reverse("meetings:detail", kwargs={"code": meetings.order_by("-pk")[0].code})


def choose(browser: Client, one: Seat):
    return browser.post(reverse("people:choose_seat"), {"seat": str(one.code)})


def test_of_two_seats_one_acts_and_never_both(as_, seat, second_seat):
    browser = as_("zva.durres")
    here, there = meeting_of(seat, "koordinator.durres"), meeting_of(seat, "koordinator.gjirokaster")
    may_file = reverse("meetings:add")

    assert [browser.get(page).status_code for page in (here, there, may_file)] == [200, 404, 403]

    choose(browser, second_seat)
    assert [browser.get(page).status_code for page in (here, there, may_file)] == [404, 200, 200]

    choose(browser, seat("zva.durres"))
    assert [browser.get(page).status_code for page in (here, there, may_file)] == [200, 404, 403]


def test_the_header_offers_the_other_seat(as_, second_seat):
    assert str(second_seat.code) in as_("zva.durres").get("/").content.decode()


def test_nobody_chooses_somebody_elses_seat(as_, seat):
    browser = as_("zva.durres")

    choose(browser, seat("koordinator.durres"))

    assert browser.get(reverse("meetings:add")).status_code == 403


def test_the_trail_names_the_seat_that_acted(as_, seat, second_seat):
    browser = as_("zva.durres")
    choose(browser, second_seat)

    browser.get(reverse("meetings:list"))

    last = Entry.objects.unscoped("the test reads the trail").latest("pk")
    assert (last.actor, last.county) == (second_seat.code, "AL-05")


def test_a_chosen_seat_that_ends_gives_way_to_the_other(as_, seat, second_seat):
    browser = as_("zva.durres")
    choose(browser, second_seat)

    actions.end_seat(second_seat, by=seat("admin"))

    assert browser.get(meeting_of(seat, "koordinator.durres")).status_code == 200
    assert browser.get(meeting_of(seat, "koordinator.gjirokaster")).status_code == 404


# --- guessing ---


def test_guessing_one_account_slows_down(client, world):
    for number in range(5):
        sign_in(client, "koordinator.durres", f"prova e gabuar {number}")

    answer = sign_in(client, "koordinator.durres")

    assert answer.status_code in (200, 429)
    assert not is_signed_in(client)


def test_guessing_from_one_address_slows_down(client, world):
    statuses = [sign_in(client, f"askush{number}", "prova e gabuar").status_code for number in range(61)]

    assert statuses[0] == 200
    sign_in(client, "koordinator.durres")
    assert not is_signed_in(client)


def test_after_a_pause_the_right_password_opens_again(client, world):
    for number in range(5):
        sign_in(client, "koordinator.durres", f"prova e gabuar {number}")

    with later(minutes=6):
        sign_in(client, "koordinator.durres")
        assert is_signed_in(client)


def test_without_the_limit_guessing_would_not_slow_down(client, world, settings):
    """The negative control."""
    settings.ACCOUNT_RATE_LIMITS = False
    for number in range(15):
        sign_in(client, "koordinator.durres", f"prova e gabuar {number}")

    sign_in(client, "koordinator.durres")

    assert is_signed_in(client)
