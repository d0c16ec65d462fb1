"""Rights: who sees and changes people, seats and invitations."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import SECRETARIES, Role

declare(
    "people.view",
    _("see people and their seats"),
    {
        SECRETARIES: Reach.COUNTY,
        frozenset({Role.DATA_PROTECTION, Role.ADMIN}): Reach.COUNTRY,
    },
)
declare("people.manage", _("invite people, end seats"), {Role.ADMIN: Reach.COUNTRY})
