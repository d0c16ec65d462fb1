"""The search over the committee's own texts: decisions, minutes, tasks, plan, institutions, meetings."""
