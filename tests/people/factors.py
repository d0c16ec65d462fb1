"""A second factor without a telephone: what an authenticator app would hold and show."""

import base64
import secrets
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from krat.people.models import User


def give_app(user: User, secret: str = "") -> None:
    """Let this person sign in with an app that holds this secret (base32), or one of its own."""
    _give(
        user, Authenticator.Type.TOTP, {"secret": encrypt(secret or base64.b32encode(secrets.token_bytes(20)).decode())}
    )


def give_recovery_codes(user: User) -> None:
    """Let this person hold recovery codes."""
    _give(user, Authenticator.Type.RECOVERY_CODES, {"seed": encrypt(secrets.token_hex(40)), "used_mask": 0})


def _give(user: User, kind: str, data: dict[str, object]) -> None:
    Authenticator.objects.create(user=user, type=kind, data=data)


def code_of(secret: str) -> str:
    """The six digits that the app shows now."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303  # the one hash that every such app knows
    return app.generate(int(time.time())).decode()
