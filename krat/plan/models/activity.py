"""Activities: awareness sessions, stands, contests; the larger part of October."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedQuerySet, VersionedModel
from krat.committee.models import Institution
from krat.plan.models.plan import Measure
from krat.reference.models import County, Municipality, Term


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    """Activities."""

    def for_list(self) -> ActivityQuerySet:
        """With what a list shows of an activity."""
        return self.select_related("county", "municipality", "organiser", "kind", "audience", "measure")


class Activity(VersionedModel):
    """An awareness activity (aktivitet): where, when, by whom, for whom, and how many it reached."""

    processing = Processing(_("the calendar and its report"), Level.PUBLIC, PERMANENT)

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("activity", "planned")
        HELD = "held", pgettext_lazy("activity", "held")
        CANCELLED = "cancelled", pgettext_lazy("activity", "cancelled")

    view_right = "activities.view"
    held_with = ("county", "organiser", "measure")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind"))
    audience = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("audience"))
    held_on = models.DateField(_("date"))
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    place = models.CharField(_("place"), max_length=160)
    organiser = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("organiser"))
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("measure")
    )
    women = models.PositiveIntegerField(_("women and girls reached"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men and boys reached"), null=True, blank=True)
    materials = models.PositiveIntegerField(_("materials handed out"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.PLANNED)
    summary = models.TextField(_("summary"), blank=True)

    objects: ClassVar = models.Manager.from_queryset(ActivityQuerySet)()

    class Meta(VersionedModel.Meta):
        ordering = ["-held_on", "-pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [models.Index(fields=["county", "-held_on"], name="activity_by_county_and_day")]  # the calendar
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="held") | Q(women__isnull=False, men__isnull=False),
                name="held_activity_says_how_many_it_reached",
                violation_error_message=_(
                    "Say how many women and how many men the activity reached; zero is a number."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id), Reach.OWN: Q(organiser=seat.institution_id)}

    @property
    def reached(self) -> int:
        """How many people in all."""
        return (self.women or 0) + (self.men or 0)
