"""What was promised: the yearly action plan, the tasks that come from it, and the activities of the year."""

from krat.plan.models.activity import Activity
from krat.plan.models.plan import Measure, Objective, Plan
from krat.plan.models.task import Step, Task

__all__ = ["Activity", "Measure", "Objective", "Plan", "Step", "Task"]
