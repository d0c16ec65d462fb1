"""The index of the search: each thing's words in plain letters, and which things changed since they were indexed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from krat.access.processing import Level, Processing

_AS_THE_TEXTS = _("as long as the texts themselves")


class FoldedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Words in plain letters, a blank between two: ``filter(words__fit=asked)`` finds those that have what is asked."""


@FoldedField.register_lookup
class Fit(models.Lookup):
    """By each database's own index of words; what is asked is a `krat.search.asked.Asked`, its words parameters."""

    lookup_name = "fit"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Its full-text search, with positions and without any language's rules."""
        words, params = self.process_lhs(compiler, connection)
        return f"to_tsvector('simple'::regconfig, {words}) @@ %s::tsquery", [*params, self.rhs.for_postgresql]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Its FTS5."""
        column: Any = self.lhs
        key, params = compiler.compile(Col(column.alias, Indexed._meta.pk))
        found = "SELECT rowid FROM search_indexed_words WHERE search_indexed_words MATCH %s"
        return f"{key} IN ({found})", [*params, self.rhs.for_sqlite]


class Indexed(models.Model):
    """The words of one thing, by which it is found: its kind, the id of its row, its number and all its words, folded.

    What is indexed are texts that stand in clear in their own tables. A row leads nobody to its thing: whoever searches
    reads the things themselves, through their door.
    """

    processing = Processing(_("finding the committee’s texts"), Level.INTERNAL, _AS_THE_TEXTS)

    kind = models.CharField(max_length=20)
    thing = models.BigIntegerField()
    number = models.CharField(max_length=80, blank=True)
    words = FoldedField()

    class Meta:
        verbose_name = _("indexed text")
        constraints = [models.UniqueConstraint(fields=["kind", "thing"], name="thing_indexed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing}"


class Unindexed(models.Model):
    """A thing that was written since it was indexed. Triggers add a row with each write, whoever writes; whoever
    searches next indexes what these rows name, and takes them away."""

    processing = Processing(_("keeping the index of the search right"), Level.INTERNAL, _("until the next search"))

    kind = models.CharField(max_length=20)
    thing = models.BigIntegerField()

    class Meta:
        verbose_name = _("text to be indexed")

    def __str__(self) -> str:
        return f"{self.kind} {self.thing}"
