"""Models of access: forms received, recovered and in writing, the cache, and which installation this database is."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from krat.access import crypto
from krat.access.processing import PERMANENT, PUBLIC_TASK, SECURITY, Level, Processing


class Submission(models.Model):
    """One form received, so that sending it twice does one thing. Holds a keyed hash, never what was typed."""

    processing = Processing(_("the same form sent twice does one thing"), Level.TECHNICAL, _("seven days"), PUBLIC_TASK)

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]


class RecoveredForm(models.Model):
    """A form that expired under the writer's hands, encrypted for thirty minutes until the same person is back."""

    processing = Processing(
        _("what was typed is not lost when a session ends"),
        Level.ENCRYPTED,
        _("thirty minutes"),
        PUBLIC_TASK,
    )

    code = models.UUIDField(_("code"), unique=True, editable=False)
    owner = models.UUIDField(_("owner"))
    path = models.CharField(_("path"), max_length=300)
    ciphertext = models.BinaryField(_("encrypted words"), db_column="sealed")
    kept_at = models.DateTimeField(_("kept at"), auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "path"], name="kept_by_owner_and_path")]

    def __str__(self) -> str:
        return str(self.code)


class Draft(models.Model):
    """What somebody is writing in a form and has not sent yet, encrypted; found by them alone, in the same seat."""

    processing = Processing(
        _("nothing typed is lost"),
        Level.ENCRYPTED,
        _("until the form is sent; fourteen days after the last word, unless the setting says less"),
        PUBLIC_TASK,
    )

    code = models.UUIDField(_("code"), unique=True, editable=False)
    owner = models.UUIDField(_("owner"))
    seat = models.UUIDField(_("seat"))
    form = models.CharField(_("form"), max_length=300)  # its address: codes and fixed words, nothing that was typed
    thing = models.UUIDField(_("thing"), null=True, db_index=True)  # what came through the door; with it the draft goes
    ciphertext = models.BinaryField(_("encrypted words"), db_column="sealed")
    saved_at = models.DateTimeField(_("saved at"), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "seat", "form"], name="one_draft_per_writer_and_form"),
        ]

    def __str__(self) -> str:
        return str(self.saved_at)


class CacheEntry(models.Model):
    """What is counted or remembered for minutes: failed sign-ins, used codes. Under a keyed hash, until its time."""

    processing = Processing(
        _("slowing down whoever guesses passwords and codes"), Level.TECHNICAL, _("minutes, until its time"), SECURITY
    )

    key_hash = models.CharField(_("keyed hash"), max_length=64, unique=True)
    value = models.JSONField(_("value"))
    until = models.DateTimeField(_("until"), db_index=True)

    def __str__(self) -> str:
        return self.key_hash[:8]


class Installation(models.Model):
    """One row: whether this database holds the invented world or service data. Set at the first fill, never changed.

    The row is bound to the keys: whoever has the database but not the key file cannot make another one.
    """

    processing = Processing(_("telling the invented world from service"), Level.TECHNICAL, PERMANENT, PUBLIC_TASK)

    class Kind(models.TextChoices):
        DEMO = "demo", _("invented world")
        SERVICE = "service", _("service")

    code = models.UUIDField(
        _("code"), default=uuid.uuid4, editable=False
    )  # which database this is, for the trail's head
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    filled_at = models.DateTimeField(_("filled at"), auto_now_add=True)
    mac = models.CharField(_("keyed hash"), max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation_a_database"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def establish(cls, kind: str) -> Installation:
        """Say once what this database is (one query, two when it was not said before)."""
        fresh = cls(pk=1, kind=kind)
        place, _made = cls.objects.get_or_create(
            pk=1, defaults={"code": fresh.code, "kind": kind, "mac": fresh.hash_of_this()}
        )
        return place

    @property
    def is_genuine(self) -> bool:
        """Whether this row was made by a holder of the keys."""
        return self.mac == self.hash_of_this()

    def hash_of_this(self) -> str:
        """The keyed hash that belongs to this row."""
        return crypto.keyed_hash(f"{self.code}:{self.kind}".encode(), use="installation")
