"""The first page."""

from django.urls import path

from krat.home import views

app_name = "home"
urlpatterns = [
    path("", views.today, name="today"),
]
