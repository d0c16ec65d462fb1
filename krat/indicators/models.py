"""The catalogue of indicators; sheets on which institutions report; the figures on them.

An indicator here is what every county reports (docs/domain.md 8). What a measure of the plan wants to reach is the
measure's own (`krat.plan.models.Measure.indicator`), and no figure of it stands here.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet, VersionedModel
from krat.committee.models import YEARS, Institution
from krat.indicators.periods import Length, Part, Period
from krat.people.models import Seat
from krat.reference.models import Checked, County, Municipality, Term

LARGEST = 1_000_000  # no municipality of the country has so many inhabitants


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Rows of the catalogue."""

    def in_use(self) -> IndicatorQuerySet:
        """Those that are asked for today."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=timezone.localdate()))

    def typed(self, length: Length) -> IndicatorQuerySet:
        """Those in use that institutions type for every period of a length."""
        return self.in_use().filter(counted_as="", period=length)

    def owed_by(self, institution: Institution, period: Period) -> IndicatorQuerySet:
        """What an institution of this kind reports for a period."""
        return self.typed(period.length).filter(suppliers=institution.kind_id)


class Indicator(Checked):
    """One figure that the committee reports (tregues), with its definition, who supplies it and how sure that is."""

    processing = Processing(_("what the committees report"), Level.PUBLIC, PERMANENT)

    class Unit(models.TextChoices):
        PERSONS = "persons", pgettext_lazy("unit", "persons")
        CHILDREN = "children", pgettext_lazy("unit", "children")
        FAMILIES = "families", pgettext_lazy("unit", "families")
        CASES = "cases", pgettext_lazy("unit", "cases")
        PLANS = "plans", pgettext_lazy("unit", "protection plans")
        MEETINGS = "meetings", pgettext_lazy("unit", "meetings")
        ACTIVITIES = "activities", pgettext_lazy("unit", "activities")
        ATTENDING = "attending", pgettext_lazy("unit", "participants")
        TRAININGS = "trainings", pgettext_lazy("unit", "trainings")
        MEASURES = "measures", pgettext_lazy("unit", "measures")
        PERCENT = "percent", pgettext_lazy("unit", "percent")
        CALLS = "calls", pgettext_lazy("unit", "calls")

    # Behind one of these stands somebody who could be found by a small number (docs/domain.md 8).
    OF_PERSONS: ClassVar = (Unit.PERSONS, Unit.CHILDREN, Unit.FAMILIES, Unit.CASES, Unit.PLANS)

    class Certainty(models.TextChoices):
        ACT = "act", _("defined by an act")
        PRACTICE = "practice", _("seen in reports of committees")
        PROPOSAL = "proposal", _("proposed, not confirmed yet")

    class Counted(models.TextChoices):
        """What the registry counts by itself (`krat.indicators.counted`)."""

        CASES_OPENED = "cases_opened", _("cases signalled in the period")
        CASES_OPEN = "cases_open", _("cases open now")
        CASES_CLOSED = "cases_closed", _("cases closed in the period")
        ACTIVITIES = "activities", _("activities held")
        WOMEN_REACHED = "women_reached", _("women and girls reached by activities")
        MEN_REACHED = "men_reached", _("men and boys reached by activities")
        COMMITTEE_MEETINGS = "committee_meetings", _("meetings of the committee held")
        TABLE_MEETINGS = "table_meetings", _("meetings of the technical table held")
        ATTENDANCE = "attendance", _("share of institutions that took part")
        MEASURES_DONE = "measures_done", _("measures of the plan done")
        MEASURES_OPEN = "measures_open", _("measures of the plan under way or planned")
        MEASURES_NOT_DONE = "measures_not_done", _("measures of the plan not done")
        NOT_YET = "not_yet", _("not counted yet")

    code = models.SlugField(
        _("code"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][0-9]{2}[a-z]?\Z", _("A code looks like I04 or I04a."))],
    )
    name_sq = models.CharField(_("name in Albanian"), max_length=160)
    name_en = models.CharField(_("name in English"), max_length=160)
    definition_sq = models.TextField(_("definition in Albanian"), max_length=600)
    definition_en = models.TextField(_("definition in English"), max_length=600)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    period = models.CharField(_("period"), max_length=10, choices=Length.choices, default=Length.QUARTER)
    suppliers = models.ManyToManyField(Term, related_name="+", blank=True, verbose_name=_("who supplies it"))
    counted_as = models.CharField(
        _("counted by the registry"), max_length=20, choices=Counted.choices, blank=True, editable=False
    )
    certainty = models.CharField(
        _("how sure the definition is"), max_length=10, choices=Certainty.choices, default=Certainty.PROPOSAL
    )
    retired_on = models.DateField(_("retired from"), null=True, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name_sq

    @property
    def definition(self) -> str:
        """The definition in the reader's language."""
        return self.definition_en if translation.get_language() == "en" else self.definition_sq

    @property
    def is_of_persons(self) -> bool:
        """Whether small numbers of it are hidden from whoever has not reported or received them."""
        return self.unit in self.OF_PERSONS


