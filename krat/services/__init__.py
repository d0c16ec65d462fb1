"""The service catalogue: who offers what to whom and where, and how many places are free."""
