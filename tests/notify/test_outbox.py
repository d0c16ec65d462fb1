"""The outbox: written with the verb, sent once, tried again, given up, and never lost."""

import datetime
import smtplib

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from cases.actions import cards, cases, referrals, signals
from cases.models import Signal
from krat.demo import make
from krat.notify import outbox
from krat.notify.models import Mail, Mailbox, Notice, Timer
from krat.people.models import Seat
from krat.plan.actions import tasks
from krat.plan.models import Task
from krat.plan.models.task import State
from krat.reference.models import Deadline
from meetings.actions import meetings, minutes
from tests.ui.html_client import again, rows

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
HEAD, WORKER = "njmf.durres", "pmf.durres"


def signal(seat, *, is_urgent=True):
    return signals.send(
        by=seat("policia.durres"),
        municipality=make.municipality("AL-02-DURRES"),
        kind="child",
        source=make.term("source", "police"),
        what="Fjalë prove.",
        is_urgent=is_urgent,
    )


def give(seat, *, lead="zva.durres", due=20, supporting=()):
    return tasks.give(
        by=seat("koordinator.durres"),
        county=make.county("AL-02"),
        origin=Task.Origin.PLAN,
        source="1.1",
        title="Të mbahet takimi me shkollat",
        lead=seat(lead).institution,
        due_on=timezone.localdate() + datetime.timedelta(days=due),
        supporting=[seat(one).institution for one in supporting],
    )


def unit():
    """Who answers signals in Durrës."""
    seats = rows(Seat).active().filter(institution__code="AL-02-NJMF-DURRES", role__in=["unit_head", "child_worker"])
    return sorted(set(seats.values_list("user__username", flat=True)))


def recipients():
    return sorted(one.to[0].partition("@")[0] for one in mail.outbox)


class Server:
    """A mail system that answers as it is told, one answer for each mail."""

    def __init__(self, monkeypatch, *answers):
        self.answers, self.got = list(answers), []
        backend = "django.core.mail.backends.locmem.EmailBackend.send_messages"
        monkeypatch.setattr(backend, lambda _self, mails: self.take(mails))

    def take(self, mails):
        [one] = mails
        answer = self.answers.pop(0) if self.answers else None
        if answer != "silent":  # then it never came that far
            self.got.append(one)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


# --- told by the verb, in its transaction ---


def test_an_urgent_signal_is_told_to_the_whole_unit_and_to_nobody_else(clock, seat, told, mailed):
    signal(seat)

    for username in (HEAD, WORKER, "pmf2.durres"):
        assert told(username) == ["signal.sent"]
        assert mailed(username) == ["waiting"]
    for username in ("njmf.shijak", "njmf.gjirokaster", "policia.durres", "koordinator.durres", "admin", "dpo"):
        assert told(username) == []
        assert mailed(username) == []


def test_what_is_rolled_back_was_told_to_nobody(clock, seat, told, mailed):
    with transaction.atomic():
        signal(seat)
        transaction.set_rollback(True)

    assert told(HEAD) == mailed(HEAD) == []


def test_a_task_is_told_to_whoever_leads_it_and_to_whoever_supports_it(clock, seat, told, mailed):
    task = give(seat, supporting=["shendeti.durres"])

    assert told("zva.durres") == ["task.given"]
    assert told("shendeti.durres") == ["task.supported"]
    assert told("policia.durres") == told("koordinator.durres") == []
    assert mailed("zva.durres") == []  # it comes with the summary
    [notice] = rows(Notice).filter(kind="task.given")
    assert (notice.thing, notice.day) == (task.code, task.due_on)


def test_a_task_that_is_due_before_anybody_could_be_reminded_is_mailed(clock, seat, mailed):
    give(seat, due=1)

    assert mailed("zva.durres") == ["waiting"]


def test_a_task_that_goes_to_another_institution_is_told_there(clock, seat, told):
    task = give(seat)
    tasks.change(
        task,
        by=seat("koordinator.durres"),
        based_on=task.version,
        title=task.title,
        details="",
        lead=seat("shendeti.durres").institution,
        due_on=task.due_on,
        supporting=[],
    )

    assert told("shendeti.durres") == ["task.given"]


