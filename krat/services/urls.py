"""Addresses of the service catalogue."""

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
]

# For machines, under api/v1/.
api_urlpatterns = [
    path("services/", api.Services.as_view(), name="services"),
]
