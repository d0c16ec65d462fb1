"""What a municipal system sent: which version it knows, and changes that wait for a person's decision (decision 23)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import EncryptedInCase
from cases.models.reach import Caseload
from krat.access.processing import Level, Processing
from krat.access.scoping import CheckedModel
from krat.people.models import Seat


class KnownVersion(CheckedModel):
    """The version of a case that a machine's seat last wrote or pulled."""

    processing = Processing(_("that no system overwrites what it has not seen"), Level.TECHNICAL, Caseload.KEPT)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seat"], name="known_version_once_per_seat")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.version}"


def with_known_version(cases: Any, seat: Seat) -> Any:
    """These cases, each with the version that a machine's seat knows of it: None where it knows none."""
    known = KnownVersion.objects.filter(case=OuterRef("pk"), seat=seat.pk)
    return cases.annotate(known_version=Subquery(known.values("version")))


class SentChange(EncryptedInCase):
    """A change that a system sent while somebody else had changed the case: it waits until a person decides."""

    processing = Processing(_("that no sent change is lost"), Level.ENCRYPTED, Caseload.KEPT, Caseload.BASIS)

    class State(models.TextChoices):
        WAITS = "waits", pgettext_lazy("sent change", "waits")
        APPLIED = "applied", pgettext_lazy("sent change", "taken over")
        DROPPED = "dropped", pgettext_lazy("sent change", "not taken over")

    view_right = "cases.inbox"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    at = models.DateTimeField(_("sent at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITS)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What was sent, as JSON: only the fields that were in it.
    data = EncryptedJSONField(db_column="words", names=("sent",))

    class Meta(EncryptedInCase.Meta):
        ordering = ["at", "pk"]
        verbose_name = _("sent change")
        indexes = [models.Index(fields=["case", "state"], name="sent_change_by_case")]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def edition(self) -> int:
        """Its version to machines: it changes once, when somebody decides."""
        return 1 if self.state == self.State.WAITS else 2
