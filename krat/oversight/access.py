"""Rights: who sees how the files are read."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("reading.view", _("see who reads unusually"), {Role.DATA_PROTECTION: Reach.COUNTRY})
