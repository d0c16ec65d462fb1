"""Addresses of the change feed: for machines alone."""

from django.urls import path

from krat.feed import api

app_name = "feed"
urlpatterns: list[object] = []
api_urlpatterns = [path("changes/", api.Changes.as_view(), name="changes")]
