"""The parts of a case that concern one sector each: school, economic aid, counselling. Source: docs/domain.md 13."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import EditedEncryptedInCase, EncryptedInCase
from cases.models.reach import Assignment, Caseload
from cases.models.referral import Referral
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.committee.models import Institution
from krat.people.models import Seat


class Part(EditedEncryptedInCase):
    """A part of a case: a counted state and encrypted data. The team sees it; whoever a referral of its purpose
    is accepted by sees it, too, through `cases.sharing`."""

    view_right = "parts.view"
    held_with = ("case",)
    purpose = ""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    state: Any
    data: Any

    class Meta(EditedEncryptedInCase.Meta):
        abstract = True

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        used = Referral.used_by(seat, cls.purpose)
        return Caseload.paths(seat) | {
            Reach.RECEIVED: Q(case__in=used.values("case_id")),
            Reach.OWN: Q(case__in=used.filter(accepted_by=seat.pk).values("case_id")),
        }


class SchoolPart(Part):
    """Whether and where the child goes to school (shkolla)."""

    processing = Processing(_("the child goes to school"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    class State(models.TextChoices):
        UNKNOWN = "unknown", pgettext_lazy("school", "not known")
        NOT_ENROLLED = "not_enrolled", pgettext_lazy("school", "not enrolled")
        ENROLLED = "enrolled", pgettext_lazy("school", "enrolled")
        IRREGULAR = "irregular", pgettext_lazy("school", "enrolled, attends irregularly")
        DROPPED_OUT = "dropped_out", pgettext_lazy("school", "dropped out")
        NOT_OF_AGE = "not_of_age", pgettext_lazy("school", "not of school age")

    purpose = "school"

    state = models.CharField(_("school"), max_length=20, choices=State.choices, default=State.UNKNOWN)
    data = EncryptedJSONField(
        db_column="words", names=("school", "grade", "dropped_on", "reason", "return_plan", "psychologist")
    )

    class Meta(Part.Meta):
        verbose_name = _("school part")
        constraints = [models.UniqueConstraint(fields=["case"], name="one_school_part_in_a_case")]

    def __str__(self) -> str:
        return self.get_state_display()


class AidPart(Part):
    """Whether the family is in the economic-aid scheme (ndihma ekonomike, Law 57/2019)."""

    processing = Processing(
        _("the family is in the economic-aid scheme"),
        Level.ENCRYPTED,
        Caseload.KEPT,
        _("Law 57/2019 on social assistance; VKM 597/2019"),
    )

    class State(models.TextChoices):
        NONE = "none", pgettext_lazy("aid", "not applied")
        APPLIED = "applied", pgettext_lazy("aid", "applied")
        APPROVED = "approved", pgettext_lazy("aid", "approved")
        REFUSED = "refused", pgettext_lazy("aid", "refused")
        SUSPENDED = "suspended", pgettext_lazy("aid", "suspended")

    purpose = "economic_aid"

    state = models.CharField(_("economic aid"), max_length=20, choices=State.choices, default=State.NONE)
    data = EncryptedJSONField(db_column="words", names=("applied_on", "basis", "amount", "reason", "appeal"))

    class Meta(Part.Meta):
        verbose_name = _("economic-aid part")
        constraints = [models.UniqueConstraint(fields=["case"], name="one_aid_part_in_a_case")]

    def __str__(self) -> str:
        return self.get_state_display()


class CounsellingPart(Part):
    """Counselling by one provider (këshillim): each sees its own and nothing of another's."""

    processing = Processing(_("counselling for child and family"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("counselling", "waiting")
        GOING_ON = "going_on", pgettext_lazy("counselling", "going on")
        DONE = "done", pgettext_lazy("counselling", "completed")
        STOPPED = "stopped", pgettext_lazy("counselling", "stopped")

    purpose = "counselling"

    provider = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider"))
    state = models.CharField(_("counselling"), max_length=20, choices=State.choices, default=State.WAITING)
    data = EncryptedJSONField(db_column="words", names=("started_on", "sessions", "summary"))

    class Meta(Part.Meta):
        verbose_name = _("counselling part")
        constraints = [models.UniqueConstraint(fields=["case", "provider"], name="counselling_once_per_provider")]

    def __str__(self) -> str:
        return self.get_state_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        paths = super().paths(seat)
        for reach in (Reach.RECEIVED, Reach.OWN):
            paths[reach] &= Q(provider=seat.institution_id)
        return paths


class Note(EncryptedInCase):
    """A note in a case (shënim): a visit, a call, what was found. Notes are only added.

    Sensitive ones (health of mind, the child's own words) are for the case's manager and their writer alone
    (docs/domain.md 16, rule 7).
    """

    processing = Processing(_("what was found and done"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    class Kind(models.TextChoices):
        VISIT = "visit", _("visit")
        CALL = "call", _("telephone call")
        MEETING = "meeting", pgettext_lazy("note", "meeting")
        STEP = "step", _("step of the case")
        OTHER = "other", pgettext_lazy("note", "other")

    view_right = "notes.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OTHER)
    happened_on = models.DateField(_("day"))
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    data = EncryptedJSONField(db_column="words", names=("text",))

    class Meta(EncryptedInCase.Meta):
        ordering = ["-happened_on", "-pk"]
        verbose_name = _("note")
        indexes = [models.Index(fields=["case", "-happened_on"], name="note_by_case")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        readable = Q(is_sensitive=False) | Q(seat=seat.pk) | Q(case__in=Assignment.cases_of(seat, as_manager=True))
        return {reach: path & readable for reach, path in Caseload.paths(seat).items()}
