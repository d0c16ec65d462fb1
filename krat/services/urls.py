"""Addresses of the service catalogue, and of what is missing."""

from django.urls import path

from krat.services import api, views

app_name = "services"
urlpatterns = [
    path("services/", views.service_list, name="list"),
    path("services/new/", views.service_add, name="add"),
    path("services/<uuid:code>/", views.service_detail, name="detail"),
    path("services/<uuid:code>/edit/", views.service_edit, name="edit"),
    path("services/<uuid:code>/places/", views.service_places, name="places"),
    path("services/<uuid:code>/withdraw/", views.service_withdraw, name="withdraw"),
    path("services/<uuid:code>/restore/", views.service_restore, name="restore"),
    # what is missing
    path("missing-services/", views.missing_list, name="missing_list"),
    path("missing-services/new/", views.missing_add, name="missing_add"),
    path("missing-services/<uuid:code>/", views.missing_detail, name="missing"),
    path("missing-services/<uuid:code>/task/", views.missing_task, name="missing_task"),
    path("missing-services/<uuid:code>/fill/", views.missing_fill, name="missing_fill"),
    path("missing-services/<uuid:code>/drop/", views.missing_drop, name="missing_drop"),
]

# For machines, under api/v1/.
api_urlpatterns = [
    path("services/", api.Services.as_view(), name="services"),
]
