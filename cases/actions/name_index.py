"""The index of names, made anew where it was made by former rules of folding. Needs the keys: names are encrypted."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases import names
from cases.models import Case, Identity, NameToken
from cases.models.keys import fetch_keys

_BATCH = 500


def index_anew() -> int:
    """Index every name whose tokens were made by former rules; how many those were.

    In batches, each a transaction of its own with locks on its cases: stopped, it goes on where it was. Five queries a
    batch; some minutes for 100,000 cases. Raises `crypto.DecryptionError` where a data key does not open.
    """
    done = 0
    while found := _index_some():
        done += found
    return done


def is_due() -> bool:
    """Whether any name is indexed by former rules (one query)."""
    return bool(_former().exists())


def _former() -> Any:
    return Identity.objects.unscoped("indexed, not shown").filter(index_version__lt=names.INDEX_VERSION)


@transaction.atomic
def _index_some() -> int:
    cases = list(_former().order_by("pk").values_list("case_id", flat=True)[:_BATCH])
    list(
        Case.objects.unscoped("indexed, not shown")
        .filter(pk__in=cases)
        .order_by("pk")
        .select_for_update()
        .values_list("pk")
    )
    people = list(_former().filter(case__in=cases))
    fetch_keys(people)
    NameToken.objects.filter(case__in=[one.case_id for one in people]).delete()
    NameToken.objects.bulk_create(
        (NameToken(case_id=one.case_id, token=token) for one in people for token in sorted(one.name_tokens())),
        batch_size=5000,
    )
    Identity.objects.unscoped("indexed, not shown").filter(pk__in=[one.pk for one in people]).update(
        index_version=names.INDEX_VERSION
    )
    return len(cases)
