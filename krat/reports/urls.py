"""The page of figures."""

from django.urls import path

from krat.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.numbers, name="numbers"),
]
