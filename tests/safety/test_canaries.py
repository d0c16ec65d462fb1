"""What is planted can be met nowhere by chance: no number that a builder gives is one of them (decision 30)."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest
from django.apps import apps
from django.db import models, transaction

from krat.demo import make
from tests import worlds
from tests.safety import canaries
from tests.ui.form_examples import Examples
from tests.ui.html_client import rows
from tests.ui.test_growth import PAGES

pytestmark = pytest.mark.django_db
_ALONE = re.compile(r"(?<![\w-])\d+(?![\w-])")  # as a page would have to say it to be taken for a planted one
BUILDERS = list(dict.fromkeys(shows.add for shows in PAGES))


def planted() -> set[int]:
    """The planted numbers."""
    return {int(text) for text in canaries.numbers() if text.isdigit()}


# A paper holds the numbers of other rows once more, all in one text, beside codes that nobody reads as numbers.
REPEATS = {"meetings.ApprovedMinutes.content"}


def numbers_of(row: models.Model) -> dict[str, list[int]]:
    """The numbers that stand in a row, by field; of keys and codes nobody sees the number."""
    counted = (models.IntegerField, models.CharField, models.TextField)
    fields = [one for one in row._meta.concrete_fields if isinstance(one, counted) and not one.primary_key]
    said = {f"{row._meta.label}.{one.name}": str(getattr(row, one.attname)) for one in fields}
    return {name: [int(one) for one in _ALONE.findall(text)] for name, text in said.items() if name not in REPEATS}


def given(counter: int, builders: Iterable[Callable[[Examples], object]]) -> dict[str, set[int]]:
    """The numbers in the rows that builders make while the counter stands there; the rows are gone again."""
    kinds = [one for one in apps.get_models() if one._meta.app_label in ("plan", "meetings", "committee", "people")]
    before = {kind: set(rows(kind).values_list("pk", flat=True)) for kind in kinds}
    found: dict[str, set[int]] = defaultdict(set)
    with transaction.atomic():
        make._numbers = itertools.count(counter)
        examples = Examples()
        for build in builders:
            build(examples)
        for row in (row for kind in kinds for row in rows(kind).exclude(pk__in=before[kind])):
            for name, said in numbers_of(row).items():
                found[name].update(said)
        transaction.set_rollback(True)
    worlds.count_again()
    return found


def in_reach(first: int, last: int) -> set[tuple[str, int]]:
    """The planted numbers that builders give while the counter goes from one number to another.

    Whatever a builder reckons from the counter lies between what it reckons from the first and from the last.
    """
    low, high = given(first, BUILDERS), given(last, BUILDERS)
    return {
        (name, one)
        for name in low.keys() | high.keys()
        for one in planted()
        if (both := low[name] | high[name]) and min(both) <= one <= max(both) and low[name] != high[name]
    }


def test_planted_numbers_are_out_of_reach_of_every_builder(world):
    assert len(planted()) >= 5
    assert in_reach(worlds.first_number(), worlds.LAST_NUMBER) == set()


def test_a_builder_that_counted_on_would_reach_one(world):
    """The negative control: what happened when the counter was the process's and stood at 907 or so."""
    assert in_reach(worlds.first_number(), 4 * worlds.LAST_NUMBER) != set()


def test_each_test_counts_from_the_same_number():
    assert make.number() == worlds.first_number()
