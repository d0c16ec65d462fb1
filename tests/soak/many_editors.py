"""Editors at once on one meeting, through its pages, as a process of its own.

``python -m tests.soak.many_editors SECONDS EDITORS`` on the database of ``DATABASE_URL``, a copy of the invented world.
Each editor is a thread with a browser and a connection of its own, who minutes, moves and decides at random. What came
back is said at the end as one line of JSON: answers by kind and status, accepted edits and versions by item.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from typing import Any

import django

WHO = ("koordinator.durres", "sekretaria.durres")
ITEMS = 4
AT_LEAST = 4  # edits of each, however slow the machine


def main(seconds: float, editors: int) -> None:
    """Edit for so many seconds, and say what came back."""
    from django.conf import settings
    from django.db import connection

    from krat.committee.models import Institution
    from krat.demo import make
    from meetings.models import AgendaItem, Decision

    settings.ALLOWED_HOSTS = ["testserver"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    meeting = make.meeting(make.body(county="AL-02", year=2060), state="open")
    make.attendance(meeting, Institution.objects.unscoped("a test's process").get(code="AL-02-ZVA"))
    items = [make.item(meeting, title=f"Çështja {number}") for number in range(ITEMS)]
    codes = [str(one.code) for one in items]
    answers: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    until, lock = time.monotonic() + seconds, threading.Lock()
    browsers = [_browser(WHO[number % len(WHO)]) for number in range(editors)]

    def work(number: int) -> None:
        dice = random.Random(number)
        browser, turn = browsers[number], 0
        while time.monotonic() < until or turn < AT_LEAST:
            turn += 1
            code, kind = dice.choice(codes), dice.choice(["minute", "move", "move", "draft", "decide"])
            kind = "decide" if turn == 1 else kind  # whoever comes first is not too late
            try:
                status: Any = _edit(browser, kind, code, f"U fol nga pala {number}, hera {turn}.", dice)
            except Exception as mistake:
                status = f"{type(mistake).__name__}: {mistake}"
            with lock:
                answers[f"{kind} {status}"] += 1
                accepted[code] += status == 302
                decided[code] += kind == "decide" and status == 302
        connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(editors)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    rows = AgendaItem.objects.unscoped("a test's process").filter(meeting=meeting)
    stood = {str(one.code): one for one in rows}
    said = {
        "answers": answers,
        "accepted": {code: accepted[code] for code in codes},
        "versions": {code: stood[code].version for code in codes},
        "positions": sorted(one.position for one in stood.values()),
        "decided": sum(decided.values()),
        "decisions": Decision.objects.unscoped("a test's process").filter(item__meeting=meeting).count(),
    }
    sys.stdout.write("SAID " + json.dumps(said) + "\n")


def _browser(username: str) -> Any:
    from django.test import Client
    from django.utils import timezone

    from krat.people.models import User
    from krat.people.sign_in import SEEN_AT, STARTED_AT

    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(username=username))
    session = browser.session
    session[STARTED_AT] = session[SEEN_AT] = timezone.now().timestamp()
    session.save()
    return browser


def _edit(browser: Any, kind: str, code: str, words: str, dice: random.Random) -> int:
    from django.urls import reverse

    from tests.ui.html_client import Person

    if kind == "draft":
        sent = {"version": "1", "text": words}
        return int(browser.post(reverse("meetings:item_draft", kwargs={"code": code}), sent).status_code)
    route = "meetings:item_edit" if kind == "move" else "meetings:item"
    person, address = Person(browser), reverse(route, kwargs={"code": code})
    shown = person.get(address)
    if shown.status != 200:
        return int(shown.status)
    said: dict[str, str] = {"position": str(dice.randint(1, ITEMS))} if kind == "move" else {"discussion": words}
    if kind == "decide":
        said["text"] = words
    return int(person.post(address, shown.form(*said).sent(said)).status)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    main(float(sys.argv[1]), int(sys.argv[2]))
