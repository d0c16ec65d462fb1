"""Pages of plans, tasks and activities."""
