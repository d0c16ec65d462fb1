"""What is done to plans, tasks and activities."""
