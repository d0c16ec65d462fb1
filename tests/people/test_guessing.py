"""Guessing stays slow, however many others fail meanwhile; what cannot be counted is not "too many".

With many more others: `tests/soak/test_sign_in_limit.py`.
"""

from io import StringIO

import pytest
from allauth.core import context, ratelimit
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from krat.people.models import User
from tests.people.factors import code_of, give_app

pytestmark = pytest.mark.django_db

PASSWORD, SECRET = "krat-demo-2026", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHERS = 320  # Django's own cache begins to forget after 300
VICTIM = "prefekt.durres"


def sign_in(username: str, password: str, address: str = "203.0.113.9"):
    return Client(REMOTE_ADDR=address).post("/account/login/", {"login": username, "password": password})


def others_fail(how_many: int) -> None:
    """So many other names, each mistyped once, from many addresses; counted as the page of sign-in counts them."""
    for number in range(how_many):
        address = f"198.51.{number // 25}.{number % 25}"
        request = RequestFactory(REMOTE_ADDR=address).post("/account/login/")
        with context.request_context(request):
            assert ratelimit.consume(request, action="login_failed", key=f"askush{number}")


def can_sign_in() -> bool:
    """With the right password: whoever is refused is refused by the limit."""
    return sign_in(VICTIM, PASSWORD, "192.0.2.1").status_code == 302


def test_with_a_cache_that_throws_out_it_would_be_forgotten(world, settings):
    """The negative control: Django's own keeps some hundred rows, live or not."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "forgets"}}
    call_command("createcachetable", stdout=StringIO())
    for number in range(5):
        sign_in(VICTIM, f"prova e gabuar {number}")
    assert not can_sign_in()

    others_fail(OTHERS)

    assert can_sign_in()


def asked_for_a_code(username: str) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": username, "password": PASSWORD})
    return browser


def test_guessed_codes_stay_counted_while_many_others_fail(world):
    give_app(User.objects.get(username="pmf.durres"), SECRET)
    browser = asked_for_a_code("pmf.durres")
    for number in range(6):
        browser.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})

    for number in range(OTHERS):
        cache.set(f"allauth:rl:other:{number}", [1.0], 300)

    browser.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert browser.get("/tasks/").status_code == 302


def test_a_used_code_stays_used_while_many_others_fail(world):
    give_app(User.objects.get(username="pmf.durres"), SECRET)
    first, thief = asked_for_a_code("pmf.durres"), asked_for_a_code("pmf.durres")
    code = code_of(SECRET)
    first.post(reverse("mfa_authenticate"), {"code": code})

    for number in range(OTHERS):
        cache.set(f"allauth:rl:other:{number}", [1.0], 300)

    thief.post(reverse("mfa_authenticate"), {"code": code})
    assert first.get("/tasks/").status_code == 200
    assert thief.get("/tasks/").status_code == 302


def test_what_cannot_be_counted_is_a_failure_of_ours_and_not_too_many(world):
    """And nobody gets in uncounted."""
    if connection.vendor != "sqlite":
        pytest.skip("The trigger is written for SQLite.")
    browser = Client(raise_request_exception=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE INSERT ON access_cacheentry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    with transaction.atomic():
        answer = browser.post("/account/login/", {"login": VICTIM, "password": PASSWORD})
        transaction.set_rollback(True)

    assert answer.status_code in (500, 503)
    assert browser.get("/account/").status_code == 302
