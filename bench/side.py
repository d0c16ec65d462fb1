"""One side of the benchmark, in a process of its own: takes a turn for each line it reads.

    python -m bench.side registry|yardstick

A line names a turn and what it is about (JSON); the answer says its seconds, rows and, where asked, statements. The
registry's side runs over former commits, too: it uses addresses and accounts, and of the code only what signs in.
"""

import cProfile
import json
import os
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import papers

WHO = "njmf.durres"
PLACE = "AL-02-DURRES"
HOLDER = "AL-02-NJMF-DURRES"

Turn = Callable[[Any], int]

_ONE_STATEMENT = """
    SELECT kind, code, words, many FROM (
        SELECT i.kind, coalesce(d.code, t.code) AS code, coalesce(d.text, t.title) AS words,
            count(*) OVER (PARTITION BY i.kind) AS many,
            row_number() OVER (PARTITION BY i.kind ORDER BY i.thing DESC) AS place
        FROM search_indexed i
        LEFT JOIN meetings_decision d ON i.kind = 'decision' AND d.id = i.thing
        LEFT JOIN committee_body b ON b.id = d.body_id
        LEFT JOIN plan_task t ON i.kind = 'task' AND t.id = i.thing
        WHERE {fits} AND (b.county_id = %s OR t.county_id = %s)
    ) found WHERE place <= 5
"""


class Counted:
    """Counts statements."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


def well(answer: Any, *statuses: int) -> Any:
    """The answer, if it is what was wanted."""
    if answer.status_code not in statuses:
        raise SystemExit(f"{answer.status_code}: {answer.content[:2000]!r}")
    return answer


def record(thing: dict[str, Any]) -> dict[str, Any]:
    """A case as a municipal system sends it: its head, and who it is."""
    return {
        "kind": "child",
        "municipality": PLACE,
        "concerns": ["neglect"],
        "risk": thing["risk"],
        "signalled_on": thing["day"],
        "source": "police",
        "identity": {
            "first_name": "Shembulla",
            "last_name": thing["name"],
            "father_name": "Agim",
            "birth_date": "2015-03-14",
            "sex": "female",
            "citizenship": "AL",
            "language": "sq",
        },
    }


# --- the registry ---


class Registry:
    """What people and systems do in the registry."""

    def __init__(self, asked: dict[str, Any]) -> None:
        from django.test import Client

        from krat.reference.models import County

        self.head, self.coordinator, self.prefect, self.of_papers = (
            _browser(name) for name in (WHO, "koordinator.durres", "prefekt.durres", papers.WHO)
        )
        self.county = County.objects.get(code=papers.COUNTY).pk
        grant = {"grant_type": "client_credentials", "scope": "read write", **asked["client"]}
        token = well(Client().post("/identity/o/api/token", grant, SERVER_NAME="localhost"), 200).json()
        self.machine = Client(SERVER_NAME="localhost", HTTP_AUTHORIZATION=f"Bearer {token['access_token']}")
        self.codes = self._codes(asked["references"])

    def _codes(self, references: list[str]) -> dict[str, str]:
        from cases.models import Case

        rows = Case.objects.unscoped("the benchmark asks for cases by their code").filter(reference__in=references)
        return {reference: str(code) for reference, code in rows.values_list("reference", "code")}

    def rest_list(self, thing: Any) -> int:
        """A page of fifty."""
        found = well(self.machine.get("/api/v1/cases/", {"municipality": PLACE, "limit": 50}), 200).json()
        return len(found["results"])

    def rest_case(self, thing: Any) -> int:
        """One case."""
        well(self.machine.get(f"/api/v1/cases/{self.codes[thing]}/"), 200)
        return 1

    def rest_open(self, thing: Any) -> int:
        """A new case."""
        well(self.machine.post("/api/v1/cases/", record(thing), content_type="application/json"), 201)
        return 1

    def rest_put(self, thing: Any) -> int:
        """A change, by the sender's own reference."""
        address = f"/api/v1/cases/by-reference/{thing['reference']}/"
        well(self.machine.put(address, record(thing), content_type="application/json"), 200)
        return 1

    def rest_many(self, things: Any) -> int:
        """Changes in a row."""
        return sum(self.rest_put(thing) for thing in things)

    def known(self, things: Any) -> int:
        """Not measured: the client pulls what it will change, as it must, and says once who it is."""
        for thing in things:
            well(self.machine.get(f"/api/v1/cases/{self.codes[thing['reference']]}/"), 200)
        return self.rest_many(things)

    def cases(self, thing: Any) -> int:
        """The list of cases."""
        well(self.head.get("/cases/"), 200)
        return 25

    def search(self, thing: Any) -> int:
        """A search by the beginning of a name."""
        well(self.head.post("/cases/search/", {"words": thing}), 200)
        return 1

    def papers(self, thing: Any) -> int:
        """A search over decisions and tasks, from the head of a page."""
        well(self.of_papers.post("/search/", {"words": thing}), 200)
        return 1

    def one_statement(self, thing: Any) -> int:
        """The same as a contractor would write it: the first five decisions and tasks of a county, and how many."""
        from django.db import connection

        if connection.vendor == "postgresql":
            fits = "to_tsvector('simple'::regconfig, i.words) @@ %s::tsquery"
            asked = " & ".join(f"'{word}':*" for word in thing.split())
        else:
            fits = "i.id IN (SELECT rowid FROM search_indexed_words WHERE search_indexed_words MATCH %s)"
            asked = " AND ".join(f'"{word}" *' for word in thing.split())
        with connection.cursor() as cursor:
            cursor.execute(_ONE_STATEMENT.format(fits=fits), [asked, self.county, self.county])
            cursor.fetchall()
        return 1

    def case(self, thing: Any) -> int:
        """The page of a case."""
        well(self.head.get(f"/cases/{self.codes[thing]}/"), 200)
        return 1

    def home_head(self, thing: Any) -> int:
        """The first page of a unit's head."""
        well(self.head.get("/"), 200)
        return 1

    def figures(self, thing: Any) -> int:
        """The figures of a unit."""
        well(self.head.get("/reports/"), 200)
        return 1

    def home_coordinator(self, thing: Any) -> int:
        """The first page of a coordinator."""
        well(self.coordinator.get("/"), 200)
        return 1

    def home_prefect(self, thing: Any) -> int:
        """The first page of a Prefect."""
        well(self.prefect.get("/"), 200)
        return 1


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


