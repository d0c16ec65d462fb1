"""Writers whose transactions end in another order than they began, and machines that follow them, in one process.

``python -m tests.api.scrambled SECONDS`` on the database of ``DATABASE_URL``, a copy of the invented world: writers add
and change tasks and cases in transactions that they hold open for a while, and take some back; readers follow the feed
over HTTP. Beside them somebody follows the tasks by the plain sequence of their ids: the negative control. Said at the
end, as JSON: what each follower holds that is not so, and what the plain sequence missed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

WHY = "a test's process"
WRITERS, READERS = 6, 2
OFFICE, UNIT, OTHER = "AL-02-ZVA", "AL-02-NJMF-DURRES", "AL-02-NJMF-SHIJAK"


class TakenBack(Exception):
    """A transaction that its writer takes back."""


def institution(code: str) -> Any:
    from krat.committee.models import Institution

    return Institution.objects.unscoped(WHY).get(code=code)


def write(until: float, number: int) -> None:
    """Add and change, each time in a transaction that stays open for a while; every sixth is taken back."""
    from django.db import connection, transaction
    from django.db.models import F

    from cases.models import Case
    from krat.demo import make
    from krat.plan.models import Task

    dice = random.Random(number)
    lead, units = institution(OFFICE), [institution(UNIT), institution(OTHER)]
    pause = 0.05 if connection.vendor == "postgresql" else 0.005  # SQLite lets one write at a time
    while time.monotonic() < until:
        try:
            with transaction.atomic():
                what = dice.random()
                if what < 0.5:
                    make.task(lead)
                elif what < 0.7:
                    rows = Task.objects.unscoped(WHY).filter(lead=lead).order_by("pk")
                    chosen = rows[dice.randrange(rows.count())]
                    Task.objects.unscoped(WHY).filter(pk=chosen.pk).update(version=F("version") + 1)
                else:  # a case of this writer's own goes from one unit to another, or is changed
                    mine = Case.objects.unscoped(WHY).filter(holder__in=units).order_by("pk")
                    own = [one for one in mine if one.pk % WRITERS == number]
                    chosen = dice.choice(own)
                    holder = dice.choice(units)
                    Case.objects.unscoped(WHY).filter(pk=chosen.pk).update(holder=holder, version=F("version") + 1)
                time.sleep(dice.random() * pause)
                if dice.random() < 0.16:
                    raise TakenBack
        except TakenBack:
            continue
    connection.close()


class Follower:
    """A machine that keeps what the feed tells it."""

    def __init__(self, code: str) -> None:
        from tests.api.conftest import make_machine

        self.machine = make_machine(code).with_token()
        self.cursor, self.holds = "", dict[tuple[str, str], Any]()

    def follow(self, until: Callable[[], bool]) -> None:
        """Read on until there is nothing more and it is time to end."""
        from django.db import connection

        while True:
            is_time = until()
            asked = f"&cursor={self.cursor}" if self.cursor else ""
            page = self.machine.get(f"changes/?limit=20{asked}").json()
            for one in page["changes"]:
                key = one["type"], one["code"]
                if one["action"] == "gone":
                    self.holds.pop(key, None)
                else:
                    self.holds[key] = one["data"]
            self.cursor = page["cursor"]
            if is_time and not page["has_more"]:
                break
        connection.close()

    def wrong(self) -> list[str]:
        """What it holds and should not, does not hold and should, or holds otherwise than GET gives it."""
        now = {}
        for kind, path in (("case", "cases"), ("referral", "referrals"), ("task", "tasks")):
            cursor = ""
            while cursor is not None:
                page = self.machine.get(f"{path}/?limit=200" + (f"&cursor={cursor}" if cursor else "")).json()
                now |= {(kind, one["code"]): one["version"] for one in page["results"]}
                cursor = page["next"]
        holds = {key: data["version"] for key, data in self.holds.items()}
        return [str(key) for key in now.keys() | holds.keys() if now.get(key) != holds.get(key)]


def follow_plainly(found: set[int], first: int, until: Callable[[], bool]) -> None:
    """Remember the last id that was read, and ask for those behind it: what a feed must not do."""
    from django.db import connection

    from krat.plan.models import Task

    last = first
    while True:
        is_time = until()
        rows = Task.objects.unscoped(WHY).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        for pk in rows:
            found.add(pk)
            last = pk
        if is_time:
            break
    connection.close()


def main(seconds: str) -> None:
    """Write and follow for so long; then let the followers catch up, and compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    from django.conf import settings

    from krat.plan.models import Task

    settings.ALLOWED_HOSTS = ["*"]
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    first = Task.objects.unscoped(WHY).order_by("-pk").values_list("pk", flat=True)[0]
    followers = [Follower(code) for code in (OFFICE, UNIT, OTHER) for _reader in range(READERS)]
    until, found, mistakes = time.monotonic() + float(seconds), set[int](), []

    def thread(work: Callable[..., None], *args: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*args)
            except BaseException as mistake:
                mistakes.append(f"{type(mistake).__name__}: {mistake}")

        started = threading.Thread(target=run)
        started.start()
        return started

    writers = [thread(write, until, number) for number in range(WRITERS)]

    def is_over() -> bool:
        return not any(one.is_alive() for one in writers)

    readers = [thread(one.follow, is_over) for one in followers]
    readers.append(thread(follow_plainly, found, first, is_over))
    for one in writers + readers:
        one.join()
    added = set(Task.objects.unscoped(WHY).filter(pk__gt=first).values_list("pk", flat=True))
    said = {
        "mistakes": mistakes,
        "added": len(added),
        "wrong": [wrong for one in followers for wrong in one.wrong()],
        "held": min(len(one.holds) for one in followers),
        "missed_by_a_plain_sequence": len(added - found),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