class FigureSheetQuerySet(ScopedQuerySet["FigureSheet"]):
    """Sheets."""

    def for_list(self) -> FigureSheetQuerySet:
        """With what a list shows of a sheet."""
        return self.select_related("county", "institution", "municipality")

    def of(self, period: Period) -> FigureSheetQuerySet:
        """Those of one period."""
        return self.filter(year=period.year, part=period.part)


class FigureSheet(VersionedModel):
    """What one institution reports for one municipality and period (pasqyrë treguesish)."""

    processing = Processing(_("figures that institutions report to the committee"), Level.INTERNAL, PERMANENT)

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("figures", "draft")
        SUBMITTED = "submitted", pgettext_lazy("figures", "sent")
        RETURNED = "returned", pgettext_lazy("figures", "returned")
        ACCEPTED = "accepted", pgettext_lazy("figures", "accepted")

    REPORTED: ClassVar = (State.SUBMITTED, State.ACCEPTED)

    view_right = "indicators.view"
    held_with = ("county", "institution", "municipality", "submitted_by")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    part = models.CharField(_("part of the year"), max_length=2, choices=Part.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    submitted_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    submitted_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    decided_at = models.DateTimeField(_("accepted or returned at"), null=True, blank=True)
    reason = models.CharField(_("why it was returned or corrected"), max_length=300, blank=True)

    objects: ClassVar = models.Manager.from_queryset(FigureSheetQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("sheet of figures")
        verbose_name_plural = _("sheets of figures")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "municipality", "year", "part"],
                name="figure_sheet_once_per_period",
                violation_error_message=_("These figures are already being entered by somebody else."),
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="returned_figures_say_why",
                violation_error_message=_("Say why the figures are returned."),
            ),
        ]
        indexes = [models.Index(fields=["county", "year", "part"], name="figure_sheet_by_county_period")]

    def __str__(self) -> str:
        return f"{self.institution}, {self.municipality}, {self.span}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id), Reach.OWN: Q(institution=seat.institution_id)}

    @property
    def span(self) -> Period:
        """Its period."""
        return Period(self.year, Part(self.part))

    @property
    def is_reported(self) -> bool:
        """Whether its figures count: sent, or accepted."""
        return self.state in self.REPORTED


class Figure(ScopedModel):
    """One number of a sheet. Without a value it is said to be not known; what was not answered has no row."""

    processing = Processing(_("figures that institutions report to the committee"), Level.INTERNAL, PERMANENT)

    view_right = "figures.view"

    sheet = models.ForeignKey(
        FigureSheet, on_delete=models.PROTECT, related_name="figures", verbose_name=_("sheet of figures")
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", verbose_name=_("indicator"))
    value = models.PositiveIntegerField(_("figure"), null=True, blank=True, validators=[MaxValueValidator(LARGEST)])
    entered_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by"))

    class Meta(ScopedModel.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [models.UniqueConstraint(fields=["sheet", "indicator"], name="figure_once_per_sheet")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.value}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {
            Reach.COUNTY: Q(sheet__county=seat.county_id),
            Reach.OWN: Q(sheet__institution=seat.institution_id),
        }
