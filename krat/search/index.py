"""The index kept right: what was written is indexed by whoever searches next, or by `manage.py indextexts`.

Folding is Python's (`krat.reference.folding`), so the triggers only name what changed, in the change's own transaction;
a change that is undone leaves no name. Whoever indexes reads the rows after taking their names, so that what is written
meanwhile is named anew and indexed next time.
"""

from __future__ import annotations

from collections import defaultdict

from django.db import connection, transaction

from krat.search.asked import index_words
from krat.search.kinds import kinds
from krat.search.models import Indexed, Unindexed
from krat.ui.searching import Kind

AT_ONCE = 1000  # what somebody who searches waits for: a third of a second
_BATCH = 500
_LOCK = 20_170_128  # an arbitrary number that no other advisory lock of this registry uses


def catch_up(most: int = AT_ONCE) -> bool:
    """Index what was written since the last time, the oldest first; whether all of it is indexed now.

    One query where nothing was written; else four, and two for each kind. On PostgreSQL one indexes at a time until its
    transaction ends: who comes meanwhile waits for nobody, and finds what is indexed already.
    """
    if not Unindexed.objects.exists():
        return True
    with transaction.atomic():
        if not _may_index():
            return False
        changed = list(Unindexed.objects.order_by("pk")[:most])
        things: dict[str, set[int]] = defaultdict(set)
        for one in changed:
            things[one.kind].add(one.thing)
        for name in sorted(things):
            if name in kinds():
                _index(kinds()[name], things[name])
        Unindexed.objects.filter(pk__in=[one.pk for one in changed]).delete()
    return len(changed) < most


def catch_up_with_all() -> int:
    """Index everything that was written, in batches with a transaction each; how many batches that took."""
    done = 1
    while not catch_up(_BATCH * 4) and Unindexed.objects.exists():
        done += 1
    return done


def _may_index() -> bool:
    """Whether nobody else indexes now. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _index(kind: Kind, things: set[int]) -> None:
    rows = kind.listed(kind.model.objects.unscoped("indexed whoever may read it; told through the door alone"))
    found = [_indexed(kind, row) for row in rows.filter(pk__in=sorted(things))]
    Indexed.objects.bulk_create(
        found,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["kind", "thing"],
        update_fields=["number", "words"],
    )
    gone = things - {one.thing for one in found}
    if gone:
        Indexed.objects.filter(kind=kind.name, thing__in=sorted(gone)).delete()


def _indexed(kind: Kind, row: object) -> Indexed:
    number, *others = kind.words(row)
    words = index_words(" ".join((number, *others)))
    return Indexed(
        kind=kind.name,
        thing=row.pk,  # type: ignore[attr-defined]
        number=" ".join(index_words(number))[:80],
        words=" ".join(words),
    )
