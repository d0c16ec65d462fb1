"""Rows that others choose from: places, lists, deadlines, holidays. Open: they hold no data about persons.

A row is never deleted, it is retired from a date, so that old records keep their meaning.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PERMANENT, Level, Processing
from krat.reference.albanian import sort_key


class Sorted(models.Model):
    """A row with a name that is listed in the order of the Albanian alphabet."""

    sorted_by = "name"
    sort_key = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(getattr(self, self.sorted_by))[:200]
        super().save(*args, **kwargs)


class County(Sorted):
    """A county (qark), by its ISO 3166-2 code. Twelve of them, Law 115/2014."""

    processing = Processing(_("places"), Level.PUBLIC, PERMANENT, _("Law 115/2014"))

    code = models.CharField(_("code"), max_length=5, unique=True)
    name = models.CharField(_("name"), max_length=40, unique=True)
    prefix = models.CharField(_("prefix of case numbers"), max_length=2, unique=True)
    seat = models.CharField(_("seat of the prefecture"), max_length=40)

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("county")
        verbose_name_plural = _("counties")

    def __str__(self) -> str:
        return self.name


class Municipality(Sorted):
    """A municipality (bashki); its code is its county and its folded name, ``AL-10-VAU-I-DEJES``. 61, Law 115/2014."""

    processing = Processing(_("places"), Level.PUBLIC, PERMANENT, _("Law 115/2014"))

    code = models.CharField(_("code"), max_length=40, unique=True)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="municipalities")
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.UniqueConstraint(fields=["county", "name"], name="municipality_once_per_county"),
        ]

    def __str__(self) -> str:
        return self.name


class Checked(models.Model):
    """A row that comes from an act: where it stands there, and who has compared it with the act."""

    legal_reference = models.CharField(_("legal reference"), max_length=200, blank=True)
    is_verified = models.BooleanField(_("verified against the act"), default=False)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True


class TermQuerySet(models.QuerySet["Term"]):
    """Rows of a code list."""

    def of(self, kind: Term.List, on: datetime.date | None = None) -> TermQuerySet:
        """The rows of one list that can be chosen on a day (today)."""
        day = on or timezone.localdate()
        return self.filter(models.Q(retired_on=None) | models.Q(retired_on__gt=day), list=kind)


class Term(Checked):
    """One row of a code list, with its words in both languages."""

    processing = Processing(_("code lists"), Level.PUBLIC, PERMANENT)

    class List(models.TextChoices):
        MEETING = "meeting", _("Kinds of meeting")
        PILLAR = "pillar", _("Pillars of the action plan")
        RESOURCE = "resource", _("Resources of a measure")
        ACTIVITY = "activity", _("Kinds of activity")
        AUDIENCE = "audience", _("Audiences of activities")
        INSTITUTION = "institution", _("Kinds of institution")
        HELPLINE = "helpline", _("Helplines")
        CONCERN = "concern", _("Concerns of a case")
        SOURCE = "source", _("Sources of a signal")
        CARE = "care", _("Present care")
        OBSTACLE = "obstacle", _("Kinds of obstacle")
        CLOSING = "closing", _("Reasons for closing a case")
        SERVICE = "service", _("Kinds of service")

    list = models.CharField(_("list"), max_length=20, choices=List.choices)
    code = models.SlugField(_("code"), max_length=40)
    name_sq = models.CharField(_("name in Albanian"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired from"), null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["list", "position", "code"]
        verbose_name = _("list row")
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="term_once_per_list")]

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name_sq


class Deadline(Checked):
    """How long something may take. Editable, because orders and procedures change (decision 14)."""

    processing = Processing(_("deadlines with their legal reference"), Level.PUBLIC, PERMANENT)

    class Unit(models.TextChoices):
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        WORKING_DAYS = "working_days", _("working days")
        MONTHS = "months", _("months")

    class Start(models.TextChoices):
        ENTRY = "entry", _("from the entry into the registry")
        SIGNAL = "signal", _("from the signal")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_sq = models.CharField(_("name in Albanian"), max_length=160)
    name_en = models.CharField(_("name in English"), max_length=160)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    # Where a case is entered days after its signal: from which of the two the act counts. Of its first stages alone.
    starts_from = models.CharField(_("counts"), max_length=10, choices=Start.choices, default=Start.ENTRY)
    # Of days and months only: working days never end on a day of rest, and hours run through.
    moves_off_rest_days = models.BooleanField(_("a last day of rest moves to the next working day"), default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("deadline")

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name_sq


class Threshold(Checked):
    """From where on something is told to somebody, as who reads unusually much. Editable as deadlines are."""

    processing = Processing(_("thresholds with their reference"), Level.PUBLIC, PERMANENT)

    class Unit(models.TextChoices):
        DAYS = "days", _("days")
        FILES = "files", _("files")
        TIMES = "times", _("times")
        HOUR = "hour", pgettext_lazy("threshold", "o'clock")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_sq = models.CharField(_("name in Albanian"), max_length=160)
    name_en = models.CharField(_("name in English"), max_length=160)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, editable=False)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("threshold")

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name_sq

    @property
    def in_words(self) -> str:
        """The amount with its unit: 15 files, 20 o'clock."""
        if self.unit == Threshold.Unit.HOUR:
            return gettext("at %(hour)s:00") % {"hour": f"{self.amount:02}"}
        return f"{self.amount} {self.get_unit_display()}"

    @classmethod
    def amounts(cls, beginning: str) -> dict[str, int]:
        """The amounts of all whose codes begin like this, by the rest of the code (one query)."""
        rows = cls.objects.filter(code__startswith=beginning)
        return {code.removeprefix(beginning): amount for code, amount in rows.values_list("code", "amount")}


class Holiday(models.Model):
    """A public holiday: a day on which no working-day deadline runs. Feasts move, so every year is entered."""

    processing = Processing(_("counting working days"), Level.PUBLIC, PERMANENT)

    day = models.DateField(_("day"), unique=True)
    name_sq = models.CharField(_("name in Albanian"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name_sq
