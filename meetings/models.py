"""Meetings (mbledhje): agenda, attendance, minutes per item, numbered decisions that return until they are closed."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Card
from krat.access.processing import PERMANENT, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.roles import Role
from krat.access.scoping import ScopedModel, ScopedQuerySet, VersionedModel
from krat.committee.models import YEARS, Body, Institution, sits_in
from krat.people.models import Seat
from krat.plan.models import Task
from krat.reference.models import Term
from krat.services.models import Missing

# Which role chairs which body: the Prefect the committee, the Coordinator the technical table (docs/domain.md 4).
CHAIRED_BY = {Role.PREFECT: Body.Kind.COMMITTEE, Role.COORDINATOR: Body.Kind.TABLE}


def _paths(seat: Subject, to_meeting: str = "") -> dict[Reach, Q]:
    """How meetings and everything within them are reached; ``to_meeting`` is the way from a row to its meeting."""
    way = f"{to_meeting}__body" if to_meeting else "body"
    county = Q(**{f"{way}__county": seat.county_id})
    return {
        Reach.COUNTY: county,
        Reach.BODY: Q(sits_in(seat, way)),
        Reach.OWN: county & Q(**{f"{way}__kind": CHAIRED_BY.get(Role(seat.role), "")}),
    }


def _hour_of(field: str) -> Coalesce:
    """The hour of a meeting; one whose hour nobody wrote comes first on its day."""
    return Coalesce(field, models.Value(datetime.time.min), output_field=models.TimeField())


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    """Meetings."""

    def for_list(self) -> MeetingQuerySet:
        """With what a list shows of a meeting; the latest first."""
        return self.select_related("body__county", "kind").order_by(
            "-held_on", models.F("starts_at").desc(nulls_last=True), "-pk"
        )

    def with_hour(self) -> MeetingQuerySet:
        """With ``hour``, never empty: what a cursor can order by."""
        return self.annotate(hour=_hour_of("starts_at"))

    def coming(self) -> MeetingQuerySet:
        """Those in progress, however long, and those planned from today on; the next one first."""
        planned = Q(state=Meeting.State.PLANNED, held_on__gte=timezone.localdate())
        return self.filter(planned | Q(state=Meeting.State.OPEN)).order_by(
            "held_on", models.F("starts_at").asc(nulls_first=True), "pk"
        )

    def unfinished(self) -> MeetingQuerySet:
        """Those that are to come, are in progress, or whose minutes are not approved yet."""
        ahead = Q(state__in=[Meeting.State.PLANNED, Meeting.State.OPEN])
        was_held = Q(state__in=[Meeting.State.HELD, Meeting.State.NO_QUORUM])
        return self.filter(ahead | (was_held & ~Q(minutes=Meeting.Minutes.APPROVED)))

    def forgotten(self) -> MeetingQuerySet:
        """Planned ones whose day has passed: nobody opened, postponed or cancelled them."""
        return self.filter(state=Meeting.State.PLANNED, held_on__lt=timezone.localdate())


class Meeting(VersionedModel):
    """A meeting of a body, with its minutes (procesverbal)."""

    processing = Processing(_("what was said and decided"), Level.INTERNAL, PERMANENT)

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "planned")
        OPEN = "open", pgettext_lazy("meeting", "in progress")
        HELD = "held", pgettext_lazy("meeting", "held")
        NO_QUORUM = "no_quorum", pgettext_lazy("meeting", "held without quorum")
        POSTPONED = "postponed", pgettext_lazy("meeting", "postponed")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")

    class Minutes(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("minutes", "draft")
        CIRCULATED = "circulated", pgettext_lazy("minutes", "sent for remarks")
        APPROVED = "approved", pgettext_lazy("minutes", "approved")

    view_right = "meetings.view"
    held_with = ("body__county", "kind")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("body"))
    kind = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    number = models.PositiveSmallIntegerField(_("number"))
    held_on = models.DateField(_("date"))
    starts_at = models.TimeField(_("hour"), null=True, blank=True)
    # The day it had been planned for, where it was opened before that.
    planned_for = models.DateField(_("planned for"), null=True, blank=True)
    ends_at = models.TimeField(_("end"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=160)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.PLANNED)
    minutes = models.CharField(_("minutes"), max_length=20, choices=Minutes.choices, default=Minutes.DRAFT)
    # How often the minutes were rewritten: whoever approves says which text they read.
    rewritten = models.PositiveIntegerField(_("rewritten"), default=1, editable=False)
    circulated_on = models.DateField(_("minutes sent for remarks on"), null=True, blank=True)
    approved_on = models.DateField(_("minutes approved on"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    # Filed afterwards from a paper: its composition and days are those the paper tells.
    predates_registry = models.BooleanField(_("from before the registry"), default=False)

    objects: ClassVar = models.Manager.from_queryset(MeetingQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["body", "-held_on"], name="meeting_by_body_and_day")]  # the list of meetings
        constraints = [
            models.UniqueConstraint(
                fields=["body", "year", "number"],
                name="meeting_number_once_per_body",
                violation_error_message=_("A meeting with this number is already filed for the body."),
            ),
            models.CheckConstraint(
                condition=~Q(minutes="approved") | Q(approved_on__isnull=False, approved_by__isnull=False),
                name="approved_minutes_say_when_and_by_whom",
                violation_error_message=_("Approved minutes need a date and the one who approved."),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Meeting %(number)s") % {"number": self.label}

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat)

    @property
    def label(self) -> str:
        """Its number as people say it: KRAT 5/2026."""
        return self.body.numbered(self.number, self.year)

    @property
    def is_frozen(self) -> bool:
        """Approved minutes are frozen: their text cannot change any more."""
        return self.minutes == self.Minutes.APPROVED

    @property
    def is_over(self) -> bool:
        """Whether it took place, or will not."""
        return self.state not in (self.State.PLANNED, self.State.OPEN)

    @property
    def was_held(self) -> bool:
        """Whether people sat down."""
        return self.state in (self.State.OPEN, self.State.HELD, self.State.NO_QUORUM)


class AgendaItem(VersionedModel):
    """A point of the agenda (pikë e rendit të ditës) with what was said on it: the minutes are written per item."""

    processing = Processing(_("minutes item by item"), Level.INTERNAL, PERMANENT)

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary item")
        FOLLOW_UP = "follow_up", _("follow-up of decisions")

    view_right = "meetings.view"
    held_with = ("meeting__body__county", "meeting__kind", "rapporteur", "card", "missing")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items", verbose_name=_("meeting"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.ORDINARY)
    position = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("item"), max_length=300, blank=True)  # empty for the follow-up, which names itself
    rapporteur = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rapporteur")
    )
    # A stuck case without a name, where the item is about one; who may see the card is the card's affair.
    card = models.ForeignKey(
        Card, on_delete=models.PROTECT, null=True, blank=True, related_name="agenda_items", verbose_name=_("card")
    )
    # A service that is missing, where the item is about one: what is decided on it is to fill it.
    missing = models.ForeignKey(
        Missing,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("missing service"),
    )
    discussion = models.TextField(_("discussion"), blank=True)
    is_done = models.BooleanField(_("dealt with"), default=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    class Meta(VersionedModel.Meta):
        ordering = ["position", "pk"]
        verbose_name = _("agenda item")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") | Q(kind="follow_up"),
                name="ordinary_item_has_words",
                violation_error_message=_("Say what the item is about."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.words}"

    @property
    def bears(self) -> bool:
        """Whether it is about a card or a missing service, to which the tasks of its decisions are tied."""
        return self.card_id is not None or self.missing_id is not None

    @property
    def words(self) -> str:
        """What it is about; the follow-up says so in the reader's language."""
        return self.title or gettext("Follow-up of decisions")

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "meeting")


