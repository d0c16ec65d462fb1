"""People at their browsers, and one of everything in Durrës."""

import pytest

from tests.ui.html_client import person  # noqa: F401  a fixture
from tests.ui.scene import Scene


@pytest.fixture
def scene(world) -> Scene:
    """Durrës, with one of everything as it is asked for."""
    return Scene()
