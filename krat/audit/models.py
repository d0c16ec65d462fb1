"""What was done and what was seen: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from krat.access.processing import SECURITY, WITH_THE_TRAIL, Level, Processing
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, ScopedQuerySet


class EntryQuerySet(ScopedQuerySet["Entry"]):
    """Entries of the trail."""

    def about(self, codes: Iterable[object]) -> EntryQuerySet:
        """Those on any of these things, whether they name one thing or several (in the same query; by two indexes)."""
        wanted = [str(code) for code in codes]
        several = EntryThing.objects.unscoped("which entries name a thing, and no more").filter(thing_code__in=wanted)
        one = Entry.objects.unscoped("which entries name a thing, and no more").filter(thing_code__in=wanted)
        return self.filter(pk__in=one.order_by().values("pk").union(several.values("entry"), all=True))


class Entry(ScopedModel):
    """One line of the trail (gjurmë auditimi): who, when, what, on which thing. No content, no names of persons.

    A list that shows many things of one kind leaves one line that names them all.
    """

    processing = Processing(_("who did and saw what"), Level.OFFICE, WITH_THE_TRAIL, SECURITY)

    view_right = "trail.view"

    at = models.DateTimeField(_("at"))
    actor = models.UUIDField(_("actor"), null=True)  # a seat's code, or a user's where nobody had a seat
    actor_words = models.CharField(_("actor in words"), max_length=160, blank=True)
    county = models.CharField(_("county"), max_length=5, blank=True)
    event = models.CharField(_("event"), max_length=60)
    thing_type = models.CharField(_("kind of thing"), max_length=60, blank=True)
    thing_code = models.CharField(_("code of the thing"), max_length=40, blank=True)
    # Codes of several things of that kind; ``thing_code`` is empty then, and each has its row in `EntryThing`.
    things = models.JSONField(_("codes of the things"), null=True, blank=True, editable=False)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    route = models.CharField(_("page"), max_length=80, blank=True)
    mac = models.CharField(_("keyed hash"), max_length=64)

    objects: ClassVar = models.Manager.from_queryset(EntryQuerySet)()

    class Meta(ScopedModel.Meta):
        verbose_name = _("trail entry")
        indexes = [
            models.Index(fields=["thing_code", "-id"], name="entry_by_thing"),  # who saw this thing
            models.Index(fields=["actor", "-id"], name="entry_by_actor"),  # what this seat did
            models.Index(fields=["event", "-id"], name="entry_by_event"),  # the trail page's filter
            models.Index(fields=["at"], name="entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.event}"

    @property
    def codes(self) -> list[str]:
        """The codes of the things it is on."""
        return list(self.things) if self.things else [self.thing_code] * bool(self.thing_code)

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}


class EntryThing(ScopedModel):
    """By which an entry that names several things is found from each of them. Written by the statement that writes
    the entry, from what stands in it; only ever added, and compared with it by ``audit verify``."""

    processing = Processing(_("finding who did and saw what"), Level.TECHNICAL, WITH_THE_TRAIL, SECURITY)

    view_right = "trail.view"

    code = None
    # Without a constraint of the database: no entry goes, the triggers see to that, and each row would ask.
    entry = models.ForeignKey(
        Entry, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, verbose_name=_("trail entry")
    )
    thing_code = models.CharField(_("code of the thing"), max_length=40)

    class Meta(ScopedModel.Meta):
        verbose_name = _("thing of a trail entry")
        indexes = [models.Index(fields=["thing_code", "entry"], name="entry_by_one_of_its_things")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.thing_code}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}


class Checkpoint(ScopedModel):
    """A checkpoint over the entries and versions since the checkpoint before, keyed and chained (decision 8).

    ``digest`` chains the entries; ``mac`` binds this whole row, its day and the versions it covers.
    """

    processing = Processing(
        _("evidence that the trail was not changed"),
        Level.TECHNICAL,
        WITH_THE_TRAIL,
        SECURITY,
    )

    view_right = "trail.view"

    code = None
    at = models.DateTimeField(_("at"))
    up_to = models.PositiveBigIntegerField(_("up to entry"), unique=True)
    entries = models.JSONField(_("entries covered"))  # ids in ranges: [[1, 500], [502, 510]]
    previous = models.CharField(_("checkpoint before"), max_length=64, blank=True)
    digest = models.CharField(_("keyed hash"), max_length=64, unique=True)
    versions_up_to = models.PositiveBigIntegerField(_("up to version"), default=0)
    versions = models.JSONField(_("versions covered"), default=list)  # ids in ranges, as of entries
    mac = models.CharField(_("keyed hash of the row"), max_length=64)

    class Meta(ScopedModel.Meta):
        db_table = "audit_seal"  # its guards in the database bear this name
        verbose_name = _("checkpoint")

    def __str__(self) -> str:
        return f"{self.up_to} {self.digest[:8]}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}


class Version(ScopedModel):
    """Old and new values of one change, encrypted; read only through the thing it belongs to, and gone with it."""

    processing = Processing(
        _("showing people what was changed"),
        Level.ENCRYPTED,
        _("as long as the thing it belongs to"),
        SECURITY,
    )

    view_right = "versions.view"

    thing_type = models.CharField(_("kind of thing"), max_length=60)
    thing_code = models.CharField(_("code of the thing"), max_length=40)
    at = models.DateTimeField(_("at"))
    actor = models.UUIDField(_("actor"))
    actor_words = models.CharField(_("actor in words"), max_length=160)
    ciphertext = models.BinaryField(_("encrypted values"), db_column="sealed")
    mac = models.CharField(_("keyed hash"), max_length=64)  # binds the values to thing, actor and time

    class Meta(ScopedModel.Meta):
        verbose_name = _("version")
        indexes = [models.Index(fields=["thing_type", "thing_code", "-id"], name="version_by_thing")]

    def __str__(self) -> str:
        return f"{self.thing_type} {self.thing_code}"

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return {}
