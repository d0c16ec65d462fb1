"""The machines' clients, and what the base of REST remembers of their requests."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from krat.access.processing import PUBLIC_TASK, SECURITY, WITH_THE_TRAIL, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet
from krat.people.models import Seat


class ApiClientQuerySet(ScopedQuerySet["ApiClient"]):
    """Clients."""

    def with_seat(self) -> ApiClientQuerySet:
        """With what every request needs of its client."""
        return self.select_related("seat__institution__county", "seat__institution__kind", "seat__user")


class ApiClient(ScopedModel):
    """A machine that speaks for an institution: its id at the token endpoint, and the seat it acts through."""

    processing = Processing(_("which machine may ask for what"), Level.TECHNICAL, WITH_THE_TRAIL, PUBLIC_TASK)

    view_right = "clients.view"
    held_with = ("seat__institution__county", "seat__user")

    client_id = models.CharField(_("client id"), max_length=100, unique=True, editable=False)
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="+", verbose_name=_("seat"))
    name = models.CharField(_("name"), max_length=100)
    may_write = models.BooleanField(_("may write"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects: ClassVar = models.Manager.from_queryset(ApiClientQuerySet)()

    class Meta(ScopedModel.Meta):
        verbose_name = _("client of a machine")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}

    @property
    def is_active(self) -> bool:
        """Whether it may ask today; its seat may also have been ended among the people's."""
        return self.ended_at is None and self.seat.is_active

    @property
    def scopes(self) -> list[str]:
        """What its tokens may be used for."""
        return ["read", "write"] if self.may_write else ["read"]


class IdempotentAnswer(models.Model):
    """The answer to a writing call that carried an idempotency key, so that its repeat does nothing and gets the same.

    The key is stored as a keyed hash that also names the client; the answer is encrypted.
    """

    processing = Processing(
        _("a writing call that is sent twice does one thing"), Level.ENCRYPTED, _("one day"), SECURITY
    )

    code = models.UUIDField(_("code"), default=uuid.uuid4, unique=True, editable=False)
    key_hash = models.CharField(_("hash of client and key"), max_length=64, unique=True)
    fingerprint = models.CharField(_("hash of the request"), max_length=64)
    ciphertext = models.BinaryField(_("encrypted answer"), db_column="sealed", default=b"")
    received_at = models.DateTimeField(_("received at"), auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return str(self.code)


class Tally(models.Model):
    """How often somebody asked within a span of time. Who it was is stored as a keyed hash only."""

    processing = Processing(_("limits against guessing and flooding"), Level.TECHNICAL, _("one day"), SECURITY)

    key_hash = models.CharField(_("hash of the limit and of who asked"), max_length=64, unique=True)
    span = models.PositiveBigIntegerField(_("number of the span"))
    times = models.PositiveIntegerField(_("times"), default=0)
    counted_at = models.DateTimeField(_("counted at"), auto_now=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.key_hash[:8]}: {self.times}"
