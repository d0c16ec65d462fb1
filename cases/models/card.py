"""Obstacles and cards: an obstacle stands in the file, its card goes to the table without a name (decision 11)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.identity import AgeBand, Sex
from cases.models.keys import EditedEncryptedInCase
from cases.models.reach import Assignment, Caseload
from cases.models.referral import Referral
from cases.models.stages import Risk, Stage
from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedQuerySet, VersionedModel
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Task
from krat.plan.models.task import State as TaskState
from krat.reference.models import County, Term


class CardState(models.TextChoices):
    """How a card stands."""

    OPEN = "open", pgettext_lazy("card", "waits for the table")
    ON_AGENDA = "on_agenda", pgettext_lazy("card", "on an agenda")
    DECIDED = "decided", pgettext_lazy("card", "decided, a task is given")
    CLOSED = "closed", pgettext_lazy("card", "closed")


# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[CardState, CardState], str] = {
    (CardState.OPEN, CardState.ON_AGENDA): "cards.table",
    (CardState.ON_AGENDA, CardState.OPEN): "cards.table",
    (CardState.ON_AGENDA, CardState.DECIDED): "cards.table",
    (CardState.DECIDED, CardState.ON_AGENDA): "cards.table",
    (CardState.OPEN, CardState.CLOSED): "obstacles.mark",
    (CardState.ON_AGENDA, CardState.CLOSED): "obstacles.mark",
    (CardState.DECIDED, CardState.CLOSED): "obstacles.mark",
}


_TONES = {TaskState.DONE: "soon", TaskState.VERIFIED: "done", TaskState.CANCELLED: "quiet"}


@dataclass(frozen=True)
class Given:
    """How a task that the table gave for a card stands: who leads it, until when, in which state, and no more of it."""

    lead: str
    due_on: datetime.date | None
    state: str
    tone: str
    is_late: bool
    is_over: bool


class CardQuerySet(ScopedQuerySet["Card"]):
    """Cards."""

    def open(self) -> CardQuerySet:
        """Those whose obstacle is still there."""
        return self.exclude(state=CardState.CLOSED)

    def risen(self) -> CardQuerySet:
        """Those of which a task is past its day: they rise to the committee (docs/domain.md 17.1)."""
        late = Task.objects.unscoped("which cards rise: how their tasks stand is part of the card").overdue()
        return self.filter(state=CardState.DECIDED, pk__in=late.filter(cards__isnull=False).values("cards"))

    def waiting(self) -> CardQuerySet:
        """Those for an agenda: nobody took them up yet, or what was decided came to nothing, or its day has passed."""
        rows = Task.objects.unscoped("which cards wait: how their tasks stand is part of the card")
        late, lively = rows.overdue().values("cards"), rows.exclude(state=TaskState.CANCELLED).values("cards")
        came_to_nothing = Q(pk__in=late.filter(cards__isnull=False)) | ~Q(pk__in=lively.filter(cards__isnull=False))
        return self.filter(Q(state=CardState.OPEN) | Q(came_to_nothing, state=CardState.DECIDED))

    def to_confirm(self) -> CardQuerySet:
        """Those whose tasks are all carried out: the worker says whether the obstacle is gone (decision 13)."""
        rows = Task.objects.unscoped("which cards may close: how their tasks stand is part of the card")
        running = rows.exclude(state__in=[TaskState.VERIFIED, TaskState.CANCELLED])
        done = self.filter(state=CardState.DECIDED, tasks__state=TaskState.VERIFIED)
        return done.exclude(tasks__in=running).distinct()

    def for_list(self) -> CardQuerySet:
        """With what a list shows of a card; the open ones first, the longest wait first."""
        is_over = models.Case(models.When(state=CardState.CLOSED, then=1), default=0)
        return self.select_related("county", "kind", "waits_for").order_by(is_over, "since", "pk")


class Card(VersionedModel):
    """A card (kartelë): a stuck case as the table sees it. It has an alias of its own and never the case's number."""

    processing = Processing(_("that the table frees a case that is stuck"), Level.INTERNAL, PERMANENT, Caseload.BASIS)

    State = CardState
    is_told_in_full = True

    view_right = "cards.view"
    held_with = ("county", "kind", "waits_for")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.ForeignKey(
        Term,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"list": "obstacle"},
        verbose_name=_("obstacle"),
    )
    waits_for = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("waits for"))
    since = models.DateField(_("since"))
    asked = models.CharField(_("what is asked"), max_length=300)
    # As the case stood when the card was made.
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand.choices, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, blank=True)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    risk = models.CharField(_("risk"), max_length=10, choices=Risk.choices, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=20, blank=True)  # its number, KRAT 3/2026
    tasks = models.ManyToManyField(Task, related_name="cards", blank=True, verbose_name=_("tasks"))

    objects: ClassVar = models.Manager.from_queryset(CardQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        indexes = [models.Index(fields=["county", "state", "since"], name="card_by_county")]  # the table's list
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "number"], name="card_alias_once"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on=None)),
                name="closed_card_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.alias

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        stuck = Obstacle.objects.unscoped("the path of reach from a card to the case it is of").order_by()
        held = Q(case__holder=seat.institution_id) | Q(case__holder__parent=seat.institution_id)
        waited_for = Q(waits_for=seat.institution_id)
        return {
            Reach.COUNTY: Q(county=seat.county_id),
            Reach.RECEIVED: waited_for,
            Reach.OWN: Q(pk__in=stuck.filter(held).values("card_id")),
            Reach.INSTITUTION: waited_for | Q(pk__in=stuck.filter(held).values("card_id")),
            Reach.TEAM: Q(pk__in=stuck.filter(case__in=Assignment.cases_of(seat)).values("card_id")),
        }

    @classmethod
    def done(cls) -> models.QuerySet[Any]:
        """The cards whose tasks are all carried out, whoever may see them: the way from there to their obstacles."""
        rows: models.QuerySet[Any] = cls.objects.unscoped("the way from a card whose tasks are done to its obstacle")
        return rows.to_confirm().order_by()  # type: ignore[attr-defined,no-any-return]

    @property
    def alias(self) -> str:
        """Its own name: R-07/2026."""
        return f"R-{self.number:02}/{self.year}"

    @property
    def days(self) -> int:
        """How long the obstacle has lasted, or lasted."""
        return ((self.closed_on or timezone.localdate()) - self.since).days

    @property
    def is_open(self) -> bool:
        """Whether the obstacle is still there."""
        return self.state != CardState.CLOSED

    @classmethod
    def as_known(cls, cards: Iterable[Card], seat: Subject) -> None:
        """Leave out of these cards what the seat must not learn: they are to be shown, not to be saved (one query).

        An institution that is waited for may have accepted the case's referral, and tie a risk to a name (decision 12).
        """
        rows = list(cards)
        known = cls.objects.permitted(seat, "cards.facts").filter(pk__in=[card.pk for card in rows])
        in_full = set(known.values_list("pk", flat=True))
        for card in rows:
            if card.pk not in in_full:
                card.age_band = card.sex = card.stage = card.risk = ""
                card.is_told_in_full = False

    def given(self) -> list[Given]:
        """How its tasks stand, for whoever sees the card; the worker has no right on the tasks (one query)."""
        rows = Task.objects.unscoped("how the tasks of a card stand is part of the card").filter(cards=self)
        return [
            Given(
                lead=task.lead.short_name,
                due_on=task.due_on,
                state=task.get_state_display(),
                tone="late" if task.is_late() else _TONES.get(TaskState(task.state), "calm"),
                is_late=task.is_late(),
                is_over=task.state in (TaskState.VERIFIED, TaskState.CANCELLED),
            )
            for task in rows.for_list()
        ]

    def may_become(self, state: str) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (CardState(self.state), CardState(state)) in MOVES


