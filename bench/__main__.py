"""``make bench CASES=100000``: measures what people and systems do, beside what a contractor would deliver.

    python -m bench --cases 100000 --turns 60 [--on postgresql] [--before COMMIT]

One line a workload: its median and 95th percentile, its statements, its rows a second; beside it the same with plain
Django REST framework or Django's admin over a plain copy of the tables (`bench.plain`), and a former commit over a copy
of the same rows. Each is a process of its own, and they take turns, so that a busy machine is busy for all of them.
The database stands in ``var/bench`` and is used again (``--fresh`` makes it anew); on PostgreSQL it lives as long as
the run; with ``DATABASE_URL`` it is that one, which must be empty or hold an invented world.
"""

import argparse
import json
import os
import random
import signal
import statistics
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import before, databases
from bench.targets import WORKLOADS, Workload
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
WARM_UP = 3
WITH_A_TENTH = 100_000  # cases: from so many on a database with a tenth of them is measured, too
IN_MEMORY = 200_000  # cases: a PostgreSQL of more stands on the disk
MANY, MANY_TURNS = 200, 5


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- sides ---


class Side:
    """A process that takes turns."""

    def __init__(self, which: str, folder: Path, environment: dict[str, str], about: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.side", which],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.turns = self._ask({"turn": "begin", **about})["turns"]

    def take(self, turn: str, thing: Any, *, count: bool = False) -> dict[str, Any]:
        """One turn: its seconds and rows, or its statements."""
        return self._ask({"turn": turn, "thing": thing, "count": count})

    def profile(self, turn: str, thing: Any, times: int) -> list[str]:
        """In what the time of so many turns goes, a line each."""
        lines: list[str] = self._ask({"turn": turn, "thing": thing, "profiled": times})["profile"]
        return lines

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None  # noqa: S101
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"A side of the benchmark ended at {asked['turn']}.")
        found: dict[str, Any] = json.loads(answer)
        return found

    def end(self) -> None:
        """Let it go."""
        assert self.process.stdin  # noqa: S101
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Measured:
    """One way of a workload."""

    times: list[float] = field(default_factory=list)
    rows: int = 0
    statements: int = 0

    @property
    def middle(self) -> float:
        """The median, in milliseconds."""
        return statistics.median(self.times) * 1000

    @property
    def late(self) -> float:
        """The 95th percentile, in milliseconds."""
        return sorted(self.times)[int(len(self.times) * 0.95)] * 1000

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / sum(self.times)


# --- what turns are about ---


