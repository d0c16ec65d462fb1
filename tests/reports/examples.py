"""What the tests ask of figures."""

from __future__ import annotations

WITHOUT_ROWS = {
    "reports:numbers",  # in tests/reports
}