def test_a_referral_is_told_to_the_office_and_a_reminder_once_more(clock, seat, told, mailed):
    case = make.case(manager=seat(WORKER))
    referral = referrals.refer(
        case,
        by=seat(WORKER),
        purpose="school",
        receiver=seat("zva.durres").institution,
        request="Kërkesë prove.",
        contact_via_unit=True,
    )
    referrals.remind(referral, by=seat(WORKER))

    assert told("zva.durres") == ["referral.sent", "referral.reminded"]
    assert mailed("zva.durres") == ["waiting", "waiting"]
    assert told("zva.gjirokaster") == []


def test_a_card_in_danger_is_told_to_the_table_at_once_and_its_risk_to_nobody_by_the_hour(clock, seat):
    """Whom the case waits for must not learn the risk (decision 12), not even by when the mail comes."""
    case = make.case(manager=seat(WORKER), risk="immediate")
    cards.take_to_table(make.obstacle(case, waits_for=seat("zva.durres").institution), by=seat(WORKER))

    urgent = dict(rows(Mail).values_list("user__username", "is_urgent"))
    assert urgent == {"koordinator.durres": True, "zva.durres": False}


# --- and answers come back ---


def test_whoever_sent_a_signal_hears_that_it_was_answered_and_gets_no_mail(clock, seat, told, mailed):
    one = signal(seat)
    signals.answer(one, by=seat(HEAD), state=Signal.State.TAKEN)

    assert told("policia.durres") == ["signal.answered"]
    assert mailed("policia.durres") == []
    assert told("policia.gjirokaster") == told("zva.durres") == []


def test_the_team_hears_how_its_referral_stands(clock, seat, told):
    case = make.case(manager=seat(WORKER))
    referral = make.referral(case, receiver=seat("zva.durres").institution)
    referrals.move(referral, "accepted", by=seat("zva.durres"))

    assert told(WORKER) == ["referral.answered"]
    assert told("pmf2.durres") == []  # is not of the team
    assert told("zva.durres") == []


def test_who_is_named_to_a_team_is_told_and_mailed(clock, seat, told, mailed):
    cases.assign(make.case(manager=seat(WORKER)), by=seat(HEAD), seat=seat("pmf2.durres"))

    assert told("pmf2.durres") == ["case.assigned"]
    assert mailed("pmf2.durres") == ["waiting"]
    assert told(WORKER) == told(HEAD) == []


def test_a_task_goes_to_and_fro_and_each_hears_of_it(clock, seat, told, mailed):
    task = make.task(lead=seat("zva.durres").institution)
    task = tasks.move(task, State.DONE, by=seat("zva.durres"), note="U krye.")
    task = tasks.move(task, State.IN_PROGRESS, by=seat("koordinator.durres"), note="Mungon një shkollë.")
    task = tasks.move(task, State.DONE, by=seat("zva.durres"), note="U plotësua.")
    tasks.move(task, State.VERIFIED, by=seat("koordinator.durres"))

    assert told("koordinator.durres") == ["task.done", "task.done"]
    assert told("zva.durres") == ["task.returned", "task.ended"]
    assert mailed("zva.durres") == ["waiting"]  # of what came back alone
    assert told("koordinator.gjirokaster") == []


def convene(seat, days=30, **more):
    return meetings.convene(
        by=seat("koordinator.durres"),
        body=make.body(year=2081, starts_on=make.in_days(-400), ends_on=make.in_days(800)),
        kind=make.term("meeting", "ordinary"),
        held_on=timezone.localdate() + datetime.timedelta(days=days),
        starts_at=datetime.time(10),
        place="Salla e prefekturës",
        agenda=["Hapja"],
        **more,
    )


def test_a_meeting_is_told_to_those_who_sit_in_its_body(clock, seat, told, mailed):
    meeting = convene(seat)
    assert told("prefekt.durres") == ["meeting.convened"]
    assert told("zva.durres") == []  # does not sit in this body
    assert mailed("prefekt.durres") == ["waiting"]
    assert not rows(Mail).filter(is_urgent=True).exists()

    meetings.call_off(meeting, by=seat("koordinator.durres"), to="cancelled")
    assert told("prefekt.durres") == ["meeting.convened", "meeting.called_off"]


