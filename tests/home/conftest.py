"""People at their browsers."""

from tests.ui.html_client import person  # noqa: F401  a fixture
