"""Addresses of messages."""

from django.urls import path

from krat.notify import views

app_name = "notify"
urlpatterns = [
    # notices/
    path("notices/", views.notice_list, name="list"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/<uuid:code>/read/", views.read, name="read"),
    # one's own mails
    path("notices/mails/", views.preferences, name="preferences"),
    path("notices/mails/link/", views.send_link, name="send_link"),
    path("notices/mails/confirm/<str:token>/", views.confirm, name="confirm"),
    # mails/
    path("mails/", views.mail, name="mail"),
    path("mails/again/", views.send_all_again, name="send_all_again"),
    path("mails/<uuid:code>/again/", views.send_again, name="send_again"),
]
