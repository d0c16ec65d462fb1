"""The action plan of a county and year: pillars, objectives, measures."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedQuerySet, VersionedModel
from krat.committee.models import YEARS, Act, Institution
from krat.reference.models import County, Municipality, Term


class Plan(VersionedModel):
    """The action plan (plan veprimi) of a county's committee for one year."""

    processing = Processing(_("what the members promised for a year"), Level.PUBLIC, PERMANENT)

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "draft")
        CONSULTED = "consulted", pgettext_lazy("plan", "in consultation")
        ADOPTED = "adopted", pgettext_lazy("plan", "adopted")
        CLOSED = "closed", pgettext_lazy("plan", "closed")

    view_right = "plan.view"
    held_with = ("county",)

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    act = models.ForeignKey(
        Act, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("adopted by act")
    )
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)

    class Meta(VersionedModel.Meta):
        ordering = ["-year"]
        verbose_name = _("action plan")
        constraints = [
            models.UniqueConstraint(
                fields=["county", "year"],
                name="plan_once_per_county_and_year",
                violation_error_message=_("A plan for this year already stands."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["adopted", "closed"]) | Q(adopted_on__isnull=False),
                name="adopted_plan_has_a_date",
                violation_error_message=_("An adopted plan needs the day of its adoption."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.year}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id)}

    @property
    def may_still_change(self) -> bool:
        """Whether objectives and measures can be written."""
        return self.state != self.State.CLOSED


class Objective(VersionedModel):
    """A specific objective (objektiv specifik) of a plan, under one of its pillars."""

    processing = Processing(_("the parts of the plan"), Level.PUBLIC, PERMANENT)

    view_right = "plan.view"
    held_with = ("plan__county",)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="objectives", verbose_name=_("plan"))
    pillar = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("pillar"))
    number = models.CharField(_("number"), max_length=10)
    title = models.CharField(_("title"), max_length=300)

    class Meta(VersionedModel.Meta):
        ordering = ["number"]
        verbose_name = _("objective")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="objective_number_once_per_plan",
                violation_error_message=_("An objective with this number already stands in the plan."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(plan__county=seat.county_id)}


class MeasureQuerySet(ScopedQuerySet["Measure"]):
    """Measures."""

    def for_list(self) -> MeasureQuerySet:
        """With what a list shows of a measure."""
        return self.select_related("objective__plan__county", "objective__pillar", "lead", "resource")


class Measure(VersionedModel):
    """A measure (masë) of the plan: one lead institution, supporters, a deadline or ongoing, an indicator."""

    processing = Processing(_("measures that can be counted"), Level.PUBLIC, PERMANENT)

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("measure", "planned")
        IN_PROGRESS = "in_progress", pgettext_lazy("measure", "in progress")
        DONE = "done", pgettext_lazy("measure", "done")
        PARTLY = "partly", pgettext_lazy("measure", "partly done")
        NOT_DONE = "not_done", pgettext_lazy("measure", "not done")
        CANCELLED = "cancelled", pgettext_lazy("measure", "cancelled")

    view_right = "plan.view"
    held_with = ("objective__plan__county", "lead")

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="measures", verbose_name=_("objective")
    )
    number = models.CharField(_("number"), max_length=12)
    title = models.CharField(_("measure"), max_length=300)
    lead = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead institution")
    )
    supporting = models.ManyToManyField(
        Institution, related_name="+", blank=True, verbose_name=_("supporting institutions")
    )
    municipalities = models.ManyToManyField(
        Municipality, related_name="+", blank=True, verbose_name=_("municipalities")
    )
    due_on = models.DateField(_("deadline"), null=True, blank=True)
    is_ongoing = models.BooleanField(_("ongoing all year"), default=False)
    indicator = models.CharField(_("indicator"), max_length=200)
    baseline = models.PositiveIntegerField(_("baseline"), default=0)
    target = models.PositiveIntegerField(_("target"), null=True, blank=True)
    actual = models.PositiveIntegerField(_("reached"), null=True, blank=True)
    means = models.CharField(_("means of verification"), max_length=200, blank=True)
    resource = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("resources")
    )
    for_children = models.BooleanField(_("concerns children"), default=False)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.PLANNED)
    note = models.TextField(_("note on progress"), blank=True)

    objects: ClassVar = models.Manager.from_queryset(MeasureQuerySet)()

    class Meta(VersionedModel.Meta):
        ordering = ["number"]
        verbose_name = _("measure")
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "number"],
                name="measure_number_once_per_objective",
                violation_error_message=_("A measure with this number already stands under the objective."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False, is_ongoing=False) | Q(due_on__isnull=True, is_ongoing=True),
                name="measure_has_a_deadline_or_is_ongoing",
                violation_error_message=_("Give a deadline, or mark the measure as ongoing; not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {
            Reach.COUNTY: Q(objective__plan__county=seat.county_id),
            # The lead reports: a supporting institution tells the lead.
            Reach.OWN: Q(lead=seat.institution_id),
        }

    OPEN: ClassVar = (State.PLANNED, State.IN_PROGRESS)

    @property
    def is_open(self) -> bool:
        """Whether work on it is still expected."""
        return self.state in self.OPEN

    def is_late(self, on: datetime.date | None = None) -> bool:
        """Whether its deadline has passed without it being done."""
        return self.is_open and self.due_on is not None and self.due_on < (on or timezone.localdate())


# What a new year takes over, and a successor: whatever was not done in full, and not given up.
UNFINISHED = (Measure.State.PLANNED, Measure.State.IN_PROGRESS, Measure.State.PARTLY, Measure.State.NOT_DONE)
