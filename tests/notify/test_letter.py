"""What a mail says: that something waits, until when, where the registry is; and nothing else, whatever it is about."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from krat.notify import outbox
from krat.notify.kinds import kinds
from krat.notify.letter import letter
from krat.notify.models import Mail, Notice
from krat.notify.telling import new_mail
from krat.people.models import Seat, User
from tests.notify.test_outbox import give
from tests.safety import canaries
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db
WORDS = """Në KRAT diçka pret për ju, deri më {day}

http://localhost:8000/

Hyni për të parë se çfarë. Sa shpesh vijnë mesazhe të tilla, e zgjidhni aty, te “Llogaria ime”.
"""


def written(**more):
    user = User.objects.get(username="zva.durres")
    return Mail(user=user, message_id="<prove@localhost>", **({"about": "day", "occasion": "prove"} | more))


def test_it_says_that_something_waits_and_until_when(clock, seat):
    give(seat, due=1)
    outbox.send_due()

    [one] = mail.outbox
    day = timezone.localdate() + datetime.timedelta(days=1)
    assert one.body == WORDS.format(day=f"{day:%d.%m.}")
    assert one.subject == "Në KRAT diçka pret për ju"


def test_without_a_day_and_after_it(clock):
    now = timezone.localdate()

    assert letter(written()).body.startswith("Në KRAT diçka pret për ju.\n")
    late = letter(written(day=now - datetime.timedelta(days=3))).body.splitlines()[0]
    assert late == f"Në KRAT diçka pret për ju, që prej {now - datetime.timedelta(days=3):%d.%m.}"


def test_what_was_due_before_it_could_be_sent_is_told_as_late_and_stays_so(clock, seat):
    """Written on a Saturday of what was due on the Sunday, sent on Monday: then it is not told as still to come."""
    clock(-2)
    give(seat, due=1)
    day = timezone.localdate() + datetime.timedelta(days=1)
    clock(0)
    first = outbox._claim(timezone.now(), calm=True)
    assert letter(first).body.startswith(f"Në KRAT diçka pret për ju, që prej {day:%d.%m.}")

    clock(7)
    again = outbox._claim(timezone.now(), calm=True)
    assert again.worded_on == first.worded_on


def test_its_head_is_plain(clock, settings):
    message = letter(written()).message()

    assert message["Message-ID"] == "<prove@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["To"] == "zva.durres@shembull.invalid"
    assert message.get_content_type() == "text/plain"
    assert not message.is_multipart()
    named = {"content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "message-id", "date"}
    assert {name.lower() for name in message} == named | {"auto-submitted", "x-auto-response-suppress"}


def told_of_every_kind():
    """A mail about one thing of each kind that any area declares, to the same person for the same day."""
    seat = rows(Seat).filter(user__username="zva.durres").select_related("user")[0]
    day = timezone.localdate() + datetime.timedelta(days=1)
    for kind in kinds().values():
        thing = rows(kind.model).select_related(*kind.with_rows or (None,)).order_by("pk").first()
        about = Notice.objects.create(seat=seat, kind=kind.name, thing=thing.code, day=day)
        mail = new_mail(seat.user_id, "notice", f"notice:{about.code}", day=day, notice=about)
        mail.user = seat.user
        yield kind, thing, letter(mail)


def what_they_tell():
    """What the mails tell of what they are about: where they differ, and words of the things among their words."""
    found, said = [], set()
    for kind, thing, message in told_of_every_kind():
        words = f"{message.subject}\n{message.body}".casefold()
        said.add(words)
        named = (str(thing.code), kind.label(thing), str(kind.words), "Durrës", "NJMF", "Shembull", "fëmij")
        found += [one for one in (*named, *canaries.texts()) if one.casefold() in words]
    return found, said


def test_whatever_it_is_about_it_says_the_same(clock):
    found, said = what_they_tell()

    assert found == []
    assert len(said) == 1


def test_a_word_of_what_it_is_about_would_be_found(clock, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("krat.notify.letter._sentence", lambda mail: f"Detyra {mail.notice.thing}, ZVA Durrës")
    found, said = what_they_tell()

    assert "Durrës" in found
    assert len(said) > 1


def test_the_server_may_be_called_as_the_settings_say(clock, settings, seat):
    settings.KRAT_ADDRESS = "https://krat.example.org/"
    give(seat, due=1)

    [one] = rows(Mail)
    assert one.message_id == f"<{one.code}@krat.example.org>"
    assert "https://krat.example.org/\n" in letter(one).body
