"""Rights: who sees and changes institutions, bodies, acts and members."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, SECRETARIES, Role

declare(
    "institutions.view",
    _("see the directory of institutions"),
    {
        COMMITTEE | MEMBERS | OFFICES | {Role.SYSTEM}: Reach.COUNTY,
        frozenset({Role.NATIONAL, Role.DATA_PROTECTION, Role.ADMIN}): Reach.COUNTRY,
    },
)
declare("institutions.manage", _("add and change institutions"), {Role.ADMIN: Reach.COUNTRY})
declare(
    "committee.view",
    _("see the committee, its members and acts"),
    {COMMITTEE | MEMBERS | OFFICES: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
declare(
    "units.heads",
    _("be told of a child protection unit that has no head"),
    {SECRETARIES: Reach.COUNTY, Role.SOCIAL_DIRECTOR: Reach.INSTITUTION},
)
declare("committee.manage", _("record acts, constitute bodies, name members"), {SECRETARIES: Reach.COUNTY})
