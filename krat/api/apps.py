"""Django app of the REST interface."""

from typing import cast

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """Machines and how they are answered."""

    name = "krat.api"
    verbose_name = _("machines")

    def ready(self) -> None:
        from krat.api import checks, errors, schema  # noqa: F401  # the checks and the schema's parts register themselves
        from krat.ui import incidents

        incidents.machines_are_answered_by(errors.plain_answer_to)

        # Choices that two areas call alike (``state``) need a name each: ``enum_names`` of an area's config.
        names = cast("dict[str, str]", settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"])
        for one in apps.get_app_configs():
            names.update(getattr(one, "enum_names", {}))
