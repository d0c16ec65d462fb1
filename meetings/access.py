"""Rights: who reads, files and approves meetings. Source: docs/domain.md 16."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, SECRETARIES, Role

declare(
    "meetings.view",
    _("read meetings, minutes and decisions"),
    {
        COMMITTEE: Reach.COUNTY,
        MEMBERS | {Role.SYSTEM}: Reach.BODY,
        Role.NATIONAL: Reach.COUNTRY,
    },
)
declare(
    "minutes.remark",
    _("make remarks on circulated minutes"),
    {COMMITTEE: Reach.COUNTY, MEMBERS: Reach.BODY},
)
declare("meetings.file", _("file meetings: agenda, attendance, minutes, decisions"), {SECRETARIES: Reach.COUNTY})
declare(
    "minutes.approve",
    _("approve the minutes of the bodies one chairs"),
    {frozenset({Role.PREFECT, Role.COORDINATOR}): Reach.OWN},
)