def test_members_are_told_of_the_meeting_of_their_body(clock, seat, told):
    meeting = convene(seat)
    make.membership(meeting.body, seat("zva.durres").institution)
    meetings.change(
        meeting,
        by=seat("koordinator.durres"),
        based_on=meeting.version,
        kind=meeting.kind,
        held_on=meeting.held_on,
        starts_at=datetime.time(12),
        ends_at=None,
        place="Salla e re",
    )

    assert told("zva.durres") == ["meeting.changed"]


def test_a_meeting_on_the_next_day_is_urgent(clock, seat):
    convene(seat, days=1)

    assert set(rows(Mail).values_list("is_urgent", flat=True)) == {True}


def test_an_old_meeting_that_is_filed_is_told_to_nobody(clock, seat, told):
    convene(seat, days=-30)

    assert not rows(Notice).exists()


def test_minutes_are_told_to_those_who_make_remarks(clock, seat, told):
    meeting = make.meeting(make.body(year=2082), state="held", held_on=timezone.localdate())
    minutes.circulate(meeting, by=seat("koordinator.durres"))

    assert "minutes.circulated" in told("prefekt.durres")


def test_telling_more_people_asks_no_more_questions(clock, seat, django_assert_num_queries):
    with django_assert_num_queries(_statements(seat)):
        signal(seat)


def _statements(seat):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        signal(seat)
    for _more in range(5):
        make.seat("child_worker", seat(HEAD).institution)
    return len(few)


# --- sent ---


def test_a_mail_is_sent_once_to_one_recipient(clock, seat, send, mailed):
    signal(seat)

    assert send().sent == len(unit())
    assert send().sent == 0
    assert recipients() == unit()
    assert all(len(one.recipients()) == 1 for one in mail.outbox)
    assert mailed(HEAD) == ["sent"]


def test_what_somebody_answered_in_the_meantime_is_mailed_to_nobody(clock, seat, send, mailed):
    one = signal(seat)
    signals.answer(one, by=seat(HEAD), state=Signal.State.TAKEN)

    assert (send().sent, mail.outbox) == (0, [])
    assert mailed(WORKER) == ["unneeded"]


def test_whose_seat_has_ended_gets_no_mail(clock, seat, send):
    signal(seat)
    rows(Seat).filter(user__username=WORKER).update(ended_at=timezone.now())
    send()

    assert recipients() == unit()
    assert WORKER not in recipients()


def test_an_address_that_nobody_confirmed_gets_no_mail(clock, seat, send):
    signal(seat)
    Mailbox.objects.filter(user__username=WORKER).update(confirmed="e.vjeter@example.org")
    send()

    assert recipients() == [one for one in unit() if one != WORKER]


def test_for_seven_tasks_there_is_one_mail(clock, seat, send, mailed):
    for _one in range(7):
        give(seat, due=1)
    send()

    assert recipients() == ["zva.durres"]
    assert sorted(mailed("zva.durres")) == ["sent", *["unneeded"] * 6]


def test_what_is_told_after_the_mail_is_mailed_again(clock, seat, send):
    give(seat, due=1)
    send()
    clock(0, minute=5)
    give(seat, due=1)
    send()

    assert recipients() == ["zva.durres"] * 2


def test_on_a_day_of_rest_only_what_is_urgent_is_sent(clock, seat, send):
    clock(-1)
    signal(seat)
    signal(seat, is_urgent=False)
    give(seat, due=2)
    send()
    assert recipients() == unit()

    clock(0)
    send()
    assert recipients().count("zva.durres") == 1


def test_at_night_too(clock, seat, send):
    clock(1, hour=5)
    give(seat, due=1)
    assert send().sent == 0

    clock(1, hour=8)
    assert send().sent == 1


# --- what fails ---


def refused(code):
    return smtplib.SMTPRecipientsRefused({"x@example.org": (code, b"pmf.durres unknown")})


def test_a_mail_that_fails_is_tried_again_by_the_times_of_the_settings(clock, seat, send, monkeypatch):
    Server(monkeypatch, refused(450))
    give(seat, due=1)
    now = timezone.now()

    assert (send().failed, send().failed) == (1, 0)
    [one] = rows(Mail)
    assert (one.state, one.next_at) == ("failed", now + HOUR)
    assert one.failure == "SMTPRecipientsRefused 450"  # and no word of the server's
    assert send(now + 2 * HOUR).sent == 1


