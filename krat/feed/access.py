"""Rights: which machines may follow what changes. What they then see of each thing is that thing's own right."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("changes.view", _("follow what changes"), {Role.SYSTEM: Reach.INSTITUTION})
