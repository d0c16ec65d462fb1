"""Late tasks rise: to whoever leads the work of the county, then to the chair (deadlines of the settings)."""

import datetime

from krat.access.roles import Role
from krat.notify.telling import at, in_county, tell
from krat.notify.timer import span
from krat.plan.models import Task
from krat.plan.notices import LATE


def escalate(last: datetime.date, today: datetime.date) -> None:
    """Tell of the open tasks whose day lies back so long since ``last``.

    The superior is the institution above the lead, as far as it may see the task, and the General Coordinator; where
    nobody sits in a place, nobody is told there, and the next one is.
    """
    rows = Task.objects.unscoped("late tasks are told to those above, each by the door of who is told")
    for code, roles in (("escalation_superior", (Role.COORDINATOR,)), ("escalation_chair", (Role.PREFECT,))):
        after, until = span(code, last, today)
        late = rows.overdue(today).filter(due_on__gt=after, due_on__lte=until)
        for task in late.select_related("lead").order_by("pk"):
            to = in_county(task.county_id, *roles)
            if task.lead.parent_id is not None and code == "escalation_superior":
                to = to | at(task.lead.parent_id)
            tell(LATE, task, to=to, day=task.due_on, once=True)