def test_the_times_are_rows_that_an_administrator_changes(clock, seat, send, monkeypatch):
    Deadline.objects.filter(code="mail_retry_1").update(amount=5)
    Server(monkeypatch, refused(450))
    give(seat, due=1)
    send()

    assert rows(Mail).get().next_at == timezone.now() + 5 * HOUR


def test_after_the_last_try_it_is_given_up(clock, seat, send, monkeypatch, mailed):
    Server(monkeypatch, *[refused(450)] * 5)
    give(seat, due=1)
    for _try in range(4):
        assert send().failed == 1
        rows(Mail).update(next_at=timezone.now())

    assert send().given_up == 1
    assert mailed("zva.durres") == ["dead"]


def test_an_address_that_is_refused_for_good_is_given_up_at_once(clock, seat, send, monkeypatch, mailed):
    Server(monkeypatch, refused(550))
    give(seat, due=1)

    assert send().given_up == 1
    assert mailed("zva.durres") == ["dead"]


def test_a_server_that_dies_after_accepting_gets_the_same_mail_again(clock, seat, send, monkeypatch):
    server = Server(monkeypatch, "dies")
    give(seat, due=1)
    send()
    send(timezone.now() + 2 * HOUR)

    first, second = (one.message().as_bytes() for one in server.got)
    assert first == second
    assert b"Message-ID" in first


def test_who_is_killed_while_sending_leaves_the_mail_to_the_next(clock, seat, send, monkeypatch):
    class Killed(BaseException):
        pass

    def dies(_self, _mails):
        raise Killed

    give(seat, due=1)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", dies)
        with pytest.raises(Killed):
            send()

    assert rows(Mail).get().state == "claimed"
    assert send().sent == 0  # somebody may still be at it
    assert send(timezone.now() + outbox.LEASE).sent == 1
    assert send(timezone.now() + 2 * outbox.LEASE).sent == 0


def test_a_mail_that_ends_whoever_sends_it_is_given_up(clock, seat, send, mailed):
    give(seat, due=1)
    rows(Mail).update(attempts=6)

    assert send().given_up == 1
    assert mailed("zva.durres") == ["dead"]


def test_whoever_lost_the_lease_marks_nothing(clock, seat):
    give(seat, due=1)
    mine = outbox._claim(timezone.now(), calm=True)
    outbox._claim(timezone.now() + outbox.LEASE, calm=True)
    outbox._mark(mine, state=Mail.State.DEAD)

    assert again(mine).state == "claimed"


def test_without_a_mail_system_everything_waits_and_the_administrator_sees_it(clock, seat, send, monkeypatch, person):
    def nobody(_self):
        raise ConnectionRefusedError(111, "pmf.durres")

    give(seat, due=1)
    Mailbox.objects.update(looked_on=timezone.localdate())
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.open", nobody, raising=False)
        with pytest.raises(CommandError, match="does not answer"):
            call_command("run_due")
        [one] = rows(Mail).filter(user__username="zva.durres", about="notice")
        assert (one.state, one.attempts) == ("waiting", 0)  # no try of the mail's
        row = Timer.objects.get()
        assert (row.failing_since, row.failure) == (timezone.now(), "ConnectionRefusedError 111")
        assert "The mail system has not answered since" in person("admin").look("/mails/").text
        assert "See why the mail system does not answer" in person("admin").look("/").text

    send()
    assert Timer.objects.get().failing_since is None
    assert "The mail system has not answered since" not in person("admin").look("/mails/").text


def test_what_is_older_than_it_is_kept_is_taken_away(clock, seat, send):
    give(seat)
    give(seat, due=1)
    send()
    signal(seat)
    year = datetime.timedelta(days=370)
    rows(Notice).update(at=timezone.now() - year)
    rows(Mail).update(made_at=timezone.now() - year)
    outbox.forget()

    assert set(rows(Notice).values_list("kind", flat=True)) == {"signal.sent"}  # their mails still wait
    assert set(rows(Mail).values_list("state", flat=True)) == {"waiting"}
