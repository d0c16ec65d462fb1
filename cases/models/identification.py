"""Identification (identifikim): whether somebody counts as a victim of trafficking is an act of an authority, on a day,
with a reference (decision 34). Source of who decides what: docs/domain.md 10.3 and 11."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import EncryptedInCase
from cases.models.reach import Caseload
from cases.models.stages import VictimStatus
from krat.access.processing import Level, Processing
from krat.committee.models import Institution
from krat.people.models import Seat

FIRST, FORMAL = "cases.identify", "cases.find_formally"

# From where to where, and by which right. First identification: any body of first contact. Formal identification: the
# police and the State Social Service together. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[VictimStatus, VictimStatus], str] = {
    (VictimStatus.AT_RISK, VictimStatus.IN_PROGRESS): FIRST,
    (VictimStatus.AT_RISK, VictimStatus.POSSIBLE): FIRST,
    (VictimStatus.IN_PROGRESS, VictimStatus.AT_RISK): FIRST,
    (VictimStatus.IN_PROGRESS, VictimStatus.POSSIBLE): FIRST,
    (VictimStatus.POSSIBLE, VictimStatus.AT_RISK): FIRST,
    (VictimStatus.NOT_VICTIM, VictimStatus.POSSIBLE): FIRST,
    (VictimStatus.POSSIBLE, VictimStatus.VICTIM): FORMAL,
    (VictimStatus.POSSIBLE, VictimStatus.NOT_VICTIM): FORMAL,
    (VictimStatus.VICTIM, VictimStatus.NOT_VICTIM): FORMAL,
}
# What takes something back says why; so does the result that somebody is no victim.
SAYS_WHY = (VictimStatus.AT_RISK, VictimStatus.NOT_VICTIM)


class Identification(EncryptedInCase):
    """One act of identification. Acts are only added: a mistake is answered by another act."""

    processing = Processing(
        _("who decided whether somebody is a victim of trafficking, and when"),
        Level.ENCRYPTED,
        Caseload.KEPT,
        Caseload.BASIS,
    )

    class Kind(models.TextChoices):
        FIRST = "first", _("first identification")
        FORMAL = "formal", _("formal identification")
        CARRIED_OVER = "carried_over", pgettext_lazy("identification", "carried over, without an act on record")

    view_right = "cases.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    result = models.CharField(_("result"), max_length=20, choices=VictimStatus.choices)
    authority = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    # Of a formal identification: the police, which interviews together with the State Social Service.
    together_with = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("together with")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    seat = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    # reference: the number of the act; why: in a sentence.
    data = EncryptedJSONField(db_column="words", names=("reference", "why"))

    class Meta(EncryptedInCase.Meta):
        ordering = ["-pk"]
        verbose_name = _("identification")
        indexes = [models.Index(fields=["case", "-id"], name="identification_by_case")]  # the page of a case
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="carried_over")
                | Q(authority__isnull=False, decided_on__isnull=False, seat__isnull=False),
                name="identification_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(kind="formal") | Q(together_with__isnull=False),
                name="formal_identification_is_of_two",
            ),
        ]

    def __str__(self) -> str:
        return self.get_result_display()
