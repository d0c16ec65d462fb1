"""A plain copy of the cases: nothing encrypted, nobody asked who they are, nothing written down. The lower bound."""
