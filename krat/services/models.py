"""Services (shërbime) with their free places, as the catalogue of a county holds them; and those that are missing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet, VersionedModel
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Task
from krat.reference.models import County, Municipality, Sorted, Term, Threshold

SHELTER = "shelter"  # the kind of institution of which neither name nor place is told
OLDEST = 120


class Sector(models.TextChoices):
    """Who carries a service."""

    PUBLIC = "public", pgettext_lazy("service", "public")
    NGO = "ngo", pgettext_lazy("service", "of a non-profit organisation")
    TOGETHER = "together", pgettext_lazy("service", "public, together with organisations")


class Territory(models.TextChoices):
    """Whom of the country a service serves."""

    MUNICIPALITIES = "by_municipality", _("the municipalities ticked below")
    COUNTY = "county", _("the whole county")
    COUNTRY = "country", _("the whole country")


class Opening(models.TextChoices):
    """When a service can be reached."""

    HOURS = "hours", _("in office hours")
    ALWAYS = "always", _("day and night")


class ForWhom(models.TextChoices):
    """Whether a service takes only girls and women, or only boys and men."""

    EVERYBODY = "everybody", _("girls and boys, women and men")
    FEMALE = "female", _("girls and women")
    MALE = "male", _("boys and men")


def _paths(seat: Subject, way: str = "") -> dict[Reach, Q]:
    """The rows of a seat, of services or of what belongs to one (``way``: ``"service__"``)."""
    served = Service.municipalities.through.objects.filter(municipality__county=seat.county_id).values("service_id")
    own_county = Q(**{f"{way}county": seat.county_id})
    return {
        Reach.COUNTY: own_county,
        Reach.SERVED: own_county
        | Q(**{f"{way}territory": Territory.COUNTRY})
        | Q(**{f"{way}territory": Territory.MUNICIPALITIES, f"{way}pk__in": served}),
        Reach.OWN: Q(**{f"{way}provider": seat.institution_id}),
    }


class ServiceQuerySet(ScopedQuerySet["Service"]):
    """Services."""

    def offered(self) -> ServiceQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_on=None)

    def with_room(self, seat: Subject) -> ServiceQuerySet:
        """Those that last told of a free place, as far as the seat may know of it."""
        known = Service.objects.permitted(seat, "services.facts").values("pk")
        return self.filter(~Q(provider__kind__code=SHELTER) | Q(pk__in=known), free__gt=0)

    def of_age(self, age: int) -> ServiceQuerySet:
        """Those that take somebody of this age."""
        return self.filter(Q(age_from=None) | Q(age_from__lte=age), Q(age_to=None) | Q(age_to__gte=age))

    def serving(self, municipality: Municipality) -> ServiceQuerySet:
        """Those whose territory a municipality lies in."""
        ticked = Service.municipalities.through.objects.filter(municipality=municipality).values("service_id")
        return self.filter(
            Q(territory=Territory.COUNTRY)
            | Q(territory=Territory.COUNTY, county=municipality.county_id)
            | Q(territory=Territory.MUNICIPALITIES, pk__in=ticked)
        )

    def for_list(self) -> ServiceQuerySet:
        """With what a list shows of a service."""
        rows = self.select_related("county", "provider__kind", "provider__county")
        return rows.prefetch_related("kinds", "municipalities").order_by("sort_key", "pk")


class Service(Sorted, VersionedModel):
    """A service (shërbim) of an institution: what it offers, to whom, where and when, and how one is referred to it.

    A shelter is told by the code of its institution alone: no field here holds a place, and its territory is a county
    or the country (decision 10).
    """

    processing = Processing(_("that whoever looks for help finds who gives it"), Level.PUBLIC, PERMANENT)

    view_right = "services.view"
    held_with = ("county", "provider__kind")
    is_told_in_full = True

    # The county whose secretariat keeps this line of the catalogue; it may serve others too.
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept by the county"))
    provider = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider"))
    name = models.CharField(_("name"), max_length=200)
    kinds = models.ManyToManyField(
        Term, related_name="+", limit_choices_to={"list": "service"}, verbose_name=_("what it offers")
    )
    sector = models.CharField(_("carried by"), max_length=10, choices=Sector.choices)
    needs = models.ManyToManyField(
        Term, related_name="+", blank=True, limit_choices_to={"list": "concern"}, verbose_name=_("for which needs")
    )
    age_from = models.PositiveSmallIntegerField(
        _("from the age of"), null=True, blank=True, validators=[MaxValueValidator(OLDEST)]
    )
    age_to = models.PositiveSmallIntegerField(
        _("until the age of"), null=True, blank=True, validators=[MaxValueValidator(OLDEST)]
    )
    sex = models.CharField(_("whom it takes"), max_length=10, choices=ForWhom.choices, default=ForWhom.EVERYBODY)
    territory = models.CharField(_("territory"), max_length=15, choices=Territory.choices)
    municipalities = models.ManyToManyField(
        Municipality, related_name="+", blank=True, verbose_name=_("municipalities it serves")
    )
    opening = models.CharField(_("open"), max_length=10, choices=Opening.choices, default=Opening.HOURS)
    hours = models.CharField(_("hours"), max_length=160, blank=True)
    is_emergency = models.BooleanField(_("takes somebody at once, without an appointment"), default=False)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    # The last of `Places`, for lists; whoever told it and all before stand there.
    free = models.PositiveSmallIntegerField(_("free places"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True, editable=False)
    how_to_refer = models.TextField(_("how to refer"), blank=True)
    partners = models.TextField(_("partners"), blank=True)  # one a line
    founded_by = models.CharField(_("founding act"), max_length=300, blank=True)
    opened_on = models.DateField(_("open since"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    licence_until = models.DateField(_("licence valid until"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)
    why_withdrawn = models.TextField(_("why it was withdrawn"), blank=True, editable=False)

    objects: ClassVar = models.Manager.from_queryset(ServiceQuerySet)()

    class Meta(VersionedModel.Meta):
        ordering = ["sort_key", "pk"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = [
            models.Index(fields=["county", "sort_key"], name="service_by_county_and_name"),  # the catalogue
            models.Index(fields=["provider", "withdrawn_on"], name="service_by_provider"),  # what waits for a provider
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(age_from=None) | Q(age_to=None) | Q(age_to__gte=F("age_from")),
                name="service_ages_in_order",
                violation_error_message=_("The upper age lies below the lower one."),
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(free=None) | Q(free__lte=F("capacity")),
                name="service_free_places_within_its_places",
                violation_error_message=_("There are not so many places: fewer than the free ones that were told."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | ~Q(why_withdrawn=""),
                name="withdrawn_service_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat)

    @classmethod
    def as_known(cls, services: Iterable[Service], seat: Subject) -> list[Service]:
        """These services without what the seat must not learn of shelters: to be shown, not to be saved (one query,
        none without a shelter)."""
        rows = list(services)
        shelters = [one for one in rows if one.is_shelter]
        if shelters:
            known = cls.objects.permitted(seat, "services.facts").filter(pk__in=[one.pk for one in shelters])
            in_full = set(known.values_list("pk", flat=True))
            for one in shelters:
                if one.pk not in in_full:
                    one.capacity = one.free = one.told_at = None
                    one.is_told_in_full = False
        return rows

    @property
    def is_shelter(self) -> bool:
        """Whether neither its name nor its place is told; needs its provider's kind at hand."""
        return self.provider.kind.code == SHELTER

    @property
    def provider_label(self) -> str:
        """The provider as pages name it: a shelter by its code."""
        return self.provider.code if self.is_shelter else self.provider.short_name

    @property
    def partner_names(self) -> list[str]:
        """The partners, one by one."""
        return [line.strip() for line in self.partners.splitlines() if line.strip()]

    @property
    def is_offered(self) -> bool:
        """Whether it was not withdrawn."""
        return self.withdrawn_on is None

    @property
    def ages(self) -> str:
        """Whom it takes by age, in words: 6–14; empty where every age."""
        if self.age_from is None and self.age_to is None:
            return ""
        if self.age_to is None:
            return gettext("from the age of %(age)s") % {"age": self.age_from}
        if self.age_from is None:
            return gettext("until the age of %(age)s") % {"age": self.age_to}
        return gettext("%(first)s to %(last)s years old") % {"first": self.age_from, "last": self.age_to}

    @property
    def where(self) -> str:
        """Its territory in words; needs county and municipalities at hand."""
        if self.territory == Territory.COUNTRY:
            return gettext("whole country")
        if self.territory == Territory.COUNTY:
            return gettext("county of %(county)s") % {"county": self.county}
        return ", ".join(one.name for one in self.municipalities.all())

    def is_stale(self, days: int, now: datetime.datetime | None = None) -> bool:
        """Whether its free places were told longer than so many days ago, or never: nobody should rely on them."""
        if self.told_at is None:
            return True
        return (timezone.localdate(now) - timezone.localdate(self.told_at)).days > days

    def takes(self, *, age: int | None, sex: str) -> bool:
        """Whether it takes somebody of this age and sex; what is not known excludes nobody."""
        if age is not None and not (self.age_from or 0) <= age <= (OLDEST if self.age_to is None else self.age_to):
            return False
        return not sex or self.sex in (ForWhom.EVERYBODY, sex)


