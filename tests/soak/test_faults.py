"""A server that is killed, a disk that is full, a database that is gone.

What was acknowledged stands, once and whole, with its line in the trail; what was not stands on the page of whoever
typed it, and can be sent again from there. The ledger is kept outside, by those who write.
"""

import html
import json
import os
import random
import re
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.utils import timezone

from tests.soak.served import Person, Registry, Road, Shelf, SmallDisk, until

pytestmark = pytest.mark.slow
ANA = "pmf.durres"
WORDS = " – shkruar me mundim, që nuk duhet humbur kurrë." * 20
READ = """
import json
import django
django.setup()
from cases.models import Note
from krat.audit.models import Entry
why = "a test compares what stands with what was acknowledged"
texts = [(one.data["text"], str(one.code)) for one in Note.objects.unscoped(why)]
told = set(Entry.objects.unscoped(why).filter(event="case.noted").values_list("thing_code", flat=True))
print(json.dumps([[text, code in told] for text, code in texts if text.startswith("shënimi ")]))
"""


def notes_of(person: Person) -> str:
    """The page of a case's notes."""
    found = re.search(r'href="/cases/([0-9a-f-]{36})/', person.get("/cases/").text)
    return f"/cases/{found[1]}/notes/"


def filled(person: Person, page: str, mark: str) -> dict[str, str]:
    """The form of a note, filled in."""
    words = {"text": f"shënimi {mark}{WORDS}", "kind": "call", "happened_on": f"{timezone.localdate():%Y-%m-%d}"}
    return person.form(page) | words


def standing(registry: Registry) -> tuple[Counter[str], list[str]]:
    """Which notes stand, and how often; and those that are not whole, or have no line in the trail."""
    rows = json.loads(registry.run("-c", READ))
    marks = Counter(text.split()[1] for text, _told in rows)
    return marks, [text[:60] for text, told in rows if not told or not text.endswith(WORDS)]


def is_whole(registry: Registry, acknowledged: set[str], sent: set[str]) -> None:
    """Nothing that was acknowledged is missing, nothing stands twice or by half, and nobody else wrote."""
    marks, halves = standing(registry)
    assert acknowledged - set(marks) == set(), "acknowledged and gone"
    assert [mark for mark, times in marks.items() if times > 1] == [], "stands twice"
    assert set(marks) <= sent
    assert halves == []
    registry.run("manage.py", "audit", "verify")


class Writer(threading.Thread):
    """Ana, who writes one note after the other, and sends each until somebody says that it stands."""

    def __init__(self, person: Person, page: str, name: str, go_on: threading.Event) -> None:
        super().__init__(daemon=True)
        self.person, self.page, self.go_on, self.called = person, page, go_on, name
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        number = 0
        while self.go_on.is_set():
            number += 1
            mark = f"{self.called}{number}."
            form = self._until(lambda mark=mark: filled(self.person, self.page, mark))
            if form is None or "_once" not in form:
                continue
            self.sent.add(mark)
            if self._until(lambda form=form: self._is_taken(form)):
                self.acknowledged.add(mark)

    def _is_taken(self, form: dict[str, str]) -> bool:
        answer = self.person.send(self.page, form)
        self.answers[str(answer.status_code)] += 1
        return answer.status_code == 302 and answer.headers["Location"].endswith(self.page)

    def _until(self, does):
        """Again and again, as people do whose page did not come; at the end they give up."""
        while True:
            try:
                if found := does():
                    return found
            except requests.RequestException:
                self.answers["no answer"] += 1
            if not self.go_on.is_set():
                return None
            time.sleep(0.1)


def test_killed_at_random_moments_nothing_acknowledged_is_lost_or_stands_twice(serve, lasting, dice):
    registry = serve(workers=1)
    ana = Person(registry, ANA)
    page = notes_of(ana)
    go_on = threading.Event()
    go_on.set()
    writers = [Writer(ana, page, f"{name}-", go_on) for name in ("një", "dy")]
    for one in writers:
        one.start()
    in_time = until(lasting(6))
    kills = 0
    while in_time():
        time.sleep(dice.uniform(0.2, 2.5))
        kills += 1
        if dice.random() < 0.3:
            registry.kill()
            registry.start()
        else:
            for worker in registry.workers_now():
                os.kill(worker, signal.SIGKILL)  # the one that keeps them starts another
            registry.wait()
    time.sleep(1)
    go_on.clear()
    for one in writers:
        one.join(60)

    assert kills
    assert all(one.acknowledged for one in writers)
    is_whole(registry, set.union(*(one.acknowledged for one in writers)), set.union(*(one.sent for one in writers)))


