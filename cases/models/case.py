"""The head of a case: number, stage, risk, holder and deadlines, without a name."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models.keys import key_of
from cases.models.reach import Caseload, InCase
from cases.models.signal import Kind, Signal
from cases.models.stages import MOVES, OVER, Risk, Stage, VictimStatus
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedQuerySet, VersionedModel
from krat.committee.models import Institution
from krat.reference.models import County, Municipality, Term
from krat.ui.forms import EARLIEST, LATEST

# By when something is expected, where nothing is: lists sort by one column that is never empty.
NEVER = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)


class Turn(models.IntegerChoices):
    """Which cases come first in a list: open ones with immediate risk, other open ones, those that are over."""

    DANGER = 0
    OPEN = 1
    OVER = 2


_SEPARATORS = re.compile(r"[ ./_-]")
# As protocol numbers look here: "Nr. 123", "123/4". Nothing that an address would take for a way up.
REFERENCE = r"^(?!.*/[./])[A-Za-z0-9][A-Za-z0-9 ./_-]*(?<![ /])\Z"
_YEARS = {"first": EARLIEST, "last": LATEST}
_PERSONAL_NUMBER = re.compile(r"[A-Z]\d{8}[A-Z]", re.IGNORECASE)


def tidy(reference: str) -> str:
    """A reference as it is kept: with single blanks."""
    return " ".join(filter(None, reference.split(" ")))


def folded(reference: str) -> str:
    """A reference as it is compared: in small letters."""
    return tidy(reference).lower()


class Series(models.Model):
    """The running numbers of a county and year: of its cases (``DR-2026-0042-F``), its cards (``R-07/2026``) and its
    referrals (``RF-12/2026``)."""

    processing = Processing(_("numbering"), Level.TECHNICAL, _("permanently"))

    class Of(models.TextChoices):
        CASES = "cases", _("cases")
        CARDS = "cards", _("cards")
        REFERRALS = "referrals", _("referrals")

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
        rows = cls.objects.select_for_update(no_key=True).filter(of=of, county=county, year=year)
        row = rows.first()
        if row is None:  # the first of its year
            cls.objects.get_or_create(of=of, county=county, year=year)
            row = rows.get()
        row.last += how_many
        row.save(update_fields=["last"])
        return row.last - how_many + 1


class _Seconds(models.Func):
    """A moment as seconds since 1970, reckoned by the database, on either of them."""

    output_field = models.FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Kept as text there."""
        template = "((julianday(%(expressions)s) - 2440587.5) * 86400.0)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Kept as a moment there."""
        return self.as_sql(compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)", **more)


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Cases."""

    def open(self) -> CaseQuerySet:
        """Those that somebody still works on."""
        return self.filter(turn__lt=Turn.OVER)

    def over(self) -> CaseQuerySet:
        """Those that nobody works on any more."""
        return self.filter(turn=Turn.OVER)

    def late(self) -> CaseQuerySet:
        """Those whose clock has run out."""
        return self.filter(due_at__lt=timezone.now())

    def in_danger(self) -> CaseQuerySet:
        """Those open ones whose risk is immediate."""
        return self.filter(turn=Turn.DANGER)

    def by_reference(self, reference: str) -> CaseQuerySet:
        """Those with this reference, written in whichever case; none for an empty one."""
        return self.by_references([reference])

    def by_references(self, references: Iterable[str]) -> CaseQuerySet:
        """Those with one of these references, written in whichever case."""
        wanted = {folded(one) for one in references if one}
        # As the index is made: without those that have none.
        return self.alias(in_small=Lower("reference")).filter(in_small__in=wanted).exclude(reference="")

    def for_list(self) -> CaseQuerySet:
        """With what a list shows of a case, the most urgent first.

        Immediate risk stands first. What is late follows by how late it is for the length of its clock: two hours of
        two weigh more than ten days of three months. Then comes what is expected next; what is over is last.
        """
        return self.select_related("holder", "municipality__county", "source").by_urgency()

    def by_urgency(self, now: datetime.datetime | None = None) -> CaseQuerySet:
        """In the order of `for_list`. The index of a unit's list holds them by their turn: a page that shows open cases
        sorts them alone, and what has been closed over the years makes it no slower."""
        now = now or timezone.now()
        left = (_Seconds("due_at") - now.timestamp()) / models.F("clock_minutes")
        lateness = models.Case(models.When(due_at__lt=now, then=left), default=0.0, output_field=models.FloatField())
        return self.order_by("turn", lateness, "due_at", "-pk")

    def over_by_urgency(self) -> CaseQuerySet:
        """What is over, in the order of `for_list`, which is that of the index: no clock runs there."""
        return self.over().order_by("turn", "due_at", "-pk")


class Case(VersionedModel):
    """A case (rast): its head only. Who it is, what is told and how it was helped stand in models of their own, which
    point here with ``related_name="+"``, so that no join from here can name them (decision 2)."""

    processing = Processing(
        _("leading the case of a child or possible victim"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS
    )

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
            RegexValidator(REFERENCE, _("A reference has letters, digits, blanks, points, slashes and dashes only."))
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
    # How long the running clock is: how late something is, is told by it.
    clock_minutes = models.PositiveIntegerField(_("length of the clock in minutes"), default=1, editable=False)
    # Reckoned by the database itself, whoever writes the row.
    turn = models.GeneratedField(
        expression=models.Case(
            models.When(stage__in=[one.value for one in OVER], then=Turn.OVER.value),
            models.When(risk=Risk.IMMEDIATE.value, then=Turn.DANGER.value),
            default=Turn.OPEN.value,
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
        verbose_name=_("turn"),
    )
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
            # A unit's list is sorted from this index alone.
            models.Index(
                fields=["holder", "turn", "due_at", "-id", "stage", "risk", "clock_minutes"],
                name="case_by_holder_and_turn",
            ),
            # What runs out today in a county (decision 41), and what the social service may see.
            models.Index(fields=["municipality", "due_at"], name="case_by_municipality_and_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                "holder",
                Lower("reference"),
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

    def data_key(self) -> bytes:
        """The opened data key of the case."""
        return key_of(self, case_id=self.pk)

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

    def expect(self, due: datetime.datetime | None, since: datetime.datetime) -> None:
        """Note by when something is expected, and since when; saved by the caller."""
        self.due_at = due or NEVER
        self.clock_minutes = max(1, round((due - since).total_seconds() / 60)) if due else 1

    def may_become(self, stage: Stage) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (Stage(self.stage), stage) in MOVES


class StageDeadline(InCase):
    """The time of one stage: since when, until when by which deadline, and when it was met. Clocks never pause."""

    processing = Processing(_("which step is late, and with whom"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    view_right = "cases.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    deadline = models.CharField(_("deadline"), max_length=40, blank=True)
    starts_at = models.DateTimeField(_("since"))
    due_at = models.DateTimeField(_("until"), null=True, blank=True)
    met_at = models.DateTimeField(_("met at"), null=True, blank=True)

    class Meta(InCase.Meta):
        ordering = ["starts_at", "pk"]
        verbose_name = _("clock")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(met_at=None), name="one_clock_runs_in_a_case"),
        ]

    def __str__(self) -> str:
        return self.get_stage_display()