class Things:
    """What each turn is about: the dice fall once for all sides."""

    def __init__(self, chosen: dict[str, Any], seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  # the same throws every time
        self.cases, self.words, self.today = chosen["cases"], chosen["words"], chosen["today"]
        self.papers = chosen["papers"]
        self._risks: dict[str, str] = {}
        self._at = 0

    def next(self, about: str) -> Any:
        """What the next turn is about."""
        if about == "case":
            return self.dice.choice(self.cases)["reference"]
        if about in ("words", "papers"):
            return self.dice.choice(self.words if about == "words" else self.papers)
        if about == "new":
            return {"reference": "", "risk": "high", "day": self.today, "name": self._name()}
        if about == "record":
            return self._changed()
        return [self._changed() for _number in range(MANY)] if about == "records" else None

    def known(self) -> list[dict[str, str]]:
        """Every case that turns will change, as it is sent first."""
        return [self._record(one, "low") for one in self.cases[:MANY]]

    def _changed(self) -> dict[str, str]:
        case = self.cases[self._at % min(MANY, len(self.cases))]
        self._at += 1
        risk = self._risks[case["reference"]] = "high" if self._risks.get(case["reference"]) != "high" else "medium"
        return self._record(case, risk)

    def _record(self, case: dict[str, str], risk: str) -> dict[str, str]:
        return {**case, "risk": risk, "name": "Provashembull"}

    def _name(self) -> str:
        return "Prova" + "".join(self.dice.choices(string.ascii_lowercase, k=6))


# --- a run ---


@contextmanager
def database(options: argparse.Namespace) -> Iterator[str]:
    """The registry's database, by its address."""
    place = ROOT / "var" / "bench"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("KRAT_KEYS", str(place / "keys.json"))
    if "DATABASE_URL" in os.environ:
        os.environ.setdefault("KRAT_TRAIL_HEAD", str(place / "given.head"))
        yield os.environ["DATABASE_URL"]
    elif options.on == "postgresql":
        os.environ["KRAT_TRAIL_HEAD"] = str(place / "postgresql.head")
        for head in place.glob("postgresql.head*"):
            head.unlink()
        with postgres.cluster(in_memory=options.cases <= IN_MEMORY) as url:
            yield url
    else:
        file = place / f"{options.cases}-{options.seed}.sqlite3"
        os.environ.setdefault("KRAT_TRAIL_HEAD", f"{file}.head")
        url = f"sqlite:///{file}"
        if options.fresh:
            Path(f"{file}.head").unlink(missing_ok=True)
            for each in (url, databases.beside(url, "plain")):
                databases.remove(each)
        yield url


@contextmanager
def sides(options: argparse.Namespace, url: str) -> Iterator[tuple[dict[str, Side], dict[str, Any]]]:
    """Every side, ready to take turns, and what there is to choose from."""
    plain = databases.beside(url, "plain")
    databases.make(plain)
    own = {"DATABASE_URL": url, "KRAT_DEMO": "1", "DEBUG": "0", "PLAIN_HTTP": "1", "KRAT_NO_DOTENV": "1"}
    own |= {"LANGUAGE_CODE": "sq"}
    both = own | {"BENCH_PLAIN_URL": plain}
    chosen = _prepared(options.cases, options.seed, both)
    with ExitStack() as stack:
        # Name: which code, where it stands, its environment, and what there is in its database.
        ready: dict[str, tuple[str, Path, dict[str, str], dict[str, Any]]] = {
            "registry": ("registry", ROOT, own, chosen),
            "yardstick": ("yardstick", ROOT, both, chosen),
        }
        if options.before:
            folder, environment = _former(options.before, url, own, stack)
            ready["before"] = "registry", folder, environment, chosen
        if options.cases >= WITH_A_TENTH:
            smaller = databases.a_tenth(url, options.cases)
            databases.make(smaller)
            head = os.environ["KRAT_TRAIL_HEAD"].replace(f"{options.cases}-", f"{options.cases // 10}-")
            environment = own | {
                "DATABASE_URL": smaller,
                "KRAT_TRAIL_HEAD": head if head != os.environ["KRAT_TRAIL_HEAD"] else f"{head}.tenth",
            }
            found = _prepared(options.cases // 10, options.seed, environment)
            ready["a tenth"] = "registry", ROOT, environment, found
        begun = {}
        for name, (which, folder, environment, there) in ready.items():
            about = {"client": there["client"], "references": [one["reference"] for one in there["cases"]]}
            begun[name] = Side(which, folder, environment, about)
            stack.callback(begun[name].end)
        yield begun, chosen


def _prepared(cases: int, seed: int, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.prepare", str(cases), str(seed)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _former(commit: str, url: str, own: dict[str, str], stack: ExitStack) -> tuple[Path, dict[str, str]]:
    copied = databases.beside(url, "before")
    stack.callback(databases.remove, copied)
    databases.copy(url, copied)
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="krat-before-")))
    databases.copy_file(Path(os.environ.get("KRAT_TRAIL_HEAD", "")), place / "head")
    environment = {**own, "DATABASE_URL": copied, "KRAT_TRAIL_HEAD": str(place / "head")}
    folder = before.code_of(commit, place / "code")
    before.to_its_schema(folder, environment)
    return folder, environment