def test_with_the_database_gone_every_word_is_on_the_page_and_is_taken_once_afterwards(serve, times, tmp_path):
    registry, road = serve_where_it_can_be_cut(serve)
    ana = Person(registry, ANA)
    page = notes_of(ana)
    sent = set()
    for turn in range(times(1, 30)):
        mark = f"pa-bazë-{turn}."
        sent.add(mark)
        form = filled(ana, page, mark)
        road.cut()

        failed = ana.send(page, form)
        assert failed.status_code == 503
        assert "Regjistri nuk lidhet dot me bazën e të dhënave." in failed.text
        assert form["text"] in html.unescape(failed.text)
        for path in (page, "/", "/meetings/", "/account/login/", "/people/welcome/SECRET-KEY-OF-AN-INVITATION/"):
            answer = ana.get(path)
            assert answer.status_code == 503, path
            assert re.search(r'lost-number">[0-9A-F]{8}<', answer.text)
            assert "no-store" in answer.headers["Cache-Control"]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert (ana.get("/health/").status_code, ana.get("/health/ready/").status_code) == (200, 503)
        token = {"grant_type": "client_credentials", "client_id": "a" * 32, "client_secret": "SECRET-OF-A-MACHINE"}
        for answer in (
            ana.session.post(f"{registry.url}/identity/o/api/token", data=token, timeout=60),
            ana.session.get(f"{registry.url}/api/v1/cases/", headers={"Authorization": "Bearer x"}, timeout=60),
        ):
            assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")

        road.open()
        again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', failed.text))
        again = {name: html.unescape(value) for name, value in again.items()}
        for _twice in range(2):
            assert ana.send(page, again).headers["Location"] == page
        assert ana.get("/health/ready/").status_code == 200

    is_whole(registry, sent, sent)
    lines = registry.log.strip().splitlines()
    assert len(lines) == times(1, 30) * 8
    assert all(re.search(r"incident [0-9A-F]{8} [\w:]+ \w*Error\S* at [\w.]+:\d+", line) for line in lines), lines[:3]
    assert not re.search(r"/\S|SECRET", registry.log)


def serve_where_it_can_be_cut(serve):
    """A registry, and the way to its database."""
    roads = []

    def elsewhere(address: str) -> str:
        if connection.vendor == "postgresql":
            roads.append(Road(Path(tempfile.mkdtemp(prefix="krat-road-", dir="/tmp")), address))
            roads[0].open()
            return roads[0].address
        file = Path(address.removeprefix("sqlite:///"))
        (file.parent / "shelf").mkdir()
        file.rename(file.parent / "shelf" / file.name)
        roads.append(Shelf(file.parent / "shelf" / file.name))
        return f"sqlite:///{file.parent / 'shelf' / file.name}"

    return serve(elsewhere), roads[0]


def test_on_a_full_disk_it_says_so_keeps_every_word_and_goes_on_afterwards(serve, times, tmp_path, dice):
    if connection.vendor == "postgresql":
        pytest.skip("the disk of the tests' own server is not theirs to fill")
    disks = []

    def elsewhere(address: str) -> str:
        file = Path(address.removeprefix("sqlite:///"))
        size = file.stat().st_size >> 20
        disks.append(SmallDisk(tmp_path / "disk", megabytes=size + 24))
        shutil.copy2(file, tmp_path / "disk" / file.name)
        return f"sqlite:///{tmp_path / 'disk' / file.name}"

    try:
        registry = serve(elsewhere)
    except PermissionError as mistake:
        os.environ["KRAT_NOT_RUN"] = f"{os.environ.get('KRAT_NOT_RUN', '')}\na full disk: {mistake}".strip()
        pytest.skip(str(mistake))
    [disk] = disks
    try:
        fill_and_write(registry, disk, times(1, 25), dice)
    finally:
        registry.stop()
        disk.remove()


def fill_and_write(registry: Registry, disk: SmallDisk, turns: int, dice: random.Random) -> None:
    ana = Person(registry, ANA)
    page = notes_of(ana)
    acknowledged, sent = set(), set()
    refused = 0
    for turn in range(turns):
        forms = {f"plot-{turn}-{number}.": filled(ana, page, f"plot-{turn}-{number}.") for number in range(4)}
        sent |= set(forms)
        disk.fill(leaving=dice.choice([0, 0, dice.randrange(4096, 200_000)]))
        left = {}
        for mark, form in forms.items():
            answer = ana.send(page, form)
            if answer.status_code == 302:
                acknowledged.add(mark)
                continue
            refused += 1
            left[mark] = form
            assert answer.status_code == 503, answer.text
            assert "nuk ka më vend" in answer.text
            assert form["text"] in html.unescape(answer.text)
        assert ana.get(page).status_code in (200, 503)
        assert ana.get("/health/").status_code == 200
        disk.clear()
        for mark, form in left.items():
            assert ana.send(page, form).status_code == 302
            acknowledged.add(mark)

    assert refused
    assert acknowledged == sent
    is_whole(registry, acknowledged, sent)
    assert not re.search(r"/\S", registry.log)
