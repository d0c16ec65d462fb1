"""How machines sign in: a token for an id and a secret, limits, the trail; and how their access ends."""

import base64
import re
from io import StringIO

import pytest
from allauth.idp.oidc.models import Client as Known
from allauth.idp.oidc.models import Token
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from krat.access import census
from krat.access.roles import Role
from krat.api import actions, tokens
from krat.api.models import ApiClient, Tally
from krat.audit.models import Entry
from krat.people.actions import end_seat
from tests.api.conftest import REVOKE, TOKEN, make_machine, problem

pytestmark = pytest.mark.django_db


def events(name: str) -> list[Entry]:
    return list(Entry.objects.unscoped("tests read the trail").filter(event=name).order_by("pk"))


def clients() -> list[ApiClient]:
    return list(ApiClient.objects.unscoped("tests look at the clients").with_seat().order_by("pk"))


# --- getting a token ---


def test_an_id_and_a_secret_get_a_token_that_opens_the_tasks(world):
    machine = make_machine()

    answer = machine.ask_for_token()

    told = answer.json()
    assert answer.status_code == 200
    assert (told["token_type"], told["scope"], told["expires_in"]) == ("Bearer", "read write", 3600)
    assert "no-store" in answer["Cache-Control"]
    machine.token = told["access_token"]
    assert machine.get("tasks/").status_code == 200


def test_the_id_and_secret_may_come_as_basic_authentication(world):
    machine = make_machine()
    pair = base64.b64encode(f"{machine.client.client_id}:{machine.secret}".encode()).decode()

    answer = Client().post(TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"})

    assert answer.status_code == 200


def test_neither_secret_nor_token_stands_in_the_database(world):
    machine = make_machine().with_token()

    assert machine.secret not in Known.objects.get(pk=machine.client.client_id).secret
    assert not Token.objects.filter(hash=machine.token).exists()
    assert Token.objects.by_value(machine.token).exists()


def test_a_token_is_given_and_refused_by_the_trail(world):
    machine = make_machine()
    machine.ask_for_token()
    machine.ask_for_token(client_secret="fjalë-e-gabuar")

    [given], [refused] = events(tokens.GIVEN), events(tokens.REFUSED)
    assert given.actor == refused.actor == machine.seat.code
    assert refused.fields == []


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"client_secret": "e gabuar"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "0" * 32}, 401, "invalid_client"),
        ({"client_id": "a\x00b"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ({"scope": "read admin"}, 400, "invalid_scope"),
        ({"resource": "not a uri"}, 400, "invalid_target"),
    ],
)
def test_a_token_is_refused_in_the_shape_that_client_libraries_read(world, said, status, error):
    answer = make_machine().ask_for_token(**said)

    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert not Token.objects.exists()
    assert not answer.cookies


def test_a_reading_client_gets_no_writing_token(world):
    machine = make_machine(write=False)

    assert machine.ask_for_token(scope="read write").json()["error"] == "invalid_scope"
    assert machine.ask_for_token().json()["scope"] == "read"


def test_only_token_and_revoke_are_routed():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    identity = [route.pattern for route in census.routes() if route.pattern.startswith("identity")]

    assert identity == ["identity/o/api/token", "identity/o/api/revoke"]
    assert {"identity_token", "identity_revoke"} <= names
    for closed in ("/identity/o/authorize", "/identity/o/api/userinfo", "/.well-known/openid-configuration"):
        assert Client().get(closed).status_code == 404


@pytest.mark.parametrize("address", [TOKEN, REVOKE])
def test_the_endpoints_take_post_only(db, address):
    problem(Client().get(address), 405, "method_not_allowed")


# --- limits ---


def test_an_address_asks_so_often_a_minute(world, settings):
    settings.TOKEN_REQUESTS_A_MINUTE = 3
    machine = make_machine()

    answers = [machine.ask_for_token() for _time in range(4)]

    assert [one.status_code for one in answers[:3]] == [200, 200, 200]
    problem(answers[3], 429, "too_many_requests")
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert make_machine().browser.post(TOKEN, {}, REMOTE_ADDR="192.0.2.7").status_code == 400


def test_all_addresses_of_one_subscriber_count_together(world, settings):
    settings.TOKEN_REQUESTS_A_MINUTE = 1
    ask = make_machine().browser.post

    answers = [ask(TOKEN, {}, REMOTE_ADDR=one).status_code for one in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]

    assert answers == [400, 429, 400]


def test_a_secret_is_guessed_so_often_and_no_more(world, settings):
    settings.TOKEN_FAILURES_IN_FIVE_MINUTES = 3
    machine, other = make_machine(), make_machine("AL-02-POL")

    wrong = [machine.ask_for_token(client_secret="e gabuar").status_code for _time in range(3)]

    assert wrong == [401, 401, 401]
    problem(machine.ask_for_token(), 429, "too_many_requests")  # the right one, too: a guesser learns nothing
    assert other.ask_for_token().status_code == 200


def test_after_its_span_a_limit_forgets(world, settings, time_machine_at):
    settings.TOKEN_REQUESTS_A_MINUTE = 1
    machine = make_machine()
    machine.ask_for_token()
    assert machine.ask_for_token().status_code == 429

    time_machine_at(61)

    assert machine.ask_for_token().status_code == 200


