"""Django app of cases of children and possible victims."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Cases, case by case."""

    name = "cases"
    verbose_name = _("cases")
    enum_names = {
        "CaseKind": "cases.models.signal.Kind",
    }
