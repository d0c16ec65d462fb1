"""A plain copy of the cases: nothing sealed, nobody asked who they are, nothing written down. The lower bound."""
