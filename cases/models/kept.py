"""What was searched for, kept for a few minutes so that going back to the hits works (decision 17)."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from krat.access import crypto
from krat.access.processing import PUBLIC_TASK, Level, Processing
from krat.access.scoping import CheckedModel
from krat.people.models import Seat


class KeptSearch(CheckedModel):
    """What a seat searched for on one page, encrypted, under a code that stands in the address instead of the words.

    The hits are found anew whenever the code is asked for: what has left the seat's reach since is not among them.
    """

    processing = Processing(_("going back to what was found"), Level.ENCRYPTED, _("ten minutes"), PUBLIC_TASK)

    KEPT_FOR: ClassVar = datetime.timedelta(minutes=10)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=20)  # the name of the page that asked
    ciphertext = models.BinaryField()
    kept_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return str(self.code)

    @classmethod
    def keep(cls, seat: Seat, page: str, words: str) -> uuid.UUID:
        """Keep what was typed, and forget what is older than ten minutes, whoever typed it (one delete, one insert)."""
        cls.forget_old()
        row = cls(seat=seat, page=page)
        row.ciphertext = crypto.encrypt(words, place=row._place)
        row.save(force_insert=True)
        return row.code

    @classmethod
    def forget_old(cls) -> None:
        """Forget what was kept for its ten minutes; also whenever somebody signs in (one delete)."""
        cls.objects.filter(kept_at__lt=timezone.now() - cls.KEPT_FOR).delete()

    @classmethod
    def words_of(cls, code: str, seat: Seat, page: str) -> str | None:
        """What this seat typed under a code within the last ten minutes; None for any other code (one query)."""
        try:
            found = uuid.UUID(code)
        except ValueError:
            return None
        rows = cls.objects.filter(code=found, seat=seat, page=page, kept_at__gte=timezone.now() - cls.KEPT_FOR)
        row = rows.first()
        return crypto.decrypt(row.ciphertext, place=row._place) if row is not None else None

    @property
    def _place(self) -> str:
        return f"cases_keptsearch:ciphertext:{self.code}"
