"""Addresses of people and of one's own account."""

from django.urls import path

from krat.people import views

app_name = "people"
urlpatterns = [
    # account/
    path("account/", views.account, name="account"),
    path("account/seat/", views.choose_seat, name="choose_seat"),
    path("account/sessions/<int:session>/end/", views.session_end, name="session_end"),
    # people/
    path("people/", views.people_list, name="list"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<uuid:code>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("people/welcome/<str:token>/", views.accept, name="accept"),
    path("people/<uuid:code>/", views.seat_detail, name="seat"),
    path("people/<uuid:code>/end/", views.seat_end, name="seat_end"),
    path("people/<uuid:code>/sessions/end/", views.sessions_end, name="sessions_end"),
]
