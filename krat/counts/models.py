"""Counts that the writes keep: every row is so many more, or fewer, of one cell (decision 41)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from krat.access.processing import Level, Processing
from krat.reference.models import Municipality


class KeptCount(models.Model):
    """So many more of a cell, or fewer: what a cell counts is the sum of its rows.

    Triggers of the database add rows with every write of what is counted, whoever writes and in the same transaction;
    no row is ever changed, so that no writer waits for another. From time to time the rows of a cell are put together
    as one (`krat.counts.keeping.fold`). Which cells there are, the areas say in their ``counts.py``.
    """

    processing = Processing(_("figures without counting every row"), Level.INTERNAL, _("as long as what is counted"))

    series = models.CharField(max_length=20)  # what is counted: "stage", "signals"
    # Without a constraint in the database: the counted row has one, and this is written by triggers alone.
    place = models.ForeignKey(Municipality, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    # The ids of the institutions whose rows they are: the holder of a case or sender of a signal, the receiver; else 0.
    first = models.BigIntegerField()
    second = models.BigIntegerField(default=0)
    is_victim = models.BooleanField(default=False)  # whether of possible or identified victims
    year = models.SmallIntegerField(default=0)  # 0: as things stand now
    word = models.CharField(max_length=40)  # which of the series: a stage, a quarter, a day
    n = models.IntegerField()
    is_folded = models.BooleanField(default=False)  # whether it stands for the rows of its cell put together

    class Meta:
        verbose_name = _("kept count")
        indexes = [
            models.Index(fields=["place", "year", "series"], name="kept_count_by_place"),  # the figures of a county
            models.Index(fields=["first", "series"], name="kept_count_by_first"),  # what a unit's head is told
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.word}: {self.n:+}"