class Attendance(ScopedModel):
    """An institution at a meeting: present, by a substitute, excused, or absent. By institution, never by person."""

    processing = Processing(_("attendance and quorum by institution"), Level.INTERNAL, PERMANENT)

    class Status(models.TextChoices):
        PRESENT = "present", pgettext_lazy("attendance", "took part")
        SUBSTITUTE = "substitute", pgettext_lazy("attendance", "by a substitute")
        EXCUSED = "excused", pgettext_lazy("attendance", "absent with reason")
        ABSENT = "absent", pgettext_lazy("attendance", "absent")

    AT_THE_TABLE = (Status.PRESENT, Status.SUBSTITUTE)

    view_right = "meetings.view"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendance", verbose_name=_("meeting"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    votes = models.BooleanField(_("votes"), default=True)  # as its membership said on the day of the meeting
    status = models.CharField(_("attendance"), max_length=20, choices=Status.choices)
    # Of a substitute: the office it holds, never its name.
    office = models.CharField(_("office of the substitute"), max_length=120, blank=True)

    class Meta(ScopedModel.Meta):
        verbose_name = _("attendance")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "institution"], name="institution_attends_once"),
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "meeting")

    @property
    def is_at_the_table(self) -> bool:
        """Whether the institution is there, itself or by a substitute."""
        return self.status in self.AT_THE_TABLE


