"""Addresses of the committee."""

from django.urls import path

from krat.committee import views

app_name = "committee"
urlpatterns = [
    # institutions/
    path("institutions/", views.institution_list, name="institutions"),
    path("institutions/new/", views.institution_edit, name="institution_add"),
    path("institutions/<slug:code>/", views.institution_detail, name="institution"),
    path("institutions/<slug:code>/edit/", views.institution_edit, name="institution_edit"),
    # committee/
    path("committee/", views.bodies, name="bodies"),
    path("committee/acts/new/", views.act_add, name="act_add"),
    path("committee/new-year/", views.bodies_add, name="bodies_add"),
    path("committee/<uuid:code>/", views.body_detail, name="body"),
    path("committee/<uuid:code>/members/new/", views.member_add, name="member_add"),
    path("committee/members/<uuid:code>/end/", views.member_end, name="member_end"),
]
