"""What `manage.py run_due` does, and how: jobs that areas declare in their ``timer.py``, as (position, what is done).

Each job is called with the moment of the run, may be called as often as anybody likes and by several at once, and does
what is due by then. One that fails does not keep the others from theirs.
"""

import datetime
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from krat.access import areas
from krat.notify import addresses, outbox
from krat.notify.models import Timer
from krat.reference import calendar

logger = logging.getLogger("krat.incidents")
Job = Callable[[datetime.datetime], object]
_LONGEST = datetime.timedelta(days=31)  # that a timer may have stood still and still tells what fell due meanwhile


class Failures:
    """What failed while the others went on: the log gets kind and place of each, and no words."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Within this block a fault is noted and does not go further."""
        try:
            yield
        except Exception as mistake:
            if isinstance(mistake, Failed):
                self.kinds += mistake.kinds
                return
            frames = traceback.extract_tb(mistake.__traceback__)[-6:]
            where = " < ".join(f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in reversed(frames))
            logger.error("run_due %s at %s", type(mistake).__name__, where)
            self.kinds.append(type(mistake).__name__)

    def tell(self) -> None:
        """Raise `Failed` if anything did."""
        if self.kinds:
            raise Failed(self.kinds)


class Failed(Exception):
    """Some of what was due failed; ``kinds`` are the classes of the faults, which the log has by their places."""

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(", ".join(sorted(set(kinds))))
        self.kinds = kinds


def run(now: datetime.datetime | None = None) -> outbox.Sent:
    """Do everything that is due, send the mails last, and note that it ran; raises `Failed` at the end."""
    now = now or timezone.now()
    failures = Failures()
    addresses.open_mailboxes()
    for _position, job in jobs():
        with failures.catching():
            job(now)
    sent = outbox.Sent()
    with failures.catching():
        sent = outbox.send_due()  # what was written a moment ago among it
    with failures.catching():
        outbox.forget(now)
    Timer.objects.update_or_create(pk=1, defaults={"ran_at": now})
    failures.tell()
    return sent


def jobs() -> list[tuple[int, Job]]:
    """Every area's jobs, in order."""
    found = [job for area in areas.modules("timer") for job in getattr(area, "JOBS", [])]
    return sorted(found, key=lambda job: job[0])


def escalate(now: datetime.datetime) -> None:
    """Once on each working day, what is late for so long is told to those above: ``escalate`` of areas' timers.

    All of it is one transaction, in which the row of the timer is locked: a second run waits for the first, and finds
    it done; what was cut short is done again as a whole.
    """
    if not outbox.is_time_for_calm(now):
        return
    today = timezone.localdate(now)
    with transaction.atomic():
        Timer.objects.get_or_create(pk=1)
        row = Timer.objects.select_for_update().get(pk=1)
        if row.escalated_on is not None and row.escalated_on >= today:
            return
        last = row.escalated_on or today - datetime.timedelta(days=1)
        for area in areas.modules("timer"):
            if area.__name__ != __name__ and hasattr(area, "escalate"):
                area.escalate(last, today)
        Timer.objects.filter(pk=1).update(escalated_on=today)


def span(code: str, last: datetime.date, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Between which days (the first not among them) what was due then has been late for a deadline's length since
    ``last``, so that each is told once (four queries at most)."""
    return calendar.due_before(code, max(last, today - _LONGEST)), calendar.due_before(code, today)


JOBS: list[tuple[int, Job]] = [(20, escalate)]
