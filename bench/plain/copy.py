"""Copying the registry's cases into the plain tables: what is encrypted is decrypted."""

from collections.abc import Iterator
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction

from bench.plain import models
from cases import models as registry
from cases.models.keys import OfCase, fetch_keys
from cases.names import SHORTEST, words_of
from krat.committee.models import Institution
from krat.people.models import Seat

_WHY = "the benchmark copies everything"
_BATCH = 1000
_PAIRS = (
    (models.Case, registry.Case),
    (models.Identity, registry.Identity),
    (models.StageDeadline, registry.StageDeadline),
    (models.Assignment, registry.Assignment),
    (models.SchoolPart, registry.SchoolPart),
    (models.AidPart, registry.AidPart),
    (models.CounsellingPart, registry.CounsellingPart),
    (models.Referral, registry.Referral),
    (models.Obstacle, registry.Obstacle),
    (models.Note, registry.Note),
)


def words_and_beginnings(*texts: str) -> set[str]:
    """Every word, folded, with its beginnings from three letters: what the registry keeps hashed."""
    return {word[:length] for text in texts for word in words_of(text) for length in range(SHORTEST, len(word) + 1)}


@transaction.atomic
def fill() -> None:
    """Fill the plain tables (about as long as adding the cases)."""
    institutions = Institution.objects.unscoped(_WHY)
    models.Holder.objects.bulk_create(models.Holder(pk=one.pk, short_name=one.short_name) for one in institutions)
    seats = Seat.objects.unscoped(_WHY).select_related("user")
    models.Worker.objects.bulk_create(models.Worker(pk=one.pk, name=one.user.name) for one in seats)
    for plain, model in _PAIRS:
        for rows in _batches(model):
            plain.objects.bulk_create(_copy(plain, row) for row in rows)
            if plain is models.Identity:
                _index(rows)
    with connection.cursor() as cursor:  # rows were given their ids: the next ones go on from there
        for statement in connection.ops.sequence_reset_sql(no_style(), [plain for plain, _model in _PAIRS]):
            cursor.execute(statement)


def _batches(model: Any) -> Iterator[list[Any]]:
    last = 0
    while True:
        rows = list(model.objects.unscoped(_WHY).filter(pk__gt=last).order_by("pk")[:_BATCH])
        if not rows:
            return
        if issubclass(model, OfCase):
            fetch_keys(rows)
        yield rows
        last = rows[-1].pk


def _copy(plain: Any, row: Any) -> Any:
    words = row.data if isinstance(row, OfCase) else {}
    names = [field.attname for field in plain._meta.concrete_fields if field.attname != "id"]
    return plain(id=row.pk, **{name: words[name] if name in words else getattr(row, name) for name in names})


def _index(people: list[Any]) -> None:
    models.Word.objects.bulk_create(
        models.Word(case_id=who.case_id, word=word)
        for who in people
        for word in sorted(words_and_beginnings(who.data["first_name"], who.data["last_name"]))
    )