def test_a_client_asks_so_often_a_minute(machine, settings):
    settings.API_REQUESTS_A_MINUTE = 2
    one, other = machine(), machine("AL-02-POL")

    assert [one.get("tasks/").status_code for _time in range(2)] == [200, 200]
    answer = one.get("tasks/")
    problem(answer, 429, "too_many_requests")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert other.get("tasks/").status_code == 200


def test_who_asked_is_not_written_down(world):
    make_machine().ask_for_token()

    assert Tally.objects.exists()
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.key_hash) for one in Tally.objects.all())


# --- the end ---


def test_the_first_request_after_the_end_fails(machine):
    one = machine()
    assert one.get("tasks/").status_code == 200

    actions.end(one.client, by=None)

    answer = one.get("tasks/")
    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="krat", error="invalid_token"'
    assert one.ask_for_token().json() == {"error": "invalid_client"}
    assert not Token.objects.filter(client_id=one.client.client_id).exists()


def test_a_seat_that_is_ended_among_the_peoples_ends_its_machine(machine, seat):
    one = machine()

    end_seat(one.seat, by=seat("admin"))

    problem(one.get("tasks/"), 401, "invalid_token")
    assert one.ask_for_token().status_code == 401
    assert [entry.actor for entry in events("page.no_seat")] == [one.seat.user.code]


def test_an_ended_client_does_not_end_twice(world):
    machine = make_machine()
    actions.end(machine.client, by=None)

    with pytest.raises(ValidationError, match=r"already ended|tashmë"):
        actions.end(machine.client, by=None)


def test_a_token_is_given_back(machine):
    one = machine()

    answer = one.browser.post(
        REVOKE, {"token": one.token, "client_id": one.client.client_id, "client_secret": one.secret}
    )

    assert answer.status_code == 200
    problem(one.get("tasks/"), 401, "invalid_token")
    assert len(events(tokens.GIVEN_BACK)) == 1


def test_nobody_gives_back_the_token_of_another(machine):
    one, other = machine(), machine("AL-02-POL")

    answer = other.browser.post(
        REVOKE, {"token": one.token, "client_id": other.client.client_id, "client_secret": other.secret}
    )

    assert answer.status_code == 200  # as for a token that never was
    assert one.get("tasks/").status_code == 200


def test_an_expired_token_opens_nothing(machine):
    one = machine()
    Token.objects.update(expires_at=timezone.now())

    problem(one.get("tasks/"), 401, "invalid_token")


# --- the machine's account ---


def test_a_machine_does_not_sign_in_in_a_browser_even_with_a_password(machine):
    one = machine()
    user = one.seat.user
    assert not user.has_usable_password()
    user.set_password("nje fjalekalim i gjate 2026")
    user.save()
    browser = Client()
    browser.post("/account/login/", {"login": user.username, "password": "nje fjalekalim i gjate 2026"})

    assert browser.get("/tasks/").status_code == 403
    assert browser.get("/").status_code == 403


def test_a_person_in_the_same_browser_has_a_seat(as_):
    """The negative control."""
    assert as_("zva.durres").get("/tasks/").status_code == 200


# --- commands ---


def printed(*words: str) -> str:
    out = StringIO()
    call_command("apiclient", *words, stdout=out)
    return out.getvalue()


def test_the_command_makes_a_client_and_prints_one_line(world):
    line = printed("create", "AL-02-NJMF-DURRES", "--name", "Sistemi i bashkisë", "--write")

    client_id, secret = re.fullmatch(r"client_id=([0-9a-f]{32}) client_secret=([\w-]{43})\n", line).groups()
    [client] = clients()
    assert client.client_id == client_id
    assert client.seat.institution.code == "AL-02-NJMF-DURRES"
    assert client.seat.role == Role.SYSTEM
    assert client.scopes == ["read", "write"]
    answer = Client().post(TOKEN, {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret})
    assert answer.status_code == 200
    assert [entry.thing_code for entry in events(actions.CREATED)] == [str(client.code)]


def test_without_write_a_client_reads_only(world):
    printed("create", "AL-02-ZVA", "--name", "Lexuesi")

    assert clients()[0].scopes == ["read"]


def test_the_command_lists_and_ends(world):
    client_id = re.search(r"client_id=(\w+)", printed("create", "AL-02-ZVA", "--name", "Lexuesi"))[1]

    assert f"{client_id}  AL-02-ZVA  active  read  never used  Lexuesi" in printed("list")
    printed("end", client_id)

    assert "ended" in printed("list")
    assert len(events(actions.ENDED)) == 1
    assert not Known.objects.filter(pk=client_id).exists()


@pytest.mark.parametrize("words", [("create", "AL-99-ASKUSH", "--name", "x"), ("end", "0" * 32)])
def test_the_command_says_what_is_not_there(world, words):
    with pytest.raises(CommandError, match="no "):
        printed(*words)


def test_two_clients_of_one_institution_have_a_seat_each(world):
    one, other = make_machine(), make_machine()

    assert one.seat != other.seat
    assert one.seat.user != other.seat.user
    assert {one.seat.role, other.seat.role} == {Role.SYSTEM}


def test_what_is_old_is_forgotten(machine, time_machine_at):
    one = machine()
    one.get("tasks/")

    time_machine_at(2 * 24 * 3600)
    actions.forget_old()

    assert not Token.objects.exists()
    assert not Tally.objects.exists()
