"""The outbox: mails that verbs have written are sent by `manage.py run_due`, nothing twice and nothing lost.

Each mail is claimed in a transaction of its own, sent outside of any, and marked in another. A claim is a lease: what
somebody held who was killed is taken up when the lease has run out. What the mail server had accepted before that it
gets once more, under the same number: it is the same mail. Two runs at once never hold the same one: on PostgreSQL they
pass each other's rows by, on SQLite one waits for the other.

A person is written to once for all that was written down before: one mail that leads to the page of notices is enough.
"""

from __future__ import annotations

import datetime
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from krat.access import areas
from krat.access.scoping import validation
from krat.notify import addresses
from krat.notify.kinds import kinds
from krat.notify.letter import letter
from krat.notify.models import Mail, Mailbox, Notice, Timer
from krat.people.models import Seat
from krat.reference import calendar
from krat.reference.models import Deadline, Threshold

LEASE = datetime.timedelta(minutes=10)  # far longer than one mail may take (EMAIL_TIMEOUT)
RETRIES = ("mail_retry_1", "mail_retry_2", "mail_retry_3", "mail_retry_4")  # deadlines of the settings
_KEPT = "notices_kept"


@dataclass
class Sent:
    """What one run did."""

    sent: int = 0
    unneeded: int = 0
    failed: int = 0
    given_up: int = 0
    is_down: bool = False


def is_time_for_calm(now: datetime.datetime) -> bool:
    """Whether mails go out that are not urgent: on a working day, from the hour of the settings (two queries)."""
    day = timezone.localtime(now)
    first = Threshold.objects.filter(code="mail_from").values_list("amount", flat=True).first()
    return day.hour >= (first or 0) and not calendar.is_day_of_rest(day.date())


def send_due(now: datetime.datetime | None = None) -> Sent:
    """Send every mail whose turn it is (two short transactions each, and what it takes to see that it still waits)."""
    now = now or timezone.now()
    done = Sent()
    calm = is_time_for_calm(now)
    connection: BaseEmailBackend | None = None
    try:
        while (mail := _claim(now, calm=calm)) is not None:
            if mail.attempts > len(RETRIES) + 2:  # whoever sends it is ended each time
                done.given_up += 1
                _mark(mail, state=Mail.State.DEAD, failure="Interrupted")
                continue
            if not _is_wanted(mail):
                done.unneeded += 1
                _mark(mail, state=Mail.State.UNNEEDED)
                continue
            if connection is None:
                try:
                    connection = get_connection()
                    connection.open()
                except (OSError, smtplib.SMTPException) as fault:
                    done.is_down = True
                    _give_back(mail, now)
                    _note_fault(fault, now)
                    return done
            try:
                letter(mail, connection).send()
            except (OSError, smtplib.SMTPException) as fault:
                _failed(mail, fault, now, done)
                _closed(connection)
                connection = None
                if not _answers(fault):
                    done.is_down = True
                    return done
            else:
                done.sent += 1
                _mark(mail, state=Mail.State.SENT, sent_at=timezone.now(), failure="")
                Timer.objects.update_or_create(
                    pk=1, defaults={"sent_at": timezone.now(), "failing_since": None, "failure": ""}
                )
    finally:
        if connection is not None:
            _closed(connection)
    return done


def _claim(now: datetime.datetime, *, calm: bool) -> Mail | None:
    """The next mail whose turn it is, urgent ones first; it is this run's until its lease ends."""
    with transaction.atomic():
        rows = Mail.objects.unscoped("the timer sends mails, and reads none of what they are about")
        due = rows.filter(state__in=Mail.TO_SEND, next_at__lte=now)
        if not calm:
            due = due.filter(is_urgent=True)
        first = due.select_related("user").select_for_update(of=("self",), skip_locked=True)
        mail = first.order_by("-is_urgent", F("day").asc(nulls_last=True), "next_at", "pk").first()
        if mail is None:
            return None
        mail.state, mail.next_at, mail.attempts = Mail.State.CLAIMED, now + LEASE, mail.attempts + 1
        mail.worded_on = mail.worded_on or timezone.localdate(now)
        mail.save(update_fields=["state", "next_at", "attempts", "worded_on"])
    return mail


def _is_wanted(mail: Mail) -> bool:
    """Whether there is still something for this person to do, at an address that reaches them, in a seat of theirs."""
    if not addresses.reachable().filter(user=mail.user_id).exists() or _is_covered(mail):
        return False
    if mail.about == Mail.About.DAY:
        return _day_is_wanted()(mail)
    notices = Notice.objects.unscoped("the notice that a mail is about").select_related("seat__institution")
    notice = notices.filter(pk=mail.notice_id or 0).first()
    kind = kinds().get(notice.kind) if notice is not None else None
    if notice is None or kind is None:
        return False
    seats = Seat.objects.unscoped("whether the seat that was told is still in force").active()
    if not seats.filter(pk=notice.seat_id).exists():
        return False
    open_to_them = kind.model.objects.permitted(notice.seat, kind.right).filter(code=notice.thing)
    return bool(kind.waits(open_to_them).exists())


