"""Sessions encrypted at rest: they hold the keys of local drafts, and a second factor while it is set up."""

import base64
import json
import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from krat.access import crypto

_PLACE = "django_session:session_data"


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, encrypted by the registry's keys; one that does not open is empty."""

    def _validate_session_key(self, key: str | None) -> bool:
        # What a cookie holds is looked up: PostgreSQL would fail on a NUL, to which Python reads an octal escape.
        return key is not None and re.fullmatch(r"[a-z0-9]{8,64}", key) is not None

    def encode(self, session_dict: dict[str, Any]) -> str:
        return base64.b64encode(crypto.encrypt(json.dumps(session_dict), place=_PLACE)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = json.loads(crypto.decrypt(base64.b64decode(session_data), place=_PLACE))
        except (crypto.DecryptionError, ValueError):
            return {}
        return opened
