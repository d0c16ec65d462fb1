"""Two municipalities' systems stay in step with one server, while both sides are killed again and again.

At the end each record of their files is there once with the file's values, and each holds exactly what it may see.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from krat_sync import Registry as Road
from tests.soak.served import ROOT, Registry, until

pytestmark = [pytest.mark.slow, pytest.mark.soak]

PLACES = {"AL-02-NJMF-DURRES": "AL-02-DURRES", "AL-02-NJMF-SHIJAK": "AL-02-SHIJAK"}
RECORDS = 60
TYPES = {
    "case": "cases",
    "institution": "institutions",
    "meeting": "meetings",
    "referral": "referrals",
    "sent_change": "cases/inbox",
    "task": "tasks",
}
RISKS = ("low", "medium", "high", "immediate")


class System:
    """One municipality's system: its file, which changes all the time, and the client, which is killed all the time."""

    def __init__(self, registry: Registry, unit: str, place: Path) -> None:
        self.registry, self.unit, self.place = registry, unit, place
        place.mkdir()
        said = registry.run("manage.py", "apiclient", "create", unit, "--name", "Sistemi", "--write")
        made = dict(pair.split("=", 1) for pair in said.split())
        self.client_id, self.secret = made["client_id"], made["client_secret"]
        self.file, self.mirror = place / "cases.ndjson", place / "mirror"
        self.records = {
            f"{unit[-6:]} {number}/26": {
                "reference": f"{unit[-6:]} {number}/26",
                "municipality": PLACES[unit],
                "signalled_on": "2026-03-02",
                "source": "police",
                "risk": "low",
                "identity": {"first_name": "Shembulla", "last_name": "Provë", "birth_date": "2015-03-14"},
            }
            for number in range(RECORDS)
        }
        self.write()
        self.process: subprocess.Popen[bytes] | None = None

    def write(self) -> None:
        """The file as it stands now, whole or not at all."""
        part = self.file.with_suffix(".part")
        part.write_text("\n".join(json.dumps(one) for one in self.records.values()))
        part.replace(self.file)

    def change(self, dice: random.Random) -> None:
        """Somebody works with the municipality's own system."""
        for one in dice.sample(list(self.records.values()), 5):
            one["risk"] = dice.choice(RISKS)
        self.write()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The program."""
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "clients/krat-sync/src"),
            "KRAT_ADDRESS": self.registry.url,
            "KRAT_CLIENT_ID": self.client_id,
            "KRAT_CLIENT_SECRET": self.secret,
            "KRAT_STATE": str(self.place / "state"),
        }
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "krat_sync", *arguments], env=environment, stdout=log, stderr=log
            )
        return self.process

    def watch(self) -> None:
        """Let it stay in step by itself."""
        self.start("watch", str(self.mirror), "--push", str(self.file), "--every", "0.3")

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def settle(self) -> None:
        """The last run of the day, by hand."""
        for arguments in (["push", str(self.file)], ["pull", str(self.mirror)]):
            assert self.start(*arguments).wait(300) == 0, (self.place / "log").read_text()[-2000:]

    def wrong(self) -> list[str]:
        """What is lost, doubled, other than in the file, or other than in the registry."""
        with closing(Road(self.registry.url, self.client_id, self.secret)) as road:
            there = {
                (kind, one["code"]): one for kind, path in TYPES.items() for one in road._pages(f"/api/v1/{path}/", {})
            }
        cases = [one for (kind, _code), one in there.items() if kind == "case"]
        often = Counter(one["reference"] for one in cases)
        found = [f"{name} is there {often[name]} times" for name in self.records if often[name] != 1]
        risks = {one["reference"]: one["risk"] for one in cases}
        found += [f"{name} differs" for name, one in self.records.items() if risks.get(name) != one["risk"]]
        held = {(file.parent.name, file.stem): json.loads(file.read_text()) for file in self.mirror.glob("*/*.json")}
        found += [f"{key} is held by one side" for key in held.keys() ^ there.keys()]
        found += [f"{key} is old" for key in held.keys() & there.keys() if key[0] == "case" and held[key] != there[key]]
        return found


def test_two_systems_and_a_server_that_are_killed_end_in_step(serve, lasting, dice, tmp_path):
    registry = serve(workers=2)
    systems = [System(registry, unit, tmp_path / unit) for unit in PLACES]
    in_time, kills = until(lasting(20)), Counter()
    over = threading.Event()

    def work() -> None:
        """The municipalities' own people, meanwhile."""
        own = random.Random(dice.random())
        while not over.wait(0.5):
            for one in systems:
                one.change(own)

    people = threading.Thread(target=work)
    people.start()
    for one in systems:
        one.watch()
    try:
        while in_time():
            time.sleep(dice.uniform(0.5, 4))
            if dice.random() < 0.3:
                registry.kill()
                registry.start()
                kills["server"] += 1
            else:
                chosen = dice.choice(systems)
                chosen.kill()
                chosen.watch()
                kills["client"] += 1
    finally:
        over.set()
        people.join()
        for one in systems:
            one.kill()
    for one in systems:
        one.settle()

    assert kills["client"] > 0
    assert [wrong for one in systems for wrong in one.wrong()] == []
