"""What systems find again a thousand times an hour is found in its index, however many cases there are."""

import pytest
from django.db import connection
from django.db.models.functions import Lower

from cases.models import Case

pytestmark = pytest.mark.django_db
INDEX = "case_reference_once_per_holder"


def plan_of(rows) -> str:
    """How the database would find them if it had to avoid reading whole tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.order_by().explain()


@pytest.fixture
def of_a_holder(world):
    return Case.objects.unscoped("tests look at plans").filter(holder=Case.objects.unscoped("tests").first().holder_id)


def test_a_case_is_found_by_its_holders_reference_in_the_index(of_a_holder):
    assert INDEX in plan_of(of_a_holder.by_reference("DR-1"))
    assert INDEX in plan_of(of_a_holder.by_references(["DR-1", "DR-2"]))


def test_without_the_condition_of_the_index_it_would_not_be_used(of_a_holder):
    """The negative control."""
    assert INDEX not in plan_of(of_a_holder.alias(in_small=Lower("reference")).filter(in_small="dr-1"))
