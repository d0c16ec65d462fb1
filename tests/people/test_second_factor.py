"""In service, a seat that meets persons' files is used with a second factor only."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.test import Client
from django.urls import reverse

from krat.access.roles import WITH_SECOND_FACTOR, Role
from krat.people.models import User
from tests.people.factors import code_of, give_app

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SET_UP = "/account/second-factor/app/"


@pytest.fixture
def in_service(settings):
    """The registry as it runs in service."""
    settings.KRAT_DEMO = False


def give_factor(username: str) -> User:
    user = User.objects.get(username=username)
    give_app(user, SECRET)
    return user


def code_now() -> str:
    return code_of(SECRET)


def sign_in(browser: Client, username: str):
    return browser.post("/account/login/", {"login": username, "password": "krat-demo-2026"})


# --- who needs one ---


def test_a_child_worker_without_one_is_led_to_set_it_up(as_, in_service):
    answer = as_("pmf.durres").get("/tasks/")

    assert (answer.status_code, answer["Location"]) == (302, SET_UP)


@pytest.mark.parametrize("address", ["/", "/tasks/", "/plan/", "/activities/", "/institutions/"])
def test_a_child_worker_without_one_opens_no_page(address, as_, in_service):
    answer = as_("pmf.durres").get(address)

    assert (answer.status_code, answer["Location"]) == (302, SET_UP)


def test_a_child_worker_without_one_sends_no_form(as_, in_service):
    answer = as_("pmf.durres").post("/activities/new/", {"title": "x"})

    assert answer["Location"] == SET_UP


def test_a_prefect_works_without_one(as_, in_service):
    assert as_("prefekt.durres").get("/tasks/").status_code == 200


def test_a_child_worker_with_one_works(as_, in_service):
    give_factor("pmf.durres")

    assert as_("pmf.durres").get("/tasks/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(as_, in_service):
    Authenticator.objects.create(
        user=User.objects.get(username="pmf.durres"), type=Authenticator.Type.RECOVERY_CODES, data={}
    )

    assert as_("pmf.durres").get("/tasks/").status_code == 302


def test_the_invented_world_asks_nobody_for_one(as_):
    assert as_("pmf.durres").get("/tasks/").status_code == 200


def test_the_page_to_set_it_up_can_be_reached(as_, in_service):
    assert as_("pmf.durres").get(SET_UP).status_code in (200, 302)
    assert "/second-factor/app/" not in as_("pmf.durres").get(SET_UP).get("Location", "").partition("?")[0]


def test_who_meets_files_and_who_guards_them_needs_one():
    guards = {Role.DATA_PROTECTION, Role.ADMIN}
    assert {Role.CHILD_WORKER, Role.UNIT_HEAD, Role.POLICE, Role.SHELTER} | guards <= WITH_SECOND_FACTOR
    assert not {Role.PREFECT, Role.COORDINATOR, Role.SECRETARIAT, Role.NATIONAL} & WITH_SECOND_FACTOR


# --- how it is kept ---


def test_its_secret_is_sealed_in_the_database(client, world):
    sign_in(client, "pmf.durres")
    client.get(SET_UP)
    secret = client.session["mfa.totp.secret"]
    client.post(SET_UP, {"code": code_of(secret)})

    stored = Authenticator.objects.get(user__username="pmf.durres", type=Authenticator.Type.TOTP).data
    assert secret not in json.dumps(stored)
    assert decrypt(stored["secret"]) == secret


def test_recovery_codes_are_sealed_in_the_database(client, world):
    give_factor("pmf.durres")
    sign_in(client, "pmf.durres")
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    client.post(reverse("mfa_generate_recovery_codes"))
    kept = Authenticator.objects.get(user__username="pmf.durres", type=Authenticator.Type.RECOVERY_CODES)
    codes = kept.wrap()

    assert codes.get_unused_codes()
    assert not [code for code in codes.get_unused_codes() if code in json.dumps(kept.data)]
    assert kept.data["seed"] != decrypt(kept.data["seed"])


# --- signing in with it ---


def test_with_one_the_password_alone_signs_nobody_in(client, in_service):
    give_factor("pmf.durres")

    answer = sign_in(client, "pmf.durres")

    assert answer["Location"].startswith("/account/second-factor/authenticate/")
    assert client.get("/tasks/")["Location"].startswith("/account/login/")


def test_the_right_code_signs_in(client, world, in_service):
    give_factor("pmf.durres")
    sign_in(client, "pmf.durres")

    client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert client.get("/tasks/").status_code == 200


def test_a_wrong_code_does_not(client, world, in_service):
    give_factor("pmf.durres")
    sign_in(client, "pmf.durres")

    client.post(reverse("mfa_authenticate"), {"code": "000000" if code_now() != "000000" else "111111"})

    assert client.get("/tasks/").status_code == 302


def test_a_code_is_good_once(client, world, in_service):
    give_factor("pmf.durres")
    sign_in(client, "pmf.durres")
    code = code_now()
    client.post(reverse("mfa_authenticate"), {"code": code})

    thief = Client()
    sign_in(thief, "pmf.durres")
    thief.post(reverse("mfa_authenticate"), {"code": code})

    assert client.get("/tasks/").status_code == 200
    assert thief.get("/tasks/").status_code == 302


def test_guessing_codes_slows_down(client, world, in_service):
    give_factor("pmf.durres")
    sign_in(client, "pmf.durres")
    for number in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})

    client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert client.get("/tasks/").status_code == 302
