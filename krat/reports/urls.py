"""The page of figures."""

from django.urls import path

from krat.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.numbers, name="numbers"),
]
