"""Rights: everybody reads what they were told themselves; the administrator looks after the mails."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("notices.view", _("read what one was told"), {frozenset(Role) - {Role.SYSTEM}: Reach.OWN})
declare("mail.manage", _("see whether mails go out, and send them again"), {Role.ADMIN: Reach.COUNTRY})
