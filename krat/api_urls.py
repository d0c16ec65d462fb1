"""Every address for machines: the base's own, and what each area brings as ``api_urlpatterns`` in its ``urls.py``."""

from django.urls import path, re_path

from krat.access import areas
from krat.api import directory, schema

app_name = "api"
urlpatterns = [
    path("schema/", schema.schema, name="schema"),
    path("docs/", schema.docs, name="docs"),
    *(one for area in areas.modules("urls") for one in getattr(area, "api_urlpatterns", [])),
    # what others choose from
    path("institutions/", directory.Institutions.as_view(), name="institutions"),
    path("institutions/<str:code>/", directory.InstitutionOne.as_view(), name="institution"),
    path("reference/", directory.Reference.as_view(), name="reference"),
    re_path(r"^.*$", schema.nowhere, name="nowhere"),
]
