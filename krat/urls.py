"""The root URLconf: every address of the registry. Each area brings its own; others' pages are routed by name."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as usersessions
from django.urls import include, path, re_path

from krat.access import areas
from krat.api import tokens

handler400 = "krat.ui.views.bad_request"
handler403 = "krat.ui.views.forbidden"
handler404 = "krat.ui.views.not_there"
handler500 = "krat.ui.views.server_error"

_BEFORE = ("public", "one is not signed in yet")
_MACHINE = ("public", "a machine shows its id and secret here")
_OWN = ("own account", "shows the signed-in person their own account only")

# Pages of django-allauth cannot carry our decorators, nor can the two machines sign in by: classified here, by name.
OTHERS_PAGES: dict[str, tuple[str, str]] = {
    "account_login": _BEFORE,
    "account_signup": _BEFORE,
    "account_inactive": _BEFORE,
    "account_reset_password": _BEFORE,
    "account_reset_password_done": _BEFORE,
    "account_reset_password_from_key": _BEFORE,
    "account_reset_password_from_key_done": _BEFORE,
    "mfa_authenticate": _BEFORE,
    "account_logout": _OWN,
    "account_change_password": _OWN,
    "account_reauthenticate": _OWN,
    "mfa_index": _OWN,
    "mfa_reauthenticate": _OWN,
    "mfa_activate_totp": _OWN,
    "mfa_deactivate_totp": _OWN,
    "mfa_view_recovery_codes": _OWN,
    "mfa_generate_recovery_codes": _OWN,
    "mfa_download_recovery_codes": _OWN,
    "usersessions_list": _OWN,
    "identity_token": _MACHINE,
    "identity_revoke": _MACHINE,
}

_account = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/changed/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sessions/", usersessions.list_usersessions, name="usersessions_list"),
]

urlpatterns = [
    path("api/v1/", include("krat.api_urls")),  # first: whoever sends thousands need not be looked for among the pages
    *(path("", include(area)) for area in areas.modules("urls")),
    path("account/", include(_account)),
    path("identity/o/api/token", tokens.token, name="identity_token"),
    path("identity/o/api/revoke", tokens.revoke, name="identity_revoke"),
]