TOLD_DAYS = "services_places_told_days"


def told_days() -> int:
    """After how many days free places must be told anew: a row of the settings (one query)."""
    return Threshold.amounts(TOLD_DAYS).get("", 0)


class Places(ScopedModel):
    """How many places of a service were free on a day, and who told it. Rows are only added."""

    processing = Processing(_("that whoever looks for help finds who gives it"), Level.PUBLIC, PERMANENT)

    view_right = "services.view"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", verbose_name=_("service"))
    free = models.PositiveSmallIntegerField(_("free places"))
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)  # as it was on that day
    told_at = models.DateTimeField(_("told at"))
    told_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("told by"))

    class Meta(ScopedModel.Meta):
        ordering = ["-told_at", "-pk"]
        verbose_name = _("free places")
        verbose_name_plural = _("free places")
        indexes = [models.Index(fields=["service", "-told_at"], name="places_by_service_and_day")]  # its page

    def __str__(self) -> str:
        return str(self.free)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "service__")


# --- what is missing ---


class MissingState(models.TextChoices):
    """How a missing service stands."""

    NEEDED = "needed", pgettext_lazy("missing service", "needed")
    GIVEN = "given", pgettext_lazy("missing service", "a task is to fill it")
    FILLED = "filled", pgettext_lazy("missing service", "filled")
    DROPPED = "dropped", pgettext_lazy("missing service", "not needed any more")


# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MISSING_MOVES: dict[tuple[MissingState, MissingState], str] = {
    (MissingState.NEEDED, MissingState.GIVEN): "missing.settle",
    (MissingState.NEEDED, MissingState.FILLED): "missing.settle",
    (MissingState.NEEDED, MissingState.DROPPED): "missing.settle",
    (MissingState.GIVEN, MissingState.FILLED): "missing.settle",
    (MissingState.GIVEN, MissingState.DROPPED): "missing.settle",
}
MISSED = (MissingState.NEEDED, MissingState.GIVEN)


class MissingQuerySet(ScopedQuerySet["Missing"]):
    """Missing services."""

    def missed(self) -> MissingQuerySet:
        """Those that are still missing."""
        return self.filter(state__in=MISSED)

    def for_list(self) -> MissingQuerySet:
        """With what a list shows; those still missing first, the longest first."""
        is_over = models.Case(models.When(state__in=MISSED, then=0), default=1)
        rows = self.select_related("county", "kind", "municipality", "filled_by")
        return rows.order_by(is_over, "since", "pk")


class Missing(VersionedModel):
    """A missing service (shërbim i munguar): which kind, in which municipality, since when, and what is done about it.

    How many cases need it is no field: rows of cases say so, and only the counting layer counts them (promise 14).
    """

    processing = Processing(_("that the committee learns which service is missing"), Level.INTERNAL, PERMANENT)

    State = MissingState

    view_right = "missing.view"
    held_with = ("county", "kind", "municipality")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.ForeignKey(
        Term,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"list": "service"},
        verbose_name=_("what is missing"),
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    since = models.DateField(_("missing since"))
    what = models.TextField(_("what exactly is missing"), blank=True)
    noted_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("noted by"))
    noted_on = models.DateField(_("noted on"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEEDED)
    decision = models.CharField(_("decision"), max_length=20, blank=True)  # its number, KRAT 3/2026
    tasks = models.ManyToManyField(Task, related_name="missing_services", blank=True, verbose_name=_("tasks"))
    filled_by = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("filled by")
    )
    over_on = models.DateField(_("until"), null=True, blank=True)
    how = models.TextField(_("how it ended"), blank=True)

    objects: ClassVar = models.Manager.from_queryset(MissingQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("missing service")
        verbose_name_plural = _("missing services")
        indexes = [models.Index(fields=["county", "state", "since"], name="missing_by_county_and_state")]  # the list
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "municipality"],
                condition=Q(state__in=["needed", "given"]),
                name="missing_once_per_place",
                violation_error_message=_("This is noted as missing there already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["needed", "given"], over_on=None)
                | Q(state__in=["filled", "dropped"], over_on__isnull=False),
                name="missing_that_is_over_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.municipality}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {Reach.COUNTY: Q(county=seat.county_id)}

    @property
    def is_missed(self) -> bool:
        """Whether it is still missing."""
        return self.state in MISSED

    @property
    def days(self) -> int:
        """How long it has been missing, or was."""
        return ((self.over_on or timezone.localdate()) - self.since).days

    def may_become(self, state: str) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (MissingState(self.state), MissingState(state)) in MISSING_MOVES
