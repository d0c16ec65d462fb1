"""How many statements a page may ask of the database: sign-in, seat and trail among them, whatever the page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from krat.demo import make
from tests.declaring import UNIT_HEAD, WORKER
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db

# What opens and ends transactions is no statement of a page's own: of the two databases only one is told it in words.
_FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")

# The most that a page may ask, by its name and who reads it. Fewer is better: then write the new number here.
BUDGETS: dict[tuple[str, str], int] = {
    ("cases:list", UNIT_HEAD): 6,
    ("cases:list", WORKER): 6,
    ("cases:search", UNIT_HEAD): 7,
    ("cases:case", UNIT_HEAD): 8,
    ("cases:case", WORKER): 8,
}


@pytest.fixture
def case(seat: Callable[[str], Any]) -> Any:
    """A case that holds something of everything."""
    case = make.case(manager=seat(WORKER), first_name="Shembulla", last_name="Buxhetprova", birth_year="2012")
    make.school_part(case)
    make.counselling_part(case)
    make.referral(case)
    make.card(make.obstacle(case), state="decided")
    make.note(case, seat(WORKER))
    make.sent_change(case)
    return case


def statements(work: Callable[[], Any]) -> list[str]:
    """What is asked of the database meanwhile."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(_FRAME)]


@pytest.mark.parametrize(("page", "who"), BUDGETS, ids=lambda value: str(value))
def test_a_page_keeps_its_budget_of_statements(person, case, page, who):
    reader = person(who)

    def read() -> None:
        if page == "cases:search":
            assert "Buxhetprova" in reader.post(url(page), {"words": "Shembulla Buxhetprova"}).text
        else:
            assert case.number in reader.look(url(page, case if page == "cases:case" else None)).text

    read()  # what is remembered for the process is remembered now

    asked = statements(read)

    assert len(asked) <= BUDGETS[page, who], "\n".join(one[:160] for one in asked)


def test_a_statement_more_would_be_seen(person, case):
    reader = person(WORKER)
    reader.look(url("cases:case", case))

    assert len(
        statements(lambda: (reader.look(url("cases:case", case)), type(case).objects.unscoped("a test").count()))
    ) > len(statements(lambda: reader.look(url("cases:case", case))))
