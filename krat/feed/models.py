"""What changed and for whom: entered without a number by whoever changes, numbered by whoever reads (decision 24)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PUBLIC_TASK, Level, Processing
from krat.access.scoping import CheckedModel
from krat.committee.models import Institution

_KEPT = _("one line for each thing an institution's systems see; of what left their sight for KRAT_CHANGES_KEPT_DAYS")


class Generation(models.Model):
    """One row: the generation of the feed, its last number, and up to which number lines were forgotten.

    A cursor opens in its own generation only. The row is the lock under which changes are numbered. It does not come
    back with a copy: a restored registry begins a new generation.
    """

    processing = Processing(_("that no system misses a change"), Level.TECHNICAL, _("permanently"), PUBLIC_TASK)

    code = models.UUIDField(_("code"), default=uuid.uuid4, editable=False)
    last = models.PositiveBigIntegerField(_("last number"), default=0)
    forgotten_up_to = models.PositiveBigIntegerField(_("forgotten up to number"), default=0)
    tidied_at = models.DateTimeField(_("old lines forgotten at"), default=timezone.now)
    # Up to which day what begins or ends by its date was entered.
    turned_on = models.DateField(_("days entered up to"), default=timezone.localdate)

    class Meta:
        verbose_name = _("generation of the feed")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_generation_at_a_time")]

    def __str__(self) -> str:
        return f"{self.code} {self.last}"

    @classmethod
    def current(cls) -> Generation:
        """The generation of now; made where there is none, going on from the numbers that are there (one query)."""
        found = cls.objects.filter(pk=1).first()
        if found is None:
            highest = Change.objects.aggregate(highest=models.Max("number"))["highest"] or 0
            found, _made = cls.objects.get_or_create(pk=1, defaults={"last": highest})
        return found


class _Line(CheckedModel):
    """For which institution which thing changed."""

    # No key in the database: whoever writes must not wait for somebody who changes the institution.
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20)
    thing = models.UUIDField(_("code of the thing"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.thing}"


class Pending(_Line):
    """A change without a number yet: written by a trigger in the change's own transaction, one an institution."""

    processing = Processing(
        _("that no system misses a change"), Level.TECHNICAL, _("until it is numbered"), PUBLIC_TASK
    )

    class Meta(_Line.Meta):
        verbose_name = _("change without a number")


class Change(_Line):
    """A thing of an institution's systems, under the number of its latest change: one line each, whatever it went
    through. What it looks like now is asked through the door when the line is told."""

    processing = Processing(_("that no system misses a change"), Level.TECHNICAL, _KEPT, PUBLIC_TASK)

    number = models.PositiveBigIntegerField(_("number"))
    numbered_at = models.DateTimeField(_("numbered at"))

    class Meta(_Line.Meta):
        verbose_name = _("change")
        constraints = [
            models.UniqueConstraint(fields=["institution", "kind", "thing"], name="change_once_per_thing"),
            # The way of every reader: one institution's lines behind a number.
            models.UniqueConstraint(fields=["institution", "number"], name="change_by_number"),
        ]
