"""Benchmarks: the registry's pages beside one hand-written statement, and a plain copy without rights or trail."""
