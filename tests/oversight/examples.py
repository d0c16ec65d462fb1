"""What the tests of oversight declare."""

WITHOUT_ROWS = {"oversight:unusual"}  # measured in its own tests
