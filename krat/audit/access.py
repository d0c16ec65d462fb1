"""Rights: who reads the trail."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("trail.view", _("read the trail"), {Role.DATA_PROTECTION: Reach.COUNTRY})
# Nobody lists old and new values: they are read through the thing they belong to (`trail.history`).
declare("versions.view", _("list old and new values"), {})
