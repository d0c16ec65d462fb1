"""Addresses of cases, signals, referrals, obstacles and cards. They hold codes and nothing else (decision 17)."""

from django.urls import path

from cases import api
from cases.views import cards, case, identification, inbox, lists, parts, referrals, signals, team

app_name = "cases"
urlpatterns = [
    # cases/
    path("cases/", lists.case_list, name="list"),
    path("cases/search/", lists.case_search, name="search"),
    path("cases/names/", lists.case_names, name="names"),
    path("cases/new/", case.case_add, name="add"),
    path("cases/handover/", team.case_handover, name="handover"),
    path("cases/team/<uuid:code>/release/", team.team_release, name="release"),
    path("cases/inbox/<uuid:code>/apply/", inbox.inbox_apply, name="inbox_apply"),
    path("cases/inbox/<uuid:code>/drop/", inbox.inbox_drop, name="inbox_drop"),
    path("cases/<uuid:code>/", case.case_detail, name="case"),
    path("cases/<uuid:code>/identity/", case.case_identity, name="identity"),
    path("cases/<uuid:code>/head/", case.case_head, name="head"),
    path("cases/<uuid:code>/identification/", identification.case_identification, name="identification"),
    path("cases/<uuid:code>/identify/", identification.case_identify, name="identify"),
    path("cases/<uuid:code>/identify-formally/", identification.case_identify_formally, name="identify_formally"),
    path("cases/<uuid:code>/risk/", case.case_risk, name="risk"),
    path("cases/<uuid:code>/move/", case.case_move, name="move"),
    path("cases/<uuid:code>/close/", case.case_close, name="close"),
    path("cases/<uuid:code>/reopen/", case.case_reopen, name="reopen"),
    path("cases/<uuid:code>/team/", team.case_team, name="team"),
    path("cases/<uuid:code>/notes/", parts.case_notes, name="notes"),
    path("cases/<uuid:code>/school/", parts.case_school, name="school"),
    path("cases/<uuid:code>/aid/", parts.case_aid, name="aid"),
    path("cases/<uuid:code>/counselling/", parts.case_counselling, name="counselling"),
    path("cases/<uuid:code>/viewers/", team.case_viewers, name="viewers"),
    path("cases/<uuid:code>/inbox/", inbox.case_inbox, name="inbox"),
    path("cases/<uuid:code>/refer/", referrals.case_refer, name="refer"),
    path("cases/<uuid:code>/missing-service/", referrals.need_add, name="need_add"),
    path("cases/<uuid:code>/obstacles/new/", cards.obstacle_add, name="obstacle_add"),
    # signals/
    path("signals/", signals.signal_list, name="signals"),
    path("signals/new/", signals.signal_add, name="signal_add"),
    path("signals/<uuid:code>/", signals.signal_detail, name="signal"),
    path("signals/<uuid:code>/take/", signals.signal_take, name="signal_take"),
    path("signals/<uuid:code>/reject/", signals.signal_reject, name="signal_reject"),
    # referrals/
    path("referrals/", referrals.referral_list, name="referrals"),
    path("referrals/search/", referrals.referral_search, name="referral_search"),
    path("referrals/names/", referrals.referral_names, name="referral_names"),
    path("referrals/<uuid:code>/", referrals.referral_detail, name="referral"),
    path("referrals/<uuid:code>/accept/", referrals.referral_accept, name="referral_accept"),
    path("referrals/<uuid:code>/refuse/", referrals.referral_refuse, name="referral_refuse"),
    path("referrals/<uuid:code>/complete/", referrals.referral_complete, name="referral_complete"),
    path("referrals/<uuid:code>/withdraw/", referrals.referral_withdraw, name="referral_withdraw"),
    path("referrals/<uuid:code>/remind/", referrals.referral_remind, name="referral_remind"),
    path("referrals/<uuid:code>/part/", referrals.referral_part, name="referral_part"),
    # obstacles/
    path("obstacles/<uuid:code>/table/", cards.obstacle_table, name="obstacle_table"),
    path("obstacles/<uuid:code>/take/", cards.obstacle_take, name="obstacle_take"),
    path("obstacles/<uuid:code>/gone/", cards.obstacle_gone, name="obstacle_gone"),
    # cards/
    path("cards/", cards.card_list, name="cards"),
    path("cards/<uuid:code>/", cards.card_detail, name="card"),
    path("cards/<uuid:code>/resolve/", cards.card_resolve, name="card_resolve"),
]

# For machines, under api/v1/.
api_urlpatterns = [
    # cases/
    path("cases/", api.Cases.as_view(), name="cases"),
    path("cases/bulk/", api.CaseBulk.as_view(), name="case_bulk"),
    path("cases/inbox/", api.SentChanges.as_view(), name="sent_changes"),
    path("cases/inbox/<uuid:code>/", api.SentChangeOne.as_view(), name="sent_change"),
    path("cases/<uuid:code>/", api.CaseOne.as_view(), name="case"),
    path("cases/by-reference/<path:reference>/", api.CaseByReference.as_view(), name="case_by_reference"),
    # referrals/
    path("referrals/", api.Referrals.as_view(), name="referrals"),
    path("referrals/<uuid:code>/", api.ReferralOne.as_view(), name="referral"),
    path("referrals/<uuid:code>/accept/", api.ReferralAccept.as_view(), name="referral_accept"),
    path("referrals/<uuid:code>/refuse/", api.ReferralRefuse.as_view(), name="referral_refuse"),
    path("referrals/<uuid:code>/complete/", api.ReferralComplete.as_view(), name="referral_complete"),
]
