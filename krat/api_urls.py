"""Every address for machines, on one page. Each area brings its own ``api``."""

from django.urls import path, re_path

from cases import api as cases
from krat.api import directory, schema
from krat.plan import api as plan
from meetings import api as meetings

app_name = "api"
urlpatterns = [
    path("schema/", schema.schema, name="schema"),
    path("docs/", schema.docs, name="docs"),
    # cases/
    path("cases/", cases.Cases.as_view(), name="cases"),
    path("cases/<uuid:code>/", cases.CaseOne.as_view(), name="case"),
    path("cases/by-reference/<str:reference>/", cases.CaseByReference.as_view(), name="case_by_reference"),
    # referrals/
    path("referrals/", cases.Referrals.as_view(), name="referrals"),
    path("referrals/<uuid:code>/", cases.ReferralOne.as_view(), name="referral"),
    path("referrals/<uuid:code>/accept/", cases.ReferralAccept.as_view(), name="referral_accept"),
    path("referrals/<uuid:code>/refuse/", cases.ReferralRefuse.as_view(), name="referral_refuse"),
    path("referrals/<uuid:code>/complete/", cases.ReferralComplete.as_view(), name="referral_complete"),
    # tasks/
    path("tasks/", plan.Tasks.as_view(), name="tasks"),
    path("tasks/<uuid:code>/", plan.TaskOne.as_view(), name="task"),
    path("tasks/<uuid:code>/progress/", plan.TaskProgress.as_view(), name="task_progress"),
    # meetings/
    path("meetings/", meetings.Meetings.as_view(), name="meetings"),
    path("meetings/<uuid:code>/", meetings.MeetingOne.as_view(), name="meeting"),
    # what others choose from
    path("institutions/", directory.Institutions.as_view(), name="institutions"),
    path("reference/", directory.Reference.as_view(), name="reference"),
    re_path(r"^.*$", schema.nowhere, name="nowhere"),
]
