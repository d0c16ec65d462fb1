"""The head of a case: number, stage, risk, holder and deadlines, without a name; and who works on it."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models.encryption import Caseload
from cases.models.signal import Kind, Signal
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import CheckedModel, ScopedModel, ScopedQuerySet, VersionedModel
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import County, Municipality, Term
from krat.ui.forms import EARLIEST, LATEST

# By when something is expected, where nothing is: lists sort by one column that is never empty.
NEVER = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)

_SEPARATORS = re.compile(r"[._-]")
_YEARS = {"first": EARLIEST, "last": LATEST}
_PERSONAL_NUMBER = re.compile(r"[A-Z]\d{8}[A-Z]", re.IGNORECASE)


class Stage(models.TextChoices):
    """Where a case stands (docs/domain.md 12.5, after VKM 578/2018)."""

    SIGNAL = "signal", pgettext_lazy("case", "signal")
    INITIAL_ASSESSMENT = "initial_assessment", pgettext_lazy("case", "initial assessment")
    FULL_ASSESSMENT = "full_assessment", pgettext_lazy("case", "full assessment")
    CONFERENCE = "conference", pgettext_lazy("case", "cross-sector group")
    PROTECTION_PLAN = "protection_plan", pgettext_lazy("case", "protection plan")
    IMPLEMENTATION = "implementation", pgettext_lazy("case", "carrying out")
    FOLLOW_UP = "follow_up", pgettext_lazy("case", "follow-up")
    CLOSED = "closed", pgettext_lazy("case", "closed")
    TRANSFERRED = "transferred", pgettext_lazy("case", "transferred")
    REJECTED = "rejected", pgettext_lazy("case", "rejected")


class Risk(models.TextChoices):
    """The level of risk."""

    IMMEDIATE = "immediate", pgettext_lazy("risk", "immediate")
    HIGH = "high", pgettext_lazy("risk", "high")
    MEDIUM = "medium", pgettext_lazy("risk", "medium")
    LOW = "low", pgettext_lazy("risk", "low")
    NONE = "none", pgettext_lazy("risk", "none")


class VictimStatus(models.TextChoices):
    """What identification has found; until the formal one, nobody is called a victim."""

    AT_RISK = "at_risk", _("at risk")
    IN_PROGRESS = "in_progress", _("identification in progress")
    POSSIBLE = "possible_victim", _("possible victim of trafficking")
    VICTIM = "victim", _("identified victim of trafficking")
    NOT_VICTIM = "not_victim", _("not a victim of trafficking")


# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[Stage, Stage], str] = {
    (Stage.SIGNAL, Stage.INITIAL_ASSESSMENT): "cases.change",
    (Stage.SIGNAL, Stage.REJECTED): "cases.close",
    (Stage.INITIAL_ASSESSMENT, Stage.FULL_ASSESSMENT): "cases.change",
    (Stage.INITIAL_ASSESSMENT, Stage.FOLLOW_UP): "cases.change",
    (Stage.INITIAL_ASSESSMENT, Stage.CLOSED): "cases.close",
    (Stage.FULL_ASSESSMENT, Stage.CONFERENCE): "cases.change",
    (Stage.FULL_ASSESSMENT, Stage.PROTECTION_PLAN): "cases.change",
    (Stage.FULL_ASSESSMENT, Stage.CLOSED): "cases.close",
    (Stage.CONFERENCE, Stage.PROTECTION_PLAN): "cases.change",
    (Stage.PROTECTION_PLAN, Stage.IMPLEMENTATION): "cases.change",
    (Stage.IMPLEMENTATION, Stage.FOLLOW_UP): "cases.change",
    (Stage.IMPLEMENTATION, Stage.CONFERENCE): "cases.change",
    (Stage.IMPLEMENTATION, Stage.CLOSED): "cases.close",
    (Stage.FOLLOW_UP, Stage.FULL_ASSESSMENT): "cases.change",
    (Stage.FOLLOW_UP, Stage.CLOSED): "cases.close",
    (Stage.CLOSED, Stage.INITIAL_ASSESSMENT): "cases.close",
}
OVER = (Stage.CLOSED, Stage.TRANSFERRED, Stage.REJECTED)

# Which deadline runs in which stage; the initial assessment's depends on the risk.
CLOCK_OF_STAGE = {
    Stage.SIGNAL: "referral",
    Stage.FULL_ASSESSMENT: "full_assessment",
    Stage.CONFERENCE: "conference",
    Stage.PROTECTION_PLAN: "protection_plan",
    Stage.IMPLEMENTATION: "plan_review",
    Stage.FOLLOW_UP: "follow_up",
}
CLOCK_OF_RISK = {
    "": "initial_assessment_high",  # until somebody has looked, the child may be at high risk
    Risk.IMMEDIATE: "initial_assessment_immediate",
    Risk.HIGH: "initial_assessment_high",
    Risk.MEDIUM: "initial_assessment_medium",
    Risk.LOW: "initial_assessment_low",
    Risk.NONE: "initial_assessment_low",
}


def deadline_of(stage: str, risk: str) -> str:
    """Which deadline runs in a stage; empty where none does."""
    if stage == Stage.INITIAL_ASSESSMENT:
        return CLOCK_OF_RISK[risk]
    if stage == Stage.FOLLOW_UP and risk in (Risk.IMMEDIATE, Risk.HIGH):
        return "follow_up_high"
    return CLOCK_OF_STAGE.get(Stage(stage), "")


class Series(models.Model):
    """The running numbers of a county and year: of its cases (``DR-2026-0042-F``) and of its cards (``R-07/2026``)."""

    processing = Processing(_("numbering"), Level.TECHNICAL, _("permanently"))

    class Of(models.TextChoices):
        CASES = "cases", _("cases")
        CARDS = "cards", _("cards")

    of = models.CharField(max_length=10, choices=Of.choices)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "county", "year"], name="series_once_a_year")]

    def __str__(self) -> str:
        return f"{self.of} {self.county_id} {self.year}"

    @classmethod
    def next(cls, of: str, county: County, year: int, *, how_many: int = 1) -> int:
        """The first of so many new numbers (one row lock until the transaction ends; two queries)."""
        cls.objects.get_or_create(of=of, county=county, year=year)
        row = cls.objects.select_for_update().get(of=of, county=county, year=year)
        row.last += how_many
        row.save(update_fields=["last"])
        return row.last - how_many + 1


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Cases."""

    def open(self) -> CaseQuerySet:
        """Those that somebody still works on."""
        return self.exclude(stage__in=OVER)

    def late(self) -> CaseQuerySet:
        """Those whose clock has run out."""
        return self.filter(due_at__lt=timezone.now())

    def for_list(self) -> CaseQuerySet:
        """With what a list shows of a case; what is expected first stands first, what is over last."""
        return self.select_related("holder", "municipality__county", "source").order_by("due_at", "-pk")