class DecisionQuerySet(ScopedQuerySet["Decision"]):
    """Decisions."""

    def open(self) -> DecisionQuerySet:
        """Those the body has neither closed nor withdrawn."""
        return self.filter(closed_at=None, withdrawn_at=None)

    def taken_before(self, meeting: Meeting) -> DecisionQuerySet:
        """Those taken before a meeting by the same kind of body of the county, and not withdrawn; by day and hour. The
        body changes every year by order; its decisions do not end with it."""
        day, hour = meeting.held_on, meeting.starts_at or datetime.time.min
        of_its_bodies = self.filter(
            item__meeting__body__kind=meeting.body.kind, item__meeting__body__county=meeting.body.county_id
        )
        return of_its_bodies.alias(taken_at=_hour_of("item__meeting__starts_at")).filter(
            Q(item__meeting__held_on__lt=day)
            | Q(item__meeting__held_on=day, taken_at__lt=hour)
            | Q(item__meeting__held_on=day, taken_at=hour, item__meeting__pk__lt=meeting.pk),
            withdrawn_at=None,
        )

    def returning_to(self, meeting: Meeting) -> DecisionQuerySet:
        """The decisions that stand on a meeting's agenda by themselves: taken before it and not closed before it."""
        return self.taken_before(meeting).filter(Q(closed_at=None) | Q(closed_at=meeting.pk))

    def stood_before(self, meeting: Meeting) -> DecisionQuerySet:
        """The decisions that stood on a meeting's agenda when it was held, whatever became of them since."""
        day, hour = meeting.held_on, meeting.starts_at or datetime.time.min
        later = (
            Q(closed_at__held_on__gt=day)
            | Q(closed_at__held_on=day, ended_at__gt=hour)
            | Q(closed_at__held_on=day, ended_at=hour, closed_at__pk__gt=meeting.pk)
        )
        earlier = self.taken_before(meeting).alias(ended_at=_hour_of("closed_at__starts_at"))
        return earlier.filter(Q(closed_at=None) | Q(closed_at=meeting.pk) | later)

    def for_list(self) -> DecisionQuerySet:
        """With what a list shows of a decision."""
        return self.select_related("item__meeting__body__county", "body", "closed_at").order_by(
            "-item__meeting__held_on",
            models.F("item__meeting__starts_at").desc(nulls_last=True),
            "-item__meeting__pk",
            "-pk",
        )


class Decision(VersionedModel):
    """A numbered decision (vendim). It returns to the agenda until the body closes it (decision 13)."""

    processing = Processing(_("the committee's will, followed up"), Level.INTERNAL, PERMANENT)

    view_right = "meetings.view"
    held_with = ("item__meeting__body__county", "body")

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("item"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("body"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("decision"))
    # Worked out from the attendance, anew whenever that changes, until the minutes are approved.
    is_recommendation = models.BooleanField(_("recommendation, taken without quorum"), default=False)
    tasks = models.ManyToManyField(Task, related_name="decisions", blank=True, verbose_name=_("tasks"))
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    # Why it was corrected or withdrawn, as whoever did it last said.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Who was charged and until when, as it was decided: tasks change, minutes do not (`meetings.paper`).
    charged = models.JSONField(_("charged"), default=list, blank=True, editable=False)
    closed_at = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="closes", verbose_name=_("closed at")
    )

    objects: ClassVar = models.Manager.from_queryset(DecisionQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "year", "number"],
                name="decision_number_once_per_body",
                violation_error_message=_("This number is already taken. Save again to take the next one."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "item__meeting")

    @property
    def label(self) -> str:
        """Its number as people say it: KRAT 12/2026. Wants ``body`` fetched."""
        return self.body.numbered(self.number, self.year)

    @property
    def is_open(self) -> bool:
        """Whether it still returns to the agenda."""
        return self.closed_at_id is None and not self.is_withdrawn

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back before the minutes were approved; its number is not given again."""
        return self.withdrawn_at is not None


class Review(ScopedModel):
    """What a meeting found on a returning decision: it goes on, or it is closed. One per meeting and decision."""

    processing = Processing(_("what a meeting found on a returning decision"), Level.INTERNAL, PERMANENT)

    class Outcome(models.TextChoices):
        GOES_ON = "goes_on", _("goes on")
        CLOSED = "closed", pgettext_lazy("decision", "closed")

    view_right = "meetings.view"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("meeting"))
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("decision"))
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(ScopedModel.Meta):
        verbose_name = _("review of a decision")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "decision"], name="decision_reviewed_once_a_meeting"),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "meeting")


class Remark(ScopedModel):
    """A member institution's remark on circulated minutes (vërejtje). Remarks are only added."""

    processing = Processing(_("remarks of members on the minutes"), Level.INTERNAL, PERMANENT)

    view_right = "meetings.view"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="remarks", verbose_name=_("meeting"))
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.TextField(_("remark"))

    class Meta(ScopedModel.Meta):
        ordering = ["at"]
        verbose_name = _("remark")

    def __str__(self) -> str:
        return str(self.at)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "meeting")


class ApprovedMinutes(ScopedModel):
    """Minutes as they read when they were approved (procesverbali i miratuar): the paper itself (decision 33).

    ``content`` is the canonical JSON of `meetings.paper`, ``fingerprint`` its SHA-256. A row is written once.
    """

    processing = Processing(_("minutes as they were approved"), Level.INTERNAL, PERMANENT)

    view_right = "meetings.view"

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="paper", verbose_name=_("meeting"))
    content = models.TextField(_("content"), editable=False)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, editable=False)
    frozen_at = models.DateTimeField(_("frozen at"), auto_now_add=True)

    class Meta(ScopedModel.Meta):
        verbose_name = _("approved minutes")
        verbose_name_plural = _("approved minutes")

    def __str__(self) -> str:
        return self.fingerprint

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return _paths(seat, "meeting")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, once."""
        if not self._state.adding:
            raise ValidationError(_("These minutes are approved; their text does not change any more."))
        super().save(*args, **kwargs)
