"""What a seat was told, the mails about it, and how each person wants them."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from krat.access.processing import PUBLIC_TASK, SECURITY, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import CheckedModel, ScopedModel, ScopedQuerySet
from krat.people.models import Seat, User

KEPT = _("as long as the deadlines of the settings say: twelve months")


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    """Notices."""

    def unread(self) -> NoticeQuerySet:
        """Those that were not marked as read."""
        return self.filter(read_at=None)


class Notice(ScopedModel):
    """A notice (njoftim): that a seat was told of something. It holds a code and no words: what the thing is called is
    read through its own door each time the notice is shown, and so ends with the right to see it."""

    processing = Processing(_("that people learn what waits for them"), Level.OFFICE, KEPT, PUBLIC_TASK)

    view_right = "notices.view"

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("seat"))
    kind = models.CharField(_("kind"), max_length=40)  # one of `krat.notify.kinds`
    thing = models.UUIDField(_("code of the thing"))
    day = models.DateField(_("until"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects: ClassVar = models.Manager.from_queryset(NoticeQuerySet)()

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["seat", "-at"], name="notice_by_seat"),  # the page of notices
            # The number in the head of every page.
            models.Index(fields=["seat"], condition=Q(read_at=None), name="notice_unread_by_seat"),
        ]

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.OWN: Q(seat=seat.pk)}

    @property
    def is_read(self) -> bool:
        """Whether it was marked as read."""
        return self.read_at is not None


class Mail(ScopedModel):
    """One mail to one person (decision 35): that something waits, until when, and where the registry is.

    It holds no words. What it says follows from its own fields, so that sent once more it is the same mail.
    """

    processing = Processing(_("that people learn what waits for them"), Level.OFFICE, KEPT, PUBLIC_TASK)

    class About(models.TextChoices):
        NOTICE = "notice", pgettext_lazy("mail", "a notice")
        DAY = "day", pgettext_lazy("mail", "what waits")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("mail", "waiting")
        CLAIMED = "claimed", pgettext_lazy("mail", "being sent")
        FAILED = "failed", pgettext_lazy("mail", "failed, to be tried again")
        SENT = "sent", pgettext_lazy("mail", "sent")
        UNNEEDED = "unneeded", pgettext_lazy("mail", "not sent: nothing waited any more")
        DEAD = "dead", pgettext_lazy("mail", "given up")

    TO_SEND = (State.WAITING, State.CLAIMED, State.FAILED)

    view_right = "mail.manage"
    held_with = ("user",)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    about = models.CharField(_("about"), max_length=10, choices=About.choices)
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("notice")
    )
    # What one person is written about once: a day's summary, a notice.
    occasion = models.CharField(_("occasion"), max_length=100)
    day = models.DateField(_("until"), null=True, blank=True)
    is_urgent = models.BooleanField(_("also on days of rest"), default=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    message_id = models.CharField(_("number of the mail"), max_length=120, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    # When it may be taken up (again); of a mail that is being sent: when it is taken for left behind.
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # The day of the first try, from which it says whether its own day is still to come.
    worded_on = models.DateField(_("worded on"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # The kind of the last fault and its number; never the words of a mail server, which may hold an address.
    failure = models.CharField(_("last fault"), max_length=60, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [models.Index(fields=["state", "next_at"], name="mail_by_turn")]  # what is to be sent
        constraints = [models.UniqueConstraint(fields=["user", "occasion"], name="mail_once_for_an_occasion")]

    def __str__(self) -> str:
        return self.get_state_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}


class Mailbox(CheckedModel):
    """How a person wants mails, and which of their addresses is known to reach them."""

    processing = Processing(_("that mails reach the person, as often as wanted"), Level.OFFICE, KEPT, PUBLIC_TASK)

    class Cadence(models.TextChoices):
        DAILY = "daily", pgettext_lazy("mails", "every working day")
        WEEKLY = "weekly", pgettext_lazy("mails", "once a week")
        OFF = "off", pgettext_lazy("mails", "only what is urgent")

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    cadence = models.CharField(_("how often"), max_length=10, choices=Cadence.choices, default=Cadence.WEEKLY)
    confirmed = models.EmailField(_("confirmed address"), blank=True)
    looked_on = models.DateField(_("last looked at"), null=True, blank=True, editable=False)
    summed_up_on = models.DateField(_("last summed up"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mailbox")

    def __str__(self) -> str:
        return self.get_cadence_display()


class Timer(models.Model):
    """When `manage.py run_due` last ran, and whether the mail system answers: one row."""

    processing = Processing(_("that somebody sees when no mail goes out"), Level.TECHNICAL, KEPT, SECURITY)

    ran_at = models.DateTimeField(_("last ran at"), null=True)
    escalated_on = models.DateField(_("last told of what is late"), null=True)
    sent_at = models.DateTimeField(_("last mail sent at"), null=True)
    failing_since = models.DateTimeField(_("no mail system since"), null=True)
    failure = models.CharField(_("its fault"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("timer")

    def __str__(self) -> str:
        return settings.KRAT_ADDRESS

    @property
    def stands_still(self) -> bool:
        """Whether it has not run for so long that somebody should look."""
        return self.ran_at is None or self.ran_at < timezone.now() - datetime.timedelta(hours=2)
