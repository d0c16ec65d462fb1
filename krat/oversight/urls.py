"""Addresses of oversight."""

from django.urls import path

from krat.oversight import views

app_name = "oversight"
urlpatterns = [
    path("oversight/reading/", views.unusual, name="unusual"),
]
