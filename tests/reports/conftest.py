"""People at their browsers, and cases by the handful."""

import pytest
from django.utils import translation

from krat.demo import make
from krat.reference.models import County
from tests.ui.html_client import person  # noqa: F401  a fixture


@pytest.fixture
def empty(world):
    """A county without institutions of the invented world, and so without cases."""
    return County.objects.get(code="AL-10")


@pytest.fixture
def steers(empty):
    """The coordinator of that county."""
    return make.seat("coordinator", county=empty)


@pytest.fixture
def cases(empty):
    """``cases(7, stage="conference")``: so many open cases of that county, all alike."""
    places = list(empty.municipalities.order_by("sort_key"))

    def several(count, *, place=0, **more):
        return [make.case(municipality=places[place].code, **more) for _once in range(count)]

    return several


@pytest.fixture
def english():
    """Words as they stand in the code."""
    with translation.override("en"):
        yield
