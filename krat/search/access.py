"""Rights: who searches the committee's texts. What is found is a matter of each text's own right."""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, declare
from krat.access.roles import COMMITTEE, MEMBERS, OFFICES, Role

declare(
    "search.view",
    _("search the texts of the committee that one may read"),
    {COMMITTEE | MEMBERS | OFFICES: Reach.COUNTY, Role.NATIONAL: Reach.COUNTRY},
)
