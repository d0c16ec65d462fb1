"""Verbs of the feed: what is committed gets its number, and what nobody needs any more is forgotten (decision 24)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from krat.feed import triggers
from krat.feed.kinds import kinds
from krat.feed.models import Change, Generation, Pending

BATCH = 5_000
AT_ONCE = 4  # batches that one reader numbers at most; whoever reads next goes on
_TIDY_EVERY = timedelta(days=1)


def number_committed() -> bool:
    """Give every committed change its number, in the order in which they are found; False where some are left.

    Called in no transaction, before reading. A change that is not committed yet is not seen, whenever it began; it gets
    a number behind all of today's when it is. One query where nothing changed; else for each 5,000 changes a short
    transaction under the lock of the generation (five queries), for which only other readers wait.
    """
    for _batch in range(AT_ONCE):
        if not Pending.objects.exists():
            return True
        _number_some()
    return not Pending.objects.exists()


@transaction.atomic
def _number_some() -> None:
    generation = _locked()
    found = list(Pending.objects.order_by("pk").values_list("pk", "institution_id", "kind", "thing")[:BATCH])
    latest: dict[tuple[int, str, uuid.UUID], None] = {}
    for _pk, institution, kind, thing in found:
        latest.pop((institution, kind, thing), None)  # a thing that changed twice stands where it changed last
        latest[institution, kind, thing] = None
    now = timezone.now()
    lines = [
        Change(institution_id=institution, kind=kind, thing=thing, number=number, numbered_at=now)
        for number, (institution, kind, thing) in enumerate(latest, generation.last + 1)
    ]
    Change.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["institution", "kind", "thing"],
        update_fields=["number", "numbered_at"],
    )
    if found:
        Pending.objects.filter(pk__in=[line[0] for line in found]).delete()
        generation.last += len(lines)
        generation.save(update_fields=["last"])


def _locked() -> Generation:
    Generation.current()
    return Generation.objects.select_for_update().get(pk=1)


def turn_the_day() -> None:
    """Enter what began or ended by its date since the last look (one query; on a new day, two more for each turn).

    Whoever asks first on a day enters it, under the lock of the generation, before anything is numbered.
    """
    today = timezone.localdate()
    if Generation.current().turned_on >= today:
        return
    with transaction.atomic():
        generation = _locked()
        if generation.turned_on < today:
            days = [connection.ops.adapt_datefield_value(one) for one in (generation.turned_on, today)]
            with connection.cursor() as cursor:
                for kind in kinds().values():
                    for statement in triggers.turned(kind, connection.vendor):
                        cursor.execute(statement, days)
            generation.turned_on = today
            generation.save(update_fields=["turned_on"])


def tidy_if_due() -> None:
    """Once a day forget lines of things that left an institution's sight long ago (one query; then two a kind)."""
    now = timezone.now()
    if now - Generation.current().tidied_at > _TIDY_EVERY:
        with transaction.atomic():
            generation = _locked()
            if now - generation.tidied_at > _TIDY_EVERY:
                _forget(generation, now - timedelta(days=settings.KRAT_CHANGES_KEPT_DAYS))
                generation.tidied_at = now
                generation.save(update_fields=["tidied_at", "forgotten_up_to"])


def _forget(generation: Generation, before: datetime) -> None:
    """Forget lines that tell of nothing but that a thing is gone; who has not heard it by then begins again."""
    for kind in kinds().values():
        seen = triggers.everything(kind, connection.vendor)
        statement = (  # of constants of our own modules
            "SELECT id, number FROM feed_change WHERE kind = %s AND numbered_at < %s"  # noqa: S608
            f" AND NOT EXISTS (SELECT 1 FROM ({seen}) seen"
            " WHERE seen.institution_id = feed_change.institution_id AND seen.thing = feed_change.thing)"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [kind.name, connection.ops.adapt_datetimefield_value(before)])
            gone = cursor.fetchall()
        for start in range(0, len(gone), BATCH):
            Change.objects.filter(pk__in=[pk for pk, _number in gone[start : start + BATCH]]).delete()
        generation.forgotten_up_to = max([generation.forgotten_up_to, *(number for _pk, number in gone)])
