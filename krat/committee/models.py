"""Institutions and their territories; the bodies of a county and year; the acts that make them; who sits in them."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet, VersionedModel
from krat.reference.models import County, Municipality, Sorted, Term

YEARS = [MinValueValidator(2006), MaxValueValidator(2100)]  # the first committees: Prime Minister's Order 139/2006


class InstitutionQuerySet(ScopedQuerySet["Institution"]):
    """Institutions."""

    def working(self) -> InstitutionQuerySet:
        """Those that can still be charged with something."""
        return self.filter(retired_on=None)


class Institution(Sorted, VersionedModel):
    """An institution (institucion) with the municipalities it serves: territories do not match counties."""

    processing = Processing(_("who can be charged with what"), Level.PUBLIC, PERMANENT)

    view_right = "institutions.view"
    held_with = ("county",)
    sorted_by = "short_name"  # what lists and choices show

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^AL-[A-Z0-9-]+\Z", _("A code looks like AL-02-ZVA."))],
    )
    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(_("short name"), max_length=60)
    kind = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind"))
    # None: it serves the whole country.
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("county")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    territories = models.ManyToManyField(Municipality, related_name="+", blank=True, verbose_name=_("serves"))
    email = models.EmailField(_("office e-mail"), blank=True)
    phone = models.CharField(_("office telephone"), max_length=30, blank=True)
    retired_on = models.DateField(_("retired from"), null=True, blank=True)
    # Who took over what was open there.
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("successor")
    )

    objects: ClassVar = models.Manager.from_queryset(InstitutionQuerySet)()

    class Meta(VersionedModel.Meta):
        ordering = ["sort_key"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")

    def __str__(self) -> str:
        return self.short_name

    @property
    def own_county(self) -> County:
        """The county that what its people write down belongs to; raises `ValidationError` without one."""
        if self.county is None:
            raise ValidationError({"county": models.Field.default_error_messages["null"]})
        return self.county

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        """A county's directory holds its own institutions and those that serve the whole country."""
        return {
            Reach.COUNTY: Q(county=seat.county_id) | Q(county=None),
            Reach.INSTITUTION: Q(parent=seat.institution_id),  # the units of a municipality
        }


class Act(ScopedModel):
    """An order, regulation or protocol of the Prefect (urdhër, rregullore, protokoll), by number and date."""

    processing = Processing(_("on which acts the bodies stand"), Level.PUBLIC, PERMANENT, _("Law 107/2016"))

    class Kind(models.TextChoices):
        ORDER = "order", _("Order of the Prefect")
        REGULATION = "regulation", _("Regulation")
        PROTOCOL = "protocol", _("Protocol")
        DECISION = "decision", _("Decision of the committee")

    view_right = "committee.view"

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=30)
    dated = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=200)

    class Meta(ScopedModel.Meta):
        ordering = ["-dated", "-id"]
        verbose_name = _("act")
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "number", "dated"],
                name="act_once_per_county",
                violation_error_message=_("An act of this kind, number and date is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}, {self.dated:%d.%m.%Y}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id)}


class BodyQuerySet(ScopedQuerySet["Body"]):
    """Bodies."""

    def for_list(self) -> BodyQuerySet:
        """With what a list shows of a body."""
        return self.select_related("county", "act").order_by("-year", "kind")


class Body(ScopedModel):
    """A committee (KRAT) or its technical table, of one county and one year, made by a dated act."""

    processing = Processing(_("who decides"), Level.PUBLIC, PERMANENT)

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("Regional Anti-Trafficking Committee")
        TABLE = "table", _("Technical Table")

    view_right = "committee.view"
    SHORT: ClassVar = {Kind.COMMITTEE.value: "KRAT", Kind.TABLE.value: "TT"}  # in both languages

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="bodies", null=True, verbose_name=_("act"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    # Share of voting institutions that must sit at the table; the acts are silent, so it is a setting of the body.
    quorum_percent = models.PositiveSmallIntegerField(
        _("quorum in percent, more than"), default=50, validators=[MaxValueValidator(99)]
    )

    objects: ClassVar = models.Manager.from_queryset(BodyQuerySet)()

    class Meta(ScopedModel.Meta):
        ordering = ["-year", "kind"]
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "year"],
                name="body_once_per_county_and_year",
                violation_error_message=_("This body already stands for that year."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="body_ends_after_it_starts",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id)}

    def numbered(self, number: int, year: int) -> str:
        """A number of this body as people say it, which names the body (decision 36): KRAT 3/2026, TT 3/2026."""
        return f"{self.SHORT[self.kind]} {number}/{year}"

    def needed_for_quorum(self, voting: int) -> int:
        """How many of so many voting institutions must be at the table."""
        return voting * self.quorum_percent // 100 + 1


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    """Places at the table."""

    def on(self, day: datetime.date) -> MembershipQuerySet:
        """Those in force on a day: old meetings keep the old composition."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Membership(ScopedModel):
    """An institution's place in a body (anëtarësi): its office, whether it votes, from when, by which act."""

    processing = Processing(_("attendance, quorum and who reads the papers"), Level.PUBLIC, PERMANENT)

    class Office(models.TextChoices):
        CHAIR = "chair", _("chair")
        DEPUTY = "deputy", _("deputy chair")
        COORDINATOR = "coordinator", _("General Coordinator")
        SECRETARY = "secretary", _("secretary")
        MEMBER = "member", _("member")
        GUEST = "guest", _("permanent guest")

    view_right = "committee.view"

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="members", verbose_name=_("body"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("institution")
    )
    office = models.CharField(_("office"), max_length=20, choices=Office.choices, default=Office.MEMBER)
    votes = models.BooleanField(_("votes"), default=True)
    act = models.ForeignKey(
        Act, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("by act")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects: ClassVar = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta(ScopedModel.Meta):
        verbose_name = _("member")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "institution"],
                condition=Q(ends_on=None),
                name="institution_sits_once_in_a_body",
                violation_error_message=_("This institution already sits in the body."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_office_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(body__county=seat.county_id)}


def sits_in(seat: Subject, body: str = "") -> Exists:
    """That the seat's institution sits today in a body of the same kind and county as the row's body.

    The path by which members find the papers: a new member reads the old ones, a former member reads none. ``body`` is
    the row's way to its body, ``"body"`` or ``"meeting__body"``. A subquery; no query of its own.
    """
    today = timezone.localdate()
    way = f"{body}__" if body else ""
    places = Membership.objects.unscoped("the path of reach by which members find their bodies' papers").on(today)
    return Exists(
        places.filter(
            institution=seat.institution_id,
            body__starts_on__lte=today,
            body__ends_on__gte=today,
            body__kind=OuterRef(f"{way}kind"),
            body__county=OuterRef(f"{way}county"),
        )
    )
