"""People at their browsers, and one of everything in Durrës."""

import pytest

from tests.ui.form_examples import Examples
from tests.ui.html_client import person  # noqa: F401  a fixture


@pytest.fixture
def examples(world) -> Examples:
    """Durrës, with one of everything as it is asked for."""
    return Examples()
