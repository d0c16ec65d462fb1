"""Addresses of the trail, under ``trail/``."""

from django.urls import path

from krat.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.trail_list, name="trail"),
]
