"""The same over a real mail server: what arrives there, and what happens when it dies in the middle."""

import email
import socket
from email import policy

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from krat.notify import outbox
from krat.notify.models import Mail, Timer
from tests.notify.test_outbox import give
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db


class Office:
    """A mail server that keeps what it got, and hangs up after accepting as often as it is told."""

    def __init__(self):
        self.got, self.recipients, self.hangs_up = [], [], 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        self.got.append(envelope.content)
        self.recipients.append(envelope.rcpt_tos)
        if self.hangs_up:
            self.hangs_up -= 1
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def office(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Office()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    server.stop()


def test_a_mail_arrives_whole_and_after_an_unclear_answer_as_the_same_one(clock, seat, office, settings):
    office.hangs_up = 1
    give(seat, due=1)

    first = outbox.send_due()
    assert (first.sent, first.failed, first.is_down) == (0, 1, True)
    assert Timer.objects.get().failing_since is not None
    second = outbox.send_due(timezone.now() + outbox.LEASE * 6)

    assert (second.sent, Timer.objects.get().failing_since) == (1, None)
    assert office.recipients == [["zva.durres@shembull.invalid"]] * 2
    assert office.got[0] == office.got[1]
    arrived = email.message_from_bytes(office.got[0], policy=policy.default)
    assert arrived["Message-ID"] == rows(Mail).get().message_id
    assert arrived["Subject"] == "Në KRAT diçka pret për ju"
    assert "Në KRAT diçka pret për ju, deri më" in arrived.get_content()
    assert settings.KRAT_ADDRESS in arrived.get_content()


def test_where_no_server_listens_everything_waits(clock, seat, office, settings):
    give(seat, due=1)
    with socket.socket() as taken:  # nobody answers there
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        assert outbox.send_due().is_down

    assert (rows(Mail).get().state, rows(Mail).get().attempts) == ("waiting", 0)
    assert office.got == []
