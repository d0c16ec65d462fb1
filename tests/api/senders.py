"""One sender, as a process of its own: reports progress of a task under five keys, and says each answer's status.

Run as ``python -m tests.api.senders TASK CLIENT_ID SECRET``; several at once send the same keys.
"""

import json
import os
import sys

import django


def main(task: str, client_id: str, secret: str) -> None:
    """Sign in, and send the same five calls as every other sender."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    from django.test import Client

    browser = Client(SERVER_NAME="localhost")
    said = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = browser.post("/identity/o/api/token", said).json()["access_token"]
    for number in range(5):
        body = json.dumps({"note": f"Hapi {number}."})
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"hapi-{number}"}
        address = f"/api/v1/tasks/{task}/progress/"
        answer = browser.post(address, body, content_type="application/json", headers=headers)
        sys.stdout.write(f"{answer.status_code}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
