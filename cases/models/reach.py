"""By which acts a case, and what belongs to it, is reached: a place in its team, its holder, a victim's county.

Nothing here imports the case: keys point to it by name, so that the case and all that belongs to it can import this.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.stages import OF_VICTIMS
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel
from krat.people.models import Seat, gives_rights


class Caseload:
    """The common ground of what belongs to a case."""

    BASIS = _("Law 18/2017 on the rights and protection of the child; VKM 578/2018; VKM 499/2018")
    KEPT = _("a child's case until the 25th birthday, others ten years after closing; to be confirmed by law")
    SIGNALS_KEPT = _("two years where no case came of it; else as long as the case; to be confirmed by law")

    @staticmethod
    def paths(seat: Subject, to_case: str = "case") -> dict[Reach, Q]:
        """How a case, and rows that belong to one, are reached; ``to_case`` is the way from a row to its case.

        By joins, not by a list of all cases within reach, which would grow with the unit.
        """
        way = f"{to_case}__" if to_case else ""
        return {
            Reach.TEAM: Q(**{f"{way}pk__in": Assignment.cases_of(seat)}),
            Reach.INSTITUTION: Q(**{f"{way}holder": seat.institution_id}),
            Reach.VICTIMS: Q(**{f"{way}municipality__county": seat.county_id, f"{way}victim_status__in": OF_VICTIMS}),
        }


class InCase(ScopedModel):
    """A row that belongs to a case and is reached by the same acts; each has its own key ``case`` to it."""

    case_id: int

    class Meta(ScopedModel.Meta):
        abstract = True

    @staticmethod
    def kinds() -> list[type[InCase]]:
        """Every model whose rows belong to a case, of whichever area."""
        return [model for model in apps.get_models() if issubclass(model, InCase)]

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat)


class Assignment(InCase):
    """A seat's place in the team of a case, from and until: the dated act through which access runs."""

    processing = Processing(_("who works on a case, and since when"), Level.OFFICE, Caseload.KEPT, Caseload.BASIS)

    view_right = "cases.view"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("worker"))
    is_manager = models.BooleanField(_("manages the case"), default=False)
    starts_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("named by"))

    class Meta(InCase.Meta):
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

    @property
    def stands(self) -> bool:
        """Whether it is somebody's now; the seat and its person must be at hand."""
        return self.ended_at is None and self.seat.is_active

    @staticmethod
    def standing() -> Q:
        """That a place is somebody's now: it has not ended, nor has the seat, though its day came unsaid."""
        return Q(ended_at=None, seat__user__is_active=True) & gives_rights("seat__")

    @classmethod
    def cases_of(cls, seat: Subject, *, as_manager: bool = False) -> models.QuerySet[Any]:
        """The ids of the cases in whose team a seat is now."""
        rows = cls.objects.unscoped("the path of reach by which a team finds its cases")
        rows = rows.filter(seat=seat.pk, ended_at=None)
        return (rows.filter(is_manager=True) if as_manager else rows).order_by().values("case_id")

    @staticmethod
    def seats_left(institution_id: int) -> models.QuerySet[Any]:
        """The ids of the seats of an institution that are nobody's now, though perhaps nobody has said so."""
        rows = Seat.objects.unscoped("whose places in teams are nobody's").filter(institution=institution_id)
        return rows.exclude(Q(user__is_active=True) & gives_rights("")).order_by().values("pk")
