"""What of the committee can be searched: institutions."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.committee.models import Institution
from krat.ui.searching import Hit, Kind


def _told(institution: Institution) -> Hit:
    county = str(institution.county) if institution.county else _("whole country")
    return Hit(
        title=institution.name,
        url=reverse("committee:institution", kwargs={"code": institution.code}),
        about=(institution.short_name, str(institution.kind), county, institution.code),
    )


def _of_institutions(rows: Any) -> Any:
    return rows.working().select_related("kind", "county")


KINDS = [
    Kind(
        "institution",
        gettext_lazy("Institutions"),
        70,
        Institution,
        ("code", "name", "short_name", "retired_on"),
        _of_institutions,
        lambda institution: (institution.code, institution.short_name, institution.name),
        _told,
    ),
]
