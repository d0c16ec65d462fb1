"""Django app of the committee: institutions, bodies, members, acts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommitteeConfig(AppConfig):
    """Who sits at the table, and by which act."""

    name = "krat.committee"
    verbose_name = _("committee")
    enum_names = {
        "BodyKind": "krat.committee.models.Body.Kind",
    }
