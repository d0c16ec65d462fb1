"""Rights: who sees and ends the machines' clients."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("clients.view", _("see the machines' clients"), {Role.ADMIN: Reach.COUNTRY})
declare("clients.manage", _("make and end the machines' clients"), {Role.ADMIN: Reach.COUNTRY})
