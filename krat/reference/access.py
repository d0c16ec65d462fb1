"""Rights: who edits the lists. Everybody who is signed in reads them."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, Role

declare(
    "settings.view",
    _("read lists, deadlines and holidays"),
    {COMMITTEE | {Role.NATIONAL, Role.DATA_PROTECTION, Role.ADMIN}: Reach.COUNTRY},
)
declare("reference.view", _("fetch lists and deadlines by machine"), {Role.SYSTEM: Reach.COUNTRY})
declare("settings.manage", _("change lists, deadlines and holidays"), {Role.ADMIN: Reach.COUNTRY})
