"""Writers whose transactions end in another order than they began, and machines that follow them, in one process.

``python -m tests.api.scrambled`` on the database of ``DATABASE_URL``, a copy of the invented world: six writers add and
change tasks and cases, nine transactions each, some of them taken back. Where the database lets several write at
once, who begins and who ends next is drawn by a fixed seed, so that transactions lie open across the ends of others.
Nothing waits for a clock: the same is done on a slow machine as on a quick one.

Some machines read the feed between the writers' steps, others at the same time as they; beside them somebody follows
the tasks by the plain sequence of their ids: the negative control. Said at the end, as JSON: what each follower holds
that is not so, and what the plain sequence missed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

WHY = "a test's process"
WRITERS, TRANSACTIONS = 6, 9
A_PAGE_EVERY = 9  # steps of the writers
OFFICE, UNIT, OTHER = "AL-02-ZVA", "AL-02-NJMF-DURRES", "AL-02-NJMF-SHIJAK"


def institution(code: str) -> Any:
    from krat.committee.models import Institution

    return Institution.objects.unscoped(WHY).get(code=code)


class Writer:
    """Somebody with a connection of their own: adds and changes, each time in a transaction that somebody else ends."""

    def __init__(self, number: int) -> None:
        from krat.demo import make

        self.dice, self.left = random.Random(number), TRANSACTIONS
        self.hand = ThreadPoolExecutor(1)  # one thread, and so one connection
        self.units = [institution(UNIT), institution(OTHER)]
        self.lead = institution(OFFICE)
        # Of this writer's own: nobody else changes them, so nobody waits for anybody.
        self.cases = [make.case(holder=unit) for unit in self.units]
        self.tasks = [make.task(self.lead)]
        self.added, self.new = set[int](), None
        self.is_open = False

    def begin(self, what: float | None = None) -> None:
        """Open the next transaction, and change something in it; ``what`` is drawn unless it is said."""
        self.is_taken_back = what is None and self.left % 6 == 0
        self.hand.submit(self._begin, self.dice.random() if what is None else what).result()
        self.is_open, self.left = True, self.left - 1

    def _begin(self, what: float) -> None:
        from django.db import transaction
        from django.db.models import F

        from cases.models import Case
        from krat.demo import make
        from krat.plan.models import Task

        self.block, self.new = transaction.atomic(), None
        self.block.__enter__()
        if what < 0.5:
            self.new = make.task(self.lead)
        elif what < 0.7:
            chosen = self.dice.choice(self.tasks)
            Task.objects.unscoped(WHY).filter(pk=chosen.pk).update(version=F("version") + 1)
        else:  # a case goes from one unit to the other, or is changed
            chosen, holder = self.dice.choice(self.cases), self.dice.choice(self.units)
            Case.objects.unscoped(WHY).filter(pk=chosen.pk).update(holder=holder, version=F("version") + 1)

    def end(self) -> None:
        """Commit what was changed, or take it back."""
        self.hand.submit(self._end).result()
        self.is_open = False
        if self.new is not None and not self.is_taken_back:
            self.tasks.append(self.new)
            self.added.add(self.new.pk)

    def _end(self) -> None:
        from django.db import transaction

        if self.is_taken_back:
            transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def leave(self) -> None:
        """Nothing is left to do."""
        from django.db import connection

        self.hand.submit(lambda: connection.close()).result()  # the one of that thread
        self.hand.shutdown()


class Follower:
    """A machine that keeps what the feed tells it."""

    def __init__(self, code: str) -> None:
        from tests.api.conftest import make_machine

        self.machine = make_machine(code).with_token()
        self.cursor, self.holds = "", dict[tuple[str, str], Any]()

    def read(self) -> bool:
        """Read one page; whether there is more."""
        asked = f"&cursor={self.cursor}" if self.cursor else ""
        page = self.machine.get(f"changes/?limit=20{asked}").json()
        for one in page["changes"]:
            key = one["type"], one["code"]
            if one["action"] == "gone":
                self.holds.pop(key, None)
            else:
                self.holds[key] = one["data"]
        self.cursor = page["cursor"]
        return bool(page["has_more"])

    def catch_up(self) -> None:
        """Read until there is nothing more."""
        while self.read():
            pass

    def wrong(self) -> list[str]:
        """What it holds and should not, does not hold and should, or holds in another version than GET gives it."""
        now = {}
        for kind, path in (("case", "cases"), ("referral", "referrals"), ("task", "tasks")):
            cursor = ""
            while cursor is not None:
                page = self.machine.get(f"{path}/?limit=200" + (f"&cursor={cursor}" if cursor else "")).json()
                now |= {(kind, one["code"]): one["version"] for one in page["results"]}
                cursor = page["next"]
        holds = {key: data["version"] for key, data in self.holds.items() if key[0] in ("case", "referral", "task")}
        return [str(key) for key in now.keys() | holds.keys() if now.get(key) != holds.get(key)]


class PlainFollower:
    """Remembers the last id that was read, and asks for those behind it: what a feed must not do."""

    def __init__(self) -> None:
        from krat.plan.models import Task

        self.rows = Task.objects.unscoped(WHY).order_by("pk").values_list("pk", flat=True)
        self.last, self.found = self.rows.last(), set[int]()

    def read(self) -> None:
        """Whatever has a higher id than the last one."""
        for pk in self.rows.filter(pk__gt=self.last):
            self.found.add(pk)
            self.last = pk


class Beside:
    """A follower that reads at the same time as the writers write: a page whenever it is let."""

    def __init__(self, follower: Follower) -> None:
        self.follower, self.may_read, self.is_over = follower, threading.Semaphore(0), False
        self.mistakes: list[str] = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        from django.db import connection

        try:
            while self.may_read.acquire() and not self.is_over:
                self.follower.read()
            self.follower.catch_up()
        except BaseException as mistake:
            self.mistakes.append(f"{type(mistake).__name__}: {mistake}")
        connection.close()

    def end(self) -> None:
        """Let it read on to the end."""
        self.is_over = True
        self.may_read.release()
        self.thread.join()


def play(writers: list[Writer], together: bool, after_each: Callable[[], None]) -> None:
    """Let all writers do all their transactions; where they can write together, in an order that is drawn."""
    dice, steps = random.Random(24), 0
    while any(one.left or one.is_open for one in writers):
        open_ones = [one for one in writers if one.is_open]
        free = [one for one in writers if one.left and not one.is_open]
        if not together:
            free[0].begin()
            free[0].end()
        elif free and (not open_ones or dice.random() < 0.6):
            dice.choice(free).begin()
        else:
            dice.choice(open_ones).end()
        steps += 1
        if steps % A_PAGE_EVERY == 0:
            after_each()


def main() -> None:
    """Write and follow; then let the followers catch up, and compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # of the machines' secrets
    together = connection.vendor == "postgresql"  # SQLite lets one write at a time
    writers = [Writer(number) for number in range(WRITERS)]
    between = [Follower(code) for code in (OFFICE, UNIT, OTHER)]
    beside = [Beside(Follower(code)) for code in (OFFICE, UNIT, OTHER)]
    plain = PlainFollower()

    def everybody_reads() -> None:
        for one in beside:
            one.may_read.release()
        for reader in between:
            reader.read()
        plain.read()

    if together:  # one who began earlier ends later, and everybody has read in between
        early, late = writers[:2]
        early.begin(0.0)
        late.begin(0.0)
        late.end()
        for reader in between:
            reader.catch_up()
        plain.read()
        early.end()
    play(writers, together, everybody_reads)
    for one in beside:
        one.end()
    for reader in between:
        reader.catch_up()
    plain.read()
    for writer in writers:
        writer.leave()
    followers = [*between, *(one.follower for one in beside)]
    added = set().union(*(one.added for one in writers))
    of_units = {str(case.code) for one in writers for case in one.cases}
    held = {code for one in followers for kind, code in one.holds if kind == "case"}
    said = {
        "mistakes": [mistake for one in beside for mistake in one.mistakes],
        "transactions": WRITERS * TRANSACTIONS - sum(one.left for one in writers),
        "added": len(added),
        "told": min(sum(kind == "task" for kind, _code in one.holds) for one in (between[0], beside[0].follower)),
        "cases_held": len(of_units & held) / len(of_units),
        "wrong": [wrong for one in followers for wrong in one.wrong()],
        "missed_by_a_plain_sequence": len(added - plain.found),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
