"""Rights: who sees which institution has reported, who enters figures, who accepts them. Source: docs/domain.md 8.

The overview tells sums in which small numbers of persons are hidden; a sheet tells its exact figures, and is opened by
those who wrote it and by the secretariat that receives it.
"""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, SECRETARIES, Role

declare(
    "indicators.view",
    _("see who has reported figures, and their sums with small numbers hidden"),
    {COMMITTEE: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN, Role.NATIONAL: Reach.COUNTRY},
)
declare(
    "figures.view",
    _("open a sheet of figures as it was reported"),
    {SECRETARIES: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN},
)
declare(
    "figures.enter",
    _("enter, send and correct figures"),
    {SECRETARIES: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN},
)
declare("figures.accept", _("accept or return figures that others reported"), {SECRETARIES: Reach.COUNTY})
