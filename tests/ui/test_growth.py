"""No page asks more questions of the database because there is more to show: from two rows to twenty."""

from __future__ import annotations

import pytest

from krat.access import census
from tests.declaring import Add, Shows, declared
from tests.ui.html_client import queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


PAGES: list[Shows] = [shows for pages in declared("PAGES") for shows in pages]

# Pages that show one thing and no rows: a form without a choice of rows, a small page, or measured elsewhere.
WITHOUT_ROWS: set[str] = set().union(*declared("WITHOUT_ROWS"))


def _together() -> dict[Add, list[Shows]]:
    """The pages that show more by the same rows: they are measured together."""
    found: dict[Add, list[Shows]] = {}
    for shows in PAGES:
        found.setdefault(shows.add, []).append(shows)
    return found


@pytest.mark.parametrize(
    ("add", "pages"), _together().items(), ids=lambda value: str(value[0]) if isinstance(value, list) else ""
)
def test_queries_do_not_grow_with_rows(person, examples, add, pages):
    readers = {who: person(who) for who in {shows.who for shows in pages}}
    asked = [(readers[shows.who], shows.address(examples), str(shows)) for shows in pages]

    def queries() -> dict[str, int]:
        return {name: queries_of(reader, address) for reader, address, name in asked}

    for _once in range(2):
        add(examples)
    queries()  # what is remembered for the process is remembered now
    few = queries()
    for _once in range(18):
        add(examples)

    # A list that has come to a second page counts its rows, once (`krat.ui.listing`); a question for each row is 18.
    assert {name: many for name, many in queries().items() if many > few[name] + 1} == {}


def test_every_page_that_is_only_read_is_measured():
    reads = {one.name for one in census.routes() if one.right and set(one.methods) == {"GET"}}

    assert reads - {one.route for one in PAGES} == WITHOUT_ROWS
