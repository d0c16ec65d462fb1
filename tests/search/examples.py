"""What the tests of the search declare."""

WITHOUT_ROWS: set[str] = set()  # it is no page that is only read: its queries are counted in its own tests
