"""Addresses of indicators."""

from django.urls import path

from krat.indicators import views

app_name = "indicators"
urlpatterns = [
    path("indicators/", views.overview, name="list"),
    path("indicators/enter/<slug:code>/<slug:place>/<slug:period>/", views.enter, name="enter"),
    path("indicators/sheets/<uuid:code>/", views.sheet, name="sheet"),
    path("indicators/sheets/<uuid:code>/accept/", views.accept, name="accept"),
    path("indicators/sheets/<uuid:code>/return/", views.give_back, name="return"),
    path("indicators/catalogue/", views.catalogue, name="catalogue"),
    path("indicators/catalogue/new/", views.indicator_edit, name="indicator_add"),
    path("indicators/catalogue/<slug:indicator>/", views.indicator_edit, name="indicator_edit"),
]
