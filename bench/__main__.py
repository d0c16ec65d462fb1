"""``make bench CASES=100000``: measures pages on a database of its own, each beside the same rows without the registry.

    python -m bench --cases 100000 --turns 60

One line a workload: its median and 95th percentile, its queries, its rows a second; then what one hand-written
statement takes for the same rows, and a plain viewset over a plain copy of the tables with the same indexes. The three
take turns, so that a busy machine is busy for all of them. The database stands in ``var/bench`` and is used again
(``--fresh`` makes it anew); with ``DATABASE_URL`` it is that one, which must be empty or hold an invented world.
"""

import argparse
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WHO = "njmf.durres"
WARM_UP = 3


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- the database ---


def prepare(cases: int, seed: int, *, fresh: bool) -> None:
    """Start Django on the benchmark's database."""
    place = ROOT / "var" / "bench"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = place / f"{cases}-{seed}.sqlite3"
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{file}")
    os.environ.setdefault("KRAT_KEYS", str(place / "keys.json"))
    if fresh:
        for end in ("", "-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "KRAT_DEMO": "1",
        "PLAIN_HTTP": "1",
        "KRAT_NO_DOTENV": "1",
        "LANGUAGE_CODE": "sq",
    }
    import django

    django.setup()


def fill(cases: int, seed: int) -> None:
    """Fill the database where it is empty, and the plain copy after it."""
    from django.core.management import call_command
    from django.db import connection

    from bench.plain import copy, models
    from krat.demo import many

    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # the plain tables, which point to the others
    call_command("collectstatic", interactive=False, verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        if not many.is_there(seed):
            started = time.monotonic()
            call_command("demo", cases=cases, seed=seed, stdout=nowhere)
            took = time.monotonic() - started
            say(f"demo --cases {cases} --seed {seed}: {took:.0f} s, {cases / took:.0f} cases/s")
    if not models.Case.objects.exists():
        started = time.monotonic()
        copy.fill()
        say(f"The plain copy: {time.monotonic() - started:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# --- the workloads ---


Turn = Callable[[], int]


@dataclass
class Workload:
    """One thing people do, in three ways; each turn says how many rows it gave."""

    name: str
    ways: dict[str, Turn]
    times: dict[str, list[float]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)

    def take_turns(self, turns: int) -> None:
        """Each way once a turn, in an order that goes round."""
        names = list(self.ways)
        for turn in range(WARM_UP + turns):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                self._take(name, is_counted=turn >= WARM_UP)

    def _take(self, name: str, *, is_counted: bool) -> None:
        from django.db import connection

        counted = _Counted()
        if is_counted:
            started = time.perf_counter()
            rows = self.ways[name]()
            self.times.setdefault(name, []).append(time.perf_counter() - started)
            self.rows[name] = self.rows.get(name, 0) + rows
        else:
            with connection.execute_wrapper(counted):
                self.ways[name]()
            self.queries[name] = counted.statements

    def line(self) -> str:
        """What was measured, in one line."""
        middle = {name: statistics.median(times) for name, times in self.times.items()}
        whole = middle["registry"]
        late = sorted(self.times["registry"])[int(len(self.times["registry"]) * 0.95)]
        speed = self.rows["registry"] / sum(self.times["registry"])
        own = (
            f"{self.name:<8} p50 {whole * 1000:7.1f} ms  p95 {late * 1000:7.1f} ms"
            f"  queries {self.queries['registry']:3}  rows/s {speed:7.0f}"
        )
        others = [
            f"{name} {middle[name] * 1000:6.1f} ms, queries {self.queries[name]}: {whole / middle[name]:.1f}×"
            for name in self.ways
            if name != "registry"
        ]
        return "  | ".join([own, *others])


class _Counted:
    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


def _browser(username: str) -> Any:
    from django.test import Client
    from django.utils import timezone

    from krat.people.models import User
    from krat.people.sign_in import SEEN_AT, STARTED_AT

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    session = client.session
    session[STARTED_AT] = session[SEEN_AT] = timezone.now().timestamp()
    session.save()
    return client


def _well(answer: Any, *statuses: int) -> Any:
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.content[:2000]!r}"  # noqa: S101
    return answer


def workloads(seed: int) -> list[Workload]:
    """A unit's list, a search by name, a case, a new case."""
    from django.db.models import Count
    from django.urls import reverse

    from bench import statements
    from bench.plain import models as plain
    from bench.plain.copy import words_and_beginnings
    from cases import names
    from cases.models import Case
    from krat.access import recovered_forms
    from krat.demo.make import number
    from krat.people.models import Seat
    from krat.reference.models import Municipality, Term

    dice = random.Random(seed)  # noqa: S311  # the same throws every time
    head = Seat.objects.unscoped("who is measured").for_request().get(user__username=WHO)
    browser, anybody = _browser(WHO), _browser(WHO)
    anybody.cookies.clear()
    holder, stage = head.institution_id, "closed"
    own = Case.objects.visible_to(head)
    codes = list(own.exclude(reference="").order_by("pk").values_list("code", flat=True))
    of_unit = plain.Identity.objects.filter(case__holder=holder).values_list("first_name", "last_name")
    people = list(of_unit.order_by("pk").annotate(n=Count("pk"))[:500])
    typed = [f"{first[:4]} {last[:5]}" for first, last, _n in people if len(first) > 3]
    place = Municipality.objects.get(code="AL-02-DURRES")
    source = Term.objects.get(list="source", code="police")
    worker = plain.Worker.objects.order_by("pk")[0].pk

    # Every way of a turn gets the same throw: the dice fall once for the three.
    thrown: dict[str, tuple[int, Any]] = {}

    def throw(what: str, choices: list[Any], way: str) -> Any:
        turn, value = thrown.get(what, (0, None))
        if turn % 3 == 0:
            value = dice.choice(choices)
        thrown[what] = turn + 1, value
        return value

    def new_case() -> tuple[dict[str, Any], dict[str, str]]:
        head_words = {"kind": "child", "risk": "high", "victim_status": "at_risk", "concerns": ["neglect"]}
        who = {"first_name": "Shembulla", "last_name": f"Prova{chr(97 + number() % 26)}", "sex": "female"}
        return head_words, who

    def opened_by_form() -> int:
        head_words, who = new_case()
        form = {
            **head_words,
            **who,
            "municipality": place.pk,
            "source": source.pk,
            "signalled_on": _typed_today(),
            "birth_date": "",
            recovered_forms.FIELD: str(uuid.uuid4()),
        }
        _well(browser.post(reverse("cases:add"), form), 302)
        return 1

    def plain_row() -> tuple[dict[str, Any], dict[str, str]]:
        head_words, who = new_case()
        case = {
            **head_words,
            "number": f"B{time.time_ns()}"[:20],
            "reference": "",
            "stage": "initial_assessment",
            "signalled_on": _today(),
        }
        return case, who

    def opened_by_statements() -> int:
        case, who = plain_row()
        columns = {"municipality_id": place.pk, "holder_id": holder, "source_id": source.pk}
        empty = dict.fromkeys(
            (field.name for field in plain.Identity._meta.fields if field.name not in ("id", "case")), ""
        )
        words = words_and_beginnings(who["first_name"], who["last_name"])
        return statements.insert(case | columns, empty | who, sorted(words), worker)

    def opened_by_viewset() -> int:
        case, who = plain_row()
        body = {**case, "municipality": place.code, "holder": holder, "source": source.code, "identity": who}
        _well(anybody.post("/api/plain/cases/", body, content_type="application/json"), 201)
        return 1

    def listed() -> int:
        _well(browser.get(reverse("cases:list"), {"stage": stage}), 200)
        return 25

    def plainly_listed() -> int:
        _well(anybody.get("/api/plain/cases/", {"holder": holder, "stage": stage}), 200)
        return 25

    def searched() -> int:
        _well(browser.post(reverse("cases:search"), {"words": throw("words", typed, "registry")}), 200)
        return 1

    def plainly_searched() -> int:
        body = {"words": throw("words", typed, "viewset"), "holder": holder}
        _well(anybody.post("/api/plain/cases/search/", body, content_type="application/json"), 200)
        return 1

    def searched_by_statement() -> int:
        words = names.tokens_to_find(throw("words", typed, "statement"))
        return statements.found(holder, [tokens[0] for tokens in words])

    def shown() -> int:
        _well(browser.get(reverse("cases:case", args=[throw("code", codes, "registry")])), 200)
        return 1

    def plainly_shown() -> int:
        _well(anybody.get(f"/api/plain/cases/{throw('code', codes, 'viewset')}/"), 200)
        return 1

    return [
        Workload(
            "list",
            {
                "registry": listed,
                "statement": lambda: statements.a_page(holder, stage),
                "viewset": plainly_listed,
            },
        ),
        Workload("search", {"registry": searched, "statement": searched_by_statement, "viewset": plainly_searched}),
        Workload(
            "case",
            {
                "registry": shown,
                "statement": lambda: statements.a_case(throw("code", codes, "statement")),
                "viewset": plainly_shown,
            },
        ),
        Workload(
            "open",
            {"registry": opened_by_form, "statements": opened_by_statements, "viewset": opened_by_viewset},
        ),
    ]


def _today() -> str:
    from django.utils import timezone

    return timezone.localdate().isoformat()


def _typed_today() -> str:
    from django.utils import timezone

    return f"{timezone.localdate():%d.%m.%Y}"


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--turns", type=int, default=60)
    asked.add_argument("--fresh", action="store_true")
    asked.add_argument("--only", default="", help="the name of one workload")
    options = asked.parse_args()
    prepare(options.cases, options.seed, fresh=options.fresh)
    fill(options.cases, options.seed)
    from django.db import connection

    say(f"{options.cases} cases on {connection.vendor}, {options.turns} turns each, as {WHO}")
    for workload in workloads(options.seed):
        if options.only in ("", workload.name):
            workload.take_turns(options.turns)
            say(workload.line())


if __name__ == "__main__":
    main()
