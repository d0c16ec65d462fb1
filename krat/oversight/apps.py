"""Django app of oversight: what the data protection officer is shown of how the registry is read."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    """Who reads unusually, from the trail."""

    name = "krat.oversight"
    verbose_name = _("oversight")
