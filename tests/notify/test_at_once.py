"""Two runs of the timer at once: no mail twice, none left behind."""

import threading
from collections import Counter

import pytest
from django.db import connection

from krat.access.scoping import validation
from krat.notify import addresses, outbox
from krat.notify.models import Mail, Mailbox, Notice
from krat.people.models import User
from tests.ui.html_client import rows


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once(monkeypatch):
    """The first is held while it sends; the second meanwhile sends all the others, and passes that one by."""
    rows(Mail).delete()
    with validation():
        rows(Notice).delete()
    people = list(addresses.people()[:6])
    addresses.open_mailboxes()
    for user in people:
        Mailbox.objects.filter(user=user).update(confirmed=user.email)
    rows(Mail).bulk_create(
        Mail(user=user, about="day", occasion="day:prove", is_urgent=True, message_id=f"<{user.pk}@localhost>")
        for user in people
    )
    monkeypatch.setattr(outbox, "_day_is_wanted", lambda: lambda _mail: True)
    reached, go, sent = threading.Event(), threading.Event(), Counter()

    def send(_self, mails):
        sent.update(one.to[0] for one in mails)
        if not reached.is_set():
            reached.set()
            go.wait(20)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)

    def first():
        outbox.send_due()
        connection.close()

    one = threading.Thread(target=first)
    one.start()
    assert reached.wait(20)
    outbox.send_due()
    others = len(sent)
    go.set()
    one.join(20)

    assert others == len(people)  # the one that is held among them
    assert set(sent.values()) == {1}
    assert set(sent) == {user.email for user in User.objects.filter(pk__in=[user.pk for user in people])}
    assert set(rows(Mail).values_list("state", flat=True)) == {"sent"}
