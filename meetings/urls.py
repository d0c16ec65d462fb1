"""Addresses of meetings."""

from django.urls import path

from meetings import api, views

app_name = "meetings"
urlpatterns = [
    path("meetings/", views.meeting_list, name="list"),
    path("meetings/new/", views.meeting_add, name="add"),
    # one meeting
    path("meetings/<uuid:code>/", views.meeting_detail, name="detail"),
    path("meetings/<uuid:code>/edit/", views.meeting_edit, name="edit"),
    path("meetings/<uuid:code>/call-off/", views.meeting_call_off, name="call_off"),
    path("meetings/<uuid:code>/open/", views.meeting_open, name="open"),
    path("meetings/<uuid:code>/close/", views.meeting_close, name="close"),
    path("meetings/<uuid:code>/step-back/", views.meeting_step_back, name="step_back"),
    path("meetings/<uuid:code>/attendance/", views.attendance, name="attendance"),
    path("meetings/<uuid:code>/agenda/new/", views.item_add, name="item_add"),
    path("meetings/<uuid:code>/cards/", views.meeting_cards, name="cards"),
    path("meetings/<uuid:code>/cards/<uuid:card>/add/", views.card_add, name="card_add"),
    path("meetings/<uuid:code>/missing/<uuid:missing>/add/", views.missing_add, name="missing_add"),
    path("meetings/cards/<uuid:code>/agenda/", views.card_agenda, name="card_agenda"),
    path("meetings/<uuid:code>/decisions/<uuid:decision>/review/", views.review, name="review"),
    path("meetings/<uuid:code>/invitation/", views.invitation, name="invitation"),
    path("meetings/<uuid:code>/invitation.pdf", views.invitation_pdf, name="invitation_pdf"),
    path("meetings/<uuid:code>/invitation.ics", views.invitation_ics, name="invitation_ics"),
    path("meetings/<uuid:code>/pack/", views.pack, name="pack"),
    path("meetings/<uuid:code>/pack.pdf", views.pack_pdf, name="pack_pdf"),
    path("meetings/<uuid:code>/minutes/", views.minutes_print, name="minutes"),
    path("meetings/<uuid:code>/minutes.pdf", views.minutes_pdf, name="minutes_pdf"),
    path("meetings/<uuid:code>/minutes.docx", views.minutes_docx, name="minutes_docx"),
    path("meetings/<uuid:code>/minutes/circulate/", views.minutes_circulate, name="circulate"),
    path("meetings/<uuid:code>/minutes/remark/", views.remark_add, name="remark"),
    path("meetings/<uuid:code>/minutes/approve/", views.minutes_approve, name="approve"),
    # one item
    path("meetings/items/<uuid:code>/", views.item_day, name="item"),
    path("meetings/items/<uuid:code>/edit/", views.item_edit, name="item_edit"),
    path("meetings/items/<uuid:code>/withdraw/", views.item_withdraw, name="item_withdraw"),
    path("meetings/items/<uuid:code>/restore/", views.item_restore, name="item_restore"),
    path("meetings/draft-key/", views.draft_key, name="draft_key"),
    # decisions
    path("meetings/decisions/", views.decision_list, name="decisions"),
    path("meetings/decisions/<uuid:code>/", views.decision_detail, name="decision"),
    path("ledgers/<slug:code>/", views.ledger, name="ledger"),
    path("meetings/decisions/<uuid:code>/correct/", views.decision_correct, name="decision_correct"),
    path("meetings/decisions/<uuid:code>/withdraw/", views.decision_withdraw, name="decision_withdraw"),
]

# For machines, under api/v1/.
api_urlpatterns = [
    path("meetings/", api.Meetings.as_view(), name="meetings"),
    path("meetings/<uuid:code>/", api.MeetingOne.as_view(), name="meeting"),
]
