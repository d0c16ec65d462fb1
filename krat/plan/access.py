"""Rights: who sees, writes, reports and verifies plans, tasks and activities. Source: docs/domain.md 16."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, SECRETARIES, Role

_NGO = frozenset({Role.NGO})

declare(
    "plan.view",
    _("read the action plan"),
    {COMMITTEE | MEMBERS | OFFICES: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
declare("plan.manage", _("write the action plan"), {SECRETARIES: Reach.COUNTY})
declare("plan.adopt", _("adopt the action plan"), {Role.PREFECT: Reach.COUNTY})
declare(
    "measures.report",
    _("report the progress of a measure"),
    {SECRETARIES: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN},
)

declare(
    "tasks.view",
    _("see tasks"),
    {
        COMMITTEE: Reach.COUNTY,
        MEMBERS - _NGO: Reach.BODY,  # whoever sits at the table sees what the table gave to whom
        _NGO | OFFICES | {Role.SYSTEM}: Reach.INSTITUTION,
        Role.NATIONAL: Reach.COUNTRY,
    },
)
declare("tasks.report", _("report progress of a task"), {COMMITTEE | MEMBERS | OFFICES | {Role.SYSTEM}: Reach.OWN})
declare("tasks.give", _("give and change tasks"), {SECRETARIES: Reach.COUNTY})
declare(
    "tasks.verify",
    _("verify tasks that are reported done"),
    {frozenset({Role.COORDINATOR, Role.PREFECT}): Reach.COUNTY},
)

declare(
    "activities.view",
    _("see activities"),
    {COMMITTEE | MEMBERS | OFFICES: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
declare(
    "activities.record",
    _("record activities"),
    {SECRETARIES: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN},
)
