"""Django app of users, seats and invitations."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Who signs in, and as what."""

    name = "krat.people"
    verbose_name = _("people")

    def ready(self) -> None:
        from allauth.account import signals as account
        from allauth.mfa import signals as factors

        from krat.audit import finding
        from krat.people import sign_in
        from krat.people.models import every_seat

        finding.seats_are(every_seat)
        user_logged_in.connect(sign_in.came, dispatch_uid="krat.people.came")
        user_logged_out.connect(sign_in.went, dispatch_uid="krat.people.went")
        user_login_failed.connect(sign_in.failed, dispatch_uid="krat.people.failed")
        for changed in (account.password_changed, account.password_set, account.password_reset):
            changed.connect(sign_in.password_changed, dispatch_uid="krat.people.password")
        factors.authentication_failed.connect(sign_in.code_failed, dispatch_uid="krat.people.code")
        for changed in (factors.authenticator_added, factors.authenticator_removed, factors.authenticator_reset):
            changed.connect(sign_in.factor_changed, dispatch_uid="krat.people.factor")
