"""Rights: who reads the service catalogue, who keeps it, and who tells how many places are free; and who notes, reads
and settles which services are missing.

Whoever may have to find help for a child reads it (docs/domain.md 13). A shelter stands in it by its code alone; how
many places it has and how many are free is for those who place somebody there, and for the secretariat that keeps it.
"""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, SECRETARIES, Role

_PLACE_SOMEBODY = frozenset(
    {
        Role.UNIT_HEAD,
        Role.CHILD_WORKER,
        Role.SOCIAL_DIRECTOR,
        Role.POLICE,
        Role.BORDER_POLICE,
        Role.SOCIAL_SERVICE,
        Role.SHELTER,
        Role.SYSTEM,
    }
)

declare(
    "services.view",
    _("see the service catalogue"),
    {COMMITTEE | MEMBERS | OFFICES | {Role.SYSTEM}: Reach.SERVED, Role.NATIONAL: Reach.COUNTRY},
)
declare(
    "services.facts",
    _("see the places of shelters"),
    {_PLACE_SOMEBODY | SECRETARIES: Reach.SERVED, Role.NATIONAL: Reach.COUNTRY},
)
declare("services.manage", _("keep the service catalogue"), {SECRETARIES: Reach.COUNTY})
declare(
    "services.tell",
    _("tell how many places of a service are free"),
    {SECRETARIES: Reach.COUNTY, MEMBERS | OFFICES: Reach.OWN},
)

# --- services that are missing ---

declare(
    "missing.view",
    _("see which services are missing"),
    {COMMITTEE | MEMBERS | OFFICES: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
declare("missing.note", _("note that a service is missing"), {SECRETARIES | MEMBERS | OFFICES: Reach.COUNTY})
declare("missing.settle", _("say who is to fill what is missing, and that it is filled"), {SECRETARIES: Reach.COUNTY})
