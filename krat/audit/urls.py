"""Addresses of the trail."""

from django.urls import path

from krat.audit import views

app_name = "audit"
urlpatterns = [
    path("trail/", views.trail_list, name="trail"),
]
