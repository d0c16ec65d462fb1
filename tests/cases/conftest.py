"""People at their browsers, around one case of Durrës."""

from tests.cases.core import people  # noqa: F401  a fixture
from tests.ui.html_client import person  # noqa: F401  a fixture
