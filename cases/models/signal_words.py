"""What a signal tells: apart from the signal, because a case may have come of it, whose team alone reads it then."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.crypto import EncryptedJSONField
from cases.models.case import Case
from cases.models.keys import key_of
from cases.models.reach import Caseload
from cases.models.signal import Signal
from krat.access.processing import Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel


class SignalWords(ScopedModel):
    """What a signal tells. Its receiver reads it; once it is a case, only that case's team and the unit's head."""

    processing = Processing(
        _("what was told about a child or possible victim"), Level.ENCRYPTED, Caseload.SIGNALS_KEPT, Caseload.BASIS
    )

    view_right = "signals.read"

    signal = models.OneToOneField(Signal, on_delete=models.PROTECT, related_name="+")
    # what: was seen or heard; who: name, age or looks, as far as known; where: the place; answer: why it was not taken.
    data = EncryptedJSONField(db_column="words", names=("what", "who", "where", "answer"))

    class Meta(ScopedModel.Meta):
        verbose_name = _("words of a signal")

    def __str__(self) -> str:
        return str(self.code)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        rows = Case.objects.unscoped("the path of reach from a case to the signal it came from").order_by()
        taken = rows.filter(Case.within(Reach.TEAM, seat)).values("signal_id")
        received = Q(signal__receiver=seat.institution_id)
        return {
            Reach.RECEIVED: received,
            Reach.TEAM: received & (Q(signal__state=Signal.State.SENT) | Q(signal__in=taken)),
        }

    def data_key(self) -> bytes:
        """The opened data key of its signal."""
        return key_of(self, signal_id=self.signal_id)
