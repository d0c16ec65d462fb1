"""What the timer asks of the first page: who is written to today, because something waits for them there.

One rule: what stands under *Pret nga ju* is what a mail is sent for (`krat.home.waiting`). Nothing of it is written
down or sent but the earliest day.
"""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from krat.home.waiting import waiting_for
from krat.notify import addresses, outbox
from krat.notify.models import Mail, Mailbox
from krat.notify.telling import new_mail, put
from krat.notify.timer import Failures
from krat.people.models import Seat, User
from krat.reference import calendar
from krat.ui.waiting import Waiting


def look(now: datetime.datetime) -> None:
    """Once on each working day: whoever wants a summary today, or has something shortly before or after its day, gets
    one mail, if anything waits for them at all. What is urgent has gone out at once and does not wait for this.

    Each person in a short transaction of their own, with the queries of their first page; on days of rest nothing.
    Raises `Failed` at the end, after everybody else was looked at.
    """
    if not outbox.is_time_for_calm(now):
        return
    addresses.open_mailboxes()
    today = timezone.localdate(now)
    failures = Failures()
    spans: dict[datetime.date, Spans] = {}
    for pk in outbox.waiting_mailboxes(today):
        with failures.catching(), transaction.atomic():
            box = outbox.hold_mailbox(pk, today)
            if box is not None:
                before = box.looked_on or today - datetime.timedelta(days=1)
                if before not in spans:
                    spans[before] = Spans(before, today)
                _look_at(box, spans[before], today)
    failures.tell()


class Spans:
    """The days of which today is the time to remind, shortly before them or after, since somebody looked last."""

    def __init__(self, looked_on: datetime.date, today: datetime.date) -> None:
        first = max(looked_on, today - datetime.timedelta(days=31))
        coming = calendar.dues("notice_before", [first, today])
        self.coming = coming[first], coming[today]
        self.past = calendar.due_before("notice_after", first), calendar.due_before("notice_after", today)

    def hold(self, day: datetime.date) -> bool:
        """Whether today is the time to remind of this day."""
        return any(first < day <= last for first, last in (self.coming, self.past))


def _look_at(box: Mailbox, spans: Spans, today: datetime.date) -> None:
    is_summed_up = _wants_summary(box, today)
    if box.cadence != Mailbox.Cadence.OFF:
        lines = list(_lines_of(box.user))
        days = [line.day for line in lines if line.day is not None]
        if lines and (is_summed_up or any(spans.hold(day) for day in days)):
            put([new_mail(box.user_id, Mail.About.DAY, f"day:{today}", day=min(days, default=None))])
    box.looked_on = today
    box.summed_up_on = today if is_summed_up else box.summed_up_on
    box.save(update_fields=["looked_on", "summed_up_on"])


def _wants_summary(box: Mailbox, today: datetime.date) -> bool:
    """Daily, or on the first working day of the week on which the timer runs."""
    if box.cadence == Mailbox.Cadence.WEEKLY:
        monday = today - datetime.timedelta(days=today.weekday())
        return box.summed_up_on is None or box.summed_up_on < monday
    return box.cadence == Mailbox.Cadence.DAILY


def _lines_of(user: User) -> Iterable[Waiting]:
    """What waits in each seat of a person, each by its own rights."""
    seats = Seat.objects.unscoped("whose first page is looked at, each seat by its own rights")
    for seat in addresses.of_people(seats).filter(user=user).for_request().order_by("pk"):
        yield from waiting_for(seat)


def still_waits(mail: Mail) -> bool:
    """Whether anything waits for this person now: asked again when a mail is sent."""
    return any(True for _line in _lines_of(mail.user))


JOBS = [(50, look)]
