"""Verbs of plans, tasks and activities."""
