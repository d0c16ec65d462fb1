"""What this house asks of django-allauth: no sign-up, encrypted secrets, its own way to name people."""

import base64
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from krat.access import crypto

_PLACE = "mfa_authenticator:data:secret"  # allauth hands over the secret alone, without its row


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Accounts come from invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in within the last five minutes is not asked for the password a second time."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_user_search_fields(self) -> list[str]:
        return ["username", "name"]


class EncryptedSecrets(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of the second factor are sealed: a stolen copy of the database signs nobody in."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text, place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text), place=_PLACE)

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)
