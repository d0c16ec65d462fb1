"""What the tests ask of the trail."""

from __future__ import annotations

WITHOUT_ROWS = {
    "audit:trail",  # in tests/audit
}
