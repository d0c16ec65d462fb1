"""People at their browsers."""

from tests.ui.browsing import person  # noqa: F401  a fixture
