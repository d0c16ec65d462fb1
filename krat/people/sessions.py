"""Sessions encrypted at rest: they hold the keys of local drafts, and a second factor while it is set up."""

import base64
import json
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from krat.access import crypto

_PLACE = "django_session:session_data"


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, encrypted by the registry's keys; one that does not open is empty."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return base64.b64encode(crypto.encrypt(json.dumps(session_dict), place=_PLACE)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = json.loads(crypto.decrypt(base64.b64decode(session_data), place=_PLACE))
        except (crypto.DecryptionError, ValueError):
            return {}
        return opened
