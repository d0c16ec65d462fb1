"""Addresses that belong to no area."""

from django.urls import path

from krat.ui import views

app_name = "ui"
urlpatterns = [
    path("health/", views.health, name="health"),
    path("health/ready/", views.ready, name="ready"),
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
