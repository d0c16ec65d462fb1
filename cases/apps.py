"""Django app of cases of children and possible victims."""

import sys
from typing import Any

from django.apps import AppConfig
from django.apps import apps as apps_of_today
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Cases, case by case."""

    name = "cases"
    verbose_name = _("cases")
    enum_names = {
        "CaseKind": "cases.models.signal.Kind",
    }

    def ready(self) -> None:
        from cases import viewers
        from krat.audit import finding

        post_migrate.connect(_index_names, sender=self)
        user_logged_in.connect(_forget_searches)
        finding.numbers_lead_to(viewers.codes_of_number)


def _index_names(apps: Any = apps_of_today, verbosity: int = 1, **kwargs: Any) -> None:
    """Names are found by the rules of today: what was indexed by former ones is indexed anew (decision 9)."""
    from cases.actions import name_index
    from krat.access.crypto import DecryptionError

    try:
        apps.get_model("cases", "Identity")._meta.get_field("index_version")
    except (LookupError, FieldDoesNotExist):
        return  # on the way back to a former release
    if not name_index.is_due():
        return
    try:
        done = name_index.index_anew()
    except (ImproperlyConfigured, DecryptionError) as mistake:
        sys.stderr.write(f"Names are not indexed yet: {mistake} Run `manage.py indexnames` with the key file.\n")
    else:
        if verbosity:
            sys.stdout.write(f"{done} names were indexed anew.\n")


def _forget_searches(**kwargs: Any) -> None:
    """What was searched for is gone after its ten minutes, even where nobody searches again."""
    from cases.models import KeptSearch

    KeptSearch.forget_old()