def take_turns(workload: Workload, begun: dict[str, Side], things: Things, turns: int) -> dict[str, Measured]:
    """Each side once a turn, in an order that goes round; all sides get the same."""
    ways = {name: (side, workload.turn) for name, side in begun.items() if workload.turn in side.turns}
    if workload.flat is None:
        ways.pop("a tenth", None)
    warm_up = WARM_UP
    if workload.about == "records":
        warm_up, turns = 1, min(turns, MANY_TURNS)
        ways["COPY and merge"] = begun["yardstick"], "rest_bulk"
    if workload.about == "papers":
        ways["yardstick"] = begun["registry"], "one_statement"
    measured = {name: Measured() for name in ways}
    names = list(ways)
    for turn in range(warm_up + turns):
        thing = things.next(workload.about)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            side, method = ways[name]
            if turn < warm_up:
                measured[name].statements = side.take(method, thing, count=True)["statements"]
            else:
                answer = side.take(method, thing)
                measured[name].times.append(answer["seconds"])
                measured[name].rows += answer["rows"]
    return measured


def told(workload: Workload, measured: dict[str, Measured]) -> str:
    """What was measured, in one line."""
    own = measured["registry"]
    parts = [
        f"{workload.name:<24} p50 {own.middle:8.1f} ms  p95 {own.late:8.1f} ms  statements {own.statements:3}"
        f"  rows/s {own.rate:8.0f}"
    ]
    for name, other in measured.items():
        if name != "registry":
            called = workload.beside if name == "yardstick" else name
            rows = f", rows/s {other.rate:.0f}" if workload.rate else ""
            parts.append(
                f"{called} {other.middle:.1f} ms, {other.statements} statements{rows}: {own.middle / other.middle:.2f}×"
            )
    parts.append("; ".join(judged(workload, measured)) or "no target")
    return "  | ".join(parts)


def judged(workload: Workload, measured: dict[str, Measured]) -> list[str]:
    """Each target, and whether it was met."""
    own = measured["registry"]
    found = []

    def judge(what: str, is_met: bool) -> None:
        found.append(f"{what}: {'met' if is_met else 'missed'}")

    if workload.times is not None:
        judge(
            f"at most {workload.times}× {workload.beside}", own.middle <= workload.times * measured["yardstick"].middle
        )
    if workload.rate is not None:
        judge(f"at least {workload.rate} rows/s", own.rate >= workload.rate)
    if workload.statements is not None:
        judge(f"at most {workload.statements} statements", own.statements <= workload.statements)
    if workload.flat is not None and "a tenth" in measured:
        judge(
            f"at most {workload.flat}× a tenth of the cases", own.middle <= workload.flat * measured["a tenth"].middle
        )
    return found


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--turns", type=int, default=60)
    asked.add_argument("--on", default="", help="postgresql; else SQLite")
    asked.add_argument("--before", default="", help="a former commit to measure beside this one")
    asked.add_argument("--fresh", action="store_true", help="fill SQLite's database anew")
    asked.add_argument("--profile", type=int, default=0, help="so many lines of where the registry's time goes")
    asked.add_argument("--only", default="", help="workloads whose names begin so")
    options = asked.parse_args()
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, frame: sys.exit(128 + number))  # so that servers and copies go, too
    with database(options) as url, sides(options, url) as (begun, chosen):
        kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
        say(f"{options.cases} cases on {kind}, {options.turns} turns each")
        things = Things(chosen, options.seed)
        sent = things.known()
        for name, side in begun.items():
            if name != "a tenth":
                side.take("known", sent)
        for workload in WORKLOADS:
            if workload.name.startswith(options.only):
                measured = take_turns(workload, begun, things, options.turns)
                say(told(workload, measured))
                if options.profile and workload.about not in ("new", "record", "records"):
                    say("  whole    own calls")
                    for line in begun["registry"].profile(workload.turn, things.next(workload.about), 20)[
                        : options.profile
                    ]:
                        say(f"  {line}")


if __name__ == "__main__":
    main()
