"""Django app of the service catalogue."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    """Services and who offers them."""

    name = "krat.services"
    verbose_name = _("services")
    enum_names = {
        "ServiceSector": "krat.services.models.Sector",
        "ServiceTerritory": "krat.services.models.Territory",
        "ServiceOpening": "krat.services.models.Opening",
        "ServiceSex": "krat.services.models.ForWhom",
    }
