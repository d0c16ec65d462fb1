"""Signals (sinjalizim): somebody tells the unit of a municipality about a child or a possible victim."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.keys import key_of
from cases.models.reach import Caseload
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import Municipality, Term


class Kind(models.TextChoices):
    """Whom a case is about."""

    CHILD = "child", _("child")
    ADULT = "adult", _("adult")


class SignalQuerySet(ScopedQuerySet["Signal"]):
    """Signals."""

    def for_list(self) -> SignalQuerySet:
        """With what a list shows of a signal; the unanswered and urgent ones first, then the latest."""
        answered = models.Case(models.When(state=Signal.State.SENT, then=0), default=1)
        return self.select_related("sender", "receiver", "municipality").order_by(
            answered, "-is_urgent", "-sent_at", "-pk"
        )


class Signal(ScopedModel):
    """A signal as its sender may follow it: when, to whom, and how it stands. What it tells stands in `SignalWords`."""

    processing = Processing(_("that a signal is answered"), Level.INTERNAL, Caseload.SIGNALS_KEPT, Caseload.BASIS)

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("signal", "sent")
        TAKEN = "taken", pgettext_lazy("signal", "taken as a case")
        REJECTED = "rejected", pgettext_lazy("signal", "not taken as a case")

    view_right = "signals.view"
    held_with = ("sender", "receiver__county", "municipality__county", "source")

    kind = models.CharField(_("about"), max_length=10, choices=Kind.choices, default=Kind.CHILD)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    sender = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    receiver = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent to"))
    source = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="+", limit_choices_to={"list": "source"}, verbose_name=_("source")
    )
    is_urgent = models.BooleanField(_("in immediate danger"), default=False)
    sent_at = models.DateTimeField(_("sent at"))
    due_at = models.DateTimeField(_("answer expected by"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SENT)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )

    objects: ClassVar = models.Manager.from_queryset(SignalQuerySet)()

    class Meta(ScopedModel.Meta):
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        indexes = [
            models.Index(fields=["receiver", "state", "-sent_at"], name="signal_by_receiver"),  # what waits for a unit
            models.Index(fields=["sender", "-sent_at"], name="signal_by_sender"),  # what an institution sent
        ]

    def __str__(self) -> str:
        return self.get_state_display()

    def data_key(self) -> bytes:
        """The opened data key of the signal."""
        return key_of(self, signal_id=self.pk)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        sent, received = Q(sender=seat.institution_id), Q(receiver=seat.institution_id)
        return {Reach.SENT: sent, Reach.RECEIVED: received, Reach.INSTITUTION: sent | received}

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == self.State.SENT