# --- the yardstick ---


class Yardstick:
    """The same with Django REST framework and Django's admin."""

    def __init__(self, asked: dict[str, Any]) -> None:
        from django.contrib.auth.models import User
        from django.test import Client
        from rest_framework.authtoken.models import Token

        from bench.plain import models

        user = User.objects.filter(username="admin").first() or User.objects.create_superuser("admin")
        token, _made = Token.objects.get_or_create(user=user)
        self.machine = Client(SERVER_NAME="localhost", HTTP_AUTHORIZATION=f"Token {token.key}")
        self.browser = Client(SERVER_NAME="localhost")
        self.browser.force_login(user)
        rows = models.Case.objects.filter(reference__in=asked["references"])
        self.places = {reference: (pk, code) for reference, pk, code in rows.values_list("reference", "pk", "code")}
        self.holder = models.Holder.objects.get(code=HOLDER).pk

    def rest_list(self, thing: Any) -> int:
        """A page of fifty."""
        return len(well(self.machine.get("/api/cases/", {"municipality": PLACE}), 200).json()["results"])

    def rest_case(self, thing: Any) -> int:
        """One case."""
        well(self.machine.get(f"/api/cases/{self.places[thing][1]}/"), 200)
        return 1

    def rest_open(self, thing: Any) -> int:
        """A new case."""
        well(self.machine.post("/api/cases/", self._record(thing), content_type="application/json"), 201)
        return 1

    def rest_put(self, thing: Any) -> int:
        """A change, by the sender's own reference."""
        address, body = f"/api/cases/by-reference/{thing['reference']}/", self._record(thing)
        well(self.machine.put(address, body, content_type="application/json"), 200)
        return 1

    def _record(self, thing: Any) -> dict[str, Any]:
        stands = {"stage": "initial_assessment", "victim_status": "at_risk", "holder": HOLDER}
        return record(thing) | stands | {"reference": thing["reference"]}

    def known(self, things: Any) -> int:
        """Not measured: who it is, once."""
        return self.rest_many(things)

    def rest_many(self, things: Any) -> int:
        """Changes in a row."""
        return sum(self.rest_put(thing) for thing in things)

    def cases(self, thing: Any) -> int:
        """The list of cases."""
        well(self.browser.get("/admin/plain/case/", {"holder__id__exact": self.holder}), 200)
        return 25

    def search(self, thing: Any) -> int:
        """A search by the beginning of a name."""
        well(self.browser.get("/admin/plain/case/", {"q": thing, "holder__id__exact": self.holder}), 200)
        return 1

    def case(self, thing: Any) -> int:
        """The page of a case."""
        well(self.browser.get(f"/admin/plain/case/{self.places[thing][0]}/change/"), 200)
        return 1

    def rest_bulk(self, things: Any) -> int:
        """The same changes by COPY into a table of their own, and two statements that merge it."""
        from django.db import connection, transaction

        columns = "reference text, risk text, last_name text"
        rows = [(thing["reference"], thing["risk"], thing["name"]) for thing in things]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE sent ({columns})")
            if connection.vendor == "postgresql":
                import io

                lines = "".join("\t".join(row) + "\n" for row in rows)
                cursor.copy_expert("COPY sent FROM STDIN", io.StringIO(lines))
            else:
                cursor.executemany("INSERT INTO sent VALUES (%s, %s, %s)", rows)
            cursor.execute(
                "UPDATE plain_case SET risk = sent.risk, version = version + 1, changed_at = CURRENT_TIMESTAMP"
                " FROM sent WHERE plain_case.reference = sent.reference AND holder_id = %s",
                [self.holder],
            )
            cursor.execute(
                "UPDATE plain_identity SET last_name = sent.last_name FROM plain_case JOIN sent"
                " ON plain_case.reference = sent.reference"
                " WHERE plain_identity.case_id = plain_case.id AND holder_id = %s",
                [self.holder],
            )
            cursor.execute("DROP TABLE sent")
        return len(rows)


