"""Referrals (referim): a case asks an institution for one thing; accepted, it is the act through which that
institution sees the fields of its purpose and no others (decision 12)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import EditedEncryptedInCase
from cases.models.reach import Caseload
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedQuerySet
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.reference.models import County
from krat.services.models import Service


class ReferralState(models.TextChoices):
    """How a referral stands."""

    SENT = "sent", pgettext_lazy("referral", "sent")
    ACCEPTED = "accepted", pgettext_lazy("referral", "accepted")
    REFUSED = "refused", pgettext_lazy("referral", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "withdrawn")
    COMPLETED = "completed", pgettext_lazy("referral", "completed")


# From where to where, and by which right. A test prints this table and compares it with docs/states.md.
MOVES: dict[tuple[ReferralState, ReferralState], str] = {
    (ReferralState.SENT, ReferralState.ACCEPTED): "referrals.answer",
    (ReferralState.SENT, ReferralState.REFUSED): "referrals.answer",
    (ReferralState.SENT, ReferralState.WITHDRAWN): "referrals.send",
    (ReferralState.ACCEPTED, ReferralState.COMPLETED): "referrals.answer",
    (ReferralState.ACCEPTED, ReferralState.WITHDRAWN): "referrals.send",
}
OPEN = (ReferralState.SENT, ReferralState.ACCEPTED)


class ReferralQuerySet(ScopedQuerySet["Referral"]):
    """Referrals."""

    def open(self) -> ReferralQuerySet:
        """Those that wait for an answer, or are being worked on."""
        return self.filter(state__in=OPEN)

    def unanswered(self) -> ReferralQuerySet:
        """Those without an answer yet."""
        return self.filter(state=ReferralState.SENT)

    def for_list(self) -> ReferralQuerySet:
        """With what a list shows of a referral; the open ones first, the most urgent first."""
        is_over = models.Case(models.When(state__in=OPEN, then=0), default=1)
        return self.select_related("sender", "receiver").order_by(is_over, "due_at", "-pk")


class Referral(EditedEncryptedInCase):
    """A referral of a case to one institution for one purpose."""

    processing = Processing(
        _("that the right institution helps, with what it needs to know"),
        Level.ENCRYPTED,
        Caseload.KEPT,
        Caseload.BASIS,
    )

    class Consent(models.TextChoices):
        DUTY = "duty", _("not needed: the institution's legal duty")
        GIVEN = "given", _("given by the person, or by parent or guardian")
        BEST_INTEREST = "best_interest", _("not asked, in the best interest of the child")

    State = ReferralState

    view_right = "referrals.view"
    held_with = ("sender__county", "receiver__county")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    purpose = models.CharField(_("purpose"), max_length=20)  # one of `cases.sharing.PURPOSES`
    sender = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    receiver = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent to"))
    # Which service of the receiver is asked for, where the sender chose one of the catalogue.
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    consent = models.CharField(_("consent"), max_length=20, choices=Consent.choices, default=Consent.DUTY)
    # The family is not to be contacted but through the unit; so, too, where nobody has said how it is reached safely.
    contact_via_unit = models.BooleanField(_("contact only through the child protection unit"), default=False)
    sent_at = models.DateTimeField(_("sent at"))
    due_at = models.DateTimeField(_("answer expected by"))
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SENT)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # request: what is asked; answer: why it was refused, or what was done.
    data = EncryptedJSONField(db_column="words", names=("request", "answer"))

    objects: ClassVar = models.Manager.from_queryset(ReferralQuerySet)()

    class Meta(EditedEncryptedInCase.Meta):
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes = [
            models.Index(fields=["receiver", "state", "due_at"], name="referral_by_receiver"),  # what waits for it
            models.Index(fields=["case", "state"], name="referral_by_case"),  # the case page, and the door of its parts
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "purpose", "receiver"],
                condition=Q(state__in=OPEN),
                name="referral_open_once",
                violation_error_message=_("The case is already referred there for this purpose."),
            ),
            models.UniqueConstraint(fields=["county", "year", "number"], name="referral_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "completed"]) | Q(accepted_at__isnull=False),
                name="accepted_referral_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.alias

    @property
    def alias(self) -> str:
        """Its own number, for a call or a letter: RF-12/2026."""
        return f"RF-{self.number:02}/{self.year}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        received = Q(receiver=seat.institution_id)
        paths = Caseload.paths(seat)
        return {
            Reach.TEAM: paths[Reach.TEAM],
            Reach.INSTITUTION: paths[Reach.INSTITUTION] | received,
            Reach.RECEIVED: received,
            Reach.OWN: received & Q(accepted_by=seat.pk),
        }

    @classmethod
    def used_by(cls, seat: Subject, purpose: str) -> models.QuerySet[Any]:
        """The accepted referrals of a purpose through which a seat's institution helps now."""
        rows = cls.objects.unscoped("the path of reach by which whoever was referred to finds its part")
        rows = rows.filter(receiver=seat.institution_id, state=ReferralState.ACCEPTED).order_by()
        return rows.filter(purpose=purpose)

    @property
    def is_open(self) -> bool:
        """Whether it waits, or is being worked on."""
        return self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether no answer came in its time."""
        return self.state == ReferralState.SENT and self.due_at < timezone.now()

    def may_become(self, state: str) -> bool:
        """Whether the table of moves allows it from where it stands."""
        return (ReferralState(self.state), ReferralState(state)) in MOVES
