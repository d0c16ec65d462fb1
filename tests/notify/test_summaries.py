"""Summaries and reminders: in each person's own cadence, computed when they are sent, and only if something waits."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from krat.demo import make
from krat.home import timer as home
from krat.notify import outbox, timer
from krat.notify.models import Mail, Mailbox, Notice, Timer
from krat.notify.timer import Failed
from krat.plan.actions import tasks
from krat.plan.models import Task
from krat.plan.models.task import State
from krat.reference.models import Deadline
from tests.notify.test_outbox import recipients
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db
WHO = "ojf.gjirokaster"


def task(seat, days, who=WHO):
    return make.task(
        county="AL-05", lead=seat(who).institution, due_on=timezone.localdate() + datetime.timedelta(days=days)
    )


@pytest.fixture
def only(cadence, monkeypatch):
    """``only("weekly")``: this is how the person wants mails; of what waits only the tasks that a test gives count."""
    lines = home.waiting_for
    rows(Task).update(state="cancelled")

    def own_tasks(one):
        about = (line for line in lines(one) if one.user.username == WHO)
        return [line for line in about if line.url.startswith("/tasks/") and line.url != "/tasks/"]

    monkeypatch.setattr(home, "waiting_for", own_tasks)
    return lambda how_often: cadence(WHO, how_often)


def run():
    """The timer, without what rises."""
    home.look(timezone.now())
    outbox.send_due()


def test_once_a_week_with_the_first_working_day(only, seat, clock):
    only("weekly")
    task(seat, 20)
    for days in range(5):
        clock(days)
        run()
    assert recipients() == [WHO]

    clock(7)
    run()
    assert recipients() == [WHO] * 2


def test_a_timer_that_stood_still_on_monday_sums_up_on_the_next_day(only, seat, clock):
    only("weekly")
    task(seat, 20)
    clock(2)
    run()

    assert recipients() == [WHO]


def test_daily_on_working_days_once_each(only, seat, clock):
    only("daily")
    task(seat, 20)
    for days in (0, 1, 5, 6):
        clock(days)
        run()
        run()

    assert recipients() == [WHO] * 2  # not on the Saturday, not on the Sunday


def test_never_where_somebody_wants_none(only, seat, clock):
    only("off")
    task(seat, 0)
    run()

    assert mail.outbox == []


def test_nothing_waits_and_nothing_is_sent(only, seat, clock):
    only("daily")
    run()

    assert mail.outbox == []
    assert Mailbox.objects.get(user__username=WHO).looked_on == timezone.localdate()


def test_what_was_done_before_the_mail_went_out_is_in_no_mail(only, seat, clock, monkeypatch):
    """Computed when it is sent: the mail was written, the mail system was away, the task was done meanwhile."""
    only("daily")
    one = task(seat, 20)
    home.look(timezone.now())
    assert rows(Mail).filter(about="day").count() == 1

    tasks.move(one, State.DONE, by=seat(WHO), note="U krye.")
    run()

    assert mail.outbox == []
    assert rows(Mail).get(about="day").state == "unneeded"


def test_the_earliest_day_is_told(only, seat, clock):
    only("daily")
    task(seat, 20)
    first = task(seat, 9)
    run()

    assert f"deri më {first.due_on:%d.%m.}" in mail.outbox[0].body


def test_before_a_day_and_after_it_there_is_a_reminder(only, seat, clock):
    """Two working days before, one after; the summary of the week went out before."""
    box = only("weekly")
    task(seat, 3)  # Thursday
    box.summed_up_on, box.looked_on = timezone.localdate(), timezone.localdate()
    box.save()
    written = {}
    for days in range(1, 5):
        clock(days)
        before = len(mail.outbox)
        run()
        written[days] = len(mail.outbox) - before

    assert written == {1: 1, 2: 0, 3: 0, 4: 1}


def test_how_long_before_is_a_row_of_the_settings(only, seat, clock):
    Deadline.objects.filter(code="notice_before").update(amount=1)
    box = only("weekly")
    task(seat, 3)
    box.summed_up_on, box.looked_on = timezone.localdate(), timezone.localdate()
    box.save()
    clock(1)
    run()
    assert mail.outbox == []

    clock(2)
    run()
    assert recipients() == [WHO]


def test_what_fails_for_one_person_keeps_nobody_from_their_mail(only, cadence, seat, clock, monkeypatch, caplog):
    only("daily")
    cadence("zva.durres", "daily")
    task(seat, 20)
    lines = home.waiting_for

    def fails(one):
        if one.user.username == "zva.durres":
            raise LookupError("Shembull Provë")
        return lines(one)

    monkeypatch.setattr(home, "waiting_for", fails)
    clock(0)
    with pytest.raises(Failed, match="LookupError"):
        timer.run()

    assert recipients().count(WHO) == 1
    assert "run_due LookupError at" in caplog.text
    assert "Shembull" not in caplog.text
    assert Mailbox.objects.get(user__username="zva.durres").looked_on is None  # the next run tries again


# --- what is late rises ---


@pytest.fixture
def late(clock, seat):
    """A task whose day was so many working days ago that the superior is told today."""
    Timer.objects.update_or_create(pk=1, defaults={"escalated_on": timezone.localdate() - datetime.timedelta(days=3)})
    day = timezone.localdate() - datetime.timedelta(days=5)  # a Wednesday: Thursday, Friday, Monday
    return make.task(lead=seat("zva.durres").institution, due_on=day, given_on=day - datetime.timedelta(days=20))


def heard(thing):
    """Who was told of it."""
    return list(rows(Notice).filter(thing=thing.code).order_by("pk").values_list("seat__user__username", flat=True))


def test_a_late_task_rises_to_the_coordinator_and_then_to_the_chair(late, clock):
    timer.escalate(timezone.now())
    assert heard(late) == ["koordinator.durres"]

    for days in (1, 2, 3, 4, 7, 8, 9, 10, 11):
        clock(days)
        timer.escalate(timezone.now())
    assert heard(late) == ["koordinator.durres", "prefekt.durres"]


def test_what_was_done_meanwhile_does_not_rise(late, clock):
    rows(Task).filter(pk=late.pk).update(state="done", done_on=timezone.localdate())
    timer.escalate(timezone.now())

    assert heard(late) == []


def test_it_is_told_once_however_often_the_timer_runs(late, clock):
    for _run in range(3):
        timer.escalate(timezone.now())

    assert heard(late) == ["koordinator.durres"]


def test_what_fell_due_while_the_timer_stood_still_is_told(late, clock):
    clock(2)
    timer.escalate(timezone.now())

    assert heard(late) == ["koordinator.durres"]


def test_where_nobody_sits_nobody_is_told_and_nothing_breaks(late, clock):
    rows(type(late)).filter(pk=late.pk).update(county=make.county("AL-12"))
    timer.escalate(timezone.now())

    assert heard(late) == []


def test_a_late_case_is_told_to_the_head_of_its_unit_alone(late, clock, seat):
    case = make.case(manager=seat("pmf.durres"))
    type(case).objects.unscoped("the test").filter(pk=case.pk).update(
        due_at=timezone.now() - datetime.timedelta(days=5)
    )
    timer.escalate(timezone.now())

    assert "njmf.durres" in heard(case)
    assert not {"pmf.durres", "koordinator.durres", "prefekt.durres"} & set(heard(case))


def test_a_card_whose_task_is_late_rises_to_the_prefect(late, clock, seat):
    card = make.card(make.obstacle(make.case(manager=seat("pmf.durres"))), state="decided")
    card.tasks.add(late)
    timer.escalate(timezone.now())

    assert heard(card) == ["prefekt.durres"]
