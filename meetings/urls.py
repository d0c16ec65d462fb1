"""Addresses of meetings, under ``meetings/``."""

from django.urls import path

from meetings import views

app_name = "meetings"
urlpatterns = [
    path("", views.meeting_list, name="list"),
    path("new/", views.meeting_add, name="add"),
    # one meeting
    path("<uuid:code>/", views.meeting_detail, name="detail"),
    path("<uuid:code>/edit/", views.meeting_edit, name="edit"),
    path("<uuid:code>/call-off/", views.meeting_call_off, name="call_off"),
    path("<uuid:code>/open/", views.meeting_open, name="open"),
    path("<uuid:code>/close/", views.meeting_close, name="close"),
    path("<uuid:code>/attendance/", views.attendance, name="attendance"),
    path("<uuid:code>/agenda/new/", views.item_add, name="item_add"),
    path("<uuid:code>/cards/", views.meeting_cards, name="cards"),
    path("<uuid:code>/cards/<uuid:card>/add/", views.card_add, name="card_add"),
    path("<uuid:code>/decisions/<uuid:decision>/review/", views.review, name="review"),
    path("<uuid:code>/minutes/", views.minutes_print, name="minutes"),
    path("<uuid:code>/minutes/circulate/", views.minutes_circulate, name="circulate"),
    path("<uuid:code>/minutes/remark/", views.remark_add, name="remark"),
    path("<uuid:code>/minutes/approve/", views.minutes_approve, name="approve"),
    # one item
    path("items/<uuid:code>/", views.item_day, name="item"),
    path("items/<uuid:code>/edit/", views.item_edit, name="item_edit"),
    path("items/<uuid:code>/withdraw/", views.item_withdraw, name="item_withdraw"),
    path("items/<uuid:code>/decide/", views.decide, name="decide"),
    path("items/<uuid:code>/draft/", views.item_draft, name="item_draft"),
    path("draft-key/", views.draft_key, name="draft_key"),
    # decisions
    path("decisions/", views.decision_list, name="decisions"),
    path("decisions/<uuid:code>/", views.decision_detail, name="decision"),
]