class Case(VersionedModel):
    """A case (rast): its head only. Who it is, what is told and how it was helped stand in models of their own, which
    point here with ``related_name="+"``, so that no join from here can name them (decision 2)."""

    processing = Processing(
        _("leading the case of a child or possible victim"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS
    )

    OF_VICTIMS = (VictimStatus.POSSIBLE, VictimStatus.VICTIM)

    view_right = "cases.view"
    held_with = ("holder__county", "municipality__county", "source")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CHILD)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("holder"))
    # The holder's own reference, by which its system finds the case again.
    reference = models.CharField(
        _("reference"),
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("A reference has letters, digits, points and dashes only.")
            )
        ],
    )
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    concerns = models.JSONField(_("concerns"), default=list, blank=True)  # codes of the list, in the order chosen
    risk = models.CharField(_("risk"), max_length=10, choices=Risk.choices, blank=True)
    victim_status = models.CharField(
        _("identification"), max_length=20, choices=VictimStatus.choices, default=VictimStatus.AT_RISK
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices, default=Stage.INITIAL_ASSESSMENT)
    signalled_on = models.DateField(_("signalled on"))
    source = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="+", limit_choices_to={"list": "source"}, verbose_name=_("source")
    )
    due_at = models.DateTimeField(_("expected by"), default=NEVER, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    closing = models.ForeignKey(
        Term,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"list": "closing"},
        verbose_name=_("reason for closing"),
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects: ClassVar = models.Manager.from_queryset(CaseQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["holder", "due_at", "-id"], name="case_by_holder_and_urgency"),  # a unit's list
            models.Index(fields=["municipality", "stage"], name="case_by_municipality"),  # numbers; social service
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "reference"],
                condition=~Q(reference=""),
                name="case_reference_once_per_holder",
                violation_error_message=_("A case with this reference is already there."),
            ),
            models.CheckConstraint(
                condition=Q(stage="closed", closed_on__isnull=False) | (~Q(stage="closed") & Q(closed_on=None)),
                name="closed_case_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat, to_case="")

    def clean(self) -> None:
        super().clean()
        if self.signalled_on and self.signalled_on > timezone.localdate():
            raise ValidationError({"signalled_on": _("The day lies in the future.")})
        if self.signalled_on and self.signalled_on.year < EARLIEST:
            raise ValidationError({"signalled_on": _("The year must lie between %(first)s and %(last)s.") % _YEARS})
        if _PERSONAL_NUMBER.search(_SEPARATORS.sub("", self.reference)):
            # It stands in addresses, and with them in the logs of others.
            raise ValidationError({"reference": _("A reference must not hold a personal number.")})

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.stage not in OVER

    @property
    def expected_by(self) -> datetime.datetime | None:
        """When the running clock ends; None where none runs."""
        return None if self.due_at >= NEVER else self.due_at

    @property
    def is_late(self) -> bool:
        """Whether the running clock has run out."""
        return self.due_at < timezone.now()

    @property
    def risk_words(self) -> str:
        """The risk as the page says it."""
        return self.get_risk_display() if self.risk else gettext("not assessed yet")

    def may_become(self, stage: Stage) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (Stage(self.stage), stage) in MOVES


class StageDeadline(ScopedModel):
    """The time of one stage: since when, until when by which deadline, and when it was met. Clocks never pause."""

    processing = Processing(_("which step is late, and with whom"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    view_right = "cases.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    deadline = models.CharField(_("deadline"), max_length=40, blank=True)
    starts_at = models.DateTimeField(_("since"))
    due_at = models.DateTimeField(_("until"), null=True, blank=True)
    met_at = models.DateTimeField(_("met at"), null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["starts_at", "pk"]
        verbose_name = _("clock")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(met_at=None), name="one_clock_runs_in_a_case"),
        ]

    def __str__(self) -> str:
        return self.get_stage_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat)


class Assignment(ScopedModel):
    """A seat's place in the team of a case, from and until: the dated act through which access runs."""

    processing = Processing(_("who works on a case, and since when"), Level.OFFICE, Caseload.KEPT, Caseload.BASIS)

    view_right = "cases.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("worker"))
    is_manager = models.BooleanField(_("manages the case"), default=False)
    starts_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("named by"))

    class Meta(ScopedModel.Meta):
        ordering = ["-is_manager", "starts_at"]
        verbose_name = _("assignment")
        indexes = [models.Index(fields=["seat", "ended_at", "case"], name="assignment_by_seat")]  # the door of a case
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(is_manager=True, ended_at=None),
                name="case_has_one_manager",
                violation_error_message=_("The case already has a manager."),
            ),
            models.UniqueConstraint(
                fields=["case", "seat"],
                condition=Q(ended_at=None),
                name="seat_is_once_in_a_team",
                violation_error_message=_("This person is already in the team."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.seat_id)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat)

    @classmethod
    def cases_of(cls, seat: Subject, *, as_manager: bool = False) -> models.QuerySet[Any]:
        """The ids of the cases in whose team a seat is now."""
        rows = cls.objects.unscoped("the path of reach by which a team finds its cases")
        rows = rows.filter(seat=seat.pk, ended_at=None)
        return (rows.filter(is_manager=True) if as_manager else rows).order_by().values("case_id")


class DataKey(CheckedModel):
    """The key that encrypts the data of one case or one signal, itself encrypted by the master key."""

    processing = Processing(_("encryption"), Level.TECHNICAL, Caseload.KEPT, Caseload.BASIS)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signal = models.OneToOneField(Signal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wrapped = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, signal=None) | Q(case=None, signal__isnull=False),
                name="key_is_of_a_case_or_of_a_signal",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)