# --- turns ---


def profiled(turn: Turn, thing: Any, times: int) -> list[str]:
    """In what the time of so many turns goes: functions with their own and their whole share, the largest first."""
    profile = cProfile.Profile()
    profile.runcall(lambda: [turn(thing) for _time in range(times)])
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(own for _calls, _all, own, _whole, _callers in found.values())
    # By what it takes with all it calls; files by their place in the house or in their library.
    lines = []
    for (file, _line, name), (_calls, calls, own, below, _callers) in sorted(found.items(), key=lambda one: -one[1][3]):
        place = file.rpartition("site-packages/")[2].removeprefix(f"{Path.cwd()}/")
        if place.startswith(("krat/", "cases/", "meetings/", "django/", "rest_framework/", "allauth/", "psycopg2/")):
            lines.append(f"{below / whole:6.1%} {own / whole:6.1%} {calls // times:5}  {place}:{name}")
    return lines


def main() -> None:
    """Read lines until there are none."""
    which = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.plain.settings" if which == "yardstick" else "bench.settings"
    import django
    from django.db import connection

    django.setup()
    say, sys.stdout = sys.stdout, sys.stderr  # answers are alone in their stream
    side: Any = None
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["turn"] == "begin":
            side = (Yardstick if which == "yardstick" else Registry)(asked)
            answer: dict[str, Any] = {"turns": [name for name in dir(side) if not name.startswith("_")]}
        else:
            turn: Turn = getattr(side, asked["turn"])
            counted = Counted()
            if asked.get("profiled"):
                answer = {"rows": 0, "profile": profiled(turn, asked["thing"], asked["profiled"])}
            elif asked["count"]:
                with connection.execute_wrapper(counted):
                    rows = turn(asked["thing"])
                answer = {"rows": rows, "statements": counted.statements}
            else:
                started = time.perf_counter()
                rows = turn(asked["thing"])
                answer = {"rows": rows, "seconds": time.perf_counter() - started}
        say.write(json.dumps(answer) + "\n")
        say.flush()


if __name__ == "__main__":
    main()