class Obstacle(EditedEncryptedInCase):
    """What holds a case up (pengesë): which kind, which institution is waited for, since when, what is asked."""

    processing = Processing(_("that a stuck case is freed"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    class State(models.TextChoices):
        STANDS = "stands", pgettext_lazy("obstacle", "holds the case up")
        GONE = "gone", pgettext_lazy("obstacle", "gone")

    view_right = "obstacles.view"
    held_with = ("kind", "waits_for__county", "card")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(
        Term,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"list": "obstacle"},
        verbose_name=_("obstacle"),
    )
    waits_for = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("waits for"))
    since = models.DateField(_("since"))
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("referral")
    )
    # Which card of the table's is this case's: seen from here only, and resolving it is logged.
    card = models.OneToOneField(
        Card, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("card")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STANDS)
    marked_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("marked by"))
    gone_on = models.DateField(_("gone on"), null=True, blank=True)
    gone_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    # asked: in one sentence, without a name; it goes to the table as it stands. how: how it went away.
    data = EncryptedJSONField(db_column="words", names=("asked", "how"))

    class Meta(EditedEncryptedInCase.Meta):
        ordering = ["state", "since", "pk"]
        verbose_name = _("obstacle")
        indexes = [models.Index(fields=["case", "state"], name="obstacle_by_case")]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def stands(self) -> bool:
        """Whether it still holds the case up."""
        return self.state == self.State.STANDS

    @property
    def days(self) -> int:
        """How long it has lasted, or lasted."""
        end: datetime.date = self.gone_on or timezone.localdate()
        return (end - self.since).days
