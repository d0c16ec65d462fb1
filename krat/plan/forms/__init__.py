"""Forms of plans, tasks and activities."""
