"""A forgotten password: no mail to strangers, and nothing tells who has an account, not even the work that is done."""

import logging
import threading

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from krat.people import background
from krat.people.models import User

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "zyra@example.org", "askush@example.org"


@pytest.fixture(autouse=True)
def somebody(world) -> User:
    """Somebody with an address."""
    user = User.objects.get(username="koordinator.durres")
    user.email = KNOWN
    user.save()
    return user


@pytest.fixture
def held(monkeypatch) -> list:
    """What an answer does not wait for waits here, until the test does it."""
    waiting: list = []
    monkeypatch.setattr(background, "_start", waiting.append)
    return waiting


def ask(address: str):
    return Client().post(reverse("account_reset_password"), {"email": address})


def work_of(address: str) -> tuple[int, str, list[str], int]:
    """What the server does until it answers: status, where to, its statements without their values, mails."""
    before = len(mail.outbox)
    with CaptureQueriesContext(connection) as asked:
        answer = ask(address)
    words = [one["sql"].split() for one in asked.captured_queries]
    shapes = [one[0] if one[0] in ("SAVEPOINT", "RELEASE") else " ".join(one[:4]) for one in words]
    return answer.status_code, answer["Location"], shapes, len(mail.outbox) - before


def test_who_has_an_account_gets_a_link():
    ask(KNOWN)

    (message,) = mail.outbox
    assert message.to == [KNOWN]
    assert "/account/password/reset/" in message.body


def test_the_link_gives_a_new_password():
    ask(KNOWN)
    link = next(word for word in mail.outbox[0].body.split() if "/account/password/reset/" in word)
    browser = Client()
    form = browser.get(link.partition("testserver")[2])["Location"]

    browser.post(form, {"password1": "dallandyshet ikin para shiut", "password2": "dallandyshet ikin para shiut"})

    assert User.objects.get(username="koordinator.durres").check_password("dallandyshet ikin para shiut")


def test_a_stranger_gets_no_mail():
    answer = ask(UNKNOWN)

    assert (answer.status_code, mail.outbox) == (302, [])


def test_known_and_unknown_are_answered_by_the_same_work(held):
    ask("dikush@example.org")  # what is done once a process is done

    known, unknown = work_of(KNOWN), work_of(UNKNOWN)

    assert known == unknown
    assert known[3] == 0
    assert len(held) == 3


def test_nothing_of_whom_it_is_about_is_asked_before_the_answer(held):
    with CaptureQueriesContext(connection) as asked:
        ask(KNOWN)

    assert not [one["sql"] for one in asked.captured_queries if KNOWN in one["sql"]]


def test_if_the_answer_waited_the_work_would_tell():
    """The negative control: done within the answer, the mail is part of its work."""
    ask("dikush@example.org")

    assert work_of(KNOWN) != work_of(UNKNOWN)


def test_what_waits_is_done_afterwards(held):
    ask(KNOWN)
    ask(UNKNOWN)
    assert mail.outbox == []

    for work in held:
        work()

    assert [one.to for one in mail.outbox] == [[KNOWN]]


def test_a_mail_that_fails_tells_nothing_either(monkeypatch, caplog):
    def refuses(*_args):
        raise OSError(f"no such mailbox: {KNOWN}")

    monkeypatch.setattr(EmailBackend, "send_messages", refuses)

    with caplog.at_level(logging.ERROR, "krat.incidents"):
        answer = ask(KNOWN)

    assert (answer.status_code, answer["Location"]) == (302, reverse("account_reset_password_done"))
    assert "OSError" in caplog.text
    assert KNOWN not in caplog.text


def test_it_is_really_done_by_another_thread_and_in_the_readers_language():
    """Without the database: a thread of its own would not see what this test has written."""
    seen: list = []
    done = threading.Event()

    def work() -> None:
        seen.append((threading.current_thread().name, translation.get_language()))
        done.set()

    with translation.override("en"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "_start", lambda run: background._thread.submit(background._closing, run))
        background.later(RequestFactory().get("/"), work)
    assert done.wait(10)

    assert seen[0][0].startswith("krat-later")
    assert seen[0][1] == "en"
