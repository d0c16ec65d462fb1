"""Everybody with a seat has a first page; what it shows comes through each area's own rights."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import Role

declare("home.view", _("see one's first page"), {frozenset(Role) - {Role.SYSTEM}: Reach.OWN})
