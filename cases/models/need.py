"""Unmet needs (nevoja të paplotësuara): a case needs a service that is missing where it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.reach import Caseload, InCase
from cases.models.referral import Referral
from krat.access.processing import Level, Processing
from krat.people.models import Seat
from krat.services.models import Missing


class UnmetNeed(InCase):
    """That a case needs a missing service: the counting layer counts these rows, and nobody else (promise 14)."""

    processing = Processing(
        _("by how many cases a missing service is needed"), Level.TECHNICAL, Caseload.KEPT, Caseload.BASIS
    )

    view_right = "cases.view"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    missing = models.ForeignKey(Missing, on_delete=models.PROTECT, related_name="+", verbose_name=_("missing service"))
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("referral")
    )
    noted_on = models.DateField(_("noted on"))
    noted_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("noted by"))

    class Meta(InCase.Meta):
        ordering = ["noted_on", "pk"]
        verbose_name = _("unmet need")
        verbose_name_plural = _("unmet needs")
        constraints = [
            models.UniqueConstraint(
                fields=["missing", "case"],
                name="unmet_need_once_per_case",
                violation_error_message=_("This is noted for this case already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)
