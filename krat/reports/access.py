"""Rights: who sees figures (level A of docs/domain.md 16): the committee its county's, the national office all.

Figures are no way to a row: the models of cases have no path for this right, and only `krat.reports.queries` counts.
"""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, Role

declare(
    "reports.view",
    _("see figures of cases, small numbers hidden"),
    {COMMITTEE | MEMBERS: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