def _is_covered(mail: Mail) -> bool:
    """Whether another mail went to the person after this one was written, and for a day no later: whoever followed it
    found the notice of this one there."""
    rows = Mail.objects.unscoped("whether the person was written to meanwhile").filter(user=mail.user_id)
    sent = rows.filter(state=Mail.State.SENT, sent_at__gte=mail.made_at)
    return bool((sent if mail.day is None else sent.filter(day__lte=mail.day)).exists())


@cache
def _day_is_wanted() -> Callable[[Mail], bool]:
    """Whether anything still waits for the person of a day's mail: the first page's area knows, which stands above."""
    [found] = [one.still_waits for one in areas.modules("timer") if hasattr(one, "still_waits")]
    answer: Callable[[Mail], bool] = found
    return answer


def _mark(mail: Mail, **fields: object) -> None:
    """Write how it went, unless the lease ran out and somebody else has the mail now."""
    rows = Mail.objects.unscoped("the timer marks the mail that it holds")
    rows.filter(pk=mail.pk, state=Mail.State.CLAIMED, attempts=mail.attempts).update(**fields)


def _give_back(mail: Mail, now: datetime.datetime) -> None:
    """No mail system answered: that is no try of this mail, which waits for the next run."""
    _mark(mail, state=Mail.State.WAITING, next_at=now, attempts=F("attempts") - 1)


def _failed(mail: Mail, fault: Exception, now: datetime.datetime, done: Sent) -> None:
    """The mail was refused, or the answer stayed away: it is tried again by the times of the settings, then given up.

    An address that the server refuses for good is given up at once: only a person can mend it.
    """
    if not _answers(fault):
        _note_fault(fault, now)
    wait = None if _is_final(fault) or mail.attempts > len(RETRIES) else _wait_after(mail.attempts)
    if wait is None:
        done.given_up += 1
        _mark(mail, state=Mail.State.DEAD, failure=_told(fault))
    else:
        done.failed += 1
        _mark(mail, state=Mail.State.FAILED, next_at=now + wait, failure=_told(fault))


def _is_final(fault: Exception) -> bool:
    return isinstance(fault, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _words in fault.recipients.values()
    )


def _wait_after(attempts: int) -> datetime.timedelta:
    deadline = Deadline.objects.get(code=RETRIES[attempts - 1])
    hours = deadline.amount if deadline.unit == Deadline.Unit.HOURS else deadline.amount * 24
    return datetime.timedelta(hours=hours)


def _told(fault: Exception) -> str:
    """The kind of a fault and its number, and no word of the server's."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        numbers: list[object] = [code for code, _words in fault.recipients.values()]
    else:
        numbers = [getattr(fault, "smtp_code", None) or getattr(fault, "errno", None)]
    return " ".join([type(fault).__name__, *(str(one) for one in numbers if one)])[:60]


def _answers(fault: Exception) -> bool:
    """Whether a mail system is there and refuses this mail alone."""
    return isinstance(fault, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)


def _note_fault(fault: Exception, now: datetime.datetime) -> None:
    """Remember since when no mail system answers."""
    row, _is_new = Timer.objects.get_or_create(pk=1)
    Timer.objects.filter(pk=1).update(failing_since=row.failing_since or now, failure=_told(fault))


def _closed(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return


def forget(now: datetime.datetime | None = None) -> None:
    """Take away notices and mails older than the settings say (three statements where there are none)."""
    today = timezone.localdate(now)
    until = calendar.due_before(_KEPT, today)
    mails = Mail.objects.unscoped("what is older than it is kept")
    mails.filter(made_at__date__lt=until).exclude(state__in=Mail.TO_SEND).delete()
    notices = Notice.objects.unscoped("what is older than it is kept").filter(at__date__lt=until)
    with validation():  # Django looks itself whether a mail still points there
        notices.exclude(pk__in=mails.exclude(notice=None).values("notice_id")).delete()


def waiting_mailboxes(today: datetime.date) -> list[int]:
    """The mailboxes at which nobody has looked today (one query)."""
    rows = addresses.reachable().exclude(looked_on=today)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def hold_mailbox(pk: int, today: datetime.date) -> Mailbox | None:
    """A mailbox, locked, unless another run looks at it or has looked (one query, within a transaction)."""
    rows = Mailbox.objects.select_related("user").exclude(looked_on=today)
    return rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
