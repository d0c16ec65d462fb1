"""The yardstick: plain Django REST framework and Django's admin over a plain copy of the cases, a project of its own.

What a contractor would deliver: nothing encrypted, nobody's rights asked beyond being signed in, nothing written down.
"""
