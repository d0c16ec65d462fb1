"""Tasks: what one institution has to do until a day, wherever the task came from."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet, VersionedModel
from krat.committee.models import Body, Institution, sits_in
from krat.people.models import Seat
from krat.plan.models.plan import Measure
from krat.reference.models import County


class State(models.TextChoices):
    """Where a task stands (decision 13: the lead says done, the coordinator verifies)."""

    NEW = "new", pgettext_lazy("task", "new")
    ACCEPTED = "accepted", pgettext_lazy("task", "accepted")
    IN_PROGRESS = "in_progress", pgettext_lazy("task", "in progress")
    DONE = "done", pgettext_lazy("task", "done, to be verified")
    VERIFIED = "verified", pgettext_lazy("task", "verified")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[State, State], str] = {
    (State.NEW, State.ACCEPTED): "tasks.report",
    (State.NEW, State.IN_PROGRESS): "tasks.report",
    (State.NEW, State.DONE): "tasks.report",
    (State.ACCEPTED, State.IN_PROGRESS): "tasks.report",
    (State.ACCEPTED, State.DONE): "tasks.report",
    (State.IN_PROGRESS, State.DONE): "tasks.report",
    (State.DONE, State.IN_PROGRESS): "tasks.verify",
    (State.DONE, State.VERIFIED): "tasks.verify",
    (State.NEW, State.CANCELLED): "tasks.give",
    (State.ACCEPTED, State.CANCELLED): "tasks.give",
    (State.IN_PROGRESS, State.CANCELLED): "tasks.give",
}
OPEN = (State.NEW, State.ACCEPTED, State.IN_PROGRESS)


class TaskQuerySet(ScopedQuerySet["Task"]):
    """Tasks."""

    def open(self) -> TaskQuerySet:
        """Those on which the lead still has to work."""
        return self.filter(state__in=OPEN)

    def overdue(self, on: datetime.date | None = None) -> TaskQuerySet:
        """Open ones whose day has passed."""
        return self.open().filter(due_on__lt=on or timezone.localdate())

    def of(self, institution_id: int) -> TaskQuerySet:
        """Those that one institution leads or supports."""
        supported = Task.supporting.through.objects.filter(institution_id=institution_id).values("task_id")
        return self.filter(Q(lead=institution_id) | Q(pk__in=supported))

    def given_back(self) -> TaskQuerySet:
        """Those that were reported done and given back since: work on them went on."""
        rows = self.alias(
            first_done=models.Min("steps", filter=Q(steps__state=State.DONE)),
            last_work=models.Max("steps", filter=Q(steps__state=State.IN_PROGRESS)),
        )
        return rows.filter(last_work__gt=models.F("first_done"))

    def done_by_person(self, seat: Seat) -> TaskQuerySet:
        """Those that the person in this seat reported done, in this or another seat of theirs."""
        return self.filter(done_by__user=seat.user_id)

    def for_list(self) -> TaskQuerySet:
        """With what a list shows of a task; the most urgent first, those without a day and those that are over last."""
        is_over = models.Case(models.When(state__in=(State.VERIFIED, State.CANCELLED), then=1), default=0)
        return self.select_related("lead", "county", "measure").order_by(
            is_over, models.F("due_on").asc(nulls_last=True), "pk"
        )


class Task(VersionedModel):
    """A task (detyrë): one responsible institution, a day, and a state that ends only with a verification."""

    processing = Processing(_("decisions that are carried out"), Level.INTERNAL, PERMANENT)

    class Origin(models.TextChoices):
        MEETING = "meeting", _("decision of a meeting")
        PLAN = "plan", _("action plan")
        CASE = "case", _("obstacle of a case")

    view_right = "tasks.view"
    held_with = ("lead", "county")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    origin = models.CharField(_("origin"), max_length=20, choices=Origin.choices)
    # The body whose decision it is; None for a task of the plan.
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("body")
    )
    source = models.CharField(_("number of its origin"), max_length=40, blank=True)  # KRAT 3/2026, or 1.1.3
    title = models.CharField(_("task"), max_length=300)
    details = models.TextField(_("details"), blank=True)
    lead = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible institution")
    )
    supporting = models.ManyToManyField(
        Institution, related_name="+", blank=True, verbose_name=_("supporting institutions")
    )
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("measure")
    )
    given_on = models.DateField(_("given on"))
    due_on = models.DateField(_("until"), null=True, blank=True)
    # Filed from a paper older than the registry: only such a task may lack a day (decision 16).
    predates_registry = models.BooleanField(_("from before the registry"), default=False)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.NEW)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )

    objects: ClassVar = models.Manager.from_queryset(TaskQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(fields=["county", "state", "due_on"], name="task_by_county_and_urgency"),  # lists of a county
            models.Index(fields=["lead", "state", "due_on"], name="task_by_lead_and_urgency"),  # an institution's home
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(predates_registry=True),
                name="task_has_a_day",
                violation_error_message=_("A task needs a day until which it is to be done."),
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_on__isnull=False, verified_by__isnull=False),
                name="verified_task_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        supported = Task.supporting.through.objects.filter(institution_id=seat.institution_id).values("task_id")
        concerned = Q(lead=seat.institution_id) | Q(pk__in=supported)
        return {
            Reach.COUNTY: Q(county=seat.county_id),
            Reach.INSTITUTION: concerned,
            Reach.BODY: concerned | Q(sits_in(seat, "body")),
            Reach.OWN: Q(lead=seat.institution_id),
        }

    @property
    def comes_from(self) -> str:
        """Its origin in the reader's language: the decision or the measure by its number."""
        if self.source and self.origin == self.Origin.MEETING:
            return gettext("Decision %(number)s") % {"number": self.source}
        if self.source and self.origin == self.Origin.PLAN:
            return gettext("Measure %(number)s") % {"number": self.source}
        return str(self.get_origin_display())

    @property
    def is_open(self) -> bool:
        """Whether the lead still has to work on it."""
        return self.state in OPEN

    def is_late(self, on: datetime.date | None = None) -> bool:
        """Whether its day has passed while it was open."""
        return self.is_open and self.due_on is not None and self.due_on < (on or timezone.localdate())

    def may_become(self, state: State) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (State(self.state), state) in MOVES


class Step(ScopedModel):
    """One step in the life of a task: a note of progress, or a move with its note. Steps are only added."""

    processing = Processing(_("who did what for a task"), Level.INTERNAL, PERMANENT)

    view_right = "tasks.view"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="steps", verbose_name=_("task"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    state = models.CharField(_("became"), max_length=20, choices=State.choices)
    note = models.TextField(_("note"), blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-pk"]
        verbose_name = _("step of a task")

    def __str__(self) -> str:
        return self.get_state_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        tasks = Task.paths(seat)
        found = Task.objects.unscoped("the path of reach from a step to its task")
        return {reach: Q(task__in=found.filter(condition)) for reach, condition in tasks.items()}
